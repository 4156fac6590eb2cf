import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { applyEdits, type Edit } from '../../engine/text.ts';
import { CannotEdit, openPage } from '../../engine/yaml/page.ts';
import { asMap, asText, get, readYaml, type Text, type YamlDocument } from '../../engine/yaml/read.ts';
import { rewriteScalar, rewritten, scalarMap } from '../../engine/yaml/scalar.ts';

/** The value of the key `k` of a document. */
function find(text: string): { document: YamlDocument; k: Text } {
  const document = readYaml(text);
  assert.equal(document.error, undefined, text);
  const k = asText(document, get(document, asMap(document, document.root), 'k'));
  assert.ok(k, `no text in:\n${text}`);
  return { document, k };
}

/** What the document says where the value says `part`. */
function spelling(text: string, part: string): string {
  const { document, k } = find(text);
  const start = k.value.indexOf(part);
  assert.ok(start >= 0, `'${part}' is not in ${JSON.stringify(k.value)}`);
  const span = scalarMap(document, k)?.span({ start, end: start + part.length });
  assert.ok(span, `no map of:\n${text}`);
  return text.slice(span.start, span.end);
}

const SPELLINGS: readonly [name: string, text: string, part: string, spelled: string][] = [
  ['plain', 'k: one two\n', 'two', 'two'],
  ['plain over lines', 'k: one\n  two\n\n  three\n', 'one two\nthree', 'one\n  two\n\n  three'],
  ['single quotes', "k: 'it''s here'\n", "it's", "it''s"],
  ['single quotes over lines', "k: 'one\n  two '\n", 'e two ', 'e\n  two '],
  ['double quotes', 'k: "a\\tb \\"c\\" \\u00e9 \\x41 d"\n', 'b "c" é A', 'b \\"c\\" \\u00e9 \\x41'],
  ['a character of two units', 'k: "a\\U0001F600b"\n', '\u{1F600}b', '\\U0001F600b'],
  ['an escaped line break', 'k: "one \\\n  two"\n', 'two', 'two'],
  ['JSON', '{"k": "a\\nb\\\\c"}', '\nb\\', '\\nb\\\\'],
  ['literal', 'k: |\n  one\n  two\n', 'two', 'two'],
  ['literal over lines', 'k: |\n  one\n  two\n', 'ne\ntw', 'ne\n  tw'],
  ['literal with a line that is deeper', 'k: |\n  if\n    two\n  fi\n', '  two', '  two'],
  ['literal with an indentation indicator', 'k: |2\n    one\n  two\n', '  one\ntwo', '  one\n  two'],
  ['literal below blank lines', 'k: |\n\n\n  one\n', '\none', '\n  one'],
  ['literal with a comment behind the indicator', 'k: |- # why\n  one\n', 'one', 'one'],
  ['literal that keeps blank lines', 'k: |+\n  one\n\n\nz: 1\n', 'one\n\n', 'one\n\n'],
  ['folded', 'k: >\n  one\n  two\n', 'e t', 'e\n  t'],
  ['folded with a paragraph', 'k: >-\n  one\n\n  two\n', 'one\ntwo', 'one\n\n  two'],
  ['folded with a deeper line', 'k: >-\n  one\n    two\n  three\n', 'one\n  two\nthree', 'one\n    two\n  three'],
];

for (const [name, text, part, expected] of SPELLINGS) {
  test(`scalar map: ${name}`, () => {
    assert.equal(spelling(text, part), expected);
    assert.equal(spelling(text.replaceAll('\n', '\r\n'), part), expected.replaceAll('\n', '\r\n'));
  });
}

/** An edit of the only place where a value says `part`. */
function change(value: string, part: string, by: string): Edit {
  const start = value.indexOf(part);
  assert.ok(start >= 0, `'${part}' is not in ${JSON.stringify(value)}`);
  return { span: { start, end: start + part.length }, text: by };
}

/** The document after edits of its value, checked against what they mean; the reason where they are refused. */
function rewrite(text: string, edits: (value: string) => readonly Edit[]): string {
  const { document, k } = find(text);
  try {
    const result = applyEdits(text, rewriteScalar(openPage(document), k, edits(k.value)));
    assert.equal(find(result).k.value, rewritten(k.value, edits(k.value)), result);
    return result;
  } catch (error) {
    if (error instanceof CannotEdit) return error.message;
    throw error;
  }
}

