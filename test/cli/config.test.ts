import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FIXED, JOB, run, withFiles } from './run.ts';

const OFF = 'rules:\n  non-native-sidecar: off\n';

test('the nearest configuration upwards counts, and no other', () => {
  const files = {
    '.native-sidecars.yaml': OFF,
    'a/job.yaml': JOB,
    'b/.native-sidecars.yaml': 'rules:\n  non-native-sidecar: error\n',
    'b/c/job.yaml': JOB,
  };
  withFiles(files, (cwd) => {
    const { status, out, err } = run(['check', '.'], { cwd });
    assert.deepEqual([status, err], [1, '']);
    assert.match(out, /^b\/c\/job\.yaml:12:17 error /);
    assert.match(out, /2 files, 2 documents: 1 error\n$/);
    assert.equal(run(['check', 'a/job.yaml'], { cwd }).status, 0);
    assert.equal(run(['check', 'job.yaml'], { cwd: join(cwd, 'a') }).status, 0, 'from below');
    assert.equal(run(['check', '-'], { cwd, input: JOB }).status, 0, 'standard input');
    assert.equal(run(['check', '--no-config', 'a'], { cwd }).status, 1);
    assert.match(run(['check', '--config', 'b/.native-sidecars.yaml', 'a'], { cwd }).out, /1 error\n$/);
  });
});

