import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import {
  createProtocolConnection,
  type InitializeResult,
  type ProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';

/** What a modern client says of itself. */
export const MODERN = {
  textDocument: {
    diagnostic: { relatedInformation: true },
    codeAction: {
      codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix', 'refactor', 'source.fixAll'] } },
      dataSupport: true,
      disabledSupport: true,
      resolveSupport: { properties: ['edit'] },
    },
  },
  workspace: {
    workspaceEdit: { documentChanges: true, changeAnnotationSupport: {} },
    configuration: true,
    diagnostics: { refreshSupport: true },
  },
};

/** A language server in a process of its own, spoken to over standard input and output. */
export interface TestServer {
  readonly connection: ProtocolConnection;
  readonly process: ChildProcess;
  readonly capabilities: InitializeResult['capabilities'];
  open(uri: string, text: string, languageId?: string): Promise<void>;
  stop(): Promise<number | null>;
}

/**
 * Starts the server and shakes hands; `settings` is what it gets when it asks for `nativeSidecars`, `preload` a module
 * that Node imports before the server and that may speak to this process by messages, `rootUri` the workspace's folder.
 */
export async function startServer(
  capabilities: object,
  settings: () => unknown = () => null,
  preload?: string,
  rootUri: string | null = null,
  initializationOptions: object = { openRule: true, showTimeline: true },
): Promise<TestServer> {
  const imports = preload === undefined ? [] : ['--import', preload];
  const child = spawn(process.execPath, [...imports, resolve('dist/cli.cjs'), 'lsp', '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit', preload === undefined ? 'ignore' : 'ipc'],
  }) as ChildProcessByStdio<Writable, Readable, null>;
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  connection.onRequest('workspace/configuration', ({ items }: { items: unknown[] }) => items.map(() => settings()));
  connection.onRequest('client/registerCapability', () => null);
  connection.onRequest('workspace/diagnostic/refresh', () => null);
  connection.listen();
  const params = { processId: process.pid, rootUri, capabilities, initializationOptions };
  const result = await connection.sendRequest<InitializeResult>('initialize', params);
  await connection.sendNotification('initialized', {});
  return {
    connection,
    process: child,
    capabilities: result.capabilities,
    open: (uri, text, languageId = 'yaml') =>
      connection.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId, version: 1, text } }),
    stop: async () => {
      const ended = new Promise<number | null>((done) => child.once('exit', done));
      await connection.sendRequest('shutdown');
      await connection.sendNotification('exit');
      const code = await ended;
      connection.dispose();
      return code;
    },
  };
}

/** A CronJob whose `haproxy` keeps it from completing. */
export const cronJob = (name = 'nightly') => `apiVersion: batch/v1
kind: CronJob
metadata:
  name: ${name}
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: backup
              image: alpine:3.20
            - name: haproxy
              image: haproxy:2.9
`;
