import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { globSync } from 'tinyglobby';
import { mask } from '../../engine/helm/mask.ts';
import {
  type AnalyzeOptions,
  analyze,
  applyEdits,
  hover,
  isChartFile,
  prepareChartFiles,
  valuesProblem,
} from '../../engine/index.ts';
import { HEAD, INIT, initList, MAIN, NATIVE, PROXY } from './template-parts.ts';

const FOLDER = 'test/charts/shop';
const FILES = new Map(
  globSync('**/*', { cwd: FOLDER })
    .filter(isChartFile)
    .map((path) => [path, readFileSync(`${FOLDER}/${path}`, 'utf8')]),
);
const CHART = prepareChartFiles('chart/', FILES);
const inChart = (path: string): AnalyzeOptions => ({ chart: { files: CHART, path } });

const job = (containers: string, init = '') =>
  `${HEAD}${init && `      initContainers:\n${init}`}      containers:\n${containers}`;
const under = (condition: string, body: string, end = '{{- end }}') =>
  `        {{- ${condition} }}\n${body}        ${end}\n`;

const PLAIN = job(MAIN + PROXY)
  .replace('{{ .Release.Name }}', 'x')
  .replace('{{ .Values.tag }}', '2');
const BRACES = `${PLAIN}          args: ["--format={{ .Names }}"]\n`;

/** The text after the move of the first sidecar, or why there is none. */
function moved(text: string, options: AnalyzeOptions = {}): string {
  const [finding] = analyze(text, options).findings;
  assert.ok(finding, text);
  const fix = finding.fix();
  assert.ok(fix);
  return 'edits' in fix ? applyEdits(text, fix.edits) : fix.refused;
}

const ENV = `          env:
            {{- range $name, $value := .Values.env }}
            - name: {{ $name }}
              value: {{ $value | quote }}
            {{- end }}
`;

const MOVES: readonly [name: string, before: string, after: string][] = [
  ['a container with actions', job(MAIN + PROXY), job(MAIN, NATIVE)],
  ['one before others', job(PROXY + MAIN), job(MAIN, NATIVE)],
  ['behind init containers', job(MAIN + PROXY, INIT), job(MAIN, INIT + NATIVE)],
  [
    'behind init containers under a condition',
    job(MAIN + PROXY, under('if .Values.schema', INIT)),
    job(MAIN, under('if .Values.schema', INIT) + NATIVE),
  ],
  [
    'behind init containers that an action prints',
    job(MAIN + PROXY, `${INIT}        {{- toYaml .Values.more | nindent 8 }}\n`),
    job(MAIN, `${INIT}        {{- toYaml .Values.more | nindent 8 }}\n${NATIVE}`),
  ],
  [
    'with what an action prints at its end',
    job(`${MAIN}${PROXY}          resources:\n            {{- toYaml .Values.resources | nindent 12 }}\n`),
    job(MAIN, `${NATIVE}          resources:\n            {{- toYaml .Values.resources | nindent 12 }}\n`),
  ],
  [
    'without what an action prints behind it',
    job(`${MAIN}${PROXY}        {{- toYaml .Values.more | nindent 8 }}\n`),
    job(`${MAIN}        {{- toYaml .Values.more | nindent 8 }}\n`, NATIVE),
  ],
  [
    'with conditions in it',
    job(`${MAIN}${PROXY}          {{- if .Values.debug }}\n          args: [-d]\n          {{- end }}\n`),
    job(MAIN, `${NATIVE}          {{- if .Values.debug }}\n          args: [-d]\n          {{- end }}\n`),
  ],
  [
    'with its condition, which holds the new list too',
    job(MAIN + under('if .Values.proxy', PROXY)),
    `${HEAD}        {{- if .Values.proxy }}\n${initList(NATIVE)}        {{- end }}\n      containers:\n${MAIN}`,
  ],
  [
    'with its conditions, behind init containers',
    job(MAIN + under('if .Values.proxy', under('with .Values.x', PROXY)), INIT),
    job(MAIN, INIT + under('if .Values.proxy', under('with .Values.x', NATIVE))),
  ],
  [
    'with the remark above its condition',
    job(`${MAIN}        # Near.\n${under('if .Values.proxy', PROXY)}`, INIT),
    job(MAIN, `${INIT}        # Near.\n${under('if .Values.proxy', NATIVE)}`),
  ],
  [
    'with a comment that holds an action',
    job(`${MAIN}        # {{ .Values.note }}\n${PROXY}`),
    job(MAIN, `        # {{ .Values.note }}\n${NATIVE}`),
  ],
  [
    'an image under two conditions',
    job(`${MAIN}        - name: proxy
          {{- if .Values.own }}
          image: haproxy:1
          {{- else }}
          image: haproxy:2
          {{- end }}
`),
    job(
      MAIN,
      `        - name: proxy
          restartPolicy: Always
          {{- if .Values.own }}
          image: haproxy:1
          {{- else }}
          image: haproxy:2
          {{- end }}
`,
    ),
  ],
  [
    'a list whose condition is its own',
    `${HEAD}      {{- if .Values.proxy }}\n${initList(INIT)}      {{- end }}\n      containers:\n${MAIN}${under('if .Values.proxy', PROXY)}`,
    `${HEAD}      {{- if .Values.proxy }}\n${initList(INIT)}${under('if .Values.proxy', NATIVE)}      {{- end }}\n      containers:\n${MAIN}`,
  ],
  [
    'a loop whose variable another loop has too',
    job(`${MAIN}${ENV}${PROXY}${ENV}`, INIT),
    job(`${MAIN}${ENV}`, `${INIT}${NATIVE}${ENV}`),
  ],
];

