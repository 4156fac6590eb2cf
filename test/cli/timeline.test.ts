import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JOB, run, withFiles } from './run.ts';

test('timeline draws a pod as it is and as it would be', () => {
  const { status, out, err } = run(['timeline', '-'], { input: JOB });
  assert.equal(err, '');
  assert.equal(status, 0);
  const [title, , today, work, haproxy] = out.split('\n');
  assert.equal(title, 'Job export on Kubernetes 1.33');
  assert.equal(today, 'As it is');
  assert.match(work ?? '', /^ {2}work {4}regular ━+✓$/);
  assert.match(haproxy ?? '', /^ {2}haproxy regular ━+→$/);
  assert.match(out, /Runs for ever: haproxy never ends\./);
  assert.match(out, /With native sidecars\n {2}haproxy sidecar ━+▒+✓\n {2}work {4}regular {2,}━+✓\n/);
  assert.match(out, /Completes: haproxy is stopped when work has ended\./);
});

for (const [title, args, expected] of [
  ['a failure', ['--scenario', 'failure'], /Fails with BackoffLimitExceeded: work failed in each of 7 pods\./],
  ['a crash', ['--scenario', 'sidecar-crash'], /Completes: haproxy is restarted, and stopped/],
  ['an old cluster', ['--kubernetes-version', '1.27'], /Job export on Kubernetes 1\.27/],
  ['a range', ['--kubernetes-version', '>=1.27 <1.34'], /Never starts: Kubernetes 1\.27 drops the restartPolicy/],
  ['Mermaid', ['--format', 'mermaid'], /^gantt\n {2}title Job export/],
  ['SVG', ['--format', 'svg'], /^<svg [\s\S]+<\/svg>\n$/],
] as const) {
  test(`timeline of ${title}`, () => {
    const { status, out, err } = run(['timeline', '--no-config', ...args, '-'], { input: JOB });
    assert.deepEqual({ status, err }, { status: 0, err: '' });
    assert.match(out, expected);
  });
}

test('a line chooses the pod', () => {
  const both = `${JOB}---\n${JOB.replace('name: export', 'name: import')}`;
  withFiles({ 'jobs.yaml': both }, (cwd) => {
    const line = both.split('\n').findIndex((each) => each.includes('import')) + 8;
    assert.match(run(['timeline', `jobs.yaml:${line}`], { cwd }).out, /^Job import/);
    const all = run(['timeline', 'jobs.yaml'], { cwd }).out;
    assert.match(all, /^Job export[\s\S]*\nJob import/);
  });
});

for (const [title, args, input, message] of [
  ['no such format', ['--format', 'png', '-'], JOB, /^native-sidecars: --format is text, svg or mermaid, not 'png'\n$/],
  [
    'no such scenario',
    ['--scenario', 'luck', '-'],
    JOB,
    /^native-sidecars: --scenario is success, failure, sidecar-crash/,
  ],
  [
    'no version',
    ['--kubernetes-version', 'latest', '-'],
    JOB,
    /^native-sidecars: 'latest' is no Kubernetes version.*\n$/,
  ],
  ['no pod', ['-'], 'a: b\n', /^native-sidecars: - has no pod.*\n$/],
  [
    'two pods as SVG',
    ['--format', 'svg', '-'],
    `${JOB}---\n${JOB}`,
    /^native-sidecars: - has 2 pods; name a line of one.*\n$/,
  ],
  ['no file', [], '', /^native-sidecars: timeline needs a file.*\n$/],
  ['no such file', ['none.yaml'], '', /^native-sidecars: [^\n]*none\.yaml[^\n]*\n$/],
] as const) {
  test(`timeline with ${title} says so in one line`, () => {
    const { status, out, err } = run(['timeline', ...args], { input });
    assert.deepEqual({ status, out }, { status: 2, out: '' });
    assert.match(err, message);
  });
}

test('timeline --help', () => {
  const { status, out } = run(['timeline', '--help']);
  assert.equal(status, 0);
  assert.match(out, /--scenario NAME/);
});
