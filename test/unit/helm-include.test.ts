import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { globSync } from 'tinyglobby';
import { type ExpandOptions, expand } from '../../engine/helm/include.ts';
import { isTemplate, mask } from '../../engine/helm/mask.ts';
import { indexTemplates } from '../../engine/helm/templates.ts';
import { prepareChart } from '../../engine/helm/values.ts';
import { readYaml } from '../../engine/yaml/read.ts';
import { splitDocuments } from '../../engine/yaml/split.ts';

const HELPERS = `{{/* How the chart is called */}}
{{- define "shop.name" -}}
{{ .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- define "shop.image" -}}
{{- $tag := .Values.image.tag | default .Chart.AppVersion -}}
{{- if .Values.image.registry -}}
{{ .Values.image.registry }}/{{ .Values.image.name }}:{{ $tag }}
{{- else -}}
{{ .Values.image.name }}:{{ $tag }}
{{- end -}}
{{- end -}}

{{- define "shop.proxy" -}}
{{- if .Values.proxy.enabled }}
- name: proxy
  image: haproxy:2.9
  command:
    - /bin/sh
    - -c
    - |
      haproxy -f /etc/proxy.cfg
  env:
    {{- include "shop.env" . | nindent 4 }}
{{- end }}
{{- end -}}

{{- define "shop.bare" -}}
name: proxy
image: haproxy:2.9
{{- end -}}

{{- define "shop.own-line" }}
- name: proxy
  image: haproxy:2.9
{{ end -}}

{{- define "shop.env" -}}
- name: PORT
  value: {{ .Values.proxy.port | quote }}
- name: HOME
  value: {{ include "shop.name" . }}
{{- end -}}

{{- define "shop.wait" -}}
until nc -z localhost 80; do
  sleep 1
done
{{- end -}}

{{- define "shop.self" -}}
{{ include "shop.self" . }}
{{- end -}}

{{- define "shop.ping" -}}
- name: ping
{{ include "shop.pong" . | indent 0 }}
{{- end -}}
{{- define "shop.pong" -}}
- name: pong
{{ include "shop.ping" . }}
{{- end -}}

{{- define "shop.with-dict" -}}
- name: {{ .name }}
  image: {{ .root.Values.image.name }}
{{- end -}}
`;
const FILES = new Map([['templates/_helpers.tpl', HELPERS]]);
const TEMPLATES = indexTemplates(FILES);
const CHART = prepareChart(
  [
    {
      name: 'values.yaml',
      values: { image: { registry: 'quay.io', name: 'haproxy', tag: '' }, proxy: { enabled: false, port: 80 } },
    },
  ],
  { name: 'shop', appVersion: '2.9' },
);

function view(text: string, options: ExpandOptions = { templates: TEMPLATES, chart: CHART }) {
  const expanded = expand(text, options);
  const document = readYaml(expanded.text);
  assert.equal(document.error, undefined, `${document.error}\n${expanded.text}`);
  const value = JSON.parse(JSON.stringify(document.value() ?? null).replaceAll(/x{4,}/g, 'X')) as unknown;
  return { ...expanded, value };
}

const PROXY = {
  name: 'proxy',
  image: 'haproxy:2.9',
  command: ['/bin/sh', '-c', 'haproxy -f /etc/proxy.cfg\n'],
  env: [
    { name: 'PORT', value: '80' },
    { name: 'HOME', value: 'shop' },
  ],
};
const BARE = { name: 'proxy', image: 'haproxy:2.9' };

