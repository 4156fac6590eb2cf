import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { KILLING as KILLING_JOB, run, withFiles } from './run.ts';

const IMAGE = 'registry.example.com/export:1';
const KILLING = KILLING_JOB.replace('alpine:3.20', IMAGE);
/** Nothing can take this kill out: its sidecar is not in the file. */
const STAYING = KILLING.replace(/ {8}- name: haproxy\n.*\n/, '');
const DOCKERFILE = 'FROM debian:12\nRUN apt-get update && apt-get install -y procps\nCOPY work /work\n';

test('check connects a Dockerfile with the Job of the same run', () => {
  withFiles({ 'export/Dockerfile': DOCKERFILE, 'jobs/job.yaml': KILLING }, (cwd) => {
    const { status, out, err } = run(['check', '.'], { cwd });
    assert.equal(err, '');
    assert.equal(status, 1);
    assert.match(
      out,
      /export\/Dockerfile:2:42 hint 'procps' is here for the pkill in container 'work' of Job 'export' \(jobs\/job\.yaml\)\..*\(procps-for-pkill\)/,
    );
    assert.match(out, /2 files, 2 documents: /);
    const report = JSON.parse(run(['check', '--format', 'json', '.'], { cwd }).out);
    const [finding] = report.files.find(({ path }: { path: string }) => path === 'export/Dockerfile').findings;
    assert.deepEqual(
      [finding.rule, finding.severity, finding.workload.name, finding.container, finding.safe],
      ['procps-for-pkill', 'hint', 'export', 'work', false],
    );
  });
});

test('hints alone end with 0', () => {
  withFiles({ Dockerfile: DOCKERFILE, 'job.yaml': STAYING }, (cwd) => {
    assert.equal(run(['check', 'Dockerfile', 'job.yaml'], { cwd }).status, 0);
  });
});

test('a Dockerfile without its Job is silent, and so is one of another image', () => {
  const files = {
    'a/Dockerfile': DOCKERFILE,
    'b/Containerfile.dev': DOCKERFILE,
    'b/Dockerfile.dockerignore': 'procps',
    'job.yaml': KILLING,
  };
  withFiles(files, (cwd) => {
    for (const paths of [['a'], ['a/Dockerfile'], ['.']]) {
      assert.doesNotMatch(run(['check', ...paths], { cwd }).out, /procps-for-pkill/);
    }
    assert.match(run(['check', '.'], { cwd }).out, /3 files/);
    assert.match(run(['check', 'a', 'job.yaml'], { cwd }).out, /procps-for-pkill/, 'the only Dockerfile');
    assert.match(run(['check', 'a/Dockerfile', 'b/Containerfile.dev', 'job.yaml'], { cwd }).out, /procps-for-pkill/);
  });
});

test('fix without --unsafe leaves Dockerfiles alone', () => {
  withFiles({ Dockerfile: DOCKERFILE, 'job.yaml': KILLING }, (cwd) => {
    assert.equal(run(['fix', 'Dockerfile', 'job.yaml'], { cwd }).status, 0);
    assert.equal(readFileSync(join(cwd, 'Dockerfile'), 'utf8'), DOCKERFILE);
  });
});

test('fix --unsafe takes the package out with the kill, and never without it', () => {
  withFiles({ Dockerfile: DOCKERFILE, 'job.yaml': KILLING }, (cwd) => {
    const { status, err } = run(['fix', '--unsafe', 'Dockerfile', 'job.yaml'], { cwd });
    assert.equal(status, 0, err);
    const kills = readFileSync(join(cwd, 'job.yaml'), 'utf8').includes('pkill');
    const expected = kills ? DOCKERFILE : 'FROM debian:12\nCOPY work /work\n';
    assert.equal(readFileSync(join(cwd, 'Dockerfile'), 'utf8'), expected);
  });
  withFiles({ Dockerfile: DOCKERFILE, 'job.yaml': STAYING }, (cwd) => {
    const { err } = run(['fix', '--unsafe', 'Dockerfile', 'job.yaml'], { cwd });
    assert.match(
      err,
      /^Dockerfile:2 Remove 'procps': Not offered: the fixes for 'work' of Job 'export' leave its 'pkill' in place\.$/m,
    );
    assert.equal(readFileSync(join(cwd, 'Dockerfile'), 'utf8'), DOCKERFILE);
  });
});
