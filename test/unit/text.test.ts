import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyEdits, Lines, lineEnding } from '../../engine/text.ts';

test('edits apply by their place, those at one offset in their order', () => {
  const at = (start: number, end: number, text: string) => ({ span: { start, end }, text });
  assert.equal(applyEdits('abcdef', [at(4, 5, 'X'), at(0, 1, ''), at(2, 2, '1'), at(2, 2, '2')]), 'b12cdXf');
});

test('edits that overlap are an error, never a lost byte', () => {
  const edit = (start: number, end: number) => ({ span: { start, end }, text: '' });
  assert.throws(() => applyEdits('abcdef', [edit(0, 3), edit(2, 4)]), /overlap at offset 2/);
});

test('lines end at \\n, \\r\\n and \\r', () => {
  const lines = new Lines('a\r\nbc\rd\n');
  assert.equal(lines.count, 4);
  assert.deepEqual(
    [0, 1, 2, 3].map((line) => lines.content(line)),
    ['a', 'bc', 'd', ''],
  );
  assert.deepEqual(lines.position(4), { line: 1, character: 1 });
  assert.equal(lines.offset({ line: 1, character: 99 }), 5);
});

test('every offset of every text comes back from its position', () => {
  const texts = fc.array(fc.constantFrom('a', 'ü', '😀', '\n', '\r\n', ' ')).map((parts) => parts.join(''));
  fc.assert(
    fc.property(texts, (text) => {
      const lines = new Lines(text);
      for (let offset = 0; offset <= text.length; offset++) {
        const inLineEnding = text[offset] === '\n' && text[offset - 1] === '\r';
        if (!inLineEnding) assert.equal(lines.offset(lines.position(offset)), offset);
      }
    }),
  );
});

test('a text keeps the line ending that it starts with', () => {
  assert.equal(lineEnding('a\r\nb\n'), '\r\n');
  assert.equal(lineEnding('a\nb\r\n'), '\n');
  assert.equal(lineEnding('a'), '\n');
});