const VIEWS: readonly [name: string, template: string, value: unknown][] = [
  ['a line of a list', 'c:\n  - name: a\n  {{- include "shop.proxy" . | nindent 2 }}\nd: 1\n', 'proxy'],
  ['a line without its own space', 'c:\n  - name: a\n{{ include "shop.proxy" $ | indent 2 }}\nd: 1\n', 'proxy'],
  ['a deeper line', 'c:\n  - name: a\n        {{- include "shop.proxy" . | indent 2 }}\nd: 1\n', 'proxy'],
  ['the prefix form', 'c:\n  - name: a\n  {{- nindent 2 (include "shop.proxy" .) }}\nd: 1\n', 'proxy'],
  ['through tpl', 'c:\n  - name: a\n  {{- tpl (include "shop.proxy" .) . | nindent 2 }}\nd: 1\n', 'proxy'],
  ['a list item', '- {{- include "shop.bare" . | nindent 4 }}\n- b\n', [BARE, 'b']],
  ['a trimmed list item', '- {{ include "shop.bare" . | indent 2 | trim }}\n- b\n', [BARE, 'b']],
  ['a value', 'a: {{- include "shop.bare" . | nindent 2 }}\nb: 1\n', { a: BARE, b: 1 }],
  ['a body on its own line', 'c:\n{{- include "shop.own-line" . | indent 2 }}\nd: 1\n', { c: [BARE], d: 1 }],
  ['without indentation', 'c:\n{{ template "shop.own-line" . }}\nd: 1\n', { c: [BARE], d: 1 }],
  ['in a script', 'a: |\n  {{- include "shop.wait" . | nindent 2 }}\n  go\n', 'script'],
  ['with a dict', '{{ include "shop.with-dict" (dict "name" "p" "root" $) }}\n', [{ name: 'p', image: 'haproxy' }]],
  ['below its keys', '- {{ include "shop.bare" . | nindent 2 }}\n  b: 1\n', [{ ...BARE, b: 1 }]],
  ['unknown names', 'a: 1\n{{ include "shop.none" . }}\nb: {{ include "shop.none" . }}\n', { a: 1, b: 'X' }],
  ['a computed name', '{{ include (printf "%s.%s" .Chart.Name "bare") . }}\n', BARE],
  ['itself', 'a: 1\n{{ include "shop.self" . }}\n', { a: 1 }],
  ['each other', '{{ include "shop.ping" . }}\n', [{ name: 'ping' }, { name: 'pong' }]],
  ['something else done to it', 'a:\n  {{- include "shop.bare" . | fromYaml | toYaml | nindent 2 }}\n', { a: null }],
  ['an image', 'image: {{ include "shop.image" . }}\n', { image: 'quay.io/haproxy:2.9' }],
  ['an image in quotes', 'image: "{{ template "shop.image" . }}"\n', { image: 'quay.io/haproxy:2.9' }],
  ['a quoted value', 'a: {{ .Values.proxy.port | quote }}\n', { a: '80' }],
  ['a value in a value', 'a: {{ .Values.image.name }}:{{ .Values.image.tag }}\n', { a: 'haproxy:X' }],
  ['a value in a script', 'a: |\n  run {{ .Values.image.name }}\n', { a: 'run haproxy\n' }],
  ['values that would break out', 'a: "{{ printf "\\"b" }}"\nc: {{ printf "d: e" }}\n', { a: 'X', c: 'X' }],
  ['a define among others', '{{ define "a" }}\nx: 1\n{{ end }}\nb: 1\n', { b: 1 }],
  ['an empty list in the other branch', 'a:\n{{ if .b }}\n  []\n{{ else }}\n  - b\n{{ end }}\n', { a: ['b'] }],
  [
    'a nested empty list',
    'a:\n{{ if .b }}{{/* c */}}{{ if .d }}\n  []\n{{ end }}{{ else }}\n  - b\n{{ end }}\n',
    { a: ['b'] },
  ],
  [
    'nested empty lists',
    'a:\n{{ if .b }}\n{{ if .c }}\n  []\n{{ end }}\n{{ else }}\n  []\n{{ end }}\nb: 1\n',
    { a: null, b: 1 },
  ],
  ['an empty map alone', 'a:\n{{ if .b }}\n  {}\n{{ end }}\n', { a: {} }],
  ['nothing but defines', '{{ define "a" }}\nx: 1\n{{ end }}\n', { x: 1 }],
];

for (const [name, template, expected] of VIEWS) {
  test(`include: ${name}`, () => {
    const { value } = view(template);
    if (expected === 'proxy') assert.deepEqual(value, { c: [{ name: 'a' }, PROXY], d: 1 });
    else if (expected === 'script') assert.match((value as { a: string }).a, /^until nc .*\n {2}sleep 1\ndone\ngo\n$/m);
    else assert.deepEqual(value, expected);
  });
}

test('include: without a chart named templates are put in and values are not', () => {
  const text = 'c:\n  {{- include "shop.proxy" . | nindent 2 }}\nd: {{ .Values.image.name }}\n';
  const { value, values } = view(text, { templates: TEMPLATES });
  const env = [
    { name: 'PORT', value: 'X' },
    { name: 'HOME', value: 'X' },
  ];
  assert.deepEqual(value, { c: [{ ...PROXY, env }], d: 'X' });
  assert.deepEqual(values, []);
});

test('include: Windows line endings', () => {
  const files = new Map([...FILES].map(([path, text]) => [path, text.replaceAll('\n', '\r\n')]));
  const text = 'c:\r\n  - name: a\r\n  {{- include "shop.proxy" . | nindent 2 }}\r\nd: 1\r\n';
  assert.deepEqual(view(text, { templates: indexTemplates(files), chart: CHART }).value, {
    c: [{ name: 'a' }, PROXY],
    d: 1,
  });
});

