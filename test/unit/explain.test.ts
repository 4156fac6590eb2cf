import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { reportExplanation } from '../../cli/report/explain.ts';
import { analyze, explain, hover } from '../../engine/index.ts';

const page = readFileSync('docs/detection.md', 'utf8');
const shown = [...page.matchAll(/^```yaml job\.yaml\n([\s\S]*?)^```\n\n```text explain\n([\s\S]*?)^```$/gm)];

test('the page on detection explains five files', () => assert.equal(shown.length, 5));
for (const [index, [, yaml = '', told = '']] of shown.entries()) {
  test(`the page on detection: explanation ${index + 1} is what explain prints`, () => {
    assert.equal(reportExplanation('job.yaml', yaml, explain(analyze(yaml))).trimEnd(), told.trimEnd());
  });
}

const job = (name: string, containers: string) => `apiVersion: batch/v1
kind: Job
metadata: {name: ${name}}
spec: {template: {spec: {containers: [${containers}]}}}
`;
const DEPLOYMENT = job('web', '{name: web}').replace('batch/v1', 'apps/v1').replace('kind: Job', 'kind: Deployment');

test('an offset picks its pod, and its document where no pod is', () => {
  const text = `${job('a', '{name: one, image: x}')}---\n${job('b', '{name: two, image: x}')}---\n${DEPLOYMENT}`;
  const names = (offset?: number) => explain(analyze(text), offset).pods.map(({ workload }) => workload.name);
  assert.deepEqual(names(), ['a', 'b']);
  assert.deepEqual(names(text.indexOf('name: two')), ['b']);
  assert.deepEqual(names(text.indexOf('name: b')), ['b']);
  assert.deepEqual(names(text.indexOf('Deployment')), []);
});

test('spans are those of the text', () => {
  const text = `# first\n---\n${job('a', '{name: work}, {name: x, image: haproxy, ports: [{containerPort: 80}]}')}`;
  const [pod] = explain(analyze(text)).pods;
  const [work, proxy] = pod?.containers ?? [];
  assert.equal(text.slice(work?.span.start, work?.span.end), 'work');
  assert.deepEqual(
    proxy?.items.map(({ kind, span }) => [kind, text.slice(span.start, span.end)]),
    [
      ['either', 'haproxy'],
      ['ports', '[{containerPort: 80}]'],
    ],
  );
});

for (const [what, text, reason] of [
  ['a kind that never ends', DEPLOYMENT, /its pods run for ever/],
  ['a kind that nobody knows', DEPLOYMENT.replace('kind: Deployment', 'kind: Thing'), /nobody told what its pods/],
  ['a Pod that never ends', 'apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a}]}\n', /restartPolicy Never or/],
  ['a Job without its apiVersion', job('a', '{name: a}').replace(/.*\n/, ''), /it has no apiVersion/],
  ['what does not parse', 'containers: [', /it does not parse/],
  ['no kind', 'containers: []\n', /it has no kind/],
  [
    'a Job of another group',
    job('a', '{name: a, image: x}').replace('batch', 'example.com'),
    /no Job of 'example\.com\/v1'/,
  ],
  ['a patch', job('a', '{name: a}'), /it is a part of a manifest, such as a patch/],
  [
    'a Workflow',
    'apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nspec: {templates: [{container: {image: a}, sidecars: [{name: b}]}]}\n',
    /Argo Workflows ends sidecars itself/,
  ],
  ['a Task', 'apiVersion: tekton.dev/v1\nkind: Task\nspec: {steps: [], sidecars: [{name: a}]}\n', /Tekton stops/],
  [
    'a template of a Deployment',
    `{{- if .Values.web }}\n${DEPLOYMENT.replace('metadata: {name: web}', 'metadata:\n  {{- include "web.meta" . | nindent 2 }}')}{{- end }}\n`,
    /its pods run for ever/,
  ],
  ['Spark', '{"apiVersion":"sparkoperator.k8s.io/v1beta2","kind":"SparkApplication"}', /looks at the driver/],
] as const) {
  test(`silence about ${what} has a reason`, () => {
    const { pods, silences } = explain(analyze(text));
    assert.deepEqual(pods, []);
    assert.equal(silences.length, 1);
    assert.match(silences[0]?.reason ?? '', reason);
  });
}

test('in a list pods and silent objects are told apart', () => {
  const item = (text: string) => text.replace(/^/gm, '    ').replace('    ', '  - ').trimEnd();
  const all = [job('a', '{name: one, image: x}'), DEPLOYMENT, 'apiVersion: v1\nkind: Service\n'];
  const text = `apiVersion: v1\nkind: List\nitems:\n${all.map(item).join('\n')}\n`;
  const told = (offset?: number) => {
    const { pods, silences } = explain(analyze(text), offset);
    return [...pods.map(({ workload }) => workload.kind), ...silences.map(({ kind }) => kind)];
  };
  assert.deepEqual(told(), ['Job', 'Deployment']);
  assert.deepEqual(told(text.indexOf('name: one')), ['Job']);
  assert.deepEqual(told(text.indexOf('name: web')), ['Deployment']);
  assert.deepEqual(told(text.indexOf('items')), ['Job', 'Deployment']);
});

test('what holds no container needs no explanation', () => {
  assert.deepEqual(explain(analyze('kind: Service\n')), { pods: [], silences: [] });
});

test('hovers on names show the table, and why a kind is not checked', () => {
  const text = `${job('a', '{name: work, image: "a|b"}, {name: x, image: haproxy}')}---\n${DEPLOYMENT}`;
  const at = (word: string) => hover(analyze(text), text.lastIndexOf(word) + 1)?.markdown ?? '';
  assert.match(at('work'), /\| work \| the work: nothing speaks for a sidecar \|/);
  assert.match(at('x, image'), /\| x \| a sidecar, likely \| fair: the image 'haproxy' runs until it is stopped \|/);
  assert.match(at('Deployment'), /This Deployment is not checked: its pods run for ever/);
  assert.match(at('web}]'), /This Deployment is not checked/);
  assert.equal(at('spec'), '');
});
