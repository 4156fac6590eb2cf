import * as vscode from 'vscode';
import type { BaseLanguageClient, LanguageClientOptions } from 'vscode-languageclient';

/** The documents that the server sees, whatever their scheme: files, unsaved ones, virtual workspaces. */
const LANGUAGES = ['yaml', 'helm', 'json', 'jsonc'];

const RULES_PAGE = 'https://github.com/native-sidecars/native-sidecars/blob/main/docs/rules/README.md';

/** Makes the language client of the platform: a process on a desktop, a Web Worker in a browser. */
export type CreateClient = (name: string, options: LanguageClientOptions) => BaseLanguageClient;

/** Starts the language client, and registers commands and the status item. Gives the running client. */
export async function startClient(context: vscode.ExtensionContext, create: CreateClient): Promise<BaseLanguageClient> {
  const client = create('Native Sidecars', {
    documentSelector: LANGUAGES.map((language) => ({ language })),
    initializationOptions: { openRule: true },
    diagnosticCollectionName: 'native-sidecars',
  });
  const status = createStatus();
  const open = (page: string) => vscode.env.openExternal(vscode.Uri.parse(page));
  context.subscriptions.push(
    status,
    vscode.languages.onDidChangeDiagnostics(() => showStatus(status)),
    vscode.window.onDidChangeActiveTextEditor(() => showStatus(status)),
    vscode.commands.registerCommand('nativeSidecars.restartServer', async () => {
      await client.stop();
      await client.start();
    }),
    vscode.commands.registerCommand('nativeSidecars.showOutput', () => client.outputChannel.show(true)),
    vscode.commands.registerCommand('nativeSidecars.openRules', () => open(RULES_PAGE)),
    vscode.commands.registerCommand('nativeSidecars.openRule', (page: unknown) => open(String(page ?? RULES_PAGE))),
    vscode.commands.registerCommand('nativeSidecars.fixFile', () =>
      vscode.commands.executeCommand('editor.action.codeAction', {
        kind: 'source.fixAll.nativeSidecars',
        apply: 'first',
      }),
    ),
    { dispose: () => client.dispose() },
  );
  await client.start();
  showStatus(status);
  return client;
}

function createStatus(): vscode.LanguageStatusItem {
  const item = vscode.languages.createLanguageStatusItem(
    'nativeSidecars.status',
    LANGUAGES.map((language) => ({ language })),
  );
  item.name = 'Native Sidecars';
  item.text = 'Native Sidecars';
  item.command = { title: 'Show output', command: 'nativeSidecars.showOutput' };
  return item;
}

function showStatus(item: vscode.LanguageStatusItem): void {
  const uri = vscode.window.activeTextEditor?.document.uri;
  const found = uri
    ? vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'native-sidecars').length
    : 0;
  item.detail = found === 0 ? 'nothing found' : found === 1 ? '1 finding' : `${found} findings`;
}
