import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { analyze, applyEdits, hover } from '../../engine/index.ts';

const EXAMPLE = readFileSync('examples/job-with-sentinel-file.yaml', 'utf8');
const MILLISECONDS = 2000;

/** Does everything that a face may do with a text; gives the analysis. */
function useAll(text: string) {
  // The time of the processor: a busy machine is not the engine's.
  const start = process.cpuUsage();
  const analysis = analyze(text);
  for (const finding of analysis.findings.slice(0, 1000)) {
    finding.migration();
    assert.ok(finding.span.start >= 0 && finding.span.end <= text.length);
    finding.fix();
  }
  const fix = analysis.fixAll(analysis.findings, { unsafe: true });
  if (fix) applyEdits(text, fix.edits);
  for (let offset = 0; offset < text.length; offset += 1 + Math.floor(text.length / 20)) hover(analysis, offset);
  const { user, system } = process.cpuUsage(start);
  const took = (user + system) / 1000;
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

/** Scripts of which nothing may be said: no shell, or none that is complete. Each would kill, signal or quit. */
const SCRIPTS: readonly [name: string, command: readonly string[]][] = [
  ['a quote that is open', ['sh', '-c', './work; pkill haproxy; echo "']],
  ['a loop that is half typed', ['sh', '-c', './work\nfor s in haproxy; do\n  pkill $s']],
  ['a brace too many', ['bash', '-c', './work; } pkill haproxy']],
  ['an if without its end', ['bash', '-c', 'if ./work; then pkill haproxy']],
  ['zsh', ['zsh', '-c', './work; pkill haproxy']],
  ['fish', ['fish', '-c', './work; and pkill haproxy']],
  ['PowerShell', ['pwsh', '-c', './work; pkill haproxy']],
  ['Python', ['python3', '-c', 'import os; os.system("pkill haproxy")']],
  ['Windows line endings inside the script', ['sh', '-c', './work\r\npkill haproxy\r\n']],
  ['a template inside the script', ['sh', '-c', './work; pkill {{ .Values.proxy }}']],
  ['a here-document that holds the kill', ['sh', '-c', 'cat > run.sh <<EOF\npkill haproxy\nEOF\n./work']],
  ['a here-document without its end', ['sh', '-c', 'cat <<EOF\npkill haproxy']],
  ['1 MB', ['sh', '-c', `${'./work --all\n'.repeat(70_000)}pkill haproxy`]],
  ['300 kB in one word', ['sh', '-c', `${'x'.repeat(300_000)}; pkill haproxy`]],
  ['100,000 brackets', ['bash', '-c', `${'$('.repeat(100_000)}; pkill haproxy`]],
  ['10,000 nested ifs', ['sh', '-c', `${'if a; then '.repeat(10_000)}pkill haproxy${'; fi'.repeat(10_000)}`]],
];

for (const [name, command] of SCRIPTS) {
  test(`bad script: ${name}`, () => {
    const containers = `\n      - {name: work, image: alpine, command: ${JSON.stringify(command)}}\n      - {name: haproxy, image: haproxy}\n`;
    const { findings } = useAll(job(containers, '      shareProcessNamespace: true\n      restartPolicy: Never\n'));
    assert.deepEqual(
      findings.map(({ rule }) => rule),
      ['non-native-sidecar'],
    );
  });
}

test('bad script: a document with 5 MB of script is left out in time', () => {
  const command = JSON.stringify(['sh', '-c', `${'./work --all\n'.repeat(400_000)}pkill haproxy`]);
  const { skipped } = useAll(job(`\n      - {name: work, image: alpine, command: ${command}}\n`));
  assert.match(skipped[0]?.reason ?? '', /larger than 1\.5 MiB/);
});

for (const [name, line] of [
  ['kills', 'pkill haproxy\n'],
  ['conditions', 'if work; then pkill haproxy; fi\n'],
  ['functions', 'f() { pkill haproxy; }\n'],
  ['traps', "trap 'pkill haproxy' EXIT\n"],
  ['loops', 'while x; do y; done\n'],
  ['assignments', 'a=1\n:\n'],
  ['blank lines', '\n'],
  ['local addresses', 'curl localhost/'],
  ['brackets', 'while true; do x [[ '],
] as const) {
  test(`bad script: thousands of ${name} are read in time`, () => {
    const script = `./work\n${line.repeat(Math.floor(45_000 / line.length))}\npkill haproxy`;
    const containers = `\n      - {name: work, image: alpine, command: ${JSON.stringify(['sh', '-c', script])}}\n      - {name: haproxy, image: haproxy}\n`;
    assert.ok(useAll(job(containers)).findings.length > 0);
  });
}

test('bad script: hundreds of waits in an init container are read in time', () => {
  const waits = Array.from({ length: 900 }, (_, index) => `until nc -z localhost ${2000 + index}; do sleep 1; done\n`);
  const init = `      initContainers:\n      - {name: wait, image: alpine, command: ${JSON.stringify(['sh', '-c', waits.join('')])}}\n`;
  const { findings } = useAll(
    job('\n      - {name: work, image: alpine}\n      - {name: haproxy, image: haproxy}\n', init),
  );
  assert.ok(findings.length > 0);
});

test('bad input: hundreds of mends in one pod are made together, in time', () => {
  const rule = '    - {action: FailJob, onExitCodes: {containerName: other, operator: In, values: [1]}}\n';
  const text = job('\n      - {name: work, image: alpine}\n', '      restartPolicy: Never\n').replace(
    'spec:\n',
    `spec:\n  podFailurePolicy:\n    rules:\n${rule.repeat(500)}`,
  );
  const analysis = analyze(text);
  const start = process.cpuUsage();
  assert.equal(analysis.fixAll(analysis.findings, { unsafe: true })?.edits.length, 500);
  const { user, system } = process.cpuUsage(start);
  assert.ok((user + system) / 1000 < MILLISECONDS);
});
