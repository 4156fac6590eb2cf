import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { applyPatch } from 'diff';
import { FIXED, JOB, KILLING, run, withFiles } from './run.ts';

// biome-ignore lint/suspicious/noExplicitAny: what a report holds is what is tested
const json = (text: string): any => JSON.parse(text);

test('check prints place, severity, message and rule, a frame, the evidence and a summary', () => {
  withFiles({ 'job.yaml': JOB }, (cwd) => {
    const { status, out, err } = run(['check', 'job.yaml'], { cwd });
    assert.equal(err, '');
    assert.equal(status, 1);
    assert.equal(
      out,
      [
        "job.yaml:12:17 warning Container 'haproxy' keeps this Job's pods running after 'work' has finished. Make it a native sidecar. (non-native-sidecar)",
        '  12 |         - name: haproxy',
        '     |                 ^^^^^^^',
        "  job.yaml:13:18 the image 'haproxy:2.9' runs until it is stopped",
        '',
        '1 file, 1 document: 1 warning',
        '',
      ].join('\n'),
    );
  });
});

test('the exit status tells: 0 nothing at warning, 1 findings, 2 wrong usage or unreadable input', () => {
  const possible = JOB.replace('name: haproxy', 'name: metrics-proxy').replace('haproxy:2.9', 'example.com/x:1');
  withFiles({ 'fixed.yaml': FIXED, 'job.yaml': JOB, 'possible.yaml': possible }, (cwd) => {
    for (const [args, status] of [
      [['check', 'fixed.yaml'], 0],
      [['check', 'possible.yaml'], 0],
      [['check', 'job.yaml'], 1],
      [['check', 'job.yaml', 'missing.yaml'], 2],
      [['check'], 2],
      [[], 2],
      [['check', '--wrong', 'job.yaml'], 2],
      [['check', '--format', 'xml', 'job.yaml'], 2],
      [['check', '--kubernetes-version', 'latest', 'job.yaml'], 2],
      [['check', '--kubernetes-version', '1.99', 'job.yaml'], 2],
      [['check', '--kubernetes-version', 'v1.29.3-gke.1', 'fixed.yaml'], 0],
      [['check', '--no-config', 'fixed.yaml'], 0],
      [['frob'], 2],
      [['lsp'], 2],
      [['--help'], 0],
      [['--version'], 0],
      [['check', '--help'], 0],
      [['fix', '--help'], 0],
      [['lsp', '--help'], 0],
    ] as const) {
      const result = run(args, { cwd });
      assert.equal(result.status, status, `${args.join(' ')}: ${result.err}`);
      assert.doesNotMatch(result.err, /\n {4}at /, 'a stack trace');
    }
  });
});

test('what is wrong with the usage stands in one line', () => {
  for (const [args, line] of [
    [['check', '--wrong', 'x'], /^native-sidecars: Unknown option '--wrong'; see --help\n$/],
    [['check', 'nowhere'], /^native-sidecars: nowhere: there is no such file or folder\n$/],
    [['frob'], /^native-sidecars: there is no command 'frob'; try check, fix, explain, timeline, lsp or --help\n$/],
  ] as const) {
    assert.match(run(args).err, line);
  }
});

test('an unreadable file does not hide the others', () => {
  withFiles(
    { 'job.yaml': JOB, 'latin.yaml': Buffer.from([0x61, 0xe4, 0x62]), 'b.yaml': Buffer.from([0, 1, 2]) },
    (cwd) => {
      const { status, out, err } = run(['check', '.'], { cwd });
      assert.equal(status, 2);
      assert.match(out, /job\.yaml:12:17 warning/);
      assert.equal(
        err,
        'native-sidecars: b.yaml: not read, it is a binary file\nnative-sidecars: latin.yaml: not read, it is not UTF-8 text\n',
      );
    },
  );
});