for (const [name, before, after] of MOVES) {
  test(`in a template moves ${name}`, () => {
    assert.equal(moved(before), after);
    const windows = (text: string) => text.replace(/\n/g, '\r\n');
    assert.equal(moved(windows(before)), windows(after));
  });
}

const REFUSALS: readonly [name: string, text: string, reason: RegExp][] = [
  [
    'a condition with an else',
    job(MAIN + under('if .Values.a', `${PROXY}        {{- else }}\n${MAIN.replace('import', 'x')}`)),
    /has an else/,
  ],
  [
    'a condition around two',
    job(MAIN + under('if .Values.a', PROXY + MAIN.replace('import', 'x'))),
    /holds more than it/,
  ],
  ['a range', job(MAIN + under('range .Values.a', PROXY)), /stands in a range/],
  [
    'init containers under a condition',
    `${HEAD}      {{- if .Values.schema }}\n${initList(INIT)}      {{- end }}\n      containers:\n${MAIN}${PROXY}`,
    /different conditions/,
  ],
  ['white space that goes', job(MAIN + under('if .Values.proxy', PROXY, '{{ end -}}'), INIT), /trims white space/],
  ['white space that would go', job(`${MAIN}        {{ $x := 1 -}}\n${PROXY}`), /trims white space/],
  [
    'a variable of other lines',
    job(`${MAIN}        {{- $tag := .Values.tag }}\n${PROXY.replace('.Values.tag', '$tag')}`, INIT),
    /uses \$tag/,
  ],
  [
    'a variable of the loop around',
    `{{- range $job := .Values.jobs }}\n${job(`${MAIN}        {{- range $tag := $job.tags }}\n        {{- end }}\n${PROXY.replace('.Values.tag', '$tag')}`, INIT)}{{- $tag := 1 }}\n{{- end }}\n`,
    /uses \$tag/,
  ],
  [
    'a variable that lines behind it read',
    job(
      `${PROXY}          {{- $tag := .Values.tag }}\n          args: [{{ $tag }}]\n${MAIN.replace(':1', ':{{ $tag }}')}`,
      INIT,
    ),
    /assigns \$tag/,
  ],
  ['lists that are indented differently', job(`${MAIN}${PROXY}`, INIT.replace(/^ {2}/gm, '')), /indented differently/],
];

for (const [name, text, reason] of REFUSALS) {
  test(`in a template moves nothing: ${name}`, () => assert.match(moved(text), reason));
}

test('a container that a named template prints in several ways is found once', () => {
  const helpers = `{{- define "x.any" -}}
{{- if kindIs "map" . }}
{{- include "x.proxy" (list . 1) }}
{{- else }}
{{- include "x.proxy" . }}
{{- end }}
{{- end -}}
{{- define "x.proxy" }}
- name: proxy
  image: haproxy:3
{{- end -}}
`;
  const files = prepareChartFiles('', new Map([['templates/_x.tpl', helpers]]));
  const text = job(`${MAIN}        {{- include "x.any" . | nindent 8 }}\n`);
  const { findings } = analyze(text, { chart: { files, path: 'templates/job.yaml' } });
  assert.deepEqual(
    findings.map(({ rule, container }) => [rule, container]),
    [['non-native-sidecar', 'proxy']],
  );
});