test('include: leads back from the view to the template and to the named template', () => {
  const text = 'c:\n  - name: a\n  {{- include "shop.proxy" . | nindent 2 }}\nd: {{ .Values.image.name }}\n';
  const expanded = view(text);
  const find = (words: string) => {
    const start = expanded.text.indexOf(words);
    return expanded.origin({ start, end: start + words.length });
  };
  const slice = (source: string, span: { start: number; end: number }) => source.slice(span.start, span.end);

  const own = find('name: a');
  assert.equal(slice(text, own.span), 'name: a');
  assert.deepEqual([own.define, own.isVerbatim], [undefined, true]);

  const image = find('haproxy:2.9');
  assert.equal(slice(text, image.span), '{{- include "shop.proxy" . | nindent 2 }}');
  assert.equal(image.define?.name, 'shop.proxy');
  assert.equal(image.define?.file, 'templates/_helpers.tpl');
  assert.equal(slice(HELPERS, image.define?.span ?? own.span), 'haproxy:2.9');
  assert.equal(image.isVerbatim, false);

  const nested = find('name: PORT');
  assert.equal(slice(text, nested.span), '{{- include "shop.proxy" . | nindent 2 }}');
  assert.equal(nested.define?.name, 'shop.env');
  assert.equal(slice(HELPERS, nested.define?.span ?? own.span), 'name: PORT');

  const lines = find('name: proxy\n    image: haproxy:2.9');
  assert.equal(slice(HELPERS, lines.define?.span ?? own.span), 'name: proxy\n  image: haproxy:2.9');

  const value = find('d: haproxy');
  assert.equal(slice(text, value.span), 'd: {{ .Values.image.name }}');
  assert.equal(value.isVerbatim, false);

  const whole = expanded.origin({ start: 0, end: expanded.text.length });
  assert.deepEqual([whole.span, whole.isVerbatim], [{ start: 0, end: text.length }, false]);
  assert.deepEqual([...expanded.files], ['templates/_helpers.tpl']);
});

test('include: says which values were filled in and where they come from', () => {
  const expanded = view('a: {{ .Values.image.name }}-{{ .Chart.AppVersion }}\n');
  assert.deepEqual(
    expanded.values.map(({ span, value, origins }) => [expanded.text.slice(span.start, span.end), value, origins]),
    [
      ['haproxy', 'haproxy', [{ path: '.Values.image.name', file: 'values.yaml' }]],
      ['2.9', '2.9', [{ path: '.Chart.AppVersion', file: 'Chart.yaml' }]],
    ],
  );
});

test("include: of named templates with one name the chart's own wins over a subchart's", () => {
  const define = (name: string) => `{{ define "a" }}- ${name}{{ end }}`;
  const templates = indexTemplates(
    new Map([
      ['templates/_a.tpl', define('own')],
      ['charts/sub/templates/_a.tpl', define('theirs')],
    ]),
  );
  assert.equal(templates.get('a')?.masked.source, '- own');
  assert.equal(templates.size, 1);
});

const LONG: readonly [name: string, text: string][] = [
  ['values', 'a: {{ .Values.image.name }}\n'.repeat(20_000)],
  ['variables', '{{ $a := .Values.image }}a: {{ $a.name }}\n'.repeat(10_000)],
  ['unknown includes', '{{ include "x" . | nindent 2 }}\n'.repeat(20_000)],
  ['empty branches', 'a:\n{{ if .b }}\n  []\n{{ else }}\n  []\n{{ end }}\n'.repeat(5_000)],
  ['nested conditions', '{{ if .a }}a: {{ .b }}\n'.repeat(10_000)],
  ['branches', `{{ if .a }}${'{{ else if .b }}a: {{ .b }}\n'.repeat(10_000)}`],
  ['defines', '{{ define "x" }}\na: 1\n{{ end }}\n'.repeat(10_000)],
];

for (const [name, text] of LONG) {
  test(`include: many ${name} cost linear time`, () => {
    const start = process.cpuUsage();
    const { origin, text: expanded } = expand(text, {
      templates: indexTemplates(new Map([['a', text]])),
      chart: CHART,
    });
    origin({ start: 0, end: expanded.length });
    const { user } = process.cpuUsage(start);
    assert.ok(user < 3_000_000, `took ${Math.round(user / 1000)} ms of the processor`);
  });
}