test('folders are walked as git sees them; named files are always read', () => {
  const files = {
    'a.yaml': JOB,
    'b.YML': JOB,
    'c.json': JOB,
    'd.tpl': JOB,
    'e.txt': JOB,
    'node_modules/x/a.yaml': JOB,
    '.gitignore': 'out/\n*.gen.yaml\n!keep.gen.yaml\n',
    'out/a.yaml': JOB,
    'x.gen.yaml': JOB,
    'keep.gen.yaml': JOB,
    'sub/.gitignore': 'secret.yaml\n',
    'sub/secret.yaml': JOB,
    'sub/open.yaml': JOB,
  };
  withFiles(files, (cwd) => {
    const paths = (args: string[]) =>
      json(run(['check', '--format', 'json', ...args], { cwd }).out).files.map((f: { path: string }) => f.path);
    assert.deepEqual(paths(['.']), ['a.yaml', 'b.YML', 'c.json', 'd.tpl', 'keep.gen.yaml', 'sub/open.yaml']);
    assert.deepEqual(paths(['e.txt', 'out/a.yaml']), ['e.txt', 'out/a.yaml']);
    assert.deepEqual(paths(['sub', 'sub/open.yaml']), ['sub/open.yaml']);
  });
});

test('the JSON report is as its schema says', () => {
  const schema = json(readFileSync('docs/json-output.schema.json', 'utf8'));
  const validate = new Ajv2020({ strict: true }).compile(schema);
  const input = `${KILLING}---\na: [ontainers\n---\n${JOB.replace('  name: export\n', '  labels: {}\n')}`;
  const report = json(run(['check', '--format', 'json', '-'], { input }).out);
  const isValid: boolean = validate(report);
  assert.ok(isValid, JSON.stringify(validate.errors));
  assert.deepEqual(report.summary, { files: 1, documents: 3, findings: 3 });
  const [file] = report.files;
  assert.equal(file.path, '-');
  assert.deepEqual(
    file.skipped.map((each: { document: number }) => each.document),
    [1],
  );
  const [first, , second] = file.findings;
  assert.deepEqual(
    { ...first, evidence: first.evidence.length },
    {
      rule: 'non-native-sidecar',
      severity: 'warning',
      confidence: 'certain',
      message: "Container 'haproxy' keeps this Job's pods running after 'work' has finished. Make it a native sidecar.",
      document: 0,
      workload: { kind: 'Job', name: 'export', namespace: null },
      container: 'haproxy',
      range: { start: { line: 12, character: 16 }, end: { line: 12, character: 23 } },
      evidence: 2,
      fixable: true,
      safe: false,
    },
  );
  assert.equal(second.document, 2);
  assert.equal(second.workload.name, null);
  assert.equal(second.safe, true);
});

test('fix - writes the result to standard output and nothing else', () => {
  const { status, out, err } = run(['fix', '-'], { input: JOB });
  assert.equal(status, 0);
  assert.equal(out, FIXED);
  assert.equal(err, '1 finding fixed in 1 file\n');
  const windows = JOB.replaceAll('\n', '\r\n');
  assert.equal(run(['fix', '-'], { input: windows }).out, FIXED.replaceAll('\n', '\r\n'));
  assert.equal(run(['fix', '-'], { input: `\uFEFF${JOB}` }).out, `\uFEFF${FIXED}`);
  assert.equal(run(['fix', '-'], { input: 'a: [' }).out, 'a: [');
});

test('files are replaced at once; mode, links and what nothing is wrong with stay', () => {
  withFiles({ 'real.yaml': JOB, 'fine.yaml': FIXED }, (cwd) => {
    chmodSync(join(cwd, 'real.yaml'), 0o640);
    symlinkSync('real.yaml', join(cwd, 'link.yaml'));
    const before = statSync(join(cwd, 'fine.yaml')).mtimeMs;
    assert.equal(run(['fix', 'link.yaml', 'fine.yaml'], { cwd }).status, 0);
    assert.equal(readFileSync(join(cwd, 'real.yaml'), 'utf8'), FIXED);
    assert.equal(statSync(join(cwd, 'real.yaml')).mode & 0o777, 0o640);
    assert.ok(lstatSync(join(cwd, 'link.yaml')).isSymbolicLink());
    assert.equal(statSync(join(cwd, 'fine.yaml')).mtimeMs, before);
    assert.deepEqual(readdirSync(cwd).sort(), ['fine.yaml', 'link.yaml', 'real.yaml']);
  });
});