test('a finding lies in the template, and what is unknown is told as it is written', () => {
  const text = FILES.get('templates/export.yaml') ?? '';
  const analysis = analyze(text, inChart('templates/export.yaml'));
  const [finding] = analysis.findings;
  assert.ok(finding);
  const at = ({ start, end }: { start: number; end: number }, of = text) => of.slice(start, end);
  assert.equal(at(finding.span), '{{- include "common.shipper" . | nindent 8 }}');
  assert.equal(finding.container, '{{ .Release.Name }}-shipper');
  assert.equal(finding.workload.name, '{{ include "shop.name" . }}-export');
  assert.match(finding.message, /^Container '\{\{ \.Release\.Name \}\}-shipper' keeps .* after 'export' has finished/);
  const [evidence] = finding.evidence;
  assert.equal(evidence?.file, 'chart/charts/common/templates/_shipper.tpl');
  assert.equal(
    at(evidence?.span ?? finding.span, analysis.textOf(evidence?.file ?? '')),
    '{{ .Values.common.shipper.image }}',
  );
  assert.match(evidence?.message ?? '', /fluent-bit:3\.1/);
  assert.equal(analysis.textOf('elsewhere'), undefined);
  assert.match(
    moved(text, inChart('templates/export.yaml')),
    / {6}initContainers:\n {8}\{\{- include "common\.shipper" \. \| nindent 8 \}\}\n {10}restartPolicy: Always\n {6}containers:/,
  );
  assert.match(hover(analysis, finding.span.start + 5)?.markdown ?? '', /\{\{ \.Release\.Name \}\}-shipper/);
});

test('a subchart has values of its own, and over them those of the chart that holds it', () => {
  assert.deepEqual((CHART.chartOf('charts/common/templates/x.yaml').values as { shipper: unknown }).shipper, {
    image: 'fluent/fluent-bit:3.1',
  });
  assert.ok(
    !isChartFile('ci/values.yaml') && !isChartFile('templates/x.json') && isChartFile('charts/a/templates/b/c.tpl'),
  );
});

test('a chart whose files do not parse is a chart without values', () => {
  const files = prepareChartFiles(
    '',
    new Map([
      ['values.yaml', 'a: [b'],
      ['Chart.yaml', ': : :'],
      ['templates/_x.tpl', '{{ define "'],
    ]),
  );
  const text = job(MAIN + PROXY);
  assert.equal(analyze(text, { chart: { files, path: 'templates/job.yaml' } }).findings.length, 1);
});

test('values that are given win over those of the chart and reach its subcharts', () => {
  const given = [
    ['proxy.yaml', 'proxy: {image: registry.example.com/once, tag: "1"}\ncommon: {shipper: {image: a}}\n'],
    ['broken.yaml', 'proxy: {image: ['],
    ['list.yaml', '- proxy'],
    ['empty.yaml', ''],
    ['last.yaml', 'proxy: {tag: "2"}\n'],
  ].map(([name = '', text = '']) => ({ name, text }));
  const files = prepareChartFiles('chart/', FILES, given);
  const { values } = files.chartOf('templates/job.yaml') as { values: { proxy?: unknown } };
  assert.deepEqual(values.proxy, { enabled: false, image: 'registry.example.com/once', tag: '2' });
  assert.deepEqual(files.chartOf('charts/common/templates/x.tpl').values, { shipper: { image: 'a' } });
  assert.deepEqual(
    given.map(({ text }) => valuesProblem(text)?.slice(0, 14)),
    [undefined, 'does not parse', 'holds no keys ', undefined, undefined],
  );
});

for (const [what, text, chart, isSkipped] of [
  ['a template', job(MAIN + PROXY), false, true],
  ['a template of a chart', job(MAIN + PROXY), true, true],
  ['a document that no action is in, in a file with others', `{{ .Values.head }}\n---\n${PLAIN}`, false, true],
  ['braces in a script of a chart', BRACES, true, true],
  ['braces in a text elsewhere', BRACES, false, false],
  ['a manifest', PLAIN, false, false],
] as const) {
  test(`with helm.enabled: false ${what} is ${isSkipped ? 'not' : ''} judged`, () => {
    const around = chart ? inChart('templates/x.yaml') : {};
    const seen = analyze(text, around);
    const { findings, skipped } = analyze(text, { ...around, helm: { enabled: false }, previous: seen });
    assert.equal(findings.length > 0, !isSkipped);
    assert.equal(skipped.length > 0, isSkipped);
    for (const { reason } of skipped) assert.match(reason, /^it is a Helm template, and helm\.enabled is false/);
    assert.deepEqual(analyze(text, { ...around, helm: { enabled: true } }).findings.length, seen.findings.length);
  });
}

