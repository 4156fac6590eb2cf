import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Analysis, analyze, analyzeDockerfile, applyEdits, prepareChartFiles } from '../../engine/index.ts';
import { HEAD, MAIN } from './template-parts.ts';

const IGNORE = '# native-sidecars-ignore';

/** A CronJob with a proxy that a script kills; `{name}` are the places for comments. */
const TEMPLATE = `{top}
{above}apiVersion: batch/v1
kind: CronJob
{metadata}metadata:
  name: nightly
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      {template}template:
        {podspec}spec:
          restartPolicy: Never
          shareProcessNamespace: true
          {list}containers:
            {work}- name: backup
              image: alpine:3.20
              command:
                - sh
                - -c
                - |
                  tar cz /data > /backup.tgz
                  {script}pkill haproxy {behind}
            # The proxy.
            {proxy}- name: haproxy {name}
              image: haproxy:2.9
`;

/** The manifest with a comment at one place: on a line of its own where something follows. */
function manifest(place = '', comment = ''): string {
  const isBehind = place === 'behind' || place === 'name' || place === 'top';
  return TEMPLATE.replace(/( *)\{(\w+)\}/g, (_, indent: string, name: string) =>
    name !== place ? indent : isBehind ? indent + comment : `${indent}${comment}\n${indent}`,
  ).replace(/^ *\n/gm, '');
}

const rules = ({ findings }: Analysis) => findings.map(({ rule }) => rule);
const suppressed = (analysis: Analysis) => analysis.suppressed.map(({ finding, reason }) => [finding.rule, reason]);

test('the manifest has a sidecar and a kill', () => {
  assert.deepEqual(rules(analyze(manifest())), ['non-native-sidecar', 'kill-workaround']);
});

for (const [place, hidden] of [
  ['top', ['non-native-sidecar', 'kill-workaround']],
  ['above', ['non-native-sidecar', 'kill-workaround']],
  ['metadata', ['non-native-sidecar', 'kill-workaround']],
  ['template', ['non-native-sidecar', 'kill-workaround']],
  ['podspec', ['non-native-sidecar', 'kill-workaround']],
  ['list', ['non-native-sidecar', 'kill-workaround']],
  ['work', ['kill-workaround']],
  ['script', ['kill-workaround']],
  ['behind', ['kill-workaround']],
  ['proxy', ['non-native-sidecar']],
  ['name', ['non-native-sidecar']],
] as const) {
  for (const newline of ['\n', '\r\n']) {
    test(`a comment at '${place}' hides what belongs to it (${JSON.stringify(newline)})`, () => {
      const analysis = analyze(manifest(place, `${IGNORE}: the operator does it`).replaceAll('\n', newline));
      assert.deepEqual(
        suppressed(analysis),
        hidden.map((rule) => [rule, 'the operator does it']),
      );
      assert.equal(rules(analysis).includes('unused-suppression'), false);
    });
  }
}

for (const [comment, hidden, said] of [
  [`${IGNORE} non-native-sidecar: why`, ['non-native-sidecar'], []],
  [`${IGNORE} non-native-sidecar, kill-workaround: why`, ['non-native-sidecar', 'kill-workaround'], []],
  [`${IGNORE} non-native-sidecar because it is old`, ['non-native-sidecar'], []],
  [`#native-sidecars-ignore non-native-sidecar -- why`, ['non-native-sidecar'], []],
  [`${IGNORE} non-native-sidecar`, ['non-native-sidecar'], ['Say why this is ignored, behind a colon.']],
  [`${IGNORE} non-native-sidecar: say why`, ['non-native-sidecar'], ['Say why this is ignored, behind a colon.']],
  [`${IGNORE} wait-loop: why`, [], ["There is nothing of 'wait-loop' to ignore here: this can go."]],
  [
    `${IGNORE} non-native-sidecars: why`,
    [],
    ["There is no rule 'non-native-sidecars'. Did you mean 'non-native-sidecar'?"],
  ],
  [
    `${IGNORE}: non-native-sidecar`,
    ['non-native-sidecar', 'kill-workaround'],
    ["This ignores every rule. To ignore 'non-native-sidecar' alone, write it before the colon."],
  ],
  [
    `${IGNORE} [kill-workaround]: why`,
    ['non-native-sidecar', 'kill-workaround'],
    ["This ignores every rule. To ignore 'kill-workaround' alone, write it before the colon."],
  ],
  [`${IGNORE} frobnicate: why`, [], ["There is no rule 'frobnicate'."]],
  [`${IGNORE}-next-line non-native-sidecar: why`, [], []],
  [`${IGNORE}-file kill-workaround: why`, ['kill-workaround'], []],
] as const) {
  test(`'${comment}' is understood`, () => {
    const analysis = analyze(manifest('top', comment));
    assert.deepEqual(
      suppressed(analysis).map(([rule]) => rule),
      hidden,
    );
    const about = analysis.findings.filter(({ rule }) => rule === 'unused-suppression');
    assert.deepEqual(
      about.map(({ message }) => message),
      said,
    );
    for (const { severity } of about) assert.equal(severity, 'hint');
  });
}

