import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { evaluate, holds } from '../../engine/helm/evaluate.ts';
import { mask } from '../../engine/helm/mask.ts';
import { resolveScalar, scopesOf } from '../../engine/helm/scopes.ts';
import { type Chart, prepareChart, ROOT } from '../../engine/helm/values.ts';

const CHART = prepareChart(
  [
    {
      name: 'values.yaml',
      values: {
        image: { registry: 'quay.io', repository: 'acme/proxy', tag: '', pullPolicy: 'Always' },
        proxy: { enabled: false, port: 5432, extra: { a: 1 }, big: 1000000, none: null },
        work: { enabled: true, kind: 'aws', command: ['run'] },
        gone: { here: 'x' },
      },
    },
    { name: 'values-prod.yaml', values: { proxy: { enabled: true }, gone: { here: null } } },
  ],
  { name: 'shop', version: '1.2.3', appVersion: '4.5.6' },
);

const UNKNOWN = Symbol('unknown');

const EXPRESSIONS: readonly [source: string, value: unknown, ...origins: string[]][] = [
  ['.Values.image.repository', 'acme/proxy', '.Values.image.repository values.yaml'],
  ['$.Values.image.repository', 'acme/proxy', '.Values.image.repository values.yaml'],
  ['.Values.proxy.enabled', true, '.Values.proxy.enabled values-prod.yaml'],
  ['.Values.proxy.port', 5432, '.Values.proxy.port values.yaml'],
  ['.Values.proxy.missing', null, '.Values.proxy.missing ?'],
  ['.Values.gone.here', null, '.Values.gone.here values-prod.yaml'],
  ['.Values.missing.below', UNKNOWN],
  ['(.Values.missing).below', null, '.Values.missing ?'],
  ['((.Values.image).tag)', '', '.Values.image.tag values.yaml'],
  ['.Values.global.x', UNKNOWN],
  ['.Chart.AppVersion', '4.5.6', '.Chart.AppVersion Chart.yaml'],
  ['.Chart.Name', 'shop', '.Chart.Name Chart.yaml'],
  ['.Release.Name', UNKNOWN],
  ['.Capabilities.KubeVersion', UNKNOWN],
  ['include "a" .', UNKNOWN],
  ['lookup "v1" "Pod" "a" "b"', UNKNOWN],
  ['default "latest" .Values.image.tag', 'latest', '.Values.image.tag values.yaml'],
  ['.Values.image.tag | default "latest" | quote', '"latest"', '.Values.image.tag values.yaml'],
  [
    '.Values.image.tag | default .Chart.AppVersion',
    '4.5.6',
    '.Chart.AppVersion Chart.yaml',
    '.Values.image.tag values.yaml',
  ],
  ['.Values.image.tag | default .Release.Name', UNKNOWN],
  ['default .Release.Name .Values.image.pullPolicy', 'Always', '.Values.image.pullPolicy values.yaml'],
  [
    'printf "%s/%s:%v" .Values.image.registry .Values.image.repository .Values.proxy.port',
    'quay.io/acme/proxy:5432',
    '.Values.image.registry values.yaml',
    '.Values.image.repository values.yaml',
    '.Values.proxy.port values.yaml',
  ],
  ['printf "%s" .Values.proxy.extra', UNKNOWN],
  ['printf "%s"', UNKNOWN],
  ['printf "%s" true', UNKNOWN],
  ['printf "%d" .Values.proxy.port', UNKNOWN],
  ['printf "a" "b"', UNKNOWN],
  ['trunc 2 "h\u00e9"', UNKNOWN],
  ['quote "\u00a0"', UNKNOWN],
  ['printf "%q" "a"', UNKNOWN],
  ['printf "%s 100%%" "a"', 'a 100%'],
  ['.Values.proxy.big | quote', UNKNOWN],
  ['.Values.proxy.none | quote', UNKNOWN],
  ['"a" | upper | lower | trunc 1 | squote', "'a'"],
  ['"a-b-" | trimSuffix "-" | replace "-" "+"', 'a+b'],
  ['`a"b`', 'a"b'],
  ['"a\\"b"', 'a"b'],
  ['tpl .Values.image.registry .', 'quay.io', '.Values.image.registry values.yaml'],
  ['tpl "{{ .a }}" .', UNKNOWN],
  ['ternary "a" "b" .Values.proxy.enabled', 'a', '.Values.proxy.enabled values-prod.yaml'],
  ['.Values.proxy.enabled | ternary "a" .Release.Name', 'a', '.Values.proxy.enabled values-prod.yaml'],
  ['coalesce .Values.image.tag "b"', 'b'],
  ['required "say which" .Values.image.repository', 'acme/proxy', '.Values.image.repository values.yaml'],
  ['required "say which" .Values.image.tag', UNKNOWN],
  ['index .Values "image" "repository"', 'acme/proxy', '.Values.image.repository values.yaml'],
  ['get .Values.image "registry"', 'quay.io', '.Values.image.registry values.yaml'],
  ['(dict "a" .Values.proxy.port).a', 5432, '.Values.proxy.port values.yaml'],
  ['eq .Values.work.kind "aws"', true, '.Values.work.kind values.yaml'],
  ['eq .Values.proxy.port "5432"', UNKNOWN],
  ['.Values.proxy.port | int', 5432, '.Values.proxy.port values.yaml'],
  ['constructor', UNKNOWN],
  ['.Values.constructor', null, '.Values.constructor ?'],
  ['.Values.a-b', UNKNOWN],
  ['"a', UNKNOWN],
  ['(.Values', UNKNOWN],
  ['.Values.work | toYaml', UNKNOWN],
  ['$nobody', UNKNOWN],
  ['', UNKNOWN],
];