test('a fix of a template is safe only in a chart for clusters that know native sidecars', () => {
  const text = FILES.get('templates/report.yaml') ?? '';
  const safeFor = (kubeVersion: string) => {
    const files = new Map([...FILES, ['Chart.yaml', `name: shop\nkubeVersion: "${kubeVersion}"\n`]]);
    const chart = { files: prepareChartFiles('', files), path: 'templates/report.yaml' };
    const fix = analyze(text, { chart }).findings[0]?.fix();
    assert.ok(fix && 'edits' in fix, JSON.stringify(fix));
    return fix.safe;
  };
  const versions = ['>=1.29.0-0', '>= 1.30', '^1.31', '>=1.28', '>=1.20 || >=1.30', '', '1.x'];
  assert.deepEqual(versions.map(safeFor), [true, true, true, false, false, false, false]);
});

test('documents that stay are not read again, unless their chart is another one', () => {
  const text = `${job(MAIN + PROXY)}---\n${job(MAIN + PROXY).replace('-import', '-other')}---\na: 1\n`;
  const first = analyze(text, inChart('templates/x.yaml'));
  assert.deepEqual([first.documents, first.read], [3, 3]);
  const typed = text.replace('-other', '-others');
  assert.equal(analyze(typed, { ...inChart('templates/x.yaml'), previous: first }).read, 1);
  const other = { files: prepareChartFiles('chart/', FILES), path: 'templates/x.yaml' };
  assert.equal(analyze(text, { chart: other, previous: first }).read, 2);
});

test('nothing but actions before the first document makes no document', () => {
  const text = `{{- if .Values.on }}\n{{- $x := 1 }}\n---\n${job(MAIN + PROXY)}{{- end }}\n`;
  const { findings, documents } = analyze(text);
  assert.deepEqual([documents, findings.map(({ document }) => document)], [1, [0]]);
});

test('files of named templates that are no YAML are passed over', () => {
  const text =
    '{{- define "x" -}}\n{{ printf "%s: %s" .a .b }}\n{{- range .containers }}\n: - {{ . }}\n{{ end -}}\n{{- end -}}\n';
  assert.deepEqual(analyze(text).skipped, []);
});

const LINES = [
  '        - name: import\n          image: registry.example.com/import:1\n',
  '        - name: proxy\n          image: haproxy:{{ .Values.tag }}\n',
  '        - name: {{ .Release.Name }}-envoy\n          image: envoyproxy/envoy:v1\n          resources:\n            {{- toYaml .Values.resources | nindent 12 }}\n',
  '        - name: tunnel\n          image: alpine\n          command: [sh, -c, "tail -f {{ .Values.file }}"]\n',
  '        - name: done\n          image: alpine\n          args:\n            - |\n              {{ .Values.script }}\n              pkill haproxy\n',
  '        {{- if .Values.a }}\n',
  '        {{- else }}\n',
  '        {{- end }}\n',
  '        {{ end -}}\n',
  '        {{- with .Values.b }}\n',
  '        {{- range .Values.c }}\n',
  '        {{- include "shop.more" . | nindent 8 }}\n',
  '        {{- $x := .Values.x -}}\n',
  '        # A remark {{ .Values.note }}\n',
  '\n',
  '      initContainers:\n',
  '      containers:\n',
  '      shareProcessNamespace: {{ .Values.share }}\n',
  '{{ "{{" }}\n',
  '        {{/* no\n',
];

/** Each action as it is written, in no order. */
const actionsOf = (text: string) =>
  mask(text)
    .actions.map(({ span }) => text.slice(span.start, span.end))
    .sort();

/**
 * Takes every fix there is for a text and demands that it cuts through no action, loses none, keeps the line endings,
 * and leaves a text that reads as well as before. Gives the number of fixes.
 */
