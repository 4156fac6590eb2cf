import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { run } from './run.ts';

/** The manifests of the article that shows the old ways and the native one. */
const companion = '../shared/companion';
const skip = existsSync(companion) ? false : `${companion} is not here`;
const files = skip ? [] : readdirSync(companion).filter((file) => file.startsWith('cronjob.'));
const old = files.filter((file) => /naive|pkill|shared-volume/.test(file));
const read = (file: string) => readFileSync(`${companion}/${file}`, 'utf8');

interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
}

interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes: readonly { readonly name: string }[];
}

const podOf = (text: string): PodSpec => parse(text).spec.jobTemplate.spec.template.spec;
const fixed = (text: string) => run(['fix', '--unsafe', '-'], { input: text }).out;

test('companion: the sidecar of the old style is reported once, that of the native one not at all', { skip }, () => {
  const report = JSON.parse(run(['check', '--format', 'json', companion]).out);
  for (const { path, findings } of report.files as {
    path: string;
    findings: { rule: string; container: string }[];
  }[]) {
    const sidecars = findings.filter(({ rule }) => rule === 'non-native-sidecar').map(({ container }) => container);
    assert.deepEqual(sidecars, old.some((file) => path.endsWith(file)) ? ['haproxy'] : [], path);
  }
  assert.equal(old.length, 9);
});

test('companion: the fix moves the block and adds one line', { skip }, () => {
  const before = read('cronjob.naive.success.yaml');
  const { out } = run(['fix', '-'], { input: before });
  const lines = (text: string) => text.split('\n').sort();
  const added = ['            restartPolicy: Always', '          initContainers:'];
  assert.deepEqual(lines(out), [...lines(before), ...added].sort());
  const block = /( {10}- name: haproxy\n[\s\S]*?)(?= {10}volumes:)/.exec(before)?.[1] ?? '';
  const native = block.replace('image: haproxy:2.6\n', 'image: haproxy:2.6\n            restartPolicy: Always\n');
  assert.equal(
    out,
    before
      .replace(block, '')
      .replace('          containers:\n', () => `          initContainers:\n${native}          containers:\n`),
  );
});

for (const file of old) {
  test(`companion: ${file} becomes what the article prescribes`, { skip }, () => {
    const before = read(file);
    const after = fixed(before);
    const { containers, initContainers, volumes } = podOf(after);
    const native = podOf(read('cronjob.sidecar.success.yaml')).initContainers?.[0];
    assert.ok(native);
    const argv = { command: ['haproxy'], args: ['-f', '/usr/local/etc/haproxy/haproxy.cfg'] };
    assert.deepEqual(initContainers, [file.includes('shared-volume') ? { ...native, ...argv } : native]);
    const work = file.includes('success')
      ? 'echo "Pretend this is real logic"'
      : 'cat /not/a/real/file/so/this/will/error';
    const [primary, ...others] = containers;
    assert.deepEqual(others, []);
    const { args = [], ...rest } = primary as Container;
    assert.deepEqual(rest, { name: 'primary', image: 'ubuntu:22.04', command: ['/bin/bash', '-c'] });
    assert.equal(args.length, 1);
    const lines = (args[0] ?? '').split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    assert.deepEqual(lines, ['sleep 10', work]);
    assert.match(args[0] ?? '', /^# let (?:haproxy|sidecars) start up\n/);
    assert.deepEqual(
      volumes.map(({ name }) => name),
      ['haproxy-config'],
    );
    assert.doesNotMatch(after.replace(/^ *#.*$/gm, ''), /shareProcessNamespace|runAs|exit-signals/);
    // What somebody commented out stays, to the letter.
    const commentedOut = (text: string) => text.split('\n').filter((line) => /^ {10}#/.test(line));
    assert.deepEqual(commentedOut(after), commentedOut(before));
    assert.equal(fixed(after), after, 'a second run changes something');
    const left = JSON.parse(run(['check', '--format', 'json', '-'], { input: after }).out).files[0].findings;
    assert.deepEqual(
      left.map(({ rule, container }: { rule: string; container: string }) => `${rule} ${container}`),
      ['wait-loop primary'],
    );
  });
}

test('companion: the timeline tells how each manifest of the article ends', { skip }, () => {
  const outcomes = (file: string) => {
    const scenario = file.includes('failure') ? 'failure' : 'success';
    const { out } = run(['timeline', '--scenario', scenario, `${companion}/${file}`]);
    return out.split('\n').flatMap((line) => /^ {2}((?:Runs|Completes|Fails).*)/.exec(line)?.[1] ?? []);
  };
  for (const file of files) {
    const native = 'Completes: haproxy is stopped when primary has ended.';
    const [before, after = before] = outcomes(file);
    if (file.includes('failure')) {
      // All of them say OnFailure: restarts of the work reach the limit of the Job, whatever stands beside it.
      for (const each of [before, after])
        assert.match(each ?? '', /^Fails with BackoffLimitExceeded: primary was /, file);
    } else {
      assert.equal(after, native, file);
      if (file.includes('naive')) assert.equal(before, 'Runs for ever: haproxy never ends.');
      else if (!file.includes('sidecar')) assert.match(before ?? '', /^Completes: haproxy is ended by hand/, file);
    }
  }
});

test('companion: with the native sidecar the failing work is restarted twice, then haproxy is stopped', {
  skip,
}, () => {
  const { out } = run(['timeline', '--scenario', 'failure', `${companion}/cronjob.sidecar.failure.yaml`]);
  assert.match(out, /Fails with BackoffLimitExceeded: primary was restarted 2 times\./);
  assert.match(out, /\n {2}haproxy sidecar ━+▒+✓\n {2}primary regular +━+✗·+━+✗·+━/);
});
