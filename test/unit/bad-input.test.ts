import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { analyze, applyEdits, hover } from '../../engine/index.ts';

const EXAMPLE = readFileSync('examples/job-with-sentinel-file.yaml', 'utf8');
const MILLISECONDS = 2000;

/** Does everything that a face may do with a text; gives the analysis. */
function useAll(text: string) {
  const start = performance.now();
  const analysis = analyze(text);
  for (const finding of analysis.findings) {
    assert.ok(finding.span.start >= 0 && finding.span.end <= text.length);
    finding.fix();
  }
  const fix = analysis.fixAll(analysis.findings, { unsafe: true });
  if (fix) applyEdits(text, fix.edits);
  for (let offset = 0; offset < text.length; offset += 1 + Math.floor(text.length / 20)) hover(analysis, offset);
  const took = performance.now() - start;
  assert.ok(took < MILLISECONDS, `took ${took.toFixed(0)} ms`);
  return analysis;
}

const job = (containers: string, more = '') =>
  `apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: x\nspec:\n  template:\n    spec:\n${more}      containers:${containers}`;

const deep = (levels: number) => job(` ${'['.repeat(levels)}${']'.repeat(levels)}\n`);
const deepBlock = (levels: number) =>
  job(`\n${Array.from({ length: levels }, (_, i) => `${' '.repeat(8 + i)}a:`).join('\n')}\n`);
const bomb = `x0: &x0 [lol, lol]\n${Array.from({ length: 30 }, (_, i) => `x${i + 1}: &x${i + 1} [*x${i}, *x${i}, *x${i}]`).join('\n')}\n`;
const megabytes = 10_000_000;

const CASES: readonly [name: string, text: string][] = [
  ['nothing', ''],
  ['a byte order mark alone', '\uFEFF'],
  ['binary', Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256)).toString('latin1') + job('\n')],
  ['10 MB in one scalar', job(` "${'x'.repeat(megabytes)}"\n`)],
  ['10 MB in one list', job(` [${'{name: a},'.repeat(megabytes / 10)}]\n`)],
  ['10 MB of JSON in one line', `{"kind":"List","items":[${'{"spec":{"containers":[]}},'.repeat(megabytes / 27)}{}]}`],
  ['10 MB without a container', 'a: b\n'.repeat(megabytes / 5)],
  ['10 MB of dashes', '---\n'.repeat(megabytes / 40) + job('\n')],
  ['8,000 containers', job(`\n${'      - {name: a, image: haproxy}\n'.repeat(8_000)}`)],
  [
    'an alias bomb',
    `${bomb}${job('\n      - {name: a, image: b, env: *x30}\n      - {name: haproxy, image: haproxy, env: *x30}\n')}`,
  ],
  ['an alias of itself', job(' &c\n      - {name: a, image: b, x: *c}\n      - {name: haproxy, image: haproxy}\n')],
  [
    'a list that holds itself',
    'apiVersion: v1\nkind: List\nitems: &i\n- *i\n- {kind: List, items: *i}\n# containers\n',
  ],
  ['an alias without an anchor', job(' *nothing\n')],
  ['a merge key with itself', job('\n      - &a\n        <<: *a\n        name: haproxy\n      - {name: b}\n')],
  ['1,000 levels in brackets', deep(1000)],
  ['1,000 levels of blocks', deepBlock(1000)],
  ['100,000 levels in brackets', deep(100_000)],
  ['containers that are a string', job(' haproxy\n')],
  ['containers that are a number', job(' 7\n')],
  ['containers that are a map', job('\n        a: {image: haproxy}\n        b: {image: haproxy}\n')],
  ['containers that are strings', job(' [haproxy, envoy]\n')],
  ['containers that are null', job(' [null, null, ~]\n')],
  [
    'numbers, booleans and dates as names',
    job(
      '\n      - {name: 1, image: 2}\n      - {name: true, image: haproxy}\n      - {name: 2024-01-01, image: haproxy}\n',
    ),
  ],
  [
    'null everywhere',
    job(
      '\n      - name:\n        image:\n        command:\n        args:\n        env:\n        ports:\n      - name: haproxy\n        image: haproxy\n        env: [null]\n        args: [null]\n',
      '      initContainers:\n',
    ),
  ],
  [
    'lists where maps belong',
    job('\n      - [name, a]\n      - {name: haproxy, image: haproxy, env: {A: b}, ports: 80, command: x}\n'),
  ],
  [
    'init containers that are a string',
    job('\n      - {name: a}\n      - {name: haproxy, image: haproxy}\n', '      initContainers: none\n'),
  ],
  [
    'a long licence before the first separator, with Windows line endings',
    `${'# a line\n'.repeat(300)}x: 1\n---\n${job('\n')}`.replaceAll('\n', '\r\n'),
  ],
  ['tabs', job('\n\t- name: a\n\t- name: haproxy\n')],
  ['old Macintosh line endings', EXAMPLE.replaceAll('\n', '\r')],
  ['mixed line endings', EXAMPLE.replace(/\n/g, (_, at: number) => (at % 2 ? '\n' : '\r\n'))],
  [
    'an unfinished shell script',
    job(
      '\n      - {name: a, command: [sh, -c, "while true; do if [ \\" $("]}\n      - {name: haproxy, image: haproxy}\n',
    ),
  ],
  [
    'a shell script of 5 MB',
    job(
      `\n      - name: a\n        command:\n        - sh\n        - -c\n        - |\n${'          echo hi; pkill x\n'.repeat(80_000)}      - {name: haproxy, image: haproxy}\n`,
    ),
  ],
  ['a directive and nothing else', '%YAML 1.2\n# containers\n'],
  ['two documents behind one separator', `a: 1\n...\n${job('\n      - {name: a}\n')}`],
  ['keys that are collections', job('\n      - {? [a, b] : c, name: a}\n      - {name: haproxy, image: haproxy}\n')],
  [
    'keys of every object',
    job(
      '\n      - {__proto__: {x: 1}, constructor: 2, name: a}\n      - {name: haproxy, image: haproxy, toString: 1}\n',
    ),
  ],
];

for (const [name, text] of CASES) test(`bad input: ${name}`, () => void useAll(text));

test('bad input: an example cut at any character', () => {
  for (let end = 0; end <= EXAMPLE.length; end++) useAll(EXAMPLE.slice(0, end));
});

test('bad input: an example with any character lost', () => {
  for (let at = 0; at < EXAMPLE.length; at += 3) useAll(EXAMPLE.slice(0, at) + EXAMPLE.slice(at + 1));
});

test('bad input: the other documents are still checked', () => {
  const broken = 'kind: Job\ncontainers: [\n';
  const { findings, skipped } = useAll(`${EXAMPLE}---\n${broken}---\n${EXAMPLE}`);
  assert.deepEqual([...new Set(findings.map(({ document }) => document))], [0, 2]);
  assert.deepEqual(
    skipped.map(({ document }) => document),
    [1],
  );
  assert.match(skipped[0]?.reason ?? '', /^it does not parse: [^\n]+$/);
});