const REWRITES: readonly [name: string, text: string, part: string, by: string, expected: string][] = [
  ['a line in the middle', 'k: |\n  one\n  two\n  three\n', 'two\n', '', 'k: |\n  one\n  three\n'],
  ['the same by the line ending before', 'k: |\n  one\n  two\n  three\n', '\ntwo', '', 'k: |\n  one\n  three\n'],
  ['the first line', 'k: |\n  one\n  two\n', 'one\n', '', 'k: |\n  two\n'],
  ['the last line', 'k: |\n  one\n  two\nz: 1\n', 'two\n', '', 'k: |\n  one\nz: 1\n'],
  ['the last line and the one before', 'k: |\n  one\n  two\nz: 1\n', '\ntwo\n', '', 'k: |\n  one\nz: 1\n'],
  ['the last line of a stripped block', 'k: |-\n  one\n  two\nz: 1\n', 'two', '', 'k: |-\n  one\nz: 1\n'],
  ['the last line of a kept block', 'k: |+\n  one\n  two\n\nz: 1\n', 'two\n', '', 'k: |+\n  one\n\nz: 1\n'],
  ['the last line without a line ending', 'k: |\n  one\n  two', 'two\n', '', 'k: |\n  one'],
  ['a last paragraph', 'k: |\n  one\n\n  two\n', '\ntwo\n', '', 'k: |\n  one\n'],
  ['a line above a blank one', 'k: |\n  one\n  two\n\n  three\n', 'two\n', '', 'k: |\n  one\n\n  three\n'],
  ['a line below a blank one', 'k: |\n  one\n\n  two\n  three\n', 'two\n', '', 'k: |\n  one\n\n  three\n'],
  ['all but a line end', 'k: |\n  one\n  two\n  three\n', 'two', '', 'k: |\n  one\n\n  three\n'],
  ['a part of a line', 'k: |\n  one && two\n', ' && two', '', 'k: |\n  one\n'],
  [
    'from within a line to within another',
    'k: |\n  one &&\n    two; three\n',
    ' &&\n  two',
    '',
    'k: |\n  one; three\n',
  ],
  ['inserted lines', 'k: |\n  one\n  two\n', 'one\n', 'one\n\n  x\n', 'k: |\n  one\n\n    x\n  two\n'],
  ['a deeper line that would be the first', 'k: |\n  one\n    two\n', 'one\n', '', '/cannot keep its style'],
  ['the whole block', 'k: |\n  one\n', 'one\n', '', '/nothing of the text'],
  ['a blank first line', 'k: |\n\n  one\n  two\n', 'two', 'x', 'k: |\n\n  one\n  x\n'],
  [
    'a block in a list in a list',
    'k: |2-\n    one\n   two\n  three\nz: 1\n',
    ' two\n',
    '',
    'k: |2-\n    one\n  three\nz: 1\n',
  ],
  ['a part of a folded line', 'k: >\n  one; two\n  three\n', '; two', '', 'k: >\n  one\n  three\n'],
  ['a folded line', 'k: >-\n  one\n  two\n  three\n', ' two', '', 'k: >-\n  one\n  three\n'],
  ['the last folded line', 'k: >\n  one\n  two\n', ' two\n', '', 'k: >\n  one\n'],
  ['a line break that a folded block cannot hold', 'k: >\n  one two\n', ' two', '\ntwo', '/cannot keep its style'],
  ['plain', 'k: one; two\n', '; two', '', 'k: one\n'],
  ['plain that becomes a number', 'k: 1 two\n', ' two', '', "k: '1'\n"],
  ['plain that becomes a map', 'k: one\n', 'one', 'a: b', "k: 'a: b'\n"],
  ['plain over lines', 'k: one\n  two\n  three\n', ' two', '', 'k: one\n  three\n'],
  ['plain with a comma', 'k: one\n', 'one', 'a, b', 'k: a, b\n'],
  ['plain with a comma in brackets', '{k: one}\n', 'one', 'a, b', '{k: "a, b"}\n'],
  ['plain with a line break', 'k: one\n', 'one', 'a\nb', 'k: "a\\nb"\n'],
  ['single quotes', "k: 'one; two'\n", 'two', "it's", "k: 'one; it''s'\n"],
  ['single quotes with a line break', "k: 'one; it''s'\n", '; ', '\n', 'k: "one\\nit\'s"\n'],
  ['double quotes', 'k: "one\\ntwo\\n"\n', 'two\n', '', 'k: "one\\n"\n'],
  ['text in double quotes', 'k: "one"\n', 'one', 'say "x\\y"\t\n!', 'k: "say \\"x\\\\y\\"\\t\\n!"\n'],
  ['double quotes over lines', 'k: "one &&\n  two"\n', ' && two', '', 'k: "one"\n'],
  ['JSON', '{"k": "one; \\"two\\""}', '; "two"', '', '{"k": "one"}'],
  ['an alias', 'a: &x one\nk: *x\n', 'one', 'two', '/alias'],
  ['the text of an alias', 'k: &x one\na: *x\n', 'one', 'two', '/alias'],
];

for (const [name, text, part, by, expected] of REWRITES) {
  test(`rewrite: ${name}`, () => {
    const edits = (value: string) => [change(value, part, by)];
    const windows = rewrite(text.replaceAll('\n', '\r\n'), edits);
    const outcome = rewrite(text, edits);
    if (expected.startsWith('/')) {
      assert.match(outcome, new RegExp(expected.slice(1)));
      assert.equal(windows, outcome);
    } else {
      assert.equal(outcome, expected);
      assert.equal(windows, expected.replaceAll('\n', '\r\n'));
    }
  });
}

