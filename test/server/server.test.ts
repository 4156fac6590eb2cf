import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type {
  CodeAction,
  Command,
  CompletionItem,
  DocumentDiagnosticReport,
  Hover,
  PublishDiagnosticsParams,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver-protocol';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { cronJob, MODERN, startServer, type TestServer } from './client.ts';

const running: TestServer[] = [];
after(() => {
  for (const { process: child } of running) child.kill();
});

async function start(capabilities: object = MODERN, settings?: () => unknown): Promise<TestServer> {
  const server = await startServer(capabilities, settings);
  running.push(server);
  return server;
}

const URI = 'untitled:Untitled-1';
const WHOLE = { start: { line: 0, character: 0 }, end: { line: 999, character: 0 } };
const FIXED = cronJob().replace(
  / {10}containers:\n( {12}- name: backup\n.*\n)( {12}- name: haproxy\n.*\n)/,
  '          initContainers:\n$2              restartPolicy: Always\n          containers:\n$1',
);

const pull = ({ connection }: TestServer, previousResultId?: string) =>
  connection.sendRequest<DocumentDiagnosticReport>('textDocument/diagnostic', {
    textDocument: { uri: URI },
    previousResultId,
  });
const items = (report: DocumentDiagnosticReport) =>
  report.kind === 'full' ? report.items : assert.fail('no full report');
const actions = ({ connection }: TestServer, only?: string[]) =>
  connection.sendRequest<(CodeAction | Command)[]>('textDocument/codeAction', {
    textDocument: { uri: URI },
    range: WHOLE,
    context: { diagnostics: [], ...(only && { only }) },
  });
const refactorings = ({ connection }: TestServer, line: number) =>
  connection.sendRequest<(CodeAction | Command)[]>('textDocument/codeAction', {
    textDocument: { uri: URI },
    range: { start: { line, character: 14 }, end: { line, character: 14 } },
    context: { diagnostics: [], only: ['refactor'] },
  });
const change = ({ connection }: TestServer, version: number, text: string, range?: object) =>
  connection.sendNotification('textDocument/didChange', {
    textDocument: { uri: URI, version },
    contentChanges: [range ? { range, text } : { text }],
  });

function apply(text: string, edit: WorkspaceEdit | undefined): string {
  const [change] = (edit?.documentChanges ?? []) as { edits: TextEdit[] }[];
  const edits = change?.edits ?? edit?.changes?.[URI] ?? [];
  return TextDocument.applyEdits(TextDocument.create(URI, 'yaml', 1, text), edits);
}

/** What the server asks its client to change when it is told to apply a fix. */
async function appliedBy({ connection }: TestServer, command: Command | undefined): Promise<WorkspaceEdit> {
  assert.equal(command?.command, 'nativeSidecars.applyFix');
  const applied = new Promise<WorkspaceEdit>((done) => {
    connection.onRequest('workspace/applyEdit', ({ edit }: { edit: WorkspaceEdit }) => {
      done(edit);
      return { applied: true };
    });
  });
  await connection.sendRequest('workspace/executeCommand', command);
  return applied;
}

test('a diagnostic carries rule, page, source and evidence', async () => {
  const server = await start();
  await server.open(URI, cronJob());
  const [diagnostic, ...more] = items(await pull(server));
  assert.deepEqual(more, []);
  assert.equal(diagnostic?.source, 'native-sidecars');
  assert.equal(diagnostic.code, 'non-native-sidecar');
  assert.match(diagnostic.codeDescription?.href ?? '', /docs\/rules\/non-native-sidecar\.md$/);
  assert.equal(diagnostic.severity, 2);
  assert.deepEqual(diagnostic.range, { start: { line: 14, character: 20 }, end: { line: 14, character: 27 } });
  assert.equal(diagnostic.relatedInformation?.[0]?.message, "the image 'haproxy:2.9' runs until it is stopped");
});

test('nothing new is answered with the old result id', async () => {
  const server = await start();
  await server.open(URI, cronJob());
  const first = await pull(server);
  assert.equal((await pull(server, first.resultId)).kind, 'unchanged');
  await change(server, 2, '# again\n', { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } });
  const second = await pull(server, first.resultId);
  assert.equal(items(second)[0]?.range.start.line, 15);
});

