import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type {
  CodeAction,
  CompletionItem,
  DocumentDiagnosticReport,
  PublishDiagnosticsParams,
} from 'vscode-languageserver-protocol';
import { cronJob, MODERN, startServer, type TestServer } from './client.ts';

const running: TestServer[] = [];
const folders: string[] = [];
after(() => {
  for (const { process: child } of running) child.kill();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const WATCHING = {
  ...MODERN,
  workspace: { ...MODERN.workspace, didChangeWatchedFiles: { dynamicRegistration: true } },
};

interface Opened {
  readonly server: TestServer;
  readonly uri: (name: string) => string;
  readonly write: (name: string, text: string) => void;
}

async function open(
  files: Record<string, string>,
  settings?: unknown,
  capabilities: object = WATCHING,
): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'native-sidecars-config-'));
  folders.push(folder);
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  for (const [name, text] of Object.entries(files)) write(name, text);
  const uri = (name: string) => pathToFileURL(join(folder, name)).href;
  const server = await startServer(capabilities, () => settings ?? null, undefined, pathToFileURL(folder).href);
  running.push(server);
  return { server, uri, write };
}

async function pull({ connection }: TestServer, uri: string) {
  const report = await connection.sendRequest<DocumentDiagnosticReport>('textDocument/diagnostic', {
    textDocument: { uri },
  });
  return report.kind === 'full' ? report.items : assert.fail('no full report');
}

const severities = async (server: TestServer, uri: string) =>
  (await pull(server, uri)).map(({ code, severity }) => [code, severity]);

const CONFIG = '.native-sidecars.yaml';
const ERROR = [['non-native-sidecar', 1]];
const WARNING = [['non-native-sidecar', 2]];
const HINT = [['non-native-sidecar', 4]];
const level = (severity: string) => `rules:\n  non-native-sidecar: ${severity}\n`;

test('the nearest file counts before the settings, for rules one by one', async () => {
  const { server, uri } = await open(
    { [CONFIG]: level('error'), [`b/${CONFIG}`]: 'rules:\n  wait-loop: off\n' },
    { rules: { 'non-native-sidecar': 'hint' } },
  );
  await server.open(uri('a/job.yaml'), cronJob());
  await server.open(uri('b/job.yaml'), cronJob());
  await server.open('untitled:Untitled-1', cronJob());
  assert.deepEqual(await severities(server, uri('a/job.yaml')), ERROR);
  assert.deepEqual(await severities(server, uri('b/job.yaml')), HINT);
  assert.deepEqual(await severities(server, 'untitled:Untitled-1'), ERROR);
  assert.equal(await server.stop(), 0);
});

test('settings do what the file does', async () => {
  const named = cronJob().replace('name: haproxy', 'name: helper').replace('haproxy:2.9', 'example.com/x:1');
  const settings = {
    kubernetesVersion: '',
    sidecars: { names: ['helper'] },
    mains: {},
    exclude: ['vendor'],
    kinds: [],
  };
  const { server, uri } = await open({}, settings);
  await server.open(uri('job.yaml'), named);
  await server.open(uri('vendor/job.yaml'), named);
  assert.deepEqual(await severities(server, uri('job.yaml')), WARNING);
  assert.deepEqual(await severities(server, uri('vendor/job.yaml')), []);
});

test('a client may ask which versions count, who says so, and what is wrong', async () => {
  const chart = (constraint: string) => `apiVersion: v2\nname: x\nkubeVersion: "${constraint}"\n`;
  const { server, uri } = await open(
    {
      [`a/${CONFIG}`]: 'kubernetesVersion: ">=1.29 <1.34"\n',
      'b/Chart.yaml': chart('>=1.27'),
      'c/Chart.yaml': chart('x.y'),
    },
    { kubernetesVersion: 'latest' },
  );
  const logged: string[] = [];
  server.connection.onNotification(
    'window/logMessage',
    ({ message }: { message: string }) => void logged.push(message),
  );
  const wrong = "settings: 'latest' is no Kubernetes version; write it like 1.29, or >=1.27 <1.34 for several";
  const wrongChart = `${uri('c/Chart.yaml')}: kubeVersion takes versions such as >=1.29.0-0, not 'x.y'`;
  for (const [name, expected] of [
    ['a/job.yaml', { versions: '1.29 to 1.33', source: CONFIG, file: uri(`a/${CONFIG}`), problems: [] }],
    ['b/job.yaml', { versions: '1.27', source: 'Chart.yaml', file: uri('b/Chart.yaml'), problems: [wrong] }],
    ['c/job.yaml', { versions: '1.33', source: 'default', problems: [wrong, wrongChart] }],
    ['job.yaml', { versions: '1.33', source: 'default', problems: [wrong] }],
  ] as const) {
    assert.deepEqual(
      await server.connection.sendRequest('nativeSidecars/versions', { uri: uri(name) }),
      expected,
      name,
    );
  }
  assert.deepEqual(logged, [wrong, wrongChart], 'each is told once');
});

