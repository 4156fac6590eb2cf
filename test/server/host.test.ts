import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { createConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import { createProtocolConnection } from 'vscode-languageserver-protocol/node';
import { clientHost, type Host } from '../../server/host.ts';
import { nodeHost } from '../../server/node-host.ts';
import { Workspace } from '../../server/workspace.ts';

const JOB = `apiVersion: batch/v1
kind: Job
metadata: {name: report}
spec: {template: {spec: {containers: [{name: main, image: x/report, command: [sh, -c, "./work; pkill envoy"]}]}}}
`;

test('the host of Node finds by name and reads text only', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'native-sidecars host#'));
  try {
    for (const name of ['a b', 'node_modules', '.git']) mkdirSync(join(folder, name));
    for (const name of [
      'x.yaml',
      'a b/y.yaml',
      'a b/Dockerfile.dev',
      'x.yamlx',
      'node_modules/z.yaml',
      '.git/z.yaml',
    ]) {
      writeFileSync(join(folder, name), 'a: 1');
    }
    symlinkSync(folder, join(folder, 'loop'));
    writeFileSync(join(folder, 'large'), ' '.repeat(1_000_001));
    writeFileSync(join(folder, 'latin'), Buffer.from([0x61, 0xe4]));
    const uri = (path: string) => pathToFileURL(join(folder, path)).href;
    const find = (limit: number) => nodeHost.find(uri('.'), ['*.yaml', 'Dockerfile.*'], limit);
    assert.deepEqual(await find(9), [uri('x.yaml'), uri('a b/Dockerfile.dev'), uri('a b/y.yaml')]);
    assert.equal((await find(2)).length, 2);
    assert.equal(await nodeHost.read(uri('x.yaml')), 'a: 1');
    for (const path of ['large', 'latin', 'missing', 'a b']) assert.equal(await nodeHost.read(uri(path)), undefined);
    assert.deepEqual(await nodeHost.find('memfs:/x', ['*'], 9), []);
    assert.deepEqual(await nodeHost.find(uri('missing'), ['*'], 9), []);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the host of a browser asks the client, and lives with one that knows no answer', async () => {
  const [up, down] = [new PassThrough(), new PassThrough()];
  const server = createConnection(new StreamMessageReader(up), new StreamMessageWriter(down));
  const client = createProtocolConnection(new StreamMessageReader(down), new StreamMessageWriter(up));
  server.listen();
  client.listen();
  const host = clientHost(server);
  assert.deepEqual(await host.find('memfs:/w', ['*.yaml'], 5), []);
  assert.equal(await host.read('memfs:/w/a.yaml'), undefined);
  client.onRequest('nativeSidecars/findFiles', ({ folder, names, limit }) => [`${folder}/${names[0]}/${limit}`]);
  client.onRequest('nativeSidecars/readFile', ({ uri, limit }) => (uri === 'memfs:/a' ? `${limit}` : null));
  assert.deepEqual(await host.find('memfs:/w', ['*.yaml'], 5), ['memfs:/w/*.yaml/5']);
  assert.equal(await host.read('memfs:/a'), '1000000');
  assert.equal(await host.read('memfs:/b'), undefined);
  client.end();
});

test('a workspace reads each file once, and again only what is said to have changed', async () => {
  const files = new Map([
    ['memfs:/w/job.yaml', JOB],
    ['memfs:/w/other.yaml', 'a: 1'],
    ['memfs:/w/Dockerfile', 'FROM x'],
  ]);
  const reads: string[] = [];
  const host: Host = {
    find: async () => [...files.keys()],
    read: async (uri) => {
      reads.push(uri);
      return files.get(uri);
    },
  };
  const open = new Map<string, string>();
  const workspace = new Workspace(host, ['memfs:/w'], (uri) => open.get(uri));
  assert.equal(workspace.isUsed, false);
  assert.equal(await workspace.update('memfs:/w/job.yaml'), false);
  assert.deepEqual(reads, []);
  const { killers, isOnly } = await workspace.around('memfs:/w/Dockerfile');
  assert.deepEqual([killers[0]?.program, killers[0]?.file, isOnly], ['pkill', 'job.yaml', true]);
  await workspace.around('memfs:/w/Dockerfile');
  assert.equal(reads.length, 3);
  assert.equal((await workspace.around('memfs:/w/other/Dockerfile')).isOnly, false);
  open.set('memfs:/w/other.yaml', 'a: pkill');
  assert.equal(await workspace.update('memfs:/w/other.yaml'), false);
  files.delete('memfs:/w/job.yaml');
  assert.equal(await workspace.update('memfs:/w/job.yaml'), true);
  assert.deepEqual((await workspace.around('memfs:/w/Dockerfile')).killers, []);
});