test('a client without pull gets diagnostics pushed, and taken back on close', async () => {
  const server = await start({ textDocument: { publishDiagnostics: { relatedInformation: true } } });
  assert.equal(server.capabilities.diagnosticProvider, undefined);
  const pushed: PublishDiagnosticsParams[] = [];
  const next = () =>
    new Promise<PublishDiagnosticsParams>((done) => {
      server.connection.onNotification('textDocument/publishDiagnostics', (params) => {
        pushed.push(params);
        done(params);
      });
    });
  let answer = next();
  await server.open(URI, cronJob());
  assert.equal((await answer).diagnostics.length, 1);
  answer = next();
  await change(server, 2, FIXED);
  assert.deepEqual((await answer).diagnostics, []);
  answer = next();
  await change(server, 3, cronJob());
  assert.equal((await answer).version, 3);
  answer = next();
  await server.connection.sendNotification('textDocument/didClose', { textDocument: { uri: URI } });
  assert.deepEqual((await answer).diagnostics, []);
});

test('the fix is preferred, resolved lazily, and tied to the version', async () => {
  const server = await start();
  await server.open(URI, cronJob());
  const offered = (await actions(server)) as CodeAction[];
  const fix = offered.find(({ title }) => title === "Make 'haproxy' a native sidecar");
  assert.ok(fix);
  assert.equal(fix.isPreferred, true);
  assert.equal(fix.edit, undefined);
  const { edit } = await server.connection.sendRequest<CodeAction>('codeAction/resolve', fix);
  const [changed] = (edit?.documentChanges ?? []) as { textDocument: object }[];
  assert.deepEqual(changed?.textDocument, { uri: URI, version: 1 });
  assert.equal(apply(cronJob(), edit), FIXED);
});

test('a fix that was offered for an older text is not resolved', async () => {
  const server = await start();
  await server.open(URI, cronJob());
  const [fix] = (await actions(server)) as CodeAction[];
  await change(server, 2, cronJob('other'));
  await assert.rejects(server.connection.sendRequest('codeAction/resolve', fix), { code: -32801 });
});

test('a client that resolves nothing gets the edit at once, without versions if it knows none', async () => {
  const codeAction = { codeActionLiteralSupport: { codeActionKind: { valueSet: [] } } };
  const server = await start({ textDocument: { codeAction } });
  await server.open(URI, cronJob());
  const [fix] = (await actions(server)) as CodeAction[];
  assert.ok(fix?.edit?.changes);
  assert.equal(apply(cronJob(), fix.edit), FIXED);
});

test('a client without code action literals gets commands that the server carries out', async () => {
  const server = await start({ textDocument: { codeAction: {} } });
  await server.open(URI, cronJob());
  const [command] = (await actions(server)) as Command[];
  assert.equal(apply(cronJob(), await appliedBy(server, command)), FIXED);
});

test('a fix says what it does by annotations, where the client knows them', async () => {
  const server = await start();
  await server.open(URI, cronJob());
  const [fix] = (await actions(server)) as CodeAction[];
  const { edit } = await server.connection.sendRequest<CodeAction>('codeAction/resolve', fix);
  const labels = Object.values(edit?.changeAnnotations ?? {}).map(({ label }) => label);
  assert.ok(labels.length > 0 && labels.every((label) => label !== ''), labels.join(', '));
  const plain = await start({ ...MODERN, workspace: { workspaceEdit: { documentChanges: true } } });
  await plain.open(URI, cronJob());
  const resolved = await plain.connection.sendRequest<CodeAction>('codeAction/resolve', fix);
  assert.equal(resolved.edit?.changeAnnotations, undefined);
  assert.equal(apply(cronJob(), resolved.edit), FIXED);
});

test('a native sidecar becomes a regular container and a native sidecar again', async () => {
  const server = await start();
  assert.ok(
    (server.capabilities.codeActionProvider as { codeActionKinds: string[] }).codeActionKinds.includes(
      'refactor.rewrite.nativeSidecars',
    ),
  );
  await server.open(URI, FIXED);
  const [back, ...more] = (await refactorings(server, 12)) as CodeAction[];
  assert.deepEqual(more, []);
  assert.equal(back?.title, "Make 'haproxy' a regular container");
  const undone = await server.connection.sendRequest<CodeAction>('codeAction/resolve', back);
  assert.equal(apply(FIXED, undone.edit), cronJob());
  // Nobody reports the work: the user knows better.
  await change(server, 2, cronJob());
  const offered = (await refactorings(server, 13)) as CodeAction[];
  const there = offered.find(({ title }) => title === "Make 'backup' a native sidecar");
  assert.equal(there?.kind, 'refactor.rewrite.nativeSidecars');
  const { edit } = await server.connection.sendRequest<CodeAction>('codeAction/resolve', there);
  assert.match(apply(cronJob(), edit), /initContainers:\n {12}- name: backup\n/);
  assert.deepEqual(await refactorings(server, 3), []);
});

