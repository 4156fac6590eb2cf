// npm run bench:detect [-- --verbose] [--write]: how well warnings match labelled manifests; --write puts the figures
// into docs/detection.md.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';
import { importBundled } from './bundle.mjs';

const corpus = '../shared/corpus';
if (!existsSync(join(corpus, 'labels.jsonl'))) {
  console.log(`bench:detect: skipped, there are no labelled manifests in ${corpus}`);
  process.exit(0);
}
const page = 'docs/detection.md';
const verbose = process.argv.includes('--verbose');
const { analyze, isChartFile, prepareChartFiles } = await importBundled('engine/index.ts');
const { sidecarsWithout } = await importBundled('bench/roles.ts');
const labels = readFileSync(join(corpus, 'labels.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

const charts = new Map();
/** The chart that a file is a template of, when the whole chart is there. */
function chartOf(file) {
  const [, root, path] = /^((?:charts|fresh)\/[^/]+\/)(.*)$/.exec(file) ?? [];
  if (!root || !existsSync(join(corpus, root, 'Chart.yaml'))) return undefined;
  if (!charts.has(root)) {
    const folder = join(corpus, root);
    const paths = globSync('**/*', { cwd: folder }).filter(isChartFile);
    charts.set(root, prepareChartFiles(root, new Map(paths.map((each) => [each, readText(join(folder, each))]))));
  }
  return { files: charts.get(root), path };
}

const readText = (file) => readFileSync(file, 'utf8');
const analyses = new Map();
const analysisOf = (file) => {
  if (!analyses.has(file)) analyses.set(file, analyze(readText(join(corpus, file)), { chart: chartOf(file) }));
  return analyses.get(file);
};

/** A name as the labels write it: what is known after rendering only is TPL. */
const labelName = (name) => name?.replace(/\{\{.*?\}\}/g, 'TPL');

/** What is warned of in a file: { document, workload, container }. */
function warnings(file, rule) {
  const analysis = analysisOf(file);
  return analysis.findings
    .filter((finding) => rule === null || finding.rule === rule)
    .filter(({ severity }) => severity === 'warning' || severity === 'error')
    .map((finding) => ({ ...finding, container: labelName(finding.container ?? nameless(analysis, finding)) }));
}

/** The same with some evidence left out. */
const ablated = (without) => {
  const known = new Map();
  return (file) => {
    if (!known.has(file)) known.set(file, sidecarsWithout(readFileSync(join(corpus, file), 'utf8'), without));
    return known.get(file);
  };
};

const asShipped = (file) => warnings(file, 'non-native-sidecar');

/** Outcomes of one pod: [container, 'hit' | 'miss' | 'false alarm'] by what is warned of in its file. */
function outcomes(label, warningsOf = asShipped) {
  const warned = new Set(
    warningsOf(label.file)
      .filter(
        ({ document, workload }) =>
          document === label.docIndex && (label.kind === null || workload.kind === label.kind),
      )
      .filter(
        ({ workload }) => label.name === null || workload.name === undefined || labelName(workload.name) === label.name,
      )
      .map(({ container }) => container),
  );
  return label.containers.flatMap(({ name: written, role }, index) => {
    const name = written === 'None' ? `#${index + 1}` : written;
    if (role === 'unsure' || label.expect === 'unsure') return [];
    const isSidecar = role === 'sidecar' && label.expect === 'flag';
    if (isSidecar) return [[name, warned.has(name) ? 'hit' : 'miss']];
    return warned.has(name) ? [[name, 'false alarm']] : [];
  });
}

/** What a container without a name is called: its place in the list. */
function nameless(analysis, { span }) {
  const { pods, start } = analysis.podAt(span.start);
  const at = span.start - start;
  const containers = pods.flatMap(({ pod }) => pod.containers);
  const index = containers.find(({ map: { range } }) => range[0] <= at && at < range[1])?.index;
  return `#${index + 1}`;
}

function measure(selected, once, warningsOf = asShipped) {
  const seen = new Set();
  const count = { hit: 0, miss: 0, 'false alarm': 0 };
  for (const label of selected) {
    for (const [container, outcome] of outcomes(label, warningsOf)) {
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

const plain = labels.filter((label) => !label.template);
const hasImage = ({ image }) => image !== 'None';
const groups = {
  plain,
  // Patches of Kustomize and assertions of tests name containers without an image: they are never judged alone.
  'plain with an image': plain.map((label) => ({ ...label, containers: label.containers.filter(hasImage) })),
  templates: labels.filter((label) => label.template),
};
const isIncluded = ({ via }) => via === 'include';
const included = groups.templates
  .filter(({ containers }) => containers.some(isIncluded))
  .map((label) => ({ ...label, containers: label.containers.filter(isIncluded) }));
const rows = {};
for (const [name, selected] of Object.entries(groups)) {
  rows[`${name}, every file`] = measure(selected, false);
  rows[`${name}, near-copies once`] = measure(selected, true);
}
rows['templates, through an include'] = measure(included, false);
console.table(rows);

const silent = labels.filter((label) => label.expect === 'no-flag');
const anyRule = (file) => warnings(file, null);
const alarms = silent.filter((label) => outcomes(label, anyRule).some(([, outcome]) => outcome === 'false alarm'));
console.log(`warnings in pods labelled no-flag: ${alarms.length} of ${silent.length}`);
const unread = groups.templates.filter((label) => analysisOf(label.file).skipped.length > 0);
console.log(`templates with a part that does not parse unrendered: ${unread.length} of ${groups.templates.length}`);

const ABLATIONS = [
  ['all evidence', []],
  ['without the image catalogue', ['catalogue']],
  ['without names', ['names']],
  ['without scripts', ['scripts']],
  ['without all three', ['catalogue', 'names', 'scripts']],
];
const ablations = ABLATIONS.map(([name, without]) => {
  const warningsOf = ablated(without);
  return [name, ...[false, true].map((once) => measure(groups.plain, once, warningsOf))];
});
for (const [name, every, once] of ablations) {
  console.log(
    `plain, ${name}: precision ${every.precision}, recall ${every.recall}; near-copies once ${once.precision}, ${once.recall}`,
  );
}
if (process.argv.includes('--write')) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const table = (head, rows) => [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
  const figures = [
    `${labels.length} labelled pods, of which ${silent.length} hold no sidecar; a warning stands in ${alarms.length} of those.`,
    '',
    table(
      ['manifests', 'sidecars', 'found', 'wrong', 'precision', 'recall'],
      Object.entries(rows).map(([name, each]) => [name, ...Object.values(each)]),
    ),
    '',
    'What is found in plain manifests when evidence is left out:',
    '',
    table(
      ['evidence', 'precision', 'recall', 'precision, near-copies once', 'recall, near-copies once'],
      ablations.map(([name, every, once]) => [name, every.precision, every.recall, once.precision, once.recall]),
    ),
  ].join('\n');
  const marked = /(<!-- figures -->\n)[\s\S]*?(<!-- \/figures -->)/;
  const text = readFileSync(page, 'utf8');
  writeFileSync(
    page,
    text.replace(marked, (_, start, end) => `${start}${figures}\n${end}`),
  );
  console.log(`wrote ${page}`);
}
if (verbose) {
  for (const label of labels) {
    for (const [container, outcome] of outcomes(label)) {
      if (outcome !== 'hit')
        console.log(`${outcome}: ${label.file} ${label.template ? '(template) ' : ''}${container}`);
    }
  }
}