test('a comment for a file counts in all its documents, wherever it stands', () => {
  const text = `${manifest()}---\n${manifest()}${IGNORE}-file non-native-sidecar: why\n`;
  assert.deepEqual(rules(analyze(text)), ['kill-workaround', 'kill-workaround']);
});

test('a comment above --- speaks of the document behind it', () => {
  const analysis = analyze(`${manifest()}${IGNORE}: why\n---\n${manifest()}`);
  assert.deepEqual(
    analysis.suppressed.map(({ finding }) => finding.document),
    [1, 1],
  );
});

test('one edit reads one document, though comments count everywhere', () => {
  const text = `${manifest()}---\n${manifest('metadata', `${IGNORE}: why`)}`;
  const before = analyze(text);
  const after = analyze(`${IGNORE}-file kill-workaround: why\n${text}`, { previous: before });
  assert.equal(after.read, 1);
  assert.deepEqual(rules(after), ['non-native-sidecar']);
});

const annotated = (where: 'workload' | 'pod', value: string) => {
  const annotations = { annotations: { 'native-sidecars/ignore': value } };
  return JSON.stringify({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'export', ...(where === 'workload' && annotations) },
    spec: {
      template: {
        metadata: { labels: { app: 'export' }, ...(where === 'pod' && annotations) },
        spec: {
          restartPolicy: 'Never',
          containers: [
            { name: 'work', image: 'alpine:3.20', command: ['sh', '-c', './work; pkill haproxy'] },
            { name: 'haproxy', image: 'haproxy:2.9' },
          ],
        },
      },
    },
  });
};

for (const where of ['workload', 'pod'] as const) {
  for (const [value, hidden, reasons] of [
    ['non-native-sidecar: why', ['non-native-sidecar'], ['why']],
    ['non-native-sidecar, kill-workaround: why', ['non-native-sidecar', 'kill-workaround'], ['why', 'why']],
    ['non-native-sidecar: a; b; kill-workaround: c', ['non-native-sidecar', 'kill-workaround'], ['a; b', 'c']],
    ['non-native-sidecar: a\nkill-workaround: b\n', ['non-native-sidecar', 'kill-workaround'], ['a', 'b']],
    [': all of it', ['non-native-sidecar', 'kill-workaround'], ['all of it', 'all of it']],
  ] as const) {
    test(`the annotation ${JSON.stringify(value)} on the ${where} is understood, in JSON too`, () => {
      const analysis = analyze(annotated(where, value));
      assert.deepEqual(
        suppressed(analysis),
        hidden.map((rule, index) => [rule, reasons[index]]),
      );
      assert.equal(rules(analysis).includes('unused-suppression'), false);
    });
  }
}

test('what is left of an annotation is what hides something', () => {
  for (const [value, left] of [
    ['wait-loop: a; non-native-sidecar: b', 'non-native-sidecar: b'],
    ['non-native-sidecar: b; wait-loop: a', 'non-native-sidecar: b'],
    ['wait-loop, non-native-sidecar: b', 'non-native-sidecar: b'],
    ['non-native-sidecar: b\nwait-loop: a\n', 'non-native-sidecar: b'],
    ['wait-loop: a', undefined],
  ] as const) {
    const text = annotated('pod', value);
    const analysis = analyze(text);
    const finding = analysis.findings.find(({ rule }) => rule === 'unused-suppression');
    const fix = finding?.fix();
    assert.ok(fix && 'edits' in fix, JSON.stringify([value, fix]));
    const metadata = JSON.parse(applyEdits(text, fix.edits)).spec.template.metadata;
    assert.equal(metadata.annotations?.['native-sidecars/ignore']?.trim(), left);
    assert.deepEqual(metadata.labels, { app: 'export' });
  }
});

test('the comments that are offered hide the finding and nothing else', () => {
  for (const newline of ['\n', '\r\n']) {
    const text = `%YAML 1.1\n---\n${manifest()}`.replaceAll('\n', newline);
    const analysis = analyze(text);
    for (const finding of analysis.findings) {
      const [here, file, ...more] = finding.ignores();
      assert.deepEqual(more, []);
      assert.equal(here?.title, `Ignore ${finding.rule} here`);
      assert.equal(file?.title, `Ignore ${finding.rule} in this file`);
      for (const fix of [here, file]) {
        const after = analyze(applyEdits(text, fix.edits));
        assert.deepEqual(after.skipped, []);
        assert.deepEqual(
          after.suppressed.map((each) => each.finding.rule),
          [finding.rule],
        );
        // The reason is for a person to write.
        assert.match(after.findings.at(-1)?.message ?? '', /^Say why/);
      }
    }
  }
});

