import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type {
  CodeAction,
  Diagnostic,
  DocumentDiagnosticReport,
  TextDocumentEdit,
} from 'vscode-languageserver-protocol';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { layers, MERGE, NATIVE, PATCH, REGULAR } from '../kustomize.ts';
import { MODERN, startServer, type TestServer } from './client.ts';

const folder = mkdtempSync(join(tmpdir(), 'native sidecars-kustomize-'));
const running: TestServer[] = [];
after(() => {
  for (const { process: child } of running) child.kill();
  rmSync(folder, { recursive: true, force: true });
});

for (const [path, text] of Object.entries(layers(REGULAR, MERGE))) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
const uriOf = (path: string) => pathToFileURL(join(folder, path)).href;
const BASE_URI = uriOf('base/job.yaml');
const PATCH_URI = uriOf(PATCH);

async function start(root: string | null = pathToFileURL(folder).href): Promise<TestServer> {
  const server = await startServer(MODERN, () => null, undefined, root);
  running.push(server);
  return server;
}

async function found({ connection }: TestServer, uri: string): Promise<Diagnostic[]> {
  const report = await connection.sendRequest<DocumentDiagnosticReport>('textDocument/diagnostic', {
    textDocument: { uri },
  });
  return report.kind === 'full' ? report.items : assert.fail('unchanged');
}

async function actionsAt({ connection }: TestServer, uri: string, line: number): Promise<CodeAction[]> {
  const position = { line, character: 18 };
  return connection.sendRequest<CodeAction[]>('textDocument/codeAction', {
    textDocument: { uri },
    range: { start: position, end: position },
    context: { diagnostics: [] },
  });
}

test('a base tells of the patch that its move breaks, and is not fixed on save', async () => {
  const server = await start();
  await server.open(BASE_URI, REGULAR);
  const [diagnostic] = await found(server, BASE_URI);
  assert.match(
    (diagnostic?.relatedInformation ?? []).map(({ message }) => message).join('\n'),
    /the patch \.\.\/overlays\/top\/patch\.yaml names 'proxy' under containers/,
  );
  const offered = await actionsAt(server, BASE_URI, 9);
  assert.ok(offered.some(({ title }) => title.startsWith("Make 'proxy' a native sidecar")));
  assert.ok(!offered.some(({ kind }) => kind?.startsWith('source.fixAll')));
});

test('a patch hears of the move in its base while that is open, and is fixed', async () => {
  const server = await start();
  await server.open(PATCH_URI, MERGE);
  await server.open(BASE_URI, REGULAR);
  assert.deepEqual(await found(server, PATCH_URI), []);
  await server.connection.sendNotification('textDocument/didChange', {
    textDocument: { uri: BASE_URI, version: 2 },
    contentChanges: [{ text: NATIVE }],
  });
  let items: Diagnostic[] = [];
  for (const end = Date.now() + 10_000; items.length === 0 && Date.now() < end; ) {
    items = await found(server, PATCH_URI);
    if (items.length === 0) await new Promise((done) => setTimeout(done, 50));
  }
  assert.match(String(items[0]?.message), /'proxy' is a native sidecar in \.\.\/\.\.\/base\/job\.yaml/);
  assert.equal(items[0]?.code, 'overlay-wrong-list');
  const fix = (await actionsAt(server, PATCH_URI, 8)).find(
    ({ title }) => title === "Patch 'proxy' under initContainers",
  );
  const { edit } = await server.connection.sendRequest<CodeAction>('codeAction/resolve', fix);
  const [change] = (edit?.documentChanges ?? []) as TextDocumentEdit[];
  const text = TextDocument.applyEdits(TextDocument.create(PATCH_URI, 'yaml', 1, MERGE), change?.edits as never);
  assert.equal(text, MERGE.replace('containers:', 'initContainers:'));
});

test('a file outside every kustomization is judged alone', async () => {
  const server = await start(null);
  const uri = uriOf('alone/job.yaml');
  await server.open(uri, REGULAR);
  assert.equal((await found(server, uri)).length, 1);
});