test('rules differ by glob, files are left out, containers are named', () => {
  const config = [
    'rules:',
    '  - files: [old/**]',
    '    rules: {non-native-sidecar: hint}',
    'exclude: [vendor]',
    'sidecars: {names: [helper]}',
    'kinds: [{group: example.com, kind: Pipeline, templates: [spec.template]}]',
  ].join('\n');
  const helper = JOB.replace('name: haproxy', 'name: helper').replace('haproxy:2.9', 'example.com/x:1');
  const files = {
    '.native-sidecars.yaml': config,
    'old/job.yaml': JOB,
    'new/helper.yaml': helper,
    'new/kind.yaml': JOB.replace('batch/v1', 'example.com/v1').replace('kind: Job', 'kind: Pipeline'),
    'vendor/job.yaml': JOB,
  };
  withFiles(files, (cwd) => {
    const { out } = run(['check', '.'], { cwd });
    assert.match(out, /old\/job\.yaml:12:17 hint/);
    assert.match(out, /new\/helper\.yaml:12:17 warning Container 'helper'/);
    assert.match(out, /the configuration names 'helper' a sidecar/);
    assert.match(out, /new\/kind\.yaml:12:17 warning .* this Pipeline's pods/);
    assert.doesNotMatch(out, /vendor/);
    assert.match(run(['check', 'vendor/job.yaml'], { cwd }).out, /vendor/, 'a file that is named is checked');
    run(['fix', '.'], { cwd });
    assert.equal(readFileSync(join(cwd, 'vendor/job.yaml'), 'utf8'), JOB);
    assert.equal(readFileSync(join(cwd, 'old/job.yaml'), 'utf8'), FIXED);
  });
});

test('rules for patches of kustomizations are configured too', () => {
  const native = FIXED.replace('name: work', 'name: work\n          tty: true');
  const patch = JOB.replace(/ {6}restartPolicy.*\n/, '').replace(/ {8}- name: work\n.*\n/, '');
  const files = {
    'base/job.yaml': native,
    'base/kustomization.yaml': 'resources: [job.yaml]\n',
    'top/kustomization.yaml': 'resources: [../base]\npatches: [{ path: patch.yaml }]\n',
    'top/patch.yaml': patch,
  };
  const outOf = (config: string) =>
    withFiles({ ...files, '.native-sidecars.yaml': config }, (cwd) => run(['check', '.'], { cwd }).out);
  assert.match(outOf('rules: {}\n'), /: 1 error\n$/);
  assert.match(outOf('rules: { overlay-wrong-list: hint }\n'), /: 1 hint\n$/);
  assert.match(outOf('rules: [{ files: top/, rules: { overlay-wrong-list: off } }]\n'), /: nothing found\n$/);
});

test('what is wrong in a configuration is one line each; nothing is checked or changed', () => {
  const files = {
    '.native-sidecars.yaml': 'rules:\n  wait-lop: off\n  kill-workaround: fatal\nexlude: []\n',
    'jobs/job.yaml': JOB,
  };
  withFiles(files, (cwd) => {
    for (const command of ['check', 'fix']) {
      const { status, out, err } = run([command, 'jobs'], { cwd });
      assert.equal(status, 2);
      assert.equal(out, '');
      assert.equal(
        err,
        [
          "native-sidecars: .native-sidecars.yaml:2:3 There is no rule 'wait-lop'. Did you mean 'wait-loop'?",
          "native-sidecars: .native-sidecars.yaml:3:20 'kill-workaround' takes off, error, warning, info or hint, not 'fatal'.",
          "native-sidecars: .native-sidecars.yaml:4:1 There is no key 'exlude' here. Did you mean 'exclude'?",
          '',
        ].join('\n'),
      );
    }
    assert.equal(readFileSync(join(cwd, 'jobs/job.yaml'), 'utf8'), JOB);
    assert.equal(run(['check', '--no-config', 'jobs'], { cwd }).status, 1);
    const missing = run(['check', '--config', 'nowhere.yaml', 'jobs'], { cwd });
    assert.deepEqual(
      [missing.status, missing.err],
      [2, 'native-sidecars: nowhere.yaml: there is no such file or folder\n'],
    );
    const both = run(['check', '--config', 'x', '--no-config', 'jobs'], { cwd });
    assert.equal(both.err, 'native-sidecars: --config and --no-config do not go together\n');
  });
});

test('command line, file, chart and default: the first that names a version counts', () => {
  // Before 1.29 the move wants a review.
  const changes = (args: string[], files: Record<string, string>) =>
    withFiles({ 'templates/job.yaml': JOB, ...files }, (cwd) => {
      run(['fix', ...args, '.'], { cwd });
      return readFileSync(join(cwd, 'templates/job.yaml'), 'utf8') !== JOB;
    });
  const chart = { 'Chart.yaml': 'apiVersion: v2\nname: x\nversion: 1.0.0\nkubeVersion: ">=1.25.0-0"\n' };
  const config = { '.native-sidecars.yaml': 'kubernetesVersion: 1.30\n' };
  assert.equal(changes([], {}), true);
  assert.equal(changes([], chart), false);
  assert.equal(changes([], { ...chart, ...config }), true);
  assert.equal(changes(['--no-config'], { ...chart, ...config }), false);
  assert.equal(changes(['--kubernetes-version', '1.28'], { ...chart, ...config }), false);
});

test('the JSON report says for each file which versions count, and who says so', () => {
  const chart = (constraint: string) => `apiVersion: v2\nname: x\nversion: 1.0.0\nkubeVersion: "${constraint}"\n`;
  const files = {
    'a.yaml': JOB,
    'chart/Chart.yaml': chart('>=1.27.0-0'),
    'chart/templates/b.yaml': JOB,
    'config/.native-sidecars.yaml': 'kubernetesVersion: ">=1.29 <1.34"\n',
    'config/c.yaml': JOB,
    'wrong/Chart.yaml': chart('latest'),
    'wrong/templates/d.yaml': JOB,
  };
  withFiles(files, (cwd) => {
    const check = (...args: string[]) => {
      const { out, err } = run(['check', '--format', 'json', ...args, '.'], { cwd });
      const all: { path: string; kubernetes: object }[] = JSON.parse(out).files;
      const told = all.filter(({ path }) => !path.endsWith('Chart.yaml'));
      return { err, versions: Object.fromEntries(told.map(({ path, kubernetes }) => [path.slice(-6), kubernetes])) };
    };
    const { err, versions } = check();
    assert.deepEqual(versions, {
      'a.yaml': { lowest: '1.33', highest: '1.33', source: 'default' },
      'b.yaml': { lowest: '1.27', highest: '1.27', source: 'Chart.yaml', file: 'chart/Chart.yaml' },
      'c.yaml': {
        lowest: '1.29',
        highest: '1.33',
        source: '.native-sidecars.yaml',
        file: 'config/.native-sidecars.yaml',
      },
      'd.yaml': { lowest: '1.33', highest: '1.33', source: 'default' },
    });
    assert.equal(
      err,
      "native-sidecars: wrong/Chart.yaml: kubeVersion takes versions such as >=1.29.0-0, not 'latest'; Kubernetes 1.33 is taken\n",
    );
    const given = check('--kubernetes-version', '1.30');
    assert.equal(given.err, '');
    assert.deepEqual(given.versions['d.yaml'], { lowest: '1.30', highest: '1.30', source: 'command line' });
  });
});

test('suppressed findings count nowhere, and stand in the JSON report with their reason', () => {
  const text = JOB.replace(
    '        - name: haproxy',
    '        # native-sidecars-ignore: the operator does it\n        - name: haproxy',
  );
  withFiles({ 'job.yaml': text }, (cwd) => {
    const { status, out } = run(['check', '--format', 'json', 'job.yaml'], { cwd });
    assert.equal(status, 0);
    const [file] = JSON.parse(out).files;
    assert.deepEqual(file.findings, []);
    assert.equal(file.suppressed[0].rule, 'non-native-sidecar');
    assert.equal(file.suppressed[0].reason, 'the operator does it');
    run(['fix', '--unsafe', 'job.yaml'], { cwd });
    assert.equal(readFileSync(join(cwd, 'job.yaml'), 'utf8'), text);
  });
});
