import * as vscode from 'vscode';
import { type BaseLanguageClient, State } from 'vscode-languageclient';
import type { FromPage, TimelineState, ToPage } from '../../protocol/page.ts';
import {
  type Range,
  TIMELINE_CHANGED,
  TIMELINE_REQUEST,
  type TimelineAnswer,
  type TimelineParams,
} from '../../protocol/timeline.ts';
import { timelinePage } from './page.ts';

const VIEW = 'nativeSidecars.timeline';

/** How long cursor and keyboard rest before the timeline follows, in milliseconds. */
const REST = 150;

type Timer = unknown;
declare const crypto: { randomUUID(): string };
declare function setTimeout(act: () => void, milliseconds: number): Timer;
declare function clearTimeout(timer: Timer): void;

/** Registers the command that shows the timeline, and what brings its panel back after a reload. */
export function registerTimeline(
  context: vscode.ExtensionContext,
  client: BaseLanguageClient,
  languages: readonly string[],
): vscode.Disposable {
  const timeline = new TimelinePanel(context.extensionUri, client, languages);
  return vscode.Disposable.from(
    timeline,
    vscode.commands.registerCommand('nativeSidecars.showTimeline', (uri?: unknown, position?: unknown) =>
      timeline.show(uri, position),
    ),
    vscode.window.registerWebviewPanelSerializer(VIEW, {
      deserializeWebviewPanel: async (panel, state: unknown) => timeline.revive(panel, state),
    }),
    vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => timeline.follow(textEditor)),
    vscode.window.onDidChangeActiveTextEditor((editor) => timeline.follow(editor)),
    vscode.workspace.onDidOpenTextDocument(({ uri }) => timeline.changed(uri.toString())),
    vscode.workspace.onDidChangeTextDocument(({ document }) => timeline.changed(document.uri.toString())),
    client.onNotification(TIMELINE_CHANGED, () => timeline.changed()),
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) timeline.changed();
    }),
  );
}

/** The one panel: it follows the cursor, so a second one would show the same. */
class TimelinePanel {
  readonly #extension: vscode.Uri;
  readonly #client: BaseLanguageClient;
  readonly #languages: readonly string[];
  #panel: vscode.WebviewPanel | undefined;
  #state: TimelineState | undefined;
  /** Whether the page listens: one that was hidden starts anew. */
  #isReady = false;
  /** Counts questions: an answer to any but the last is stale. */
  #asked = 0;
  #pending: vscode.CancellationTokenSource | undefined;
  #rest: Timer;

  constructor(extension: vscode.Uri, client: BaseLanguageClient, languages: readonly string[]) {
    this.#extension = extension;
    this.#client = client;
    this.#languages = languages;
  }

  /** Shows the pod at a place, or at the cursor. The focus stays in the editor, which the panel follows. */
  show(uri: unknown, position: unknown): void {
    const editor = vscode.window.activeTextEditor;
    const place = readPlace({ uri, position }) ?? (editor && placeOf(editor));
    if (!place) {
      vscode.window.setStatusBarMessage('Native Sidecars: open a manifest to see its timeline', 5_000);
      return;
    }
    this.#state = { ...place, scenario: this.#state?.scenario ?? 'success' };
    if (this.#panel) {
      this.#panel.reveal(undefined, true);
      this.#ask();
      return;
    }
    const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    this.#adopt(vscode.window.createWebviewPanel(VIEW, 'Timeline', column));
  }