function fixesOf(text: string, options: AnalyzeOptions = {}): number {
  const analysis = analyze(text, options);
  const actions = mask(text).actions.map(({ span }) => span);
  const all = [
    ...analysis.findings.flatMap((finding) => [finding.fix(), finding.migration()]),
    analysis.fixAll(analysis.findings, { unsafe: false }),
    analysis.fixAll(analysis.findings, { unsafe: true }),
  ];
  const fixes = all.filter((fix) => fix !== undefined && 'edits' in fix);
  for (const { edits, title } of fixes) {
    for (const { span } of edits) {
      for (const { start, end } of actions) {
        const isWhole = span.start <= start && end <= span.end;
        const isApart = span.end <= start || end <= span.start;
        assert.ok(isWhole || isApart, `${title} cuts ${text.slice(start, end)} in\n${text}`);
      }
    }
    const fixed = applyEdits(text, edits);
    assert.deepEqual(actionsOf(fixed), actionsOf(text), `${title} in\n${text}`);
    assert.equal(/(?<!\r)\n/.test(fixed), /(?<!\r)\n/.test(text), 'a mixed line ending');
    assert.deepEqual(analyze(fixed, options).skipped, analysis.skipped, `${title} makes\n${fixed}`);
  }
  return fixes.length;
}

const crlf = (text: string) => text.replace(/\n/g, '\r\n');

test('no edit overlaps an action but to carry it whole, where lines stand in any order', () => {
  let fixes = 0;
  const line = fc.constantFrom(...LINES);
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 14 }),
      fc.array(line, { maxLength: 6 }),
      fc.boolean(),
      (containers, init, isWindows) => {
        const text = job(containers.join(''), init.join(''));
        fixes += fixesOf(isWindows ? crlf(text) : text);
      },
    ),
    { numRuns: 1500, seed: 1 },
  );
  assert.ok(fixes > 50, `${fixes} fixes are too few to prove it`);
});

/** An action that prints a word, in some spelling; one over lines cannot stand everywhere. */
const printing = fc.constantFrom(
  '{{ .Values.a }}',
  '{{- .Values.a -}}',
  '{{ .Values.proxy.tag | default "1" | quote }}',
  '{{ include "shop.name" . }}',
  '{{ include "shop.none" (dict "a" "}}") }}',
  '{{ if .Values.a }}a{{ else }}b{{ end }}',
);
const print = (before: string, after = '') => printing.map((action) => before + action + after);
const name = fc.oneof(fc.constantFrom('proxy', 'logs', 'work', 'load'), print('', '-envoy'), print('"a-', '"'));
const image = fc.oneof(
  fc.constantFrom(
    'haproxy:2.9',
    'fluent/fluent-bit:3.1',
    'registry.example.com/work:1',
    '{{ include "shop.image" . }}',
  ),
  print('haproxy:'),
  print('"envoyproxy/envoy:', '"'),
);
const opening = fc.constantFrom(
  '{{- if .Values.a }}',
  '{{ with .Values.b -}}',
  '{{- range .Values.c }}',
  '{{if not .d}}',
);

/** Scripts whose workaround stands near an action, or around it. */
const script = fc
  .tuple(
    fc.constantFrom(
      'work ACTION; pkill haproxy',
      'work && pkill haproxy ACTION',
      'work; pkill ACTION haproxy',
      'work; touch /tmp/ACTION; pkill haproxy; exit 0',
      "trap 'pkill haproxy; echo ACTION' EXIT; work",
      'until nc -z localhost ACTION; do sleep 1; done; work',
      'haproxy -f ACTION & while ! test -f /tmp/done; do sleep 1; done; kill $!',
      'exec haproxy -f ACTION',
    ),
    printing,
  )
  .map(([text, action]) => text.replace('ACTION', action.replaceAll('"', '')));

