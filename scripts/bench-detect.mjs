// npm run bench:detect [-- --verbose]: how well warnings match labelled manifests.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importBundled } from './bundle.mjs';

const corpus = '../shared/corpus';
if (!existsSync(join(corpus, 'labels.jsonl'))) {
  console.log(`bench:detect: skipped, there are no labelled manifests in ${corpus}`);
  process.exit(0);
}
const verbose = process.argv.includes('--verbose');
const { analyze } = await importBundled('engine/index.ts');
const labels = readFileSync(join(corpus, 'labels.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

const analyses = new Map();
const analysisOf = (file) => {
  if (!analyses.has(file)) analyses.set(file, analyze(readFileSync(join(corpus, file), 'utf8')));
  return analyses.get(file);
};

/** Outcomes of one pod: [container, 'hit' | 'miss' | 'false alarm'] by the warnings of one rule, or of all. */
function outcomes(label, rule = 'non-native-sidecar') {
  const analysis = analysisOf(label.file);
  const warned = new Set(
    analysis.findings
      .filter(
        (finding) =>
          finding.document === label.docIndex && (label.kind === null || finding.workload.kind === label.kind),
      )
      .filter(
        (finding) => label.name === null || finding.workload.name === undefined || finding.workload.name === label.name,
      )
      .filter((finding) => rule === null || finding.rule === rule)
      .filter((finding) => finding.severity === 'warning' || finding.severity === 'error')
      .map((finding) => finding.container),
  );
  return label.containers.flatMap(({ name, role }) => {
    if (role === 'unsure' || label.expect === 'unsure') return [];
    const isSidecar = role === 'sidecar' && label.expect === 'flag';
    if (isSidecar) return [[name, warned.has(name) ? 'hit' : 'miss']];
    return warned.has(name) ? [[name, 'false alarm']] : [];
  });
}

function measure(selected, once) {
  const seen = new Set();
  const count = { hit: 0, miss: 0, 'false alarm': 0 };
  for (const label of selected) {
    for (const [container, outcome] of outcomes(label)) {
      const key = `${label.cluster ?? label.file}/${container}/${outcome}`;
      if (once && seen.has(key)) continue;
      seen.add(key);
      count[outcome] += 1;
    }
  }
  const { hit, miss, 'false alarm': wrong } = count;
  const share = (part, whole) => (whole === 0 ? '-' : (part / whole).toFixed(3));
  return {
    sidecars: hit + miss,
    found: hit,
    wrong,
    precision: share(hit, hit + wrong),
    recall: share(hit, hit + miss),
  };
}

const groups = {
  plain: labels.filter((label) => !label.template),
  templates: labels.filter((label) => label.template),
};
const rows = {};
for (const [name, selected] of Object.entries(groups)) {
  rows[`${name}, every file`] = measure(selected, false);
  rows[`${name}, near-copies once`] = measure(selected, true);
}
console.table(rows);

const silent = labels.filter((label) => label.expect === 'no-flag');
const alarms = silent.filter((label) => outcomes(label, null).some(([, outcome]) => outcome === 'false alarm'));
console.log(`warnings in pods labelled no-flag: ${alarms.length} of ${silent.length}`);
const unread = groups.templates.filter((label) => analysisOf(label.file).skipped.length > 0);
console.log(`templates with a part that does not parse unrendered: ${unread.length} of ${groups.templates.length}`);
if (verbose) {
  for (const label of labels) {
    for (const [container, outcome] of outcomes(label)) {
      if (outcome !== 'hit')
        console.log(`${outcome}: ${label.file} ${label.template ? '(template) ' : ''}${container}`);
    }
  }
}
