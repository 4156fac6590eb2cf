import * as vscode from 'vscode';
import type { BaseLanguageClient, LanguageClientOptions } from 'vscode-languageclient';
import { registerTimeline } from './timeline/panel.ts';

/** The documents that the server sees, whatever their scheme: files, unsaved ones, virtual workspaces. */
const LANGUAGES = ['yaml', 'helm', 'json', 'jsonc', 'dockerfile'];

/** Those that hold manifests. */
const MANIFESTS = ['yaml', 'helm', 'json', 'jsonc'];

const RULES_PAGE = 'https://github.com/native-sidecars/native-sidecars/blob/main/docs/rules/README.md';

const FIX_ALL = 'source.fixAll.nativeSidecars';

declare const TextDecoder: new (
  label: string,
  options: { readonly fatal: boolean },
) => { decode(bytes: Uint8Array): string };

/** Makes the language client of the platform: a process on a desktop, a Web Worker in a browser. */
export type CreateClient = (name: string, options: LanguageClientOptions) => BaseLanguageClient;

/** Starts the language client, and registers commands and the status item. Gives the running client. */
export async function startClient(context: vscode.ExtensionContext, create: CreateClient): Promise<BaseLanguageClient> {
  const client = create('Native Sidecars', {
    documentSelector: LANGUAGES.map((language) => ({ language })),
    initializationOptions: { openRule: true, showTimeline: true, showVersions: true },
    diagnosticCollectionName: 'native-sidecars',
  });
  client.onRequest('nativeSidecars/findFiles', findFiles);
  client.onRequest('nativeSidecars/readFile', readFile);
  const status = createStatus();
  const versions = createVersions();
  const refreshVersions = () => showVersions(client, versions);
  client.onNotification('nativeSidecars/versionsChanged', refreshVersions);
  const open = (page: string) => vscode.env.openExternal(vscode.Uri.parse(page));
  context.subscriptions.push(
    status,
    versions,
    vscode.window.onDidChangeActiveTextEditor(refreshVersions),
    vscode.languages.onDidChangeDiagnostics(() => showStatus(status)),
    vscode.window.onDidChangeActiveTextEditor(() => showStatus(status)),
    vscode.commands.registerCommand('nativeSidecars.restartServer', async () => {
      await client.stop();
      await client.start();
    }),
    vscode.commands.registerCommand('nativeSidecars.showOutput', () => client.outputChannel.show(true)),
    vscode.commands.registerCommand('nativeSidecars.openRules', () => open(RULES_PAGE)),
    vscode.commands.registerCommand('nativeSidecars.openRule', (page: unknown) => open(String(page ?? RULES_PAGE))),
    vscode.commands.registerCommand('nativeSidecars.fixFile', fixFile),
    registerTimeline(context, client, MANIFESTS),
    { dispose: () => client.dispose() },
  );
  await client.start();
  showStatus(status);
  await refreshVersions();
  return client;
}

/** The URIs of files below a folder, for a server that sees no disk. Names are globs without slashes. */
async function findFiles({
  folder,
  names,
  limit,
}: {
  folder: string;
  names: string[];
  limit: number;
}): Promise<string[]> {
  const files = new vscode.RelativePattern(vscode.Uri.parse(folder), `**/{${names.join(',')}}`);
  const found = await vscode.workspace.findFiles(files, '**/{node_modules,.git}/**', limit);
  return found.map((uri) => uri.toString());
}

/** A file's text, for a server that sees no disk; null when it is not there, no text, or larger than so many bytes. */
async function readFile({ uri, limit }: { uri: string; limit: number }): Promise<string | null> {
  const file = vscode.Uri.parse(uri);
  try {
    const { size } = await vscode.workspace.fs.stat(file);
    if (size > limit) return null;
    return new TextDecoder('utf-8', { fatal: true }).decode(await vscode.workspace.fs.readFile(file));
  } catch {
    return null;
  }
}

/** Makes all sidecars of the active file native, as far as that is safe; says so when there is nothing to do. */
async function fixFile(): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (!document) return;
  const whole = new vscode.Range(0, 0, document.lineCount, 0);
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    document.uri,
    whole,
    FIX_ALL,
    1,
  );
  const edit = actions.find(({ kind }) => kind?.value === FIX_ALL)?.edit;
  if (edit) await vscode.workspace.applyEdit(edit);
  else vscode.window.setStatusBarMessage('Native Sidecars: nothing to fix in this file', 5_000);
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

/** What the server says of the versions that count for a document. */
interface ShownVersions {
  readonly versions: string;
  readonly source: string;
  /** The URI of the file that says so. */
  readonly file?: string;
  readonly problems: readonly string[];
}

const SETTING = 'nativeSidecars.kubernetesVersion';

function createVersions(): vscode.LanguageStatusItem {
  const item = vscode.languages.createLanguageStatusItem(
    'nativeSidecars.versions',
    MANIFESTS.map((language) => ({ language })),
  );
  item.name = 'Kubernetes version';
  item.text = 'Kubernetes';
  return item;
}

/** Shows the versions that count for the active document and who says so, with a way to change that. */
async function showVersions(client: BaseLanguageClient, item: vscode.LanguageStatusItem): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (!document || !MANIFESTS.includes(document.languageId) || !client.isRunning()) return;
  const uri = document.uri.toString();
  const shown = await client.sendRequest<ShownVersions | null>('nativeSidecars/versions', { uri }).catch(() => null);
  // Another document may be shown by now.
  if (vscode.window.activeTextEditor?.document !== document) return;
  const { versions, source, file, problems } = shown ?? { versions: '', source: 'not checked', problems: [] };
  item.text = `Kubernetes ${versions}`.trim();
  item.detail = problems.length === 0 ? source : `${source}; ${problems.join('; ')}`;
  item.severity =
    problems.length === 0 ? vscode.LanguageStatusSeverity.Information : vscode.LanguageStatusSeverity.Warning;
  item.command = file
    ? { title: 'Open file', command: 'vscode.open', arguments: [vscode.Uri.parse(file)] }
    : { title: 'Change', command: 'workbench.action.openSettings', arguments: [SETTING] };
}
