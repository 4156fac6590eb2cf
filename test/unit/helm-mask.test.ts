import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { globSync } from 'tinyglobby';
import { branchAt } from '../../engine/helm/actions.ts';
import { isTemplate, mask } from '../../engine/helm/mask.ts';
import { readYaml } from '../../engine/yaml/read.ts';
import { splitDocuments } from '../../engine/yaml/split.ts';

/** What the masked template means; `x…` words are shortened to `X`. */
function meaning(template: string): unknown {
  const { text } = mask(template);
  const document = readYaml(text);
  assert.equal(document.error, undefined, `${document.error}\n${text}`);
  return JSON.parse(JSON.stringify(document.value() ?? null).replaceAll(/x{4,}/g, 'X'));
}

const MEANINGS: readonly [name: string, template: string, meaning: unknown][] = [
  ['a plain value', 'a: {{ .Values.a }}\n', { a: 'X' }],
  ['a value with text around', 'a: pre-{{ .Values.a }}-post\nb: {{ .x }}-{{ .y }}\n', { a: 'pre-X-post', b: 'X-X' }],
  ['an action alone in a value above a block', 'a: {{ toYaml .Values.a | nindent 2 }}\n  b: 1\n', { a: { b: 1 } }],
  ['an action above list items of its key', 'a: {{ .x }}\n- 1\n', { a: [1] }],
  ['an action above the next item', '- a: {{ .x }}\n- a: 2\n', [{ a: 'X' }, { a: 2 }]],
  ['a value that prints a block', 'a: {{- include "x" . | nindent 2 }}\nb: 1\n', { a: null, b: 1 }],
  ['no space behind the colon', 'a:{{- toYaml .x | nindent 2 }}\nb: host:{{ .port }}\n', { a: null, b: 'host:X' }],
  ['a condition around keys', '{{- if .a }}\na: 1\n{{- else }}\nb: 2\n{{- end }}\n', { a: 1, b: 2 }],
  ['the same key in both branches', '{{ if .a }}\na: 1\n{{ else }}\na: 2\n{{ end }}\n', { a: 2 }],
  ['a condition inside a value', 'a: {{ if .a }}b{{ else }}"c"{{ end }}\n', { a: 'XbX"c"X' }],
  ['list items', 'a:\n  - {{ .x }}\n  - {{ include "y" . }}\n', { a: ['X', 'X'] }],
  ['a list item that is a block', '- {{- include "x" . | nindent 2 }}\n- b\n', [null, 'b']],
  ['a list item above its keys', '- {{ include "x" . }}\n  b: 1\n', [{ b: 1 }]],
  ['a range', 'a:\n{{- range .x }}\n  - name: {{ .name }}\n{{- end }}\n', { a: [{ name: 'X' }] }],
  ['a key', '{{ .Values.k }}: v\n"{{ .k }}-a": w\n', { X: 'v', 'X-a': 'w' }],
  ['double quotes', 'a: "{{ .Values.a | default "b" }}:{{ .c }}"\n', { a: 'X:X' }],
  ['single quotes', "a: '{{ printf \"it's\" }}'\n", { a: 'X' }],
  ['behind a closing quote', 'a: ["b"{{ if .c }}, "d"{{ end }}]\n', { a: ['b', 'd'] }],
  ['in brackets', 'a: [{{ .b }}, "{{ .c }}"]\nd: { {{ .e }}: f }\n', { a: ['X', 'X'], d: { X: 'f' } }],
  ['items behind a range', 'a: [{{ range .x }}"{{ . }}",{{ end }}]\n', { a: ['X"X"', 'X'] }],
  ['a comma in a condition', '[\n"a"\n{{ if .b }},{{ end }}\n"c"]\n', ['a', 'c']],
  [
    'a script',
    'a: |\n  run {{ .x }} {{ if .y }}--fast{{ end }}\n',
    { a: `run X ${' '.repeat(11)}--fast${' '.repeat(9)}\n` },
  ],
  ['a script that begins with a condition', 'a:\n- |\n  {{- if .x }}\n  run\n  {{- end }}\n  go\n', 'script'],
  ['a script that begins in column 0', 'a: |\n{{ if .x }}\n  run\n{{ end }}\n', 'script'],
  ['a value in the header of a script', 'a: |-{{ .Values.script | nindent 2 }}\nb: 1\n', { a: '', b: 1 }],
  ['a script whose lines come from elsewhere', 'a: |\n  {{ .x }}\nb: 1\n', 'script'],
  ['a print in front of a script line', 'a: |\n    one\n  {{- print "b" | nindent 4 }} two\n    three\n', 'script'],
  ['a comment', '# {{ .a }} and "\n{{/* no: yaml */}}\na: 1 # {{ .b }}\n', { a: 1 }],
  ['a comment behind an action', 'a:\n  {{ .x }} # why: not\n  b: 1\n', { a: { b: 1 } }],
  ['a comment over lines', '{{- /*\n  a: {{ b }}\n*/ -}}\na: 1\n', { a: 1 }],
  ['an action over lines', 'a: {{ include "x" (dict\n  "b" 1\n) }}\nb: 1\n', { a: 'X', b: 1 }],
  ['an action over lines in quotes', 'a: "{{ .b |\n  quote }}-c"\n', { a: 'X -c' }],
  ['braces in strings', 'a: {{ "}}" }}b\nc: {{ `}}` }}\nd: {{ \'}\' }}\n', { a: 'Xb', c: 'X', d: 'X' }],
  ['a separator', '{{ if .a }}\n---{{ end }}\na: 1\n', { a: 1 }],
  ['an unterminated action', 'a: {{ .Values.\nb: {{ .c }}\n', { a: 'X', b: 'X' }],
  ['an unterminated string', 'a: {{ default "x }}\nb: 1\n', { a: 'X', b: 1 }],
  ['windows line endings', 'a:\r\n  {{- if .b }}\r\n  c: {{ .d }}\r\n  {{- end }}\r\n', { a: { c: 'X' } }],
  ['a tab before an action', 'a: 1\n\t{{ if .b }}\nc: 2\n', { a: 1, c: 2 }],
  ['a value that ends with a colon', 'a: "{{ .b }}:"\nc: {{ .d }}:{{ .e }}\n', { a: 'X:', c: 'X:X' }],
  ['a define', '{{- define "x" -}}\na: 1\n{{- end -}}\n', { a: 1 }],
  ['trimmed braces without a space', 'a: {{- .b -}}\n', { a: 'X' }],
  ['a condition in front of an item', 'a:\n{{ if .b }}- c{{ end }}\n', 'script'],
];

