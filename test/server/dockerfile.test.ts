import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { CodeAction, DocumentDiagnosticReport, TextDocumentEdit } from 'vscode-languageserver-protocol';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { MODERN, startServer, type TestServer } from './client.ts';

const folder = mkdtempSync(join(tmpdir(), 'native-sidecars-server-'));
const running: TestServer[] = [];
after(() => {
  for (const { process: child } of running) child.kill();
  rmSync(folder, { recursive: true, force: true });
});

const job = (script: string) => `apiVersion: batch/v1
kind: Job
metadata:
  name: report
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: main
          image: registry.example.com/report:1
          command: [sh, -c, "${script}"]
        - name: haproxy
          image: haproxy:2.9
`;
const DOCKERFILE = 'FROM debian:12\nRUN apt-get install -y procps curl\n';

mkdirSync(join(folder, 'report'));
mkdirSync(join(folder, 'node_modules'));
writeFileSync(join(folder, 'node_modules', 'job.yaml'), job('./work; killall haproxy'));
const jobFile = join(folder, 'job.yaml');
writeFileSync(jobFile, job('./work; pkill haproxy'));
const uriOf = (path: string) => pathToFileURL(join(folder, path)).href;
const URI = uriOf('report/Dockerfile');

async function start(root: string | null, capabilities: object = MODERN): Promise<TestServer> {
  const server = await startServer(capabilities, () => null, undefined, root);
  running.push(server);
  return server;
}

async function found({ connection }: TestServer, uri = URI): Promise<string[]> {
  const report = await connection.sendRequest<DocumentDiagnosticReport>('textDocument/diagnostic', {
    textDocument: { uri },
  });
  assert.equal(report.kind, 'full');
  return report.kind === 'full' ? report.items.map(({ message }) => String(message)) : [];
}

/** Waits until the Dockerfile has so many findings. */
async function until(server: TestServer, count: number): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; ) {
    if ((await found(server)).length === count) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  assert.fail(`never ${count} findings`);
}

test('a Dockerfile is connected with the Jobs of the workspace', async () => {
  const server = await start(pathToFileURL(folder).href);
  await server.open(URI, DOCKERFILE, 'dockerfile');
  assert.deepEqual(await found(server), [
    "'procps' is here for the pkill in container 'main' of Job 'report' (job.yaml). With a native sidecar neither is needed.",
  ]);
});

test('without a workspace there is nothing to connect', async () => {
  const server = await start(null);
  await server.open(URI, DOCKERFILE, 'dockerfile');
  assert.deepEqual(await found(server), []);
});

test('an open manifest wins over its file, and its changes matter', async () => {
  const server = await start(pathToFileURL(folder).href);
  await server.open(uriOf('job.yaml'), job('./work'));
  await server.open(URI, DOCKERFILE, 'dockerfile');
  assert.deepEqual(await found(server), []);
  await server.connection.sendNotification('textDocument/didChange', {
    textDocument: { uri: uriOf('job.yaml'), version: 2 },
    contentChanges: [{ text: job('./work; pkill haproxy') }],
  });
  await until(server, 1);
  await server.connection.sendNotification('textDocument/didChange', {
    textDocument: { uri: uriOf('job.yaml'), version: 3 },
    contentChanges: [{ text: job('./work') }],
  });
  await until(server, 0);
  await server.connection.sendNotification('textDocument/didClose', { textDocument: { uri: uriOf('job.yaml') } });
  await until(server, 1);
});

test('files are watched from the first question on', async () => {
  const watching = {
    ...MODERN,
    workspace: { ...MODERN.workspace, didChangeWatchedFiles: { dynamicRegistration: true } },
  };
  const server = await start(pathToFileURL(folder).href, watching);
  const registered = new Promise<{ registrations: { method: string }[] }>((done) => {
    server.connection.onRequest('client/registerCapability', (params) => {
      done(params);
      return null;
    });
  });
  await server.open(URI, DOCKERFILE, 'dockerfile');
  await until(server, 1);
  assert.equal((await registered).registrations[0]?.method, 'workspace/didChangeWatchedFiles');
  const changed = () =>
    server.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: uriOf('job.yaml'), type: 2 }],
    });
  writeFileSync(jobFile, job('./work'));
  await changed();
  await until(server, 0);
  writeFileSync(jobFile, job('./work; pkill haproxy'));
  await changed();
  await until(server, 1);
});

test('the fix, or why there is none, is offered; no sidecars are', async () => {
  const server = await start(pathToFileURL(folder).href);
  await server.open(URI, DOCKERFILE, 'dockerfile');
  const offered = await server.connection.sendRequest<CodeAction[]>('textDocument/codeAction', {
    textDocument: { uri: URI },
    range: { start: { line: 1, character: 0 }, end: { line: 1, character: 40 } },
    context: { diagnostics: [] },
  });
  const titles = offered.map(({ title }) => title);
  assert.deepEqual(titles, [
    "Remove 'procps'",
    'Ignore procps-for-pkill here',
    'Ignore procps-for-pkill in this file',
    'Open the page of procps-for-pkill',
  ]);
  const [fix] = offered;
  assert.ok(fix);
  if (fix.disabled) return assert.match(fix.disabled.reason, /leave its 'pkill' in place/);
  assert.equal(fix.isPreferred, false);
  const { edit } = await server.connection.sendRequest<CodeAction>('codeAction/resolve', fix);
  const [change] = (edit?.documentChanges ?? []) as TextDocumentEdit[];
  const document = TextDocument.create(URI, 'dockerfile', 1, DOCKERFILE);
  assert.equal(
    TextDocument.applyEdits(document, (change?.edits ?? []) as { range: never; newText: string }[]),
    'FROM debian:12\nRUN apt-get install -y curl\n',
  );
});
