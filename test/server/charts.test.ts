import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { CodeAction, Diagnostic, DocumentDiagnosticReport } from 'vscode-languageserver-protocol';
import { Charts } from '../../server/charts.ts';
import type { Host } from '../../server/host.ts';
import { MODERN, startServer, type TestServer } from './client.ts';

const folder = mkdtempSync(join(tmpdir(), 'native-sidecars chart-'));
cpSync('test/charts/shop', folder, { recursive: true });
const running: TestServer[] = [];
after(async () => {
  await Promise.all(running.map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
});
const uriOf = (path: string) => pathToFileURL(join(folder, path)).href;
const textOf = (path: string) => readFileSync(join(folder, path), 'utf8');

async function found({ connection }: TestServer, path: string): Promise<Diagnostic[]> {
  const report = await connection.sendRequest<DocumentDiagnosticReport>('textDocument/diagnostic', {
    textDocument: { uri: uriOf(path) },
  });
  return report.kind === 'full' ? report.items : [];
}

test('a template is read with its chart, and again when the chart changes', async () => {
  const server = await startServer(MODERN, () => null, undefined, pathToFileURL(folder).href);
  running.push(server);
  const path = 'templates/export.yaml';
  await server.open(uriOf(path), textOf(path), 'helm');
  const [diagnostic] = await found(server, path);
  assert.match(String(diagnostic?.message), /'\{\{ \.Release\.Name \}\}-shipper' keeps/);
  assert.deepEqual(diagnostic?.range.start, { line: 14, character: 8 });
  const [related] = diagnostic?.relatedInformation ?? [];
  assert.deepEqual(related?.location, {
    uri: uriOf('charts/common/templates/_shipper.tpl'),
    range: { start: { line: 3, character: 9 }, end: { line: 3, character: 43 } },
  });
  const values = textOf('values.yaml').replace('fluent/fluent-bit:3.1', 'registry.example.com/once:1');
  await server.open(uriOf('values.yaml'), values);
  // That the image is a log shipper's spoke for it. What else does stays.
  const tellsImage = async () =>
    (await found(server, path))[0]?.relatedInformation?.some(({ location }) => location.range.start.line === 3);
  for (const end = Date.now() + 10_000; await tellsImage(); ) {
    assert.ok(Date.now() < end, 'the open values never matter');
    await new Promise((done) => setTimeout(done, 50));
  }
});

test('values that a configuration names count, and again when they change or it does', async () => {
  const own = mkdtempSync(join(tmpdir(), 'native-sidecars values-'));
  cpSync('test/charts/shop', join(own, 'shop'), { recursive: true });
  const write = (path: string, text: string) => writeFileSync(join(own, path), text);
  const uri = (path: string) => pathToFileURL(join(own, path)).href;
  write('.native-sidecars.yaml', 'helm: {values: [my values/live.yaml, no.yaml]}\n');
  mkdirSync(join(own, 'my values'));
  write('my values/live.yaml', 'common: {shipper: {image: registry.example.com/once:1}}\n');
  const server = await startServer(MODERN, () => null, undefined, pathToFileURL(own).href);
  running.push(server);
  const path = 'shop/templates/export.yaml';
  await server.open(uri(path), readFileSync(join(own, path), 'utf8'), 'helm');
  const state = async () => {
    const report = await server.connection.sendRequest<DocumentDiagnosticReport>('textDocument/diagnostic', {
      textDocument: { uri: uri(path) },
    });
    const [first] = report.kind === 'full' ? report.items : [];
    const isShipper = first?.relatedInformation?.some(({ location }) => location.range.start.line === 3);
    return first === undefined ? 'nothing' : isShipper ? 'shipper' : 'other';
  };
  const becomes = async (expected: string) => {
    for (const end = Date.now() + 10_000; (await state()) !== expected; ) {
      assert.ok(Date.now() < end, `it never becomes ${expected}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  };
  const changed = (name: string) =>
    server.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: uri(name), type: 2 }] });
  assert.equal(await state(), 'other');
  write('my values/live.yaml', 'common: {shipper: {image: fluent/fluent-bit:3.1}}\n');
  await changed('my values/live.yaml');
  await becomes('shipper');
  write('my values/live.yaml', 'common: [');
  await changed('my values/live.yaml');
  write('.native-sidecars.yaml', 'helm: {enabled: false}\n');
  await changed('.native-sidecars.yaml');
  await becomes('nothing');
  rmSync(own, { recursive: true, force: true });
});

test('a fix of a template is offered with a version guard too', async () => {
  const server = await startServer(MODERN, () => null, undefined, pathToFileURL(folder).href);
  running.push(server);
  const path = 'templates/report.yaml';
  await server.open(uriOf(path), textOf(path), 'helm');
  const [diagnostic] = await found(server, path);
  const actions = await server.connection.sendRequest<CodeAction[]>('textDocument/codeAction', {
    textDocument: { uri: uriOf(path) },
    range: diagnostic?.range,
    context: { diagnostics: [] },
  });
  const guarded = actions.find(({ title }) => title === "Make 'proxy' a native sidecar, with a version guard");
  assert.ok(guarded, actions.map(({ title }) => title).join());
  const { edit } = await server.connection.sendRequest<CodeAction>('codeAction/resolve', guarded);
  assert.match(JSON.stringify(edit), /if not \(semverCompare/);
});

test('charts are read once, and again only when something in them that matters has changed', async () => {
  const files = new Map([
    ['memfs:/w/shop/Chart.yaml', 'name: shop'],
    ['memfs:/w/shop/values.yaml', 'a: 1'],
    ['memfs:/w/shop/templates/job.yaml', 'a: {{ .Values.a }}'],
    ['memfs:/w/shop/templates/_x.tpl', '{{ define "x" }}y{{ end }}'],
    ['memfs:/w/shop/charts/sub/Chart.yaml', 'name: sub'],
    ['memfs:/w/shop/charts/sub/templates/job.yaml', 'b: {{ .Values.b }}'],
  ]);
  let finds = 0;
  const host: Host = {
    find: async () => {
      finds += 1;
      return [...files.keys()];
    },
    read: async (uri) => files.get(uri),
  };
  const charts = new Charts(host, () => undefined);
  assert.equal(charts.isUsed, false);
  const job = await charts.around('memfs:/w/shop/templates/job.yaml');
  assert.deepEqual(
    [job?.path, job?.files.root, job?.files.templates.size],
    ['templates/job.yaml', 'memfs:/w/shop/', 1],
  );
  const sub = await charts.around('memfs:/w/shop/charts/sub/templates/job.yaml');
  assert.equal(sub?.files, job?.files);
  assert.equal(sub?.path, 'charts/sub/templates/job.yaml');
  assert.equal(finds, 1);
  files.set('memfs:/w/shop/templates/job.yaml', 'a: 2');
  assert.equal(await charts.update('memfs:/w/shop/templates/job.yaml'), false);
  assert.equal(await charts.update('memfs:/w/shop/values.yaml'), false);
  files.set('memfs:/w/shop/templates/_x.tpl', '{{ define "x" }}z{{ end }}');
  assert.equal(await charts.update('memfs:/w/shop/templates/_x.tpl'), true);
  assert.notEqual((await charts.around('memfs:/w/shop/templates/job.yaml'))?.files, job?.files);
  assert.equal(await charts.around('memfs:/w/elsewhere/templates/job.yaml'), undefined);
  assert.equal(await charts.around('untitled:1'), undefined);
});