test('clients without literals get refactorings as commands', async () => {
  const server = await start({ textDocument: { codeAction: {} } });
  await server.open(URI, FIXED);
  const [command] = (await refactorings(server, 12)) as Command[];
  assert.equal(apply(FIXED, await appliedBy(server, command)), cronJob());
});

test('fix all makes safe changes only, and is offered only when asked for', async () => {
  const server = await start();
  const killing = cronJob('killing').replace(
    'image: alpine:3.20\n',
    'image: alpine:3.20\n              command: [sh, -c, "work; pkill haproxy"]\n',
  );
  await server.open(URI, `${cronJob()}---\n${killing}`);
  assert.ok(!(await actions(server)).some(({ title }) => title === 'Make all sidecars native'));
  const [fixAll] = (await actions(server, ['source.fixAll'])) as CodeAction[];
  assert.equal(fixAll?.kind, 'source.fixAll.nativeSidecars');
  const { edit } = await server.connection.sendRequest<CodeAction>('codeAction/resolve', fixAll);
  assert.equal(apply(`${cronJob()}---\n${killing}`, edit), `${FIXED}---\n${killing}`);
});

test('several sidecars are offered together: in a pod, in a file', async () => {
  const server = await start();
  const two = `${cronJob()}            - name: envoy\n              image: envoyproxy/envoy:v1.31.2\n`;
  await server.open(URI, `${two}---\n${cronJob()}`);
  const titles = (await actions(server)).map(({ title }) => title);
  assert.ok(titles.includes('Make all sidecars in this pod native'), titles.join(', '));
  assert.ok(titles.includes('Make all sidecars in this file native'), titles.join(', '));
});

test('a fix that is impossible says why', async () => {
  const server = await start();
  const twice = cronJob().replace('containers:', 'containers: &all').replace(/$/, '          volumes: *all\n');
  await server.open(URI, twice);
  const disabled = ((await actions(server)) as CodeAction[]).find((action) => action.disabled);
  assert.match(disabled?.disabled?.reason ?? '', /an anchor and its alias/);
});

test('hovers explain the flagged container and native ones', async () => {
  const server = await start();
  await server.open(URI, `${cronJob()}---\n${FIXED}`);
  const at = (line: number, character: number) =>
    server.connection.sendRequest<Hover | null>('textDocument/hover', {
      textDocument: { uri: URI },
      position: { line, character },
    });
  const text = async (line: number, character: number) =>
    ((await at(line, character))?.contents as { value: string } | undefined)?.value ?? '';
  assert.match(await text(14, 22), /\*\*haproxy\*\* is a regular container/);
  assert.match(await text(28, 12), /native sidecar[\s\S]*1\.33[\s\S]*stable/);
  assert.match(await text(31, 16), /makes \*\*haproxy\*\* a native sidecar/);
  assert.equal(await at(1, 1), null);
});

