import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { globSync } from 'tinyglobby';
import { type Analysis, analyze, isChartFile, Lines, outline, prepareChartFiles, summary } from '../../engine/index.ts';

const container = (name: string, image: string, more = '') => `        - {name: ${name}, image: "${image}"${more}}\n`;
const job = (init: string[], regular: string[], kind = 'Job') =>
  [
    `apiVersion: batch/v1\nkind: ${kind}\nmetadata: {name: x}\nspec:\n  template:\n    spec:\n      restartPolicy: Never\n`,
    init.length > 0 ? `      initContainers:\n${init.join('')}` : '',
    `      containers:\n${regular.join('')}`,
  ].join('');

const WORK = container('work', 'alpine', ', command: [./work]');
const PROXY = container('haproxy', 'haproxy:2.9');
const TAILER = container('tailer', 'busybox', ', command: [tail, -F, /x]');
const NATIVE = container('haproxy', 'haproxy:2.9', ', restartPolicy: Always');
const NATIVE_TAILER = container('tailer', 'busybox', ', command: [tail, -F, /x], restartPolicy: Always');
const INIT = container('migrate', 'migrate');

const summaries = (analysis: Analysis) => outline(analysis).map(({ offset }) => summary(analysis, offset));

for (const [text, expected] of [
  [job([], [WORK]), 'no sidecars · Job completes: yes'],
  [job([], [WORK, PROXY]), '1 sidecar, not native · Job completes: no'],
  [job([], [WORK, PROXY, TAILER]), '2 sidecars, none native · Job completes: no'],
  [job([NATIVE], [WORK]), '1 native sidecar · Job completes: yes'],
  [job([NATIVE, NATIVE_TAILER], [WORK]), '2 native sidecars · Job completes: yes'],
  [job([], [WORK, container('agent', 'x')]), 'no sidecars · Job completes: perhaps not'],
  [job([TAILER], [WORK]), 'no sidecars · Job completes: no, it never starts'],
  [job([NATIVE], [WORK, TAILER]), '2 sidecars, 1 native · Job completes: no'],
] as const) {
  test(`above a pod stands: ${expected}`, () => {
    assert.deepEqual(summaries(analyze(text)), [expected]);
  });
}

test('every pod of a text is marked at its workload and at its spec', () => {
  const list =
    'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  spec: {restartPolicy: Never, containers: [{name: a, image: alpine}]}\n';
  const text = `# first\n${job([], [WORK])}---\n${list}---\nkind: ConfigMap\n`;
  const lines = new Lines(text);
  const marks = outline(analyze(text)).map(({ workload, head, spec, offset }) => [
    workload.kind,
    text.slice(head.start, head.end),
    lines.lineAt(head.start),
    text.slice(spec.start, spec.end),
    lines.lineAt(spec.start),
    lines.lineAt(offset),
  ]);
  assert.deepEqual(marks, [
    ['Job', 'apiVersion', 1, 'spec', 6, 9],
    ['Pod', 'apiVersion', 14, 'spec', 16, 16],
  ]);
});

test('init containers carry the order in which they start, and what the next one waits for', () => {
  const [pod] = outline(analyze(job([INIT, NATIVE, ...Array.from({ length: 20 }, () => INIT)], [WORK])));
  const hints = pod?.initContainers ?? [];
  assert.deepEqual(
    hints.slice(0, 2).map(({ label, meaning }) => [label, meaning]),
    [
      ['starts 1st', "The next container starts when 'migrate' has ended."],
      ['starts 2nd', "The next container starts as soon as 'haproxy' has started."],
    ],
  );
  assert.deepEqual(
    [2, 3, 10, 11, 12, 20, 21].map((index) => hints[index]?.label),
    ['starts 3rd', 'starts 4th', 'starts 11th', 'starts 12th', 'starts 13th', 'starts 21st', 'starts 22nd'],
  );
});

test('in a template the marks stand on its own lines', () => {
  const root = 'test/charts/shop/';
  const paths = globSync(`${root}**`).map((path) => path.slice(root.length));
  const files = new Map(paths.filter(isChartFile).map((path) => [path, readFileSync(root + path, 'utf8')]));
  const path = 'templates/export.yaml';
  const text = files.get(path) ?? '';
  const analysis = analyze(text, { chart: { files: prepareChartFiles('', files), path } });
  assert.deepEqual(summaries(analysis), ['1 sidecar, not native · Job completes: no']);
  const [pod] = outline(analysis);
  const lines = new Lines(text);
  assert.deepEqual(
    [pod?.head.start, pod?.spec.start].map((at) => lines.content(lines.lineAt(at ?? -1))),
    ['apiVersion: batch/v1', '    spec:'],
  );
});