/** What a container has beside its name and its image, at no depth. */
const more = fc.oneof(
  printing.map((action) => `args: [-f, ${action}, "${action.replaceAll('"', '')}"]\n`),
  printing.map((action) => `env: # ${action}\n  - name: A\n    value: ${action}\n`),
  fc
    .tuple(script, fc.boolean())
    .map(([text, inBrackets]) =>
      inBrackets ? `command: ["sh", "-c", "${text}"]\n` : `command:\n  - sh\n  - -c\n  - |\n    ${text}\n`,
    ),
  opening.map((open) => `${open}\nresources:\n  {{- toYaml .Values.resources | nindent 12 }}\n{{- end }}\n`),
  fc.constantFrom(
    'resources:\n  {{- toYaml .Values.resources | nindent 12 }}\n',
    '{{- toYaml .Values.rest | nindent 10 }}\n',
    'ports: [{ containerPort: {{ .Values.port }} }]\n',
    'restartPolicy: {{ .Values.a }}\n',
    '{{/* a note\n   over lines */}}\n',
  ),
);
const deep = (text: string, by: number) => text.replace(/^(?=.)/gm, ' '.repeat(by));
const item = fc
  .record({ name, image, more: fc.array(more, { maxLength: 2 }), remark: fc.option(print('# ', '\n'), { freq: 3 }) })
  .map((each) => `${each.remark ?? ''}- name: ${each.name}\n${deep(`image: ${each.image}\n${each.more.join('')}`, 2)}`);
const guarded = fc.oneof(
  { weight: 3, arbitrary: item },
  { weight: 2, arbitrary: fc.tuple(opening, item).map(([open, body]) => `${open}\n${body}{{- end }}\n`) },
  fc.tuple(item, item).map(([one, other]) => `{{- if .Values.a }}\n${one}{{- else }}\n${other}{{ end }}\n`),
  fc.constantFrom('{{- include "common.shipper" . | nindent 8 }}\n', '{{- toYaml .Values.more | nindent 8 }}\n', '\n'),
);
const list = (size: object) => fc.array(guarded, size).map((all) => deep(all.join(''), 8));

test('no edit overlaps an action but to carry it whole, in random templates with and without a chart', () => {
  let [fixes, texts] = [0, 0];
  const random = fc.record({
    containers: list({ minLength: 1, maxLength: 4 }),
    init: list({ maxLength: 2 }),
    isShared: fc.boolean(),
    guard: fc.boolean(),
    isWindows: fc.boolean(),
    inShop: fc.boolean(),
  });
  fc.assert(
    fc.property(random, ({ containers, init, isShared, guard, isWindows, inShop }) => {
      const pod = `${job(containers, init)}${isShared ? '      shareProcessNamespace: true\n' : ''}`;
      const text = guard ? `{{- if .Values.on }}\n${pod}{{- end }}\n` : pod;
      const found = fixesOf(isWindows ? crlf(text) : text, inShop ? inChart('templates/x.yaml') : {});
      fixes += found;
      texts += found > 0 ? 1 : 0;
    }),
    { numRuns: 300, seed: 1 },
  );
  assert.ok(texts > 150 && fixes > 450, `${fixes} fixes in ${texts} templates are too few to prove it`);
});

const LONG: readonly [name: string, make: (lines: number) => string][] = [
  [
    'a template of many lines',
    (lines) =>
      job(
        MAIN +
          PROXY +
          '          # {{ .Values.a }}\n'.repeat(lines / 2) +
          '          {{- if .Values.a }}\n          {{- end }}\n'.repeat(lines / 4),
      ),
  ],
  ['openings alone', (lines) => `containers: ${'{{'.repeat(lines)}`],
  ['nothing but braces', (lines) => '{{}}'.repeat(lines)],
  ['nothing but braces, unpaired', (lines) => '{{{}'.repeat(lines)],
  ['nothing but braces on lines', (lines) => '{{\n}}\n}{\n'.repeat(lines / 2)],
  ['braces on lines', (lines) => `containers:\n${'{{ }}}} {{\n'.repeat(lines)}`],
  [
    'conditions in conditions',
    (lines) => `containers:\n${'{{ if .a }}\n'.repeat(lines / 2)}${'{{ end }}\n'.repeat(lines / 2)}`,
  ],
];

for (const [name, make] of LONG) {
  test(`the analysis of ${name} costs linear time`, () => {
    /** The processor's milliseconds for a text of so many lines, the best of three. */
    const cost = (lines: number) => {
      const text = make(lines);
      const times = [1, 2, 3].map(() => {
        const start = process.cpuUsage();
        for (const finding of analyze(text).findings) finding.fix();
        return process.cpuUsage(start).user / 1000;
      });
      return Math.min(...times);
    };
    const [small, large] = [cost(2_000), cost(20_000)];
    // Ten times the lines: quadratic time would be a hundred times as much.
    assert.ok(large < small * 20 + 500, `${small.toFixed(0)} ms, then ${large.toFixed(0)} ms`);
  });
}
