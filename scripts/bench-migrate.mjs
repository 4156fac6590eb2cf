// npm run bench:migrate [-- --verbose]: how much of their workarounds labelled pods lose when all fixes are applied.
import { importBundled } from './bundle.mjs';

const { noLabels, readLabels, outcomeOf, isChanged } = await importBundled('test/corpus/outcomes.ts');
if (noLabels) {
  console.log(`bench:migrate: skipped, ${noLabels}`);
  process.exit(0);
}
const labels = readLabels();

/** A reason without the names and paths in it, so that equal ones count together. */
function normalised(reason) {
  return reason
    .replace(/'[^']*'(?:(?:, | and )'[^']*')*/g, "'…'")
    .replace(/\s\/\S+/g, ' /…')
    .replace(/\b\d+\b/g, 'N');
}

/** Counts pods, and lists them by reason. `once`: near-copies with the same outcome count as one. */
function measure(selected, once) {
  const seen = new Set();
  const count = { pods: 0, 'with workarounds': 0, fully: 0, 'in part': 0, not: 0 };
  const reasons = new Map();
  for (const label of selected) {
    const outcome = outcomeOf(label);
    const key = `${label.cluster ?? label.file}/${outcome?.became}`;
    if (!outcome || (once && seen.has(key))) continue;
    seen.add(key);
    count.pods += 1;
    count[outcome.became] += 1;
    if (outcome.hadWorkaround) count['with workarounds'] += 1;
    for (const reason of new Set(outcome.reasons.map(normalised)))
      reasons.set(reason, [...(reasons.get(reason) ?? []), label]);
  }
  return { count, reasons };
}

const groups = {
  plain: labels.filter(({ template }) => !template),
  templates: labels.filter(({ template }) => template),
};
const rows = {};
for (const [name, selected] of Object.entries(groups)) {
  rows[`${name}, every file`] = measure(selected, false).count;
  rows[`${name}, near-copies once`] = measure(selected, true).count;
}
console.table(rows);

const { reasons } = measure(labels, false);
const single = measure(labels, true).reasons;
const byCount = [...reasons].sort(([, a], [, b]) => b.length - a.length);
console.log(`why not fully${byCount.length === 0 ? ': there is nothing' : ' (silent: a person is not told)'}`);
if (byCount.length > 0) {
  console.table(
    byCount.map(([reason, pods]) => ({ reason, pods: pods.length, once: single.get(reason)?.length ?? 0 })),
  );
}

const silent = labels.filter(({ expect }) => expect === 'no-flag');
const changed = silent.filter(isChanged);
console.log(`pods labelled no-flag that change: ${changed.length} of ${silent.length}`);
if (process.argv.includes('--verbose')) {
  for (const { file, name } of changed) console.log(`changed: ${file} ${name}`);
  for (const label of labels) {
    const { became, reasons } = outcomeOf(label) ?? {};
    if (became && became !== 'fully') console.log(`${became}: ${label.file} ${label.name}: ${reasons.join(' | ')}`);
  }
}