test('no comment is offered in JSON', () => {
  for (const finding of analyze(annotated('pod', 'wait-loop: x')).findings) assert.deepEqual(finding.ignores(), []);
});

test('a migration leaves a container that somebody wants to stay', () => {
  const text = manifest('proxy', `${IGNORE} non-native-sidecar: why`);
  const analysis = analyze(text);
  const [kill] = analysis.findings;
  assert.equal(kill?.rule, 'kill-workaround');
  const migration = kill.migration();
  assert.ok(!migration || !('edits' in migration), JSON.stringify(migration));
  assert.equal(analysis.fixAll(analysis.findings, { unsafe: true }), undefined);
  const at = text.indexOf('image: haproxy');
  assert.ok(analysis.refactorings(at).some(({ title }) => title === "Make 'haproxy' a native sidecar"));
});

test('rules that are off and files that do not parse leave suppressions alone', () => {
  const text = manifest('proxy', `${IGNORE} wait-loop: why`);
  assert.equal(rules(analyze(text, { rules: { 'wait-loop': 'off' } })).includes('unused-suppression'), false);
  assert.equal(rules(analyze(text, { rules: { 'unused-suppression': 'off' } })).includes('unused-suppression'), false);
  assert.equal(rules(analyze(`${text}---\ncontainers: [`)).includes('unused-suppression'), false);
  assert.equal(analyze(text, { rules: { 'unused-suppression': 'error' } }).findings.at(-1)?.severity, 'error');
});

test('a comment inside quotes is not cut out of them', () => {
  const text = manifest()
    .replace('sh\n', 'sh # native-sidecars-ignore wait-loop: x\n')
    .replace(/- \|\n.*\n.*\n/, '- "pkill haproxy # native-sidecars-ignore wait-loop: y"\n');
  for (const finding of analyze(text).findings.filter(({ rule }) => rule === 'unused-suppression')) {
    const fix = finding.fix();
    if (fix && 'edits' in fix) assert.deepEqual(analyze(applyEdits(text, fix.edits)).skipped, []);
  }
});

/** A template whose proxy stands in a named template, and one that stands where it is printed. */
const CHART_TEMPLATE = `{top}${HEAD}      containers:
${MAIN}        {proxy}{{- include "shop.proxy" . | nindent 8 }}
        {condition}{{- if .Values.logs }}
        {logs}- name: fluent-bit {name}
          image: fluent/fluent-bit:{{ .Values.tag }}
        {{- end }}
`;
const HELPERS =
  '{{- define "shop.proxy" -}}\n- name: haproxy\n  image: haproxy:2.9\n  args: [-f, /etc/haproxy.cfg]\n  ports:\n    - containerPort: 80\n{{- end }}\n';
const chartOf = (helpers: string) =>
  prepareChartFiles(
    'chart/',
    new Map([
      ['Chart.yaml', 'name: shop\nversion: 1.0.0\n'],
      ['values.yaml', 'logs: true\ntag: "3.1"\n'],
      ['templates/_helpers.tpl', helpers],
    ]),
  );
const CHART = chartOf(HELPERS);
const inChart = (text: string, files = CHART) => analyze(text, { chart: { files, path: 'templates/job.yaml' } });

/** The template with a comment at one place, for actions on a line of its own. */
const template = (place = '', comment = '') =>
  CHART_TEMPLATE.replace(/( *)\{(\w+)\}/g, (_, indent: string, name: string) => {
    if (name !== place) return name === 'name' ? '' : indent;
    return name === 'name' ? indent + comment : `${indent}${comment}\n${indent}`;
  });

for (const [place, hidden] of [
  ['', []],
  ['top', ['haproxy', 'fluent-bit']],
  ['proxy', ['haproxy']],
  ['condition', ['fluent-bit']],
  ['logs', ['fluent-bit']],
  ['name', ['fluent-bit']],
] as const) {
  for (const comment of [
    '# native-sidecars-ignore non-native-sidecar: why',
    '{{/* native-sidecars-ignore non-native-sidecar: why */}}',
    '{{- /* native-sidecars-ignore non-native-sidecar: why */}}',
    '{{- /* native-sidecars-ignore non-native-sidecar: why */ -}}',
    '{{- /*\n  # native-sidecars-ignore non-native-sidecar: why\n  and more */}}',
  ]) {
    if (place === 'name' && comment.includes('\n')) continue;
    test(`in a template '${comment}' is understood at '${place}'`, () => {
      for (const newline of ['\n', '\r\n']) {
        const analysis = inChart(template(place, comment).replaceAll('\n', newline));
        assert.deepEqual(
          analysis.suppressed.map(({ finding, reason }) => [finding.container?.split(' ')[0], reason]),
          hidden.map((name) => [name, 'why']),
        );
        assert.equal(rules(analysis).includes('unused-suppression'), false);
      }
    });
  }
}