const scope = (chart: Chart = CHART) => scopesOf(chart, mask(''))(0);

for (const [source, value, ...origins] of EXPRESSIONS) {
  test(`values: ${source}`, () => {
    const known = evaluate(source, scope());
    assert.equal(known === undefined ? UNKNOWN : known.value, value);
    if (known) {
      const written = known.origins.map(({ path, file }) => `${path} ${file ?? '?'}`);
      assert.deepEqual(written, origins);
    }
  });
}

const CONDITIONS: readonly [source: string, value: boolean | undefined][] = [
  ['if .Values.proxy.enabled', true],
  ['else if not .Values.proxy.enabled', false],
  ['if .Values.proxy.missing', false],
  ['if .Values.image.tag', false],
  ['if .Values.proxy.extra', true],
  ['if .Values.global', false],
  ['if and .Values.proxy.enabled .Values.work.enabled', true],
  ['if and .Release.IsInstall (not .Values.work.enabled)', false],
  ['if and .Release.IsInstall .Values.work.enabled', undefined],
  ['if or .Release.IsInstall .Values.work.enabled', true],
  ['if or .Values.image.tag .Values.proxy.none', false],
  ['if eq .Values.work.kind "gcp"', false],
  ['if ne .Values.work.kind "gcp"', true],
  ['if (and .Values.proxy.enabled (eq .Values.work.kind "aws" "gcp"))', true],
  ['if .Values.work.enabled | not', false],
  ['with $x := .Values.image.registry', true],
  ['if empty .Values.image.tag', true],
  ['if .Capabilities.APIVersions.Has "batch/v1"', undefined],
  ['if', undefined],
];

for (const [source, value] of CONDITIONS) {
  test(`values: ${source} is ${value}`, () => assert.equal(holds(source, scope())?.value, value));
}

const SCALARS: readonly [scalar: string, value: string | undefined][] = [
  ['"{{ .Values.image.registry }}/{{ .Values.image.repository }}:{{ .Chart.AppVersion }}"', 'quay.io/acme/proxy:4.5.6'],
  ['{{ .Values.image.registry }}/x', 'quay.io/x'],
  ["'{{ .Values.image.registry }}'", 'quay.io'],
  ['{{ .Values.image.registry | quote }}', 'quay.io'],
  ['"a  {{- .Values.work.kind -}}  b"', 'aawsb'],
  ['{{ .Values.image.registry }}:{{ .Values.image.tag }}', undefined],
  ['{{ .Values.image.registry }}/{{ .Release.Name }}', undefined],
  ['{{ if .Values.work.enabled }}a{{ end }}', undefined],
  ['plain', 'plain'],
  ['"{{ .Values.image.registry | quote }}"', undefined],
  ['{{ printf "a: b" }}', undefined],
];

