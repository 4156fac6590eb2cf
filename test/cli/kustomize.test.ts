import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FIXED, JOB, run, withFiles } from './run.ts';

/** A base, and an overlay whose patch names the sidecar under `containers`. */
const layers = (base: string, top: string) => ({
  'base/job.yaml': JOB,
  [`base/${base}`]: 'resources: [job.yaml]\n',
  [`top/${top}`]: 'resources: [../base]\npatches: [{ path: patch.yaml }]\n',
  'top/patch.yaml': JOB.replace(/ {6}restartPolicy.*\n/, '').replace(/ {8}- name: work\n.*\n/, ''),
});

test('a folder is fixed with its patches, whatever its kustomizations are called', () => {
  for (const [base, top] of [
    ['kustomization.yaml', 'kustomization.yml'],
    ['Kustomization', 'kustomization.yaml'],
    ['kustomization.yml', 'Kustomization'],
  ] as const) {
    withFiles(layers(base, top), (cwd) => {
      assert.equal(run(['fix', '.'], { cwd }).err, '2 findings fixed in 2 files\n', top);
      assert.equal(readFileSync(join(cwd, 'base/job.yaml'), 'utf8'), FIXED);
      assert.match(readFileSync(join(cwd, 'top/patch.yaml'), 'utf8'), /^ {6}initContainers:\n {8}- name: haproxy$/m);
    });
  }
});

test('the folder of a base is not fixed unasked when an overlay beside it in the same repository would break', () => {
  withFiles({ ...layers('kustomization.yaml', 'kustomization.yaml'), '.git/HEAD': '' }, (cwd) => {
    const { out, err } = run(['fix', '--diff', 'base'], { cwd });
    assert.equal(out, '');
    assert.match(err, /The patch \.\.\/top\/patch\.yaml names 'haproxy' under containers: it has to change too/);
    assert.match(run(['fix', '--diff', '.'], { cwd }).err, /^2 findings to fix in 2 files/);
  });
});

test('a patch is not explained alone', () => {
  withFiles(layers('kustomization.yaml', 'kustomization.yaml'), (cwd) => {
    const told =
      'top/patch.yaml:2 Job is not checked: it is a part of a manifest, such as a patch, and never judged alone\n';
    assert.equal(run(['explain', 'top/patch.yaml'], { cwd }).out.trim(), told.trim());
  });
});