test('hovers on fields say which version they speak of, and who named it', async () => {
  const server = await start(MODERN, () => ({ kubernetesVersion: '1.30' }));
  await server.open(URI, FIXED);
  const lines = FIXED.split('\n');
  const line = lines.findIndex((each) => each.includes('restartPolicy: Never'));
  const character = (lines[line] ?? '').indexOf('restartPolicy') + 3;
  const found = await server.connection.sendRequest<Hover | null>('textDocument/hover', {
    textDocument: { uri: URI },
    position: { line, character },
  });
  assert.match(
    (found?.contents as { value: string } | undefined)?.value ?? '',
    /\*\*haproxy\*\* is a native sidecar[\s\S]*\n\nKubernetes 1\.30 \(settings\) · \[/,
  );
  assert.deepEqual(found?.range, {
    start: { line, character: character - 3 },
    end: { line, character: (lines[line] ?? '').length },
  });
});

test('completion knows what the schema does not, while the line is typed', async () => {
  const server = await start();
  assert.deepEqual(server.capabilities.completionProvider, {});
  const typed = FIXED.replace('restartPolicy: Always', 're');
  const at = async (uri: string, text: string, word: string) => {
    const offset = text.lastIndexOf(word) + word.length;
    const above = text.slice(0, offset).split('\n');
    const position = { line: above.length - 1, character: above.at(-1)?.length ?? 0 };
    const items = await server.connection.sendRequest<CompletionItem[] | null>('textDocument/completion', {
      textDocument: { uri },
      position,
    });
    return { items, position };
  };
  await server.open(URI, typed);
  const { items: offered, position } = await at(URI, typed, ' re');
  assert.deepEqual(
    offered?.map(({ label, textEdit }) => [label, textEdit]),
    [
      [
        'restartPolicy: Always',
        {
          newText: 'restartPolicy: Always',
          range: { start: { ...position, character: position.character - 2 }, end: position },
        },
      ],
    ],
  );
  const comment = `# native-sidecars-ignore kill\n${cronJob()}`;
  await server.open('file:///comment.yaml', comment);
  await server.connection.sendRequest('textDocument/diagnostic', { textDocument: { uri: 'file:///comment.yaml' } });
  const { items: rules } = await at('file:///comment.yaml', comment, 'ignore kill');
  assert.deepEqual(
    rules?.slice(0, 2).map(({ label }) => label),
    ['non-native-sidecar', 'unused-suppression'],
    'what was found comes first',
  );
  const probed = FIXED.replace(/image: haproxy\S*/, 'image: pgbouncer/pgbouncer').replace(
    'restartPolicy: Always',
    'restartPolicy: Always\n              st',
  );
  await server.open('file:///probe.yaml', probed);
  const { items: probes } = await at('file:///probe.yaml', probed, ' st');
  assert.match(
    String((probes?.[0]?.textEdit as { newText: string } | undefined)?.newText),
    /^startupProbe:\n {16}tcpSocket:\n {18}port: 5432\n/,
  );
  assert.equal(probes?.[0]?.insertTextMode, 1);
  await server.open('file:///Dockerfile', 'FROM a\n', 'dockerfile');
  assert.deepEqual((await at('file:///Dockerfile', 'FROM a\n', 'FROM')).items, []);
});

test('settings are asked for, and a change counts at once', async () => {
  let settings: object = { rules: { 'non-native-sidecar': 'hint' } };
  const server = await start(MODERN, () => settings);
  await server.open(URI, cronJob());
  const first = await pull(server);
  assert.equal(items(first)[0]?.severity, 4);
  const refreshed = new Promise<void>((done) => {
    server.connection.onRequest('workspace/diagnostic/refresh', () => {
      done();
      return null;
    });
  });
  settings = { enable: false };
  await server.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
  await refreshed;
  assert.deepEqual(items(await pull(server, first.resultId)), []);
});

test('a client that sends its settings is heard too', async () => {
  const server = await start({ textDocument: { diagnostic: {} } });
  await server.open(URI, cronJob());
  const settings = { nativeSidecars: { rules: { 'non-native-sidecar': 'off' } } };
  await server.connection.sendNotification('workspace/didChangeConfiguration', { settings });
  assert.deepEqual(items(await pull(server)), []);
});

test('wrong settings count as none', async () => {
  const server = await start(MODERN, () => ({
    enable: 'x',
    kubernetesVersion: 7,
    rules: { 'non-native-sidecar': 'loud' },
  }));
  await server.open(URI, cronJob());
  assert.equal(items(await pull(server))[0]?.severity, 2);
});

test('a cancelled request answers nothing', async () => {
  const server = await start();
  await server.open(URI, Array.from({ length: 300 }, (_, i) => cronJob(`j${i}`)).join('---\n'));
  const { CancellationTokenSource } = await import('vscode-languageserver-protocol/node');
  const source = new CancellationTokenSource();
  const answer = server.connection.sendRequest('textDocument/diagnostic', { textDocument: { uri: URI } }, source.token);
  source.cancel();
  await assert.rejects(answer, { code: -32800 });
});

test('a document that is not open has no diagnostics', async () => {
  const server = await start();
  assert.deepEqual(items(await pull(server)), []);
});

test('Windows line endings stay', async () => {
  const server = await start();
  const windows = (text: string) => text.replaceAll('\n', '\r\n');
  await server.open(URI, windows(cronJob()));
  const [fix] = (await actions(server)) as CodeAction[];
  const { edit } = await server.connection.sendRequest<CodeAction>('codeAction/resolve', fix);
  assert.equal(apply(windows(cronJob()), edit), windows(FIXED));
});

test('shutdown and exit end the process with 0', async () => {
  const server = await startServer(MODERN);
  assert.equal(await server.stop(), 0);
});