for (const [name, template, expected] of MEANINGS) {
  test(`mask: ${name}`, () => {
    const value = meaning(template);
    if (expected !== 'script') assert.deepEqual(value, expected);
  });
}

test('mask: a script keeps its lines and their depth', () => {
  const { a } = meaning('a: |\n  {{- if .x }}\n  run {{ .y }}\n    deeper\n  {{- end }}\n  go\n') as { a: string };
  assert.deepEqual(
    a.split('\n').map((line) => line.trimEnd()),
    ['', 'run X', '  deeper', '', 'go', ''],
  );
});

const KINDS: readonly [action: string, kind: string, source: string][] = [
  ['{{ .Values.a }}', 'value', '.Values.a'],
  ['{{- if not .a -}}', 'if', 'if not .a'],
  ['{{else}}', 'else', 'else'],
  ['{{- else if .b }}', 'else if', 'else if .b'],
  ['{{ else with .b }}', 'else', 'else with .b'],
  ['{{ end }}', 'end', 'end'],
  ['{{- if.Values.proxy }}', 'if', 'if.Values.proxy'],
  ['{{ range $i, $e := .a }}', 'range', 'range $i, $e := .a'],
  ['{{ with .a }}', 'with', 'with .a'],
  ['{{ define "a" }}', 'define', 'define "a"'],
  ['{{ block "a" . }}', 'block', 'block "a" .'],
  ['{{ template "a" . }}', 'template', 'template "a" .'],
  ['{{- include "a" . | nindent 2 }}', 'include', 'include "a" . | nindent 2'],
  ['{{ $a := .b }}', 'silent', '$a := .b'],
  ['{{ $a }}', 'value', '$a'],
  ['{{ if }}', 'if', 'if'],
  ['{{ iffy }}', 'value', 'iffy'],
  ['{{- /* a */ -}}', 'comment', '/* a */'],
  ['{{-3}}', 'value', '-3'],
];

