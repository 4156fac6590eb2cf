import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { analyze } from '../../engine/index.ts';
import { kubeTool } from '../../scripts/kube-tools.mjs';
import { run, withFiles } from '../cli/run.ts';
import type { KubeContainer, KubePod } from './kubectl.ts';
import { CASES } from './kustomize-cases.ts';

const tool = kubeTool('kubectl');
const skip = tool.missing ?? false;

/** What `kubectl kustomize` builds, as JSON that kubectl reads from it. */
function build(folder: string): { spec: KubePod; rest: string } {
  const env = { HOME: folder, KUBECONFIG: '/dev/null' };
  const built = spawnSync(tool.path ?? '', ['kustomize', join(folder, 'overlays/top')], { encoding: 'utf8', env });
  assert.equal(built.status, 0, built.stderr);
  const args = ['label', '--local', '--dry-run=client', '-o', 'json', '-f', '-', 'probe=1'];
  const read = spawnSync(tool.path ?? '', args, { encoding: 'utf8', env, input: built.stdout });
  assert.equal(read.status, 0, read.stderr);
  const object = JSON.parse(read.stdout);
  const template = object.kind === 'CronJob' ? object.spec.jobTemplate.spec.template : object.spec.template;
  const { containers, initContainers, ...rest } = template.spec;
  template.spec = rest;
  return { spec: { containers, initContainers }, rest: JSON.stringify(object) };
}

const names = (containers: readonly KubeContainer[] = []) => containers.map(({ name }) => name);

for (const { title, files, fixed } of CASES) {
  test(`kubectl builds the same but for the move: ${title}`, { skip }, () => {
    withFiles(files, (folder) => {
      const before = build(folder);
      const { status, err } = run(['fix', '.'], { cwd: folder });
      assert.equal(status, 0, err);
      for (const [path, text] of Object.entries({ ...files, ...fixed })) {
        if (path !== 'base/job.yaml') assert.equal(readFileSync(join(folder, path), 'utf8'), text, path);
      }
      const after = build(folder);
      assert.equal(after.rest, before.rest);
      // The order of what stays is the one from before; the sidecar stands behind the init containers.
      const { containers, initContainers = [] } = before.spec;
      const stays = containers.filter(({ name }) => name !== 'proxy');
      const moved = containers.filter(({ name }) => name === 'proxy');
      assert.deepEqual(after.spec.containers, stays);
      assert.deepEqual(after.spec.initContainers ?? [], [
        ...initContainers,
        ...moved.map((each) => ({ ...each, restartPolicy: 'Always' })),
      ]);
      const again = run(['fix', '--unsafe', '.'], { cwd: folder });
      assert.match(again.err, /^0 findings fixed in 0 files/m);
      assert.equal(run(['check', '.'], { cwd: folder }).status, 0);
    });
  });
}

const SHARED = '../shared/corpus/kustomize';

test('patches that people wrote say nothing alone', { skip: !existsSync(SHARED) && `${SHARED} is not here` }, () => {
  const files = readdirSync(SHARED);
  assert.ok(files.length > 5);
  for (const file of files) {
    const analysis = analyze(readFileSync(join(SHARED, file), 'utf8'));
    assert.deepEqual([analysis.findings, analysis.skipped], [[], []], file);
  }
});

test('without its overlays a base is fixed only on request, and says what is left', { skip }, () => {
  const [{ files } = { files: {} }] = CASES;
  withFiles(files, (folder) => {
    const careful = run(['fix', 'base/job.yaml'], { cwd: folder });
    assert.match(careful.err, /^0 findings fixed in 0 files\n1 more fix needs a review/m);
    const bold = run(['fix', '--unsafe', 'base/job.yaml'], { cwd: folder });
    assert.match(
      bold.err,
      /The patch \.\.\/overlays\/top\/patch\.yaml names 'proxy' under containers: it has to change/,
    );
    const alone = run(['check', 'overlays/top/patch.yaml'], { cwd: folder });
    assert.match(alone.out, /error 'proxy' is a native sidecar in \.\.\/\.\.\/base\/job\.yaml\. This adds a second/);
    assert.match(run(['fix', 'overlays/top/patch.yaml'], { cwd: folder }).err, /^1 finding fixed in 1 file/m);
    assert.deepEqual(names(build(folder).spec.initContainers), ['proxy']);
  });
});