  /** Takes over the panel of a window that was reloaded. */
  async revive(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    this.#panel?.dispose();
    this.#state = readState(state);
    this.#adopt(panel);
    if (!this.#state) return;
    // The server knows open documents only. One that is gone is told as not checked.
    await vscode.workspace.openTextDocument(vscode.Uri.parse(this.#state.uri)).then(undefined, () => undefined);
    this.#ask();
  }

  /** Turns to the cursor of an editor. */
  follow(editor: vscode.TextEditor | undefined): void {
    if (!this.#panel || editor !== vscode.window.activeTextEditor) return;
    if (!editor || !this.#languages.includes(editor.document.languageId)) return;
    this.#state = { ...placeOf(editor), scenario: this.#state?.scenario ?? 'success' };
    this.#askSoon();
  }

  /** Hears of a changed document, or that all may look different. */
  changed(uri?: string): void {
    if (!this.#panel || (uri !== undefined && uri !== this.#state?.uri)) return;
    this.#askSoon();
  }

  dispose(): void {
    this.#panel?.dispose();
  }

  #adopt(panel: vscode.WebviewPanel): void {
    this.#panel = panel;
    this.#isReady = false;
    const folder = vscode.Uri.joinPath(this.#extension, 'dist');
    const file = (name: string) => panel.webview.asWebviewUri(vscode.Uri.joinPath(folder, name)).toString();
    panel.webview.options = { enableScripts: true, localResourceRoots: [folder] };
    panel.webview.onDidReceiveMessage((message: FromPage) => this.#hear(message));
    panel.onDidChangeViewState(() => {
      if (!panel.visible) this.#isReady = false;
    });
    panel.onDidDispose(() => {
      if (this.#panel !== panel) return;
      this.#panel = undefined;
      clearTimeout(this.#rest);
      this.#pending?.cancel();
    });
    panel.webview.html = timelinePage({
      source: panel.webview.cspSource,
      script: file('timeline.js'),
      style: file('timeline.css'),
      nonce: crypto.randomUUID(),
    });
  }

  #hear(message: FromPage): void {
    if (message.type === 'ready') {
      this.#isReady = true;
      this.#ask();
    } else if (message.type === 'scenario' && this.#state) {
      this.#state = { ...this.#state, scenario: message.scenario };
      this.#ask();
    } else if (message.type === 'reveal') reveal(message.uri, message.range);
  }

  #askSoon(): void {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#ask(), REST);
  }

  async #ask(): Promise<void> {
    const panel = this.#panel;
    const state = this.#state;
    if (!panel || !state || !this.#isReady) return;
    clearTimeout(this.#rest);
    this.#pending?.cancel();
    this.#pending = new vscode.CancellationTokenSource();
    this.#asked += 1;
    const asked = this.#asked;
    const { uri, position, scenario } = state;
    const params: TimelineParams = { textDocument: { uri }, position, scenario };
    const answer = await this.#client
      .sendRequest<TimelineAnswer>(TIMELINE_REQUEST, params, this.#pending.token)
      .catch(() => undefined);
    // A server that stops answers when it runs again.
    if (!answer || asked !== this.#asked || panel !== this.#panel || !this.#isReady) return;
    panel.title = 'timeline' in answer ? `Timeline: ${answer.timeline.title}` : 'Timeline';
    panel.webview.postMessage({ state, answer } satisfies ToPage);
  }
}

/** Goes to a range in the editor that shows its document, or in the first column. */
async function reveal(uri: string, range: Range): Promise<void> {
  const { start, end } = range;
  const selection = new vscode.Range(start.line, start.character, end.line, end.character);
  const shown = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri);
  const viewColumn = shown?.viewColumn ?? vscode.ViewColumn.One;
  await vscode.window.showTextDocument(vscode.Uri.parse(uri), { viewColumn, selection });
}

function placeOf({ document, selection }: vscode.TextEditor): Omit<TimelineState, 'scenario'> {
  const { line, character } = selection.active;
  return { uri: document.uri.toString(), position: { line, character } };
}

function readPlace(value: unknown): Omit<TimelineState, 'scenario'> | undefined {
  const { uri, position } = (value ?? {}) as { uri?: unknown; position?: { line?: unknown; character?: unknown } };
  const { line, character } = position ?? {};
  if (typeof uri !== 'string' || typeof line !== 'number' || typeof character !== 'number') return undefined;
  return { uri, position: { line, character } };
}

function readState(value: unknown): TimelineState | undefined {
  const place = readPlace(value);
  const { scenario } = (value ?? {}) as { scenario?: TimelineState['scenario'] };
  return place && { ...place, scenario: scenario ?? 'success' };
}