test('a changed file counts, on disk and while it is typed', async () => {
  const { server, uri, write } = await open({ [CONFIG]: level('error') });
  const job = uri('job.yaml');
  await server.open(job, cronJob());
  assert.deepEqual(await severities(server, job), ERROR);
  write(CONFIG, level('hint'));
  await server.connection.sendNotification('workspace/didChangeWatchedFiles', {
    changes: [{ uri: uri(CONFIG), type: 2 }],
  });
  assert.deepEqual(await severities(server, job), HINT);
  const refreshed = new Promise<void>((done) => {
    server.connection.onRequest('workspace/diagnostic/refresh', () => {
      done();
      return null;
    });
  });
  await server.open(uri(CONFIG), level('off'));
  assert.deepEqual(await severities(server, job), []);
  await refreshed;
  await server.connection.sendNotification('textDocument/didClose', { textDocument: { uri: uri(CONFIG) } });
  assert.deepEqual(await severities(server, job), HINT);
});

test('a file that is deleted counts no more, though an editor may hold on to its text', async () => {
  const { server, uri, write } = await open({ [`a/${CONFIG}`]: level('error') });
  const job = uri('a/job.yaml');
  const tell = (type: number) =>
    server.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: uri(`a/${CONFIG}`), type }],
    });
  await server.open(job, cronJob());
  await server.open(uri(`a/${CONFIG}`), level('off'));
  assert.deepEqual(await severities(server, job), []);
  rmSync(fileURLToPath(uri(`a/${CONFIG}`)));
  await tell(3);
  assert.deepEqual(await severities(server, job), WARNING);
  write(`a/${CONFIG}`, level('hint'));
  await tell(1);
  assert.deepEqual(await severities(server, job), [], 'the open text counts again');
});

test('what is wrong in a file is told in it, open or not; the rest counts', async () => {
  const text = `${level('error')}ruels: {}\n`;
  const { server, uri, write } = await open({ [CONFIG]: text });
  const pushed: PublishDiagnosticsParams[] = [];
  server.connection.onNotification('textDocument/publishDiagnostics', (params) => {
    pushed.push(params);
  });
  await server.open(uri('job.yaml'), cronJob());
  assert.deepEqual(await severities(server, uri('job.yaml')), ERROR);
  assert.deepEqual(
    pushed.map(({ uri: of, diagnostics }) => [of, diagnostics.map(({ message }) => message)]),
    [[uri(CONFIG), ["There is no key 'ruels' here. Did you mean 'rules'?"]]],
  );
  await server.open(uri(CONFIG), text);
  const [problem] = await pull(server, uri(CONFIG));
  assert.deepEqual(problem?.range, { start: { line: 2, character: 0 }, end: { line: 2, character: 5 } });
  assert.equal(problem.severity, 1);
  assert.deepEqual(pushed.at(-1)?.diagnostics, [], 'they are not shown twice');
  write(CONFIG, level('error'));
  await server.connection.sendNotification('textDocument/didClose', { textDocument: { uri: uri(CONFIG) } });
  await severities(server, uri('job.yaml'));
  assert.deepEqual(pushed.at(-1)?.diagnostics, []);
});

test('a chart says which version counts, unless somebody else does', async () => {
  const chart = 'apiVersion: v2\nname: x\nversion: 1.0.0\nkubeVersion: ">=1.25.0-0"\n';
  const { server, uri } = await open({
    'x/Chart.yaml': chart,
    [`y/${CONFIG}`]: 'kubernetesVersion: 1.30\n',
    'y/Chart.yaml': chart,
  });
  const isPreferred = async (name: string) => {
    await server.open(uri(name), cronJob());
    const actions = await server.connection.sendRequest<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri: uri(name) },
      range: { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } },
      context: { diagnostics: [], only: ['quickfix'] },
    });
    return actions.find(({ title }) => title === "Make 'haproxy' a native sidecar")?.isPreferred;
  };
  assert.equal(await isPreferred('x/templates/job.yaml'), false);
  assert.equal(await isPreferred('y/templates/job.yaml'), true);
});

test('keys, rules and severities are completed in the file, and nothing elsewhere', async () => {
  const { server, uri } = await open({});
  const labels = async (text: string, name = CONFIG) => {
    await server.open(uri(name), text);
    const lines = text.split('\n');
    const position = { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
    const items = await server.connection.sendRequest<CompletionItem[] | null>('textDocument/completion', {
      textDocument: { uri: uri(name) },
      position,
    });
    await server.connection.sendNotification('textDocument/didClose', { textDocument: { uri: uri(name) } });
    return items?.map(({ label }) => label) ?? [];
  };
  assert.ok((await labels('')).includes('kubernetesVersion'));
  assert.ok((await labels('rules:\n  non')).includes('non-native-sidecar'));
  assert.deepEqual(await labels('rules:\n  wait-loop: '), ['off', 'error', 'warning', 'info', 'hint']);
  assert.deepEqual(await labels('', 'job.yaml'), []);
});

test('the quick fix writes a comment that hides the finding', async () => {
  const { server, uri } = await open({});
  const job = uri('job.yaml');
  await server.open(job, cronJob());
  const range = { start: { line: 14, character: 22 }, end: { line: 14, character: 22 } };
  const actions = await server.connection.sendRequest<CodeAction[]>('textDocument/codeAction', {
    textDocument: { uri: job },
    range,
    context: { diagnostics: [], only: ['quickfix'] },
  });
  const action = actions.find(({ title }) => title === 'Ignore non-native-sidecar here');
  assert.ok(action);
  const { edit } = await server.connection.sendRequest<CodeAction>('codeAction/resolve', action);
  const [change] = edit?.documentChanges ?? [];
  const edits = change && 'edits' in change ? change.edits : [];
  assert.deepEqual(
    edits.map((each) => ('newText' in each ? each.newText : '')),
    ['            # native-sidecars-ignore non-native-sidecar: say why\n'],
  );
});