test('rewrite: lines that go one by one, as the line ending before each', () => {
  const text = 'k: |\n  one\n  two\n  three\n  four\n';
  const { document, k } = find(text);
  const edits = rewriteScalar(openPage(document), k, [change(k.value, 'two\n', ''), change(k.value, 'three\n', '')]);
  assert.deepEqual(edits, [{ span: { start: 10, end: 24 }, text: '' }]);
});

const line = fc.oneof(
  fc.constantFrom(
    '',
    'work && kill 1',
    '  sleep 5',
    "echo 'it''s' \"x\\n\"",
    '# note',
    '\ttab',
    'a: b',
    'é 😀 x',
    ' ',
    '- 1',
  ),
  fc.string({ maxLength: 8 }).map((each) => each.replace(/[\r\n]/g, '')),
);
const style = fc.constantFrom('BLOCK_LITERAL', 'BLOCK_FOLDED', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'PLAIN');
const written = fc.record({
  lines: fc.array(line, { minLength: 1, maxLength: 7 }),
  tail: fc.constantFrom('', '\n', '\n\n'),
  style,
  lineWidth: fc.constantFrom(0, 20),
  crlf: fc.boolean(),
  inMap: fc.boolean(),
  finalNewline: fc.boolean(),
});
type Written = typeof written extends fc.Arbitrary<infer T> ? T : never;

function write({ lines, tail, style: type, lineWidth, crlf, inMap, finalNewline }: Written): string {
  const options = { version: '1.1', lineWidth, minContentWidth: 0, defaultStringType: type } as const;
  const object = { k: lines.join('\n') + tail, ...(inMap ? { z: 'end' } : {}) };
  const text = stringify(object, { ...options, defaultKeyType: 'PLAIN' });
  const ended = finalNewline || tail === '\n\n' ? text : text.replace(/\n$/, '');
  return crlf ? ended.replaceAll('\n', '\r\n') : ended;
}

test('scalar map: every character of a value is where the document spells it', () => {
  let mapped = 0;
  fc.assert(
    fc.property(written, (w) => {
      const text = write(w);
      const document = readYaml(text);
      const k = asText(document, get(document, asMap(document, document.root), 'k'));
      if (document.error !== undefined || !k) return;
      const map = scalarMap(document, k);
      assert.ok(map, `no map of ${JSON.stringify(text)}, ${JSON.stringify(k.value)}`);
      mapped += 1;
      let at = 0;
      for (let i = 0; i < k.value.length; i++) {
        const span = map.span({ start: i, end: i + 1 });
        const spelled = text.slice(span.start, span.end);
        assert.ok(span.start >= at && span.end <= text.length, 'out of order');
        at = span.start;
        const c = k.value[i] as string;
        if (c === '\n' || c === ' ') assert.match(spelled, /^(?: |\\.|[ \t]*(?:\r?\n[ \t]*)*)$/);
        else if (!spelled.startsWith('\\')) assert.equal(c === "'" && spelled === "''" ? c : spelled, c);
      }
    }),
    { numRuns: 1000 },
  );
  assert.ok(mapped > 900, `only ${mapped} of 1000 were mapped`);
});

const cuts = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom('', '', 'x', 'it\'s "x"', 'a\nb\n')), {
  maxLength: 3,
});

/** Edits that do not overlap, whole lines or any part of a value. */
function editsOf(value: string, from: readonly [number, number, string][], whole: boolean): Edit[] {
  let bounds = [...new Set(from.flatMap(([a, b]) => [a % (value.length + 1), b % (value.length + 1)]))];
  if (whole) bounds = [...new Set(bounds.map((at) => value.lastIndexOf('\n', at - 1) + 1))];
  bounds.sort((a, b) => a - b);
  const edits: Edit[] = [];
  for (let i = 0; i + 1 < bounds.length; i += 2) {
    const [start, end] = [bounds[i] as number, bounds[i + 1] as number];
    edits.push({ span: { start, end }, text: whole ? '' : (from[i % from.length]?.[2] ?? '') });
  }
  return edits;
}

test('rewrite: any edits give what they mean, or are refused', () => {
  const done = { literal: 0, other: 0, refused: 0 };
  fc.assert(
    fc.property(written, cuts, fc.boolean(), (w, from, whole) => {
      const text = write(w);
      const document = readYaml(text);
      const k = asText(document, get(document, asMap(document, document.root), 'k'));
      if (document.error !== undefined || !k || typeof document.value() !== 'object') return;
      const edits = editsOf(k.value, from, whole);
      const outcome = rewrite(text, () => edits);
      if (edits.length === 0) return;
      if (!/^"?k"?:|^\? /.test(outcome)) done.refused += 1;
      else {
        done[/^k: \|/.test(text) ? 'literal' : 'other'] += 1;
        assert.equal(/[^\r]\n/.test(outcome) && text.includes('\r\n'), false, 'a mixed line ending');
        assert.deepEqual(Object.keys(readYaml(outcome).value() as object), Object.keys(document.value() as object));
      }
    }),
    { numRuns: 1000 },
  );
  assert.ok(done.literal > 100 && done.other > 200 && done.refused < 300, JSON.stringify(done));
});