for (const [text, kind, source] of KINDS) {
  test(`mask: ${text} is of kind ${kind}`, () => {
    const [action] = mask(`a ${text}`).actions;
    assert.equal(action?.kind, kind);
    assert.equal(action?.source, source);
  });
}

test('mask: says where an action stands', () => {
  const text = '{{ if .a }}\na: {{ .b }}\nb: "{{ .c }}"\nc: |\n  {{ .d }}\n# {{ .e }}\n{{ end }} # f\n';
  const { actions } = mask(text);
  assert.deepEqual(
    actions.map(({ place, wholeLine }) => [place, wholeLine]),
    [
      ['line', true],
      ['plain', false],
      ['quoted', false],
      ['scalar', true],
      ['comment', false],
      ['line', true],
    ],
  );
});

test('mask: knows the blocks around an offset and their branches', () => {
  const text = '{{ if .a }}1{{ else if .b }}{{ range .c }}2{{ end }}{{ else }}3{{ end }}4';
  const { blockAt } = mask(text);
  const kinds = (mark: string) => {
    const found: string[] = [];
    for (let block = blockAt(text.indexOf(mark)); block; block = block.parent) found.push(block.kind);
    return found;
  };
  assert.deepEqual(kinds('1'), ['if']);
  assert.deepEqual(kinds('2'), ['range', 'if']);
  assert.deepEqual(kinds('4'), []);
  const block = blockAt(text.indexOf('3'));
  assert.equal(block && branchAt(block, text.indexOf('3'))?.action.kind, 'else');
  assert.equal(block && branchAt(block, text.indexOf('2'))?.action.kind, 'else if');
  assert.deepEqual([kinds('{{ if'), kinds('{{ range'), kinds('{{ else }}')], [['if'], ['range', 'if'], ['if']]);
  assert.equal(blockAt(text.length - 2), block);
  assert.equal(text.slice(block?.span.start, block?.span.end), text.slice(0, -1));
});

test('mask: a block without an end reaches to the end of the text', () => {
  const { blocks } = mask('{{ end }}{{ if .a }}b');
  assert.deepEqual(
    blocks.map(({ span, end }) => [span, end]),
    [[{ start: 9, end: 21 }, undefined]],
  );
});

test('mask: says which spans an action overlaps', () => {
  const { overlaps, actionsIn } = mask('ab{{ c }}de{{ f }}');
  assert.equal(overlaps({ start: 0, end: 2 }), false);
  assert.equal(overlaps({ start: 0, end: 3 }), true);
  assert.equal(overlaps({ start: 9, end: 11 }), false);
  assert.equal(overlaps({ start: 8, end: 11 }), true);
  assert.equal(overlaps({ start: 5, end: 5 }), false);
  assert.equal(actionsIn({ start: 0, end: 18 }).length, 2);
});

const TEMPLATES: readonly [text: string, is: boolean][] = [
  ['a: 1\n', false],
  ['a: {{ .Values.b }}\n', true],
  ['{{- if .a }}\na: 1\n{{- end }}\n', true],
  ['a: b-{{ include "c" . }}\n', true],
  ['{{ .Values.k }}: v\n', true],
  ['{{/* a chart */}}\na: 1\n', true],
  ['vault.hashicorp.com/agent-inject-template-a: "{{ with secret }}"\n', false],
  ['a: |\n  {{- with secret "b" -}}\n  {{ .Data.c }}\n  {{- end }}\n', false],
  ['a: >-\n  docker ps --format {{ .ID }}\nb: 1\n', false],
  ['a: "{{inputs.parameters.b}}"\n', false],
  ['- {{item}}\n- {{ item.name }}\n- {{ a | b }}\n', false],
  ['a: $' + '{{ github.sha }}\n', false],
  ['# {{ .Values.a }}\nb: 1\n', false],
];

for (const [text, is] of TEMPLATES) {
  test(`isTemplate: ${JSON.stringify(text)} is ${is ? 'one' : 'none'}`, () => assert.equal(isTemplate(text), is));
}

