import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { CodeLens, InlayHint } from 'vscode-languageserver-protocol';
import { TIMELINE_CHANGED, TIMELINE_REQUEST, type TimelineAnswer } from '../../protocol/timeline.ts';
import { cronJob, MODERN, startServer, type TestServer } from './client.ts';

const running: TestServer[] = [];
after(() => {
  for (const { process: child } of running) child.kill();
});

async function start(settings: () => unknown = () => null, options?: object): Promise<TestServer> {
  const server = await startServer(MODERN, settings, undefined, null, options);
  running.push(server);
  return server;
}

const URI = 'untitled:Untitled-1';
const textDocument = { uri: URI };
const NATIVE = cronJob('native').replace(
  /( {10}containers:\n)([\s\S]*)( {12}- name: haproxy\n)( {14}image: haproxy:2\.9\n)/,
  [
    '          initContainers:\n            - name: migrate\n              image: migrate:1\n$3',
    '              restartPolicy: Always\n$4$1$2',
  ].join(''),
);
const DEPLOYMENT =
  'apiVersion: apps/v1\nkind: Deployment\nspec: {template: {spec: {containers: [{name: x, image: y}]}}}\n';

const lenses = ({ connection }: TestServer) =>
  connection.sendRequest<CodeLens[]>('textDocument/codeLens', { textDocument });
const resolved = (server: TestServer, all: readonly CodeLens[]) =>
  Promise.all(
    all.map((lens) => (lens.command ? lens : server.connection.sendRequest<CodeLens>('codeLens/resolve', lens))),
  );
const hints = ({ connection }: TestServer, from = 0, to = 999) =>
  connection.sendRequest<InlayHint[]>('textDocument/inlayHint', {
    textDocument,
    range: { start: { line: from, character: 0 }, end: { line: to, character: 0 } },
  });
const timeline = ({ connection }: TestServer, line: number, scenario?: string) =>
  connection.sendRequest<TimelineAnswer>(TIMELINE_REQUEST, {
    textDocument,
    position: { line, character: 0 },
    ...(scenario && { scenario }),
  });

test('code lenses stand above the workload and the pod spec, and lead to the timeline', async () => {
  const server = await start();
  await server.open(URI, `${cronJob()}---\n${NATIVE}`);
  const all = await lenses(server);
  assert.equal(all.filter(({ command }) => !command).length, 2, 'summaries are worked out when they are seen');
  const told = (await resolved(server, all)).map(({ range, command }) => [range.start.line, command?.title]);
  assert.deepEqual(told, [
    [0, 'Show timeline'],
    [17, 'Show timeline'],
    [9, '1 sidecar, not native · Job completes: no'],
    [26, '1 native sidecar · Job completes: yes'],
  ]);
  const [first] = all;
  assert.deepEqual(first?.command?.arguments, [URI, { line: 12, character: 20 }]);
});

test('a client that shows no timelines gets no command', async () => {
  const server = await start(undefined, {});
  await server.open(URI, cronJob());
  const commands = (await resolved(server, await lenses(server))).map(({ command }) => command);
  assert.deepEqual(commands, [{ title: '1 sidecar, not native · Job completes: no', command: '' }]);
});

test('a code lens of an older text is not resolved', async () => {
  const server = await start();
  await server.open(URI, cronJob());
  const lens = (await lenses(server)).find(({ command }) => !command);
  assert.ok(lens);
  await server.connection.sendNotification('textDocument/didChange', {
    textDocument: { uri: URI, version: 2 },
    contentChanges: [{ text: NATIVE }],
  });
  await assert.rejects(resolved(server, [lens]), /The text has changed/);
});

test('inlay hints tell in which order init containers start, when they are switched on', async () => {
  let inlayHints = false;
  const server = await start(() => ({ inlayHints }));
  await server.open(URI, NATIVE);
  assert.deepEqual(await hints(server), []);
  inlayHints = true;
  await server.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
  const told = (await hints(server)).map(({ position, label, tooltip }) => [position.line, label, tooltip]);
  assert.deepEqual(told, [
    [12, 'starts 1st', "The next container starts when 'migrate' has ended."],
    [14, 'starts 2nd', "The next container starts as soon as 'haproxy' has started."],
  ]);
  assert.deepEqual(
    (await hints(server, 14, 15)).map(({ label }) => label),
    ['starts 2nd'],
  );
});

test('code lenses can be switched off, and nothing of it is left when checking is', async () => {
  for (const settings of [{ codeLens: false }, { enable: false, inlayHints: true }]) {
    const server = await start(() => settings);
    await server.open(URI, NATIVE);
    assert.deepEqual(await lenses(server), []);
    assert.deepEqual(await hints(server), []);
  }
});

test('the timeline shows the pod as it is and as it would be', async () => {
  const server = await start();
  await server.open(URI, cronJob());
  const answer = await timeline(server, 12);
  assert.ok('timeline' in answer);
  const { title, scenario, before, after: migrated } = answer.timeline;
  assert.equal(title, 'CronJob nightly');
  assert.equal(scenario, 'success');
  assert.equal(before.outcome.verdict, 'endless');
  assert.equal(migrated?.outcome.verdict, 'completes');
  const haproxy = { start: { line: 14, character: 20 }, end: { line: 14, character: 27 } };
  for (const { lanes } of [before, migrated]) {
    assert.deepEqual(lanes.find(({ name }) => name === 'haproxy')?.range, haproxy);
  }
  for (const { id } of answer.scenarios) {
    const each = await timeline(server, 12, id);
    assert.equal('timeline' in each && each.timeline.scenario, id);
  }
});

for (const [what, text, nothing] of [
  ['no manifest', '# nothing\n', 'No pod of a Job is written at the cursor.'],
  ['another kind', DEPLOYMENT, 'This Deployment is not checked: its pods run for ever, so no container has to end.'],
  ['no YAML', 'containers: [', /^This document is not checked: it does not parse: /],
] as const) {
  test(`a text that is no pod (${what}) is answered with one line`, async () => {
    const server = await start();
    await server.open(URI, text);
    const answer = await timeline(server, 0);
    assert.ok('nothing' in answer);
    if (typeof nothing === 'string') assert.equal(answer.nothing, nothing);
    else assert.match(answer.nothing, nothing);
    assert.doesNotMatch(answer.nothing, /\n/);
    assert.deepEqual(await lenses(server), []);
  });
}

test('a document that is not open is answered too', async () => {
  const server = await start();
  assert.deepEqual(await timeline(server, 0), { nothing: 'This file is not checked.' });
});

test('clients hear when timelines look different although no text has changed', async () => {
  const server = await start();
  await server.open(URI, cronJob());
  const told = new Promise<void>((done) => server.connection.onNotification(TIMELINE_CHANGED, done));
  await server.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
  await told;
});