for (const [scalar, value] of SCALARS) {
  test(`values: the scalar ${scalar}`, () => {
    const text = `image: ${scalar}\n`;
    const masked = mask(text);
    const span = { start: text.indexOf(scalar), end: text.length - 1 };
    assert.equal(resolveScalar(masked, span, scopesOf(CHART, masked))?.value, value);
  });
}

const SCOPES: readonly [name: string, template: string, value: unknown][] = [
  ['a variable', '{{ $a := .Values.work.kind }}{{ $a }}', 'aws'],
  ['a variable of a variable', '{{ $a := .Values.image }}{{ $b := $a.registry }}{{ $b | upper }}', 'QUAY.IO'],
  ['the root in a variable', '{{ $r := . }}{{ range .a }}{{ $r.Values.work.kind }}', 'aws'],
  ['a variable that is assigned twice', '{{ $a := "b" }}{{ $a = "c" }}{{ $a }}', UNKNOWN],
  ['a variable before it is assigned', '{{ $a }}{{ $a := "b" }}{{ $a | trim }}', 'b'],
  ['a variable of a range', '{{ range $i, $a := .Values.work.command }}{{ $a }}', UNKNOWN],
  ['a field in a with', '{{ with .Values.image }}{{ .registry }}', 'quay.io'],
  ['the root in a with', '{{ with .Values.image }}{{ $.Values.work.kind }}', 'aws'],
  ['a with in a with', '{{ with .Values }}{{ with .image }}{{ .registry }}', 'quay.io'],
  ['behind a with', '{{ with .Values.image }}{{ end }}{{ .Values.work.kind }}', 'aws'],
  ['the else of a with', '{{ with .Values.image }}{{ else }}{{ .Values.work.kind }}', 'aws'],
  ['an else with', '{{ with .a }}{{ else with .Values.image }}{{ .registry }}', 'quay.io'],
  ['a range', '{{ range .Values.image }}{{ .Values.work.kind }}', UNKNOWN],
  ['a range in a with', '{{ with .Values }}{{ range .image }}{{ .work }}', UNKNOWN],
  ['the body of a define', '{{ define "a" }}{{ .Values.work.kind }}', UNKNOWN],
];

for (const [name, template, value] of SCOPES) {
  test(`values: ${name}`, () => {
    const masked = mask(template);
    const action = masked.actions.findLast(({ kind }) => kind === 'value');
    assert.ok(action);
    const known = evaluate(action.source, scopesOf(CHART, masked)(action.span.start));
    assert.equal(known === undefined ? UNKNOWN : known.value, value);
  });
}

test('values: no expression makes it throw or run away', () => {
  const token = fc.constantFrom(
    ...['.', '$', '(', ')', '|', '"a"', '`', '"', ' ', '.Values', '.image', '$a', 'default', 'dict', 'and', 'index'],
    ...['-1', 'nil', 'true', 'printf', '"%s%d"', 'not', 'ternary', 'required', 'eq', ':=', ','],
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 30 }), (tokens) => {
      const source = tokens.join(' ');
      evaluate(source, scope());
      holds(`if ${source}`, scope());
    }),
  );
  for (const source of ['('.repeat(100_000), `${'a | '.repeat(100_000)}a`, `"${'a'.repeat(100_000)}`]) {
    assert.equal(evaluate(source, scope()), undefined);
  }
  const chain = Array.from({ length: 20_000 }, (_, i) => `{{ $v${i + 1} := $v${i} }}`).join('');
  const masked = mask(`{{ $v0 := "a" }}${chain}`);
  assert.equal(evaluate('$v20000', scopesOf(CHART, masked)(masked.source.length)), undefined);
});

test('values: hostile keys change nothing', () => {
  const values = JSON.parse('{"__proto__": {"polluted": true}, "a": {"__proto__": {"b": 1}}}') as unknown;
  const chart = prepareChart([
    { name: 'values.yaml', values: { a: {} } },
    { name: 'other.yaml', values },
  ]);
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
  assert.equal(evaluate('.Values.a.b', scope(chart))?.value, null);
});

test('values: a chart without values knows nothing and breaks nothing', () => {
  for (const values of [undefined, null, 'text', []]) {
    const chart = prepareChart([{ name: 'values.yaml', values }], null);
    assert.equal(evaluate('.Values.a.b', scope(chart)), undefined);
    assert.equal(evaluate('.Chart.Name', scope(chart)), undefined);
  }
  assert.equal(ROOT.kind, 'root');
});