test('include: says which files a view depends on', () => {
  const files = (text: string) => [...view(text).files];
  assert.deepEqual(files('a: {{ include "shop.image" . }}\n'), ['templates/_helpers.tpl']);
  assert.deepEqual(files('a: {{ include "shop.none" . }}{{ .Values.image.name }}\n'), []);
});

test('include: named templates that multiply stay bounded', () => {
  const define = (i: number) => `{{ define "t${i}" }}\n${`{{ include "t${i + 1}" . }}\n`.repeat(20)}- a\n{{ end }}\n`;
  const templates = indexTemplates(new Map([['_a.tpl', Array.from({ length: 9 }, (_, i) => define(i)).join('')]]));
  const { text } = expand('{{ include "t0" . }}\nb: {{ include "t0" . }}\n', { templates, chart: CHART });
  assert.ok(text.length < 3_000_000);
  const deep = `{{ define "d" }}${'{{ if .a }}'.repeat(20_000)}b${'{{ end }}'.repeat(20_000)}{{ end }}`;
  expand('a: {{ include "d" . }}\n', { templates: indexTemplates(new Map([['_a.tpl', deep]])), chart: CHART });
});

const piece = fc.constantFrom(
  ...['{{ include "shop.proxy" . | nindent 2 }}', '{{- template "shop.bare" . }}', '{{ .Values.image.name }}', 'a: '],
  ...[
    '- ',
    '\n',
    '  ',
    '{{ if .x }}',
    '{{ else }}',
    '[]',
    '{{ define "x" }}',
    '{{ end }}',
    '"',
    '|',
    '{{ include "shop.ping" . }}',
    '{{',
    '# ',
    'word',
  ],
);

test('include: every part of a view leads back, and verbatim parts are the same text', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), fc.nat(), fc.nat(), (pieces, a, b) => {
      const text = pieces.join('');
      const expanded = expand(text, { templates: TEMPLATES, chart: CHART });
      const start = a % (expanded.text.length + 1);
      const end = start + (b % (expanded.text.length + 1 - start));
      const { span, define, isVerbatim } = expanded.origin({ start, end });
      assert.ok(0 <= span.start && span.start <= span.end && span.end <= text.length, JSON.stringify(span));
      const part = expanded.text.slice(start, end);
      if (isVerbatim) assert.equal(text.slice(span.start, span.end), part);
      if (isVerbatim) assert.equal(mask(text).overlaps(span), false);
      if (isVerbatim && part !== '') assert.equal(expanded.offsetOf(span.start), start);
      if (define) assert.ok(define.span.start <= define.span.end && define.span.end <= HELPERS.length);
      const at = a % (text.length + 1);
      assert.ok(expanded.offsetOf(at) <= expanded.text.length);
    }),
    { numRuns: 500 },
  );
});

const corpus = '../shared/corpus';
test('include: real charts can be read with their named templates', {
  skip: existsSync(corpus) ? false : `${corpus} is not here`,
}, (context) => {
  let [documents, read, used, masked] = [0, 0, 0, 0];
  const isRead = (text: string) =>
    splitDocuments(text).every(({ start, end }) => readYaml(text.slice(start, end)).error === undefined);
  for (const chartFile of globSync('{charts,fresh}/*/Chart.yaml', { cwd: corpus, absolute: true })) {
    const root = join(chartFile, '..');
    const load = (path: string) => readFileSync(join(root, path), 'utf8');
    const paths = globSync(['templates/**/*.{yaml,yml,tpl}', 'charts/*/templates/**/*.{yaml,yml,tpl}'], { cwd: root });
    const templates = indexTemplates(new Map(paths.map((path) => [path, load(path)])));
    const values = existsSync(join(root, 'values.yaml')) ? readYaml(load('values.yaml')).value() : {};
    const chart = prepareChart([{ name: 'values.yaml', values }], readYaml(load('Chart.yaml')).value());
    for (const path of paths) {
      const text = load(path);
      if (path.endsWith('.tpl') || !isTemplate(text)) continue;
      const expanded = expand(text, { templates, chart });
      documents += 1;
      used += expanded.files.size > 0 ? 1 : 0;
      if (isRead(expanded.text)) read += 1;
      else if (isRead(mask(text).text)) masked += 1;
    }
  }
  const percent = (part: number) => `${((100 * part) / documents).toFixed(1)} %`;
  context.diagnostic(
    `${documents} templates, ${used} with named templates: ${percent(read)} can be read expanded, ${percent(masked)} only masked`,
  );
  assert.ok(read / documents > 0.95);
});
