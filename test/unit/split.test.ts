import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { globSync } from 'tinyglobby';
import { parseAllDocuments } from 'yaml';
import { splitDocuments } from '../../engine/yaml/split.ts';

const split = (text: string) => splitDocuments(text).map(({ start, end }) => text.slice(start, end));

const CASES: readonly [name: string, text: string, documents: readonly string[]][] = [
  ['no separator', 'a: 1\n', ['a: 1\n']],
  ['an empty text is one empty document', '', ['']],
  ['a separator on the first line starts the first document', '---\na: 1\n---\nb: 2\n', ['---\na: 1\n', '---\nb: 2\n']],
  [
    'comments and directives before it belong to the first document',
    '# hi\n%YAML 1.1\n---\na: 1\n',
    ['# hi\n%YAML 1.1\n---\na: 1\n'],
  ],
  ['content before the first separator is a document', 'a: 1\n---\nb: 2\n', ['a: 1\n', '---\nb: 2\n']],
  ['Windows line endings', 'a: 1\r\n---\r\nb: 2\r\n', ['a: 1\r\n', '---\r\nb: 2\r\n']],
  ['a byte order mark', '\uFEFF---\na: 1\n', ['\uFEFF---\na: 1\n']],
  ['content behind the separator', '--- # one\na: 1\n--- {b: 2}\n', ['--- # one\na: 1\n', '--- {b: 2}\n']],
  ['four dashes are none', 'a: |\n  x\n----\n', ['a: |\n  x\n----\n']],
  ['an indented one is text', 'a: |\n  ---\n  x\n', ['a: |\n  ---\n  x\n']],
  ['an empty document counts', 'a: 1\n---\n---\nb: 2\n', ['a: 1\n', '---\n', '---\nb: 2\n']],
];

for (const [name, text, documents] of CASES) {
  test(`split: ${name}`, () => assert.deepEqual(split(text), documents));
}

const corpus = '../shared/corpus';
test('split: counts documents as a YAML parser does', {
  skip: existsSync(corpus) ? false : `${corpus} is not here`,
}, () => {
  let compared = 0;
  for (const file of globSync('{positives,negatives,kustomize}/**/*.{yaml,yml}', { cwd: corpus, absolute: true })) {
    const text = readFileSync(file, 'utf8');
    const parsed = parseAllDocuments(text, { logLevel: 'silent', uniqueKeys: false });
    if (!Array.isArray(parsed) || parsed.some((document) => document.errors.length > 0)) continue;
    compared += 1;
    assert.equal(splitDocuments(text).length, parsed.length, file);
  }
  assert.ok(compared > 100, `only ${compared} files could be compared`);
});
