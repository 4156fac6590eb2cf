import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type AnalyzeOptions,
  analyze,
  applyEdits,
  type Fix,
  hover,
  parseVersions,
  prepareChartFiles,
  type Refusal,
} from '../../engine/index.ts';
import { HEAD, INIT, initList, MAIN, NATIVE, PROXY } from './template-parts.ts';

const NEW = 'semverCompare ">=1.29-0" .Capabilities.KubeVersion.Version';
const under = (condition: string, body: string, pad = '        ') =>
  `${pad}{{- if ${condition} }}\n${body}${pad}{{- end }}\n`;
const job = (containers: string, init = '') => `${HEAD}${init}      containers:\n${containers}`;

const WAIT = `        - name: wait
          image: busybox
          command: [sh, -c, "until nc -z localhost 5432; do sleep 1; done"]
`;
const SERVER = `        - name: database
          image: postgres:{{ .Values.tag }}
          ports:
            - containerPort: 5432
`;
const NATIVE_SERVER = SERVER.replace('          ports:', '          restartPolicy: Always\n          ports:');

const TEMPLATES = `{{- define "shop.database" -}}
- name: database
  image: postgres:{{ .Values.tag }}
  ports:
    - containerPort: 5432
{{- end -}}
{{- define "shop.proxy" -}}
- name: proxy
  image: haproxy:{{ .Values.tag }}
  {{- with .Values.resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
{{- define "shop.maybe" -}}
{{- if .Values.proxy }}
- name: proxy
  image: haproxy:3
{{- end }}
{{- end -}}
{{- define "shop.maybe-at-8" }}
{{- if .Values.proxy }}
        - name: proxy
          image: haproxy:3
{{- end }}
{{- end -}}
{{- define "shop.either" -}}
{{- if .Values.proxy }}
- name: proxy
  image: haproxy:3
{{- else }}
{{- include "shop.unknown" . }}
{{- end }}
{{- end -}}
{{- define "shop.each" -}}
{{- range .Values.ports }}
- name: proxy
  image: haproxy:3
{{- end }}
{{- end -}}
{{- define "shop.more" -}}
- name: proxy
  image: haproxy:3
{{- with .Values.more }}
{{ toYaml . }}
{{- end }}
{{- end -}}
{{- define "shop.two" -}}
- name: proxy
  image: haproxy:3
- name: shipper
  image: fluent/fluent-bit:3
{{- end -}}
{{- define "shop.outer" -}}
{{ include "shop.proxy" . }}
{{- end -}}
`;
const files = (kubeVersion = '>=1.25.0-0') =>
  prepareChartFiles(
    'chart/',
    new Map([
      ['Chart.yaml', `name: shop\nkubeVersion: "${kubeVersion}"\n`],
      ['values.yaml', 'tag: "3"\n'],
      ['templates/_helpers.tpl', TEMPLATES],
    ]),
  );
const IN_CHART: AnalyzeOptions = { chart: { files: files(), path: 'templates/job.yaml' } };
const include = (name: string) => `        {{- include "${name}" . | nindent 8 }}\n`;

const maybe = (condition: string, line: string) =>
  under(`${condition} | trim`, `${line}          restartPolicy: Always\n`);

/** The text after a fix of the first sidecar, or why there is none. */
function after(text: string, fixOf: 'fix' | 'guarded'): string {
  const finding = analyze(text, IN_CHART).findings.find(({ rule }) => rule === 'non-native-sidecar');
  assert.ok(finding, text);
  const fix: Fix | Refusal | undefined = finding[fixOf]();
  assert.ok(fix);
  return 'edits' in fix ? applyEdits(text, fix.edits) : fix.refused;
}

for (const [name, before, expected] of [
  [
    'a container, with a new list',
    job(MAIN + PROXY),
    job(MAIN + under(`not (${NEW})`, PROXY), under(NEW, initList(NATIVE), '      ')),
  ],
  [
    'one behind init containers',
    job(PROXY + MAIN, initList(INIT)),
    job(under(`not (${NEW})`, PROXY) + MAIN, initList(INIT + under(NEW, NATIVE))),
  ],
  [
    'one under a condition of its own',
    job(MAIN + under('.Values.proxy', PROXY), initList(INIT)),
    job(
      MAIN + under(`not (${NEW})`, under('.Values.proxy', PROXY)),
      initList(INIT + under(NEW, under('.Values.proxy', NATIVE))),
    ),
  ],
  [
    'one for which an init container waits',
    job(SERVER + MAIN, initList(INIT + WAIT)),
    job(under(`not (${NEW})`, SERVER) + MAIN, initList(INIT + under(NEW, NATIVE_SERVER) + WAIT)),
  ],
  [
    'one that a named template prints',
    job(MAIN + include('shop.proxy'), initList(INIT)),
    job(
      MAIN + under(`not (${NEW})`, include('shop.proxy')),
      initList(INIT + under(NEW, `${include('shop.proxy')}          restartPolicy: Always\n`)),
    ),
  ],
] as const) {
  test(`with a version guard moves ${name}`, () => {
    assert.equal(after(before, 'guarded'), expected);
    const windows = (text: string) => text.replace(/\n/g, '\r\n');
    assert.equal(after(windows(before), 'guarded'), windows(expected));
    for (const cluster of ['1.33', '>=1.27 <1.34']) {
      const versions = parseVersions(cluster);
      const { findings } = analyze(expected, { ...IN_CHART, ...(versions && { versions }) });
      assert.deepEqual(
        findings.filter(({ severity }) => severity === 'warning' || severity === 'error'),
        [],
        cluster,
      );
    }
  });
}