const piece = fc.constantFrom(
  ...['{{', '}}', '{{-', '-}}', '{{ .a }}', '{{- if .b }}', '{{ end }}', '{{/*', '*/}}', '"', "'", '`', '\\', '{', '}'],
  ...['a: ', '- ', ': |', '>-', '#', ' ', '  ', '\n', '\r\n', '\t', '---', '[', ']', ',', 'word', '\n  ', '\n    '],
);
const template = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));

test('mask: keeps the length, the line endings and all text outside of actions', () => {
  fc.assert(
    fc.property(template, (text) => {
      const masked = mask(text);
      assert.equal(masked.text.length, text.length);
      const inAction = new Array<boolean>(text.length).fill(false);
      let last = 0;
      for (const { span } of masked.actions) {
        assert.ok(span.start >= last && span.end > span.start + 1, 'actions overlap or are empty');
        inAction.fill(true, span.start, span.end);
        last = span.end;
      }
      for (let i = 0; i < text.length; i++) {
        const [before, after] = [text[i], masked.text[i]];
        if (!inAction[i] || before === '\n' || before === '\r') assert.equal(after, before, `at ${i}`);
        else assert.match(after as string, /[ x\t]/);
        assert.equal(masked.overlaps({ start: i, end: i + 1 }), inAction[i]);
      }
      assert.equal(mask(masked.text).text, masked.text);
    }),
    { numRuns: 500 },
  );
});

const LONG: readonly [name: string, text: string][] = [
  ['braces', '{'.repeat(100_000)],
  ['openings', '{{ '.repeat(40_000)],
  ['openings on lines', '{{ \n'.repeat(40_000)],
  ['openings in strings', `{{ ${'"{{ "\n'.repeat(30_000)}`],
  ['quotes', `{{ ${'" \' ` '.repeat(30_000)}`],
  ['comments that never end', '{{/* '.repeat(40_000)],
  ['comments that end badly', `${'{{/* '.repeat(40_000)}${'*/ '.repeat(40_000)}`],
  ['actions on one line', 'a: {{ b }}{{ if }}'.repeat(15_000)],
  ['leading actions on one line', `${'{{ if }}'.repeat(30_000)}, a`],
  ['20,000 lines', 'a:\n  {{- if .b }}\n  c: {{ .d }}\n  {{- end }}\n'.repeat(5_000)],
  ['leading lines of a script', `a: |\n${'  {{ if .b }}\n'.repeat(20_000)}  c\n`],
  ['blank lines below', `${'a: {{ b }}\n{{ c }}\n'.repeat(20_000)}`],
  ['nested blocks', '{{ if .a }}'.repeat(40_000)],
];

for (const [name, text] of LONG) {
  test(`mask: ${name} cost linear time`, () => {
    const start = process.cpuUsage();
    const masked = mask(text);
    masked.overlaps({ start: 0, end: text.length });
    isTemplate(text);
    const { user } = process.cpuUsage(start);
    assert.ok(user < 2_000_000, `took ${Math.round(user / 1000)} ms of the processor`);
    assert.equal(masked.text.length, text.length);
  });
}

const corpus = '../shared/corpus';
test('mask: real templates can be read', {
  skip: existsSync(corpus) ? false : `${corpus} is not here`,
}, (context) => {
  const patterns = ['helm/*', '{charts,fresh}/**/templates/**/*.{yaml,yml}'];
  let [documents, plain, masked] = [0, 0, 0];
  const count = (text: string) =>
    splitDocuments(text).filter(({ start, end }) => readYaml(text.slice(start, end)).error === undefined).length;
  for (const file of globSync(patterns, { cwd: corpus, absolute: true })) {
    const text = readFileSync(file, 'utf8');
    if (!isTemplate(text)) continue;
    const hidden = mask(text).text;
    documents += splitDocuments(hidden).length;
    masked += count(hidden);
    plain += count(text);
  }
  const percent = (part: number) => `${((100 * part) / documents).toFixed(1)} %`;
  context.diagnostic(`${documents} documents: ${percent(plain)} can be read as they are, ${percent(masked)} masked`);
  assert.ok(masked / documents > 0.98);
});