test('a comment in a named template hides what is found where it is included', () => {
  const other = '- name: envoy\n  image: envoyproxy/envoy:v1.31.2\n';
  for (const [comment, hidden] of [
    ['# native-sidecars-ignore non-native-sidecar: why', ['haproxy']],
    ['{{- /* native-sidecars-ignore non-native-sidecar: why */}}', ['haproxy']],
    ['# native-sidecars-ignore-file non-native-sidecar: why', ['haproxy', 'envoy']],
    ['# native-sidecars-ignore wait-loop: why', []],
  ] as const) {
    const helpers = HELPERS.replace('- name', `${comment}\n- name`).replace('{{- end', `\n${other}{{- end`);
    const files = chartOf(helpers);
    assert.deepEqual(
      inChart(template(), files).suppressed.map(({ finding, reason }) => [finding.container, reason]),
      hidden.map((name) => [name, 'why']),
      comment,
    );
    assert.deepEqual(analyze(helpers, { chart: { files, path: 'templates/_helpers.tpl' } }).findings, []);
  }
});

test('the comments that are offered in a template hide the finding and nothing else', () => {
  for (const newline of ['\n', '\r\n']) {
    const text = template().replaceAll('\n', newline);
    const analysis = inChart(text);
    assert.equal(analysis.findings.length, 2);
    for (const finding of analysis.findings) {
      const [here, file] = finding.ignores();
      assert.ok(here && file, finding.message);
      assert.deepEqual(
        inChart(applyEdits(text, here.edits)).suppressed.map((each) => each.finding.container),
        [finding.container],
      );
      assert.equal(inChart(applyEdits(text, file.edits)).suppressed.length, 2);
    }
  }
});

test('what is ignored in vain in a template can be removed', () => {
  for (const comment of [
    '# native-sidecars-ignore wait-loop: why',
    '{{/* native-sidecars-ignore wait-loop: why */}}',
    '{{- /* native-sidecars-ignore wait-loop: why */}}',
  ]) {
    for (const place of ['top', 'proxy', 'condition', 'logs', 'name']) {
      const text = template(place, comment);
      const fix = inChart(text)
        .findings.find(({ rule }) => rule === 'unused-suppression')
        ?.fix();
      assert.ok(fix && 'edits' in fix, JSON.stringify([place, comment, fix]));
      assert.equal(applyEdits(text, fix.edits), template());
    }
  }
});

test('suppressions never throw', () => {
  for (const text of [
    IGNORE,
    `${IGNORE}-file`,
    `${IGNORE} , , : :`,
    `${'- '.repeat(50)}x ${IGNORE}`,
    `containers:\n\t${IGNORE} a\n`,
    `${IGNORE}\n`.repeat(500),
    `{{/* native-sidecars-ignore`,
    `{{/* native-sidecars-ignore */`,
    `{{/*`.repeat(20_000) + IGNORE,
    `{{/* native-sidecars-ignore */}}\n`.repeat(500),
    `{"metadata": {"annotations": {"native-sidecars/ignore": 5}}, "containers": []}`,
  ]) {
    const analysis = analyze(text);
    for (const finding of analysis.findings) finding.fix();
  }
});

test('a Dockerfile knows comments too', () => {
  const killers = [
    {
      workload: { kind: 'Job', name: 'export', namespace: undefined },
      container: 'work',
      image: 'work:1',
      program: 'pkill',
      file: 'job.yaml',
      stays: undefined,
    },
  ] as const;
  const read = (text: string) => analyzeDockerfile(text, { path: 'work/Dockerfile', killers, isOnly: true });
  const text = 'FROM debian:12\nRUN apt-get update && apt-get install -y \\\n      curl \\\n      procps\n';
  const [finding] = read(text).findings;
  assert.equal(finding?.rule, 'procps-for-pkill');
  for (const fix of finding.ignores()) {
    const after = read(applyEdits(text, fix.edits));
    assert.deepEqual(
      after.suppressed.map((each) => each.finding.rule),
      ['procps-for-pkill'],
    );
  }
  const unused = `${IGNORE} wait-loop: why\n${text}`;
  const analysis = read(unused);
  const fix = analysis.fixAll(
    analysis.findings.filter(({ rule }) => rule === 'unused-suppression'),
    { unsafe: true },
  );
  assert.equal(applyEdits(unused, fix?.edits ?? []), text);
});