test('in a with the guard asks the root for the version', () => {
  const text = `{{- with .Values.job }}\n${job(MAIN + PROXY)}{{- end }}\n`;
  assert.match(
    after(text, 'guarded'),
    /\{\{- if semverCompare ">=1\.29-0" \$\.Capabilities\.KubeVersion\.Version \}\}/,
  );
});

test('a guarded fix is safe, and there is none in a manifest or a chart for new clusters', () => {
  const guard = (text: string, options: AnalyzeOptions) => analyze(text, options).findings[0]?.guarded();
  const fix = guard(job(MAIN + PROXY), IN_CHART);
  assert.ok(fix && 'edits' in fix && fix.safe);
  assert.equal(fix.title, "Make 'proxy' a native sidecar, with a version guard");
  assert.equal(
    guard(job(MAIN + PROXY), { chart: { files: files('>=1.29.0-0'), path: 'templates/job.yaml' } }),
    undefined,
  );
  assert.equal(guard(job(MAIN + PROXY).replaceAll(/\{\{.*?\}\}/g, 'x'), {}), undefined);
});

test('fix all with version guards needs no review', () => {
  const text = job(MAIN + PROXY);
  const analysis = analyze(text, IN_CHART);
  const all = analysis.fixAll(analysis.findings, { unsafe: false, versionGuard: true });
  assert.equal(all && applyEdits(text, all.edits), after(text, 'guarded'));
  assert.equal(analysis.fixAll(analysis.findings, { unsafe: false }), undefined);
});

for (const [name, before, expected] of [
  [
    'behind init containers',
    job(MAIN + include('shop.proxy'), initList(INIT)),
    job(MAIN, initList(`${INIT}${include('shop.proxy')}          restartPolicy: Always\n`)),
  ],
  [
    'to a new list, with the remark above it',
    job(`${MAIN}        # Near.\n${include('shop.proxy')}`),
    job(MAIN, initList(`        # Near.\n${include('shop.proxy')}          restartPolicy: Always\n`)),
  ],
  [
    'with its condition',
    job(MAIN + under('.Values.proxy', include('shop.proxy')), initList(INIT)),
    job(MAIN, initList(INIT + under('.Values.proxy', `${include('shop.proxy')}          restartPolicy: Always\n`))),
  ],
  [
    'where it may print nothing',
    job(MAIN + include('shop.maybe'), initList(INIT)),
    job(MAIN, initList(INIT + maybe('include "shop.maybe" .', include('shop.maybe')))),
  ],
  [
    'where it may print nothing, to a new list',
    job(`${MAIN}        # Near.\n{{ include "shop.maybe" (dict "a" .) | indent 8 }}\n`),
    job(
      MAIN,
      `        {{- if include "shop.maybe" (dict "a" .) | trim }}
${initList('        # Near.\n{{ include "shop.maybe" (dict "a" .) | indent 8 }}\n          restartPolicy: Always\n')}        {{- end }}
`,
    ),
  ],
] as const) {
  test(`what a named template prints moves ${name}`, () => {
    assert.equal(after(before, 'fix'), expected);
    assert.deepEqual(
      analyze(expected, IN_CHART).findings.filter(({ rule }) => rule === 'non-native-sidecar'),
      [],
    );
  });
}

const ADVICE = / If only Jobs include it, add restartPolicy: Always there and include it under initContainers\.$/;

for (const [name, text, reason] of [
  ['it is one of two', job(MAIN + include('shop.either')), /"shop\.either" prints more containers than it/],
  ['there are more of it', job(MAIN + include('shop.each')), /"shop\.each" prints more containers than it/],
  ['more may be printed', job(MAIN + include('shop.more')), /"shop\.more" prints more containers than it/],
  ['two are printed', job(MAIN + include('shop.two')), /"shop\.two" prints more containers than it/],
  [
    'it cannot be asked for',
    job(`${MAIN}{{ template "shop.maybe-at-8" . }}\n`),
    /"shop\.maybe-at-8" prints it under a condition and is not included/,
  ],
  ['another named template includes it', job(MAIN + include('shop.outer')), /"shop\.proxy" prints it, and another/],
  [
    'the lists stand under different conditions',
    `${HEAD}      {{- if .Values.schema }}\n${initList(INIT)}      {{- end }}\n      containers:\n${MAIN}${include('shop.proxy')}`,
    /different conditions/,
  ],
] as const) {
  test(`what a named template prints stays where ${name}`, () => {
    assert.match(after(text, 'fix'), reason);
    if (name !== 'the lists stand under different conditions') assert.match(after(text, 'fix'), ADVICE);
    const told = hover(analyze(text, IN_CHART), text.search(/(?:include|template) "shop\./))?.markdown ?? '';
    assert.match(told, /\*\*Make 'proxy' a native sidecar\*\*: Not offered: /);
  });
}

test('what a named template prints stays where an init container waits for it, behind which it would start', () => {
  const text = job(MAIN + include('shop.database'), initList(WAIT));
  const reason = "Not offered: the init container 'wait' waits for it and would still start first.";
  assert.equal(after(text, 'fix'), reason);
  assert.equal(after(text, 'guarded'), reason);
  const analysis = analyze(text, IN_CHART);
  assert.equal(analysis.fixAll(analysis.findings, { unsafe: true }), undefined);
});