test('a fix that wants a review waits for --unsafe', () => {
  withFiles({ 'job.yaml': KILLING }, (cwd) => {
    const { status, err } = run(['fix', 'job.yaml'], { cwd });
    assert.equal(status, 0);
    assert.equal(readFileSync(join(cwd, 'job.yaml'), 'utf8'), KILLING);
    assert.match(err, /1 more fix needs a review/);
    run(['fix', '--unsafe', 'job.yaml'], { cwd });
    assert.match(readFileSync(join(cwd, 'job.yaml'), 'utf8'), /initContainers:\n {8}- name: haproxy/);
  });
});

test('below 1.29 no fix is applied unasked', () => {
  assert.equal(run(['fix', '--kubernetes-version', '1.28', '-'], { input: JOB }).out, JOB);
});

test('--diff shows the change and makes none', () => {
  withFiles({ 'job.yaml': JOB }, (cwd) => {
    const { out } = run(['fix', '--diff', 'job.yaml'], { cwd });
    assert.match(out, /^--- job\.yaml/m);
    assert.match(out, /^\+ {6}initContainers:$/m);
    assert.match(out, /^\+ {10}restartPolicy: Always$/m);
    assert.equal(readFileSync(join(cwd, 'job.yaml'), 'utf8'), JOB);
  });
});

test('--diff says above the hunks of a file what is done in each pod', () => {
  withFiles({ 'one.yaml': JOB, 'two.yaml': `${JOB}---\n${JOB.replace('export', 'import')}` }, (cwd) => {
    const { out } = run(['fix', '--diff', 'one.yaml'], { cwd });
    assert.match(out, /^# 1\. \w.*'haproxy'.*\nIndex: one\.yaml\n=+\n--- one\.yaml/);
    const lines = run(['fix', '--diff', 'two.yaml'], { cwd }).out.split('\n');
    assert.equal(lines[0], '# Job export');
    assert.match(lines[1] ?? '', /^# 1\. /);
    assert.equal(lines[2], '# Job import');
    assert.match(lines[3] ?? '', /^# 1\. /);
  });
});

test('the steps above it do not keep a diff from being applied', () => {
  assert.equal(applyPatch(JOB, run(['fix', '--diff', '-'], { input: JOB }).out), FIXED);
});

test('colours come on request, never into a pipe', () => {
  assert.ok(!run(['check', '-'], { input: JOB }).out.includes('\u001b['));
  assert.ok(run(['check', '-'], { input: JOB, env: { FORCE_COLOR: '1' } }).out.includes('\u001b['));
  assert.ok(!run(['check', '-'], { input: JOB, env: { FORCE_COLOR: '1', NO_COLOR: '1' } }).out.includes('\u001b['));
});

test('a reader that goes away is no error', async () => {
  const many = Array.from({ length: 3000 }, () => JOB).join('---\n');
  const child = spawn(process.execPath, [resolve('dist/cli.cjs'), 'check', '-'], { stdio: ['pipe', 'pipe', 'pipe'] });
  let err = '';
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  child.stdin.end(many);
  child.stdout.once('data', () => child.stdout.destroy());
  await new Promise((done) => child.once('close', done));
  assert.equal(err, '');
});

test('explain tells what speaks for and against, of a file, a line, standard input', () => {
  withFiles({ 'a.yaml': `${JOB}---\n${JOB.replace('name: export', 'name: second')}` }, (cwd) => {
    const all = run(['explain', 'a.yaml'], { cwd });
    assert.equal(all.status, 0);
    assert.match(
      all.out,
      /Job 'export'[\s\S]*haproxy: a sidecar, likely\n {4}for {7}fair {4}the image[\s\S]*Job 'second'/,
    );
    const line = run(['explain', `a.yaml:${JOB.split('\n').length + 4}`], { cwd });
    assert.doesNotMatch(line.out, /'export'/);
    assert.match(line.out, /'second'/);
    const beyond = run(['explain', 'a.yaml:999'], { cwd });
    assert.deepEqual([beyond.status, beyond.out], [2, '']);
    assert.match(beyond.err, /a\.yaml has \d+ lines, there is no line 999/);
  });
  const input = 'apiVersion: apps/v1\nkind: Deployment\nspec: {template: {spec: {containers: [{name: a}]}}}\n';
  assert.match(run(['explain', '-'], { input }).out, /Deployment is not checked: its pods run for ever/);
  assert.equal(run(['explain', 'missing.yaml']).status, 2);
  assert.equal(run(['explain']).status, 2);
});
