import {
  type CancellationToken,
  type ClientCapabilities,
  type CodeAction,
  CodeLensRefreshRequest,
  type Connection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
  ErrorCodes,
  FileChangeType,
  type InitializeParams,
  type InitializeResult,
  LSPErrorCodes,
  MarkupKind,
  ResponseError,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import {
  type Analysis,
  type AnalyzeOptions,
  analyze,
  analyzeDockerfile,
  analyzePatch,
  completeConfig,
  completeManifest,
  formatVersions,
  hover,
  isPatch,
  mayInstall,
  type Origin,
  patchesOf,
} from '../engine/index.ts';
import { TIMELINE_CHANGED, TIMELINE_REQUEST, type TimelineAnswer, type TimelineParams } from '../protocol/timeline.ts';
import {
  type ActionData,
  type ActionSupport,
  APPLY_COMMAND,
  codeActions,
  FIX_ALL,
  fixFor,
  REFACTOR,
} from './actions.ts';
import { Charts, valuesUris, WATCHED_IN_CHARTS } from './charts.ts';
import { CONFIGURING, Configs, configDiagnostics, isConfig, isConfiguring } from './config.ts';
import { SOURCE, toCompletions, toDiagnostic, toRange, toWorkspaceEdit } from './convert.ts';
import type { Host } from './host.ts';
import { Kustomizations } from './kustomize.ts';
import { codeLenses, inlayHints, type LensData, resolveLens } from './marks.ts';
import type { Settings } from './settings.ts';
import { NOT_CHECKED, timelineAt } from './timeline.ts';
import { decode, WATCHED, Workspace } from './workspace.ts';

/** What the client said in `initialize`, as far as it matters here. */
interface Client extends ActionSupport {
  readonly pull: boolean;
  readonly refresh: boolean;
  readonly refreshLenses: boolean;
  readonly refreshHints: boolean;
  readonly showTimeline: boolean;
  readonly configuration: boolean;
  readonly dynamicConfiguration: boolean;
  readonly dynamicWatching: boolean;
  /** Whether it wants to hear that other versions may count. */
  readonly showVersions: boolean;
}

/** The versions that count for a document, for a client that shows them; null when it is not checked. */
interface ShownVersions extends Origin {
  readonly versions: string;
  readonly problems: readonly string[];
}

const VERSIONS_REQUEST = 'nativeSidecars/versions';
const VERSIONS_CHANGED = 'nativeSidecars/versionsChanged';

/**
 * Runs the language server on a connection, with the files that `host` gives. Gives back when it listens; `exit` ends
 * the process as LSP says.
 */
export function startServer(connection: Connection, host: Host): void {
  new Server(connection, host).listen();
}

/** How long nothing is typed before Dockerfiles hear of it, in milliseconds. */
const REST = 300;

/** LSP's language id. */
const DOCKERFILE = 'dockerfile';

class Server {
  readonly #connection: Connection;
  readonly #documents = new TextDocuments(TextDocument);
  /** Counts how often documents were opened. */
  readonly #opened = new Map<string, number>();
  #openings = 0;
  readonly #analyses = new Map<string, { version: number; generation: number; analysis: Analysis }>();
  readonly #settings = new Map<string, Promise<Settings>>();
  /** The settings of a client that sends them to all. */
  #shared: unknown;
  /** Counts changes of settings: part of every result id. */
  #generation = 0;
  #client: Client = readClient({}, undefined);
  readonly #host: Host;
  #workspace: Workspace;
  #kustomizations: Kustomizations;
  #isWatchingPatches = false;
  readonly #watchedValues = new Set<string>();
  #configs: Configs;
  /** Configurations with problems that are not open. */
  readonly #broken = new Set<string>();
  /** What was said of versions that do not count. */
  readonly #toldProblems = new Set<string>();
  readonly #charts: Charts;
  readonly #stale = new Set<string>();
  #rest: ReturnType<typeof setTimeout> | undefined;
  #renewal: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: Connection, host: Host) {
    this.#connection = connection;
    this.#host = host;
    [this.#workspace, this.#kustomizations] = this.#openWorkspace([]);
    this.#configs = this.#openConfigs([]);
    this.#charts = new Charts(host, (uri) => this.#documents.get(uri)?.getText());
  }

  listen(): void {
    const connection = this.#connection;
    connection.onInitialize((params) => this.#initialize(params));
    connection.onInitialized(() => {
      this.#watch(CONFIGURING.map((name) => `**/${name}`));
      if (!this.#client.dynamicConfiguration) return;
      const section = { section: 'nativeSidecars' };
      connection.client.register(DidChangeConfigurationNotification.type, section).catch(() => {});
    });
    connection.onDidChangeConfiguration(({ settings }) => {
      this.#settings.clear();
      this.#shared = (settings as { nativeSidecars?: unknown } | null)?.nativeSidecars;
      this.#generation += 1;
      this.#renew();
    });
    connection.languages.diagnostics.on((params, token) =>
      this.#pull(params.textDocument.uri, params.previousResultId, token),
    );
    connection.onCodeAction(async (params, token) => {
      const state = await this.#analyze(params.textDocument.uri);
      if (!state) return [];
      answerOnlyIf(!token.isCancellationRequested);
      return codeActions(state.document, state.analysis, params, this.#client);
    });
    connection.onCodeActionResolve((action) => this.#resolve(action));
    connection.onHover(async ({ textDocument, position }, token) => {
      const state = await this.#analyze(textDocument.uri);
      if (!state) return null;
      answerOnlyIf(!token.isCancellationRequested);
      const { origin } = await this.#settingsOf(textDocument.uri);
      const found = hover(state.analysis, state.document.offsetAt(position), origin);
      if (!found) return null;
      const contents = { kind: MarkupKind.Markdown, value: found.markdown };
      return { contents, range: toRange(state.document, found.span) };
    });
    connection.onCodeLens(async ({ textDocument: { uri } }) => {
      const state = (await this.#settingsOf(uri)).codeLens ? await this.#analyze(uri) : undefined;
      return state ? codeLenses(state.document, state.analysis, this.#client.showTimeline) : [];
    });
    connection.onCodeLensResolve(async (lens) => {
      if (!lens.data) return lens;
      const { uri, version } = lens.data as LensData;
      const { document, analysis } = await this.#analyzeSame(uri, version);
      return resolveLens(lens, document, analysis, this.#client.showTimeline);
    });
    connection.languages.inlayHint.on(async ({ textDocument: { uri }, range }) => {
      const state = (await this.#settingsOf(uri)).inlayHints ? await this.#analyze(uri) : undefined;
      return state ? inlayHints(state.document, state.analysis, range) : [];
    });
    connection.onRequest<TimelineAnswer, void>(TIMELINE_REQUEST, async (params: TimelineParams, token) => {
      const state = await this.#analyze(params.textDocument.uri);
      answerOnlyIf(!token.isCancellationRequested);
      return state ? timelineAt(state.document, state.analysis, params) : NOT_CHECKED;
    });
    connection.onCompletion(async ({ textDocument: { uri }, position }, token) => {
      const { enable, options } = await this.#settingsOf(uri);
      const document = this.#documents.get(uri);
      if (!document) return null;
      answerOnlyIf(!token.isCancellationRequested);
      const [text, offset] = [document.getText(), document.offsetAt(position)];
      if (isConfig(uri)) return toCompletions(document, offset, completeConfig(text, offset));
      if (!enable) return null;
      // What was found last will do: the line is half-written now.
      const found = this.#analyses.get(uri)?.analysis.findings.map(({ rule }) => rule) ?? [];
      return toCompletions(document, offset, completeManifest(text, offset, { ...options, found }));
    });
    connection.onRequest(VERSIONS_REQUEST, async ({ uri }: { uri: string }): Promise<ShownVersions | null> => {
      const { enable, options, origin, problems } = await this.#settingsOf(uri);
      return enable ? { versions: formatVersions(options.versions), ...origin, problems } : null;
    });
    connection.onExecuteCommand(async ({ command, arguments: [data] = [] }) => {
      if (command !== APPLY_COMMAND)
        throw new ResponseError(ErrorCodes.InvalidParams, `There is no command ${command}.`);
      const { document, fix } = await this.#fix(data as ActionData);
      await connection.workspace.applyEdit(toWorkspaceEdit(document, fix, this.#client));
    });
    connection.onDidChangeWatchedFiles(({ changes }) => {
      for (const { uri, type } of changes) this.#configs.note(uri, type !== FileChangeType.Deleted);
      this.#changed(changes.map(({ uri }) => uri));
    });
    this.#documents.onDidOpen(({ document }) => {
      this.#openings += 1;
      this.#opened.set(document.uri, this.#openings);
    });
    this.#documents.onDidChangeContent(({ document }) => {
      this.#configs.note(document.uri, true);
      this.#push(document.uri);
      if (document.languageId !== DOCKERFILE) this.#changed([document.uri]);
    });
    this.#documents.onDidClose(({ document }) => {
      this.#analyses.delete(document.uri);
      this.#opened.delete(document.uri);
      this.#settings.delete(document.uri);
      if (!this.#client.pull) connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
      this.#changed([document.uri]);
    });
    this.#documents.listen(connection);
    connection.listen();
  }

  #initialize({ capabilities, initializationOptions, workspaceFolders, rootUri }: InitializeParams): InitializeResult {
    this.#client = readClient(capabilities, initializationOptions);
    const folders = workspaceFolders?.map(({ uri }) => uri) ?? (rootUri ? [rootUri] : []);
    [this.#workspace, this.#kustomizations] = this.#openWorkspace(folders);
    this.#configs = this.#openConfigs(folders);
    return {
      serverInfo: { name: SOURCE },
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        ...(this.#client.pull && {
          diagnosticProvider: { identifier: SOURCE, interFileDependencies: false, workspaceDiagnostics: false },
        }),
        codeActionProvider: this.#client.literals
          ? { codeActionKinds: ['quickfix', REFACTOR, FIX_ALL], resolveProvider: this.#client.resolve }
          : true,
        hoverProvider: true,
        completionProvider: {},
        codeLensProvider: { resolveProvider: true },
        inlayHintProvider: true,
        executeCommandProvider: { commands: [APPLY_COMMAND] },
      },
    };
  }

  async #settingsOf(uri: string): Promise<Settings> {
    let settings = this.#settings.get(uri);
    if (!settings) {
      const section = this.#client.configuration
        ? this.#connection.workspace.getConfiguration({ scopeUri: uri, section: 'nativeSidecars' }).catch(() => null)
        : Promise.resolve(this.#shared);
      settings = section.then(async (each: unknown) => {
        const settled = await this.#configs.settle(uri, each);
        for (const problem of settled.problems) {
          if (!this.#toldProblems.has(problem)) this.#connection.console.warn(problem);
          this.#toldProblems.add(problem);
        }
        return settled;
      });
      this.#settings.set(uri, settings);
    }
    return settings;
  }

  /** The analysis of an open document as it stands now; undefined when it is closed or checking is off. */
  async #analyze(uri: string): Promise<{ document: TextDocument; analysis: Analysis } | undefined> {
    const asked = this.#generation;
    const { enable, options } = await this.#settingsOf(uri);
    if (asked !== this.#generation) return this.#analyze(uri);
    const document = this.#documents.get(uri);
    if (!document || !enable) return undefined;
    const known = this.#analyses.get(uri);
    const isFresh = known?.version === document.version && known.generation === this.#generation;
    if (known && isFresh) return { document, analysis: known.analysis };
    const { version } = document;
    const generation = this.#generation;
    const previous = known && { previous: known.analysis };
    const analysis =
      document.languageId === DOCKERFILE
        ? await this.#analyzeDockerfile(document, options)
        : await this.#analyzeManifest(document, { ...options, ...previous });
    // Waiting for the workspace, the text may have changed.
    if (document.version !== version || this.#documents.get(uri) !== document) return this.#analyze(uri);
    this.#analyses.set(uri, { version, generation, analysis });
    return { document, analysis };
  }

  /** A manifest with its chart and the patches that change it, or a patch with the manifests that it changes. */
  async #analyzeManifest(document: TextDocument, options: AnalyzeOptions & Settings['options']): Promise<Analysis> {
    const isInChart = document.languageId === 'helm' || /\/templates\//.test(document.uri);
    if (isInChart && document.getText().includes('{{')) {
      if (!this.#charts.isUsed) this.#watch(WATCHED_IN_CHARTS);
      const values = valuesUris(options.helm);
      this.#watchValues(values);
      const chart = await this.#charts.around(document.uri, values);
      return analyze(document.getText(), { ...options, ...(chart && { chart }) });
    }
    const key = decode(document.uri);
    const kustomize = await this.#kustomizations.around(document.uri, document.getText());
    const text = document.getText();
    if (!kustomize) return analyze(text, options);
    if (!this.#isWatchingPatches) this.#watch(WATCHED.map((name) => `**/${name}`));
    this.#isWatchingPatches = true;
    const { rules, versions } = options;
    if (isPatch(kustomize, key)) {
      return analyzePatch(text, { ...(rules && { rules }), ...(versions && { versions }), path: key, kustomize });
    }
    return analyze(text, { ...options, patches: patchesOf(kustomize, key) });
  }

  async #analyzeDockerfile(document: TextDocument, options: Settings['options']): Promise<Analysis> {
    const path = document.uri;
    const text = document.getText();
    if (!mayInstall(text)) return analyzeDockerfile(text, { ...options, path, killers: [], isOnly: false });
    if (!this.#workspace.isUsed) this.#watch(WATCHED.map((name) => `**/${name}`));
    const { killers, isOnly } = await this.#workspace.around(path);
    return analyzeDockerfile(document.getText(), { ...options, path, killers, isOnly });
  }

  #openWorkspace(folders: readonly string[]): [Workspace, Kustomizations] {
    const textOf = (uri: string) => this.#documents.get(uri)?.getText();
    const textAt = (path: string) =>
      this.#documents
        .all()
        .find(({ uri }) => decode(uri) === path)
        ?.getText();
    return [new Workspace(this.#host, folders, textOf), new Kustomizations(this.#host, folders, textAt)];
  }

  #openConfigs(folders: readonly string[]): Configs {
    return new Configs({
      host: this.#host,
      folders,
      textOf: (uri) => this.#documents.get(uri)?.getText(),
      onRead: (uri, text, problems) => {
        // An open one is checked like every document.
        if (this.#documents.get(uri) || (problems.length === 0 && !this.#broken.delete(uri))) return;
        if (problems.length > 0) this.#broken.add(uri);
        const document = TextDocument.create(uri, 'yaml', 0, text);
        this.#connection.sendDiagnostics({ uri, diagnostics: configDiagnostics(document, problems) });
      },
    });
  }

  #watch(globs: readonly string[]): void {
    if (!this.#client.dynamicWatching) return;
    const watchers = globs.map((globPattern) => ({ globPattern }));
    this.#connection.client.register(DidChangeWatchedFilesNotification.type, { watchers }).catch(() => {});
  }

  /** Files of values may have any name. */
  #watchValues(uris: readonly string[]): void {
    const names = uris.map((uri) => decode(uri.slice(uri.lastIndexOf('/') + 1)));
    const unwatched = names.filter((name) => !this.#watchedValues.has(name));
    for (const name of unwatched) this.#watchedValues.add(name);
    if (unwatched.length > 0) this.#watch(unwatched.map((name) => `**/${name}`));
  }

  /** A configuration has changed: everything may look different. Said aloud when the keyboard rests. */
  #reconfigure(uris: readonly string[]): void {
    this.#configs.clear();
    this.#settings.clear();
    this.#generation += 1;
    for (const uri of uris) {
      // Its own diagnostics take the place of what was sent while it was closed; who deletes it mends it.
      if (this.#broken.delete(uri)) this.#connection.sendDiagnostics({ uri, diagnostics: [] });
    }
    clearTimeout(this.#renewal);
    this.#renewal = setTimeout(() => this.#renew(), REST);
  }

  /** Dockerfiles, templates, bases and patches hear of changes in other files, when the keyboard rests. */
  #changed(uris: readonly string[]): void {
    if (uris.some(isConfiguring)) this.#reconfigure(uris);
    if (!this.#workspace.isUsed && !this.#kustomizations.isUsed && !this.#charts.isUsed) return;
    for (const uri of uris) this.#stale.add(uri);
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#readStale(), REST);
  }

  async #readStale(): Promise<void> {
    const uris = [...this.#stale];
    this.#stale.clear();
    const all = [this.#workspace, this.#kustomizations, this.#charts];
    const matters = await Promise.all(uris.flatMap((uri) => all.map((each) => each.update(uri))));
    if (!matters.includes(true)) return;
    this.#generation += 1;
    this.#renew();
  }

  async #diagnostics(uri: string) {
    const config = isConfig(uri) ? this.#documents.get(uri) : undefined;
    if (config) return configDiagnostics(config);
    const state = await this.#analyze(uri);
    const { document, analysis } = state ?? {};
    if (!document || !analysis) return [];
    return analysis.findings.map((finding) => toDiagnostic(document, analysis, finding, this.#client.related));
  }

  async #pull(uri: string, previous: string | undefined, token: CancellationToken): Promise<DocumentDiagnosticReport> {
    const items = await this.#diagnostics(uri);
    answerOnlyIf(!token.isCancellationRequested);
    // Another document may get the name and the version of one that was closed.
    const resultId = `${this.#opened.get(uri) ?? 0}/${this.#documents.get(uri)?.version ?? 0}/${this.#generation}`;
    if (resultId === previous) return { kind: DocumentDiagnosticReportKind.Unchanged, resultId };
    return { kind: DocumentDiagnosticReportKind.Full, resultId, items };
  }

  async #push(uri: string): Promise<void> {
    if (this.#client.pull) return;
    const version = this.#documents.get(uri)?.version;
    const diagnostics = await this.#diagnostics(uri);
    const current = this.#documents.get(uri)?.version;
    // An older text than the client's: the next change brings its own.
    if (version === undefined || version !== current) return;
    await this.#connection.sendDiagnostics({ uri, version, diagnostics });
  }

  #renew(): void {
    const { refresh, refreshLenses, refreshHints, showTimeline } = this.#client;
    if (refresh) this.#connection.languages.diagnostics.refresh().catch(() => {});
    if (refreshLenses) this.#connection.sendRequest(CodeLensRefreshRequest.type).catch(() => {});
    if (refreshHints) this.#connection.languages.inlayHint.refresh().catch(() => {});
    if (showTimeline) this.#connection.sendNotification(TIMELINE_CHANGED).catch(() => {});
    for (const { uri } of this.#documents.all()) this.#push(uri);
    if (this.#client.showVersions) this.#connection.sendNotification(VERSIONS_CHANGED).catch(() => {});
  }

  async #resolve(action: CodeAction): Promise<CodeAction> {
    if (!action.data) return action;
    const { document, fix } = await this.#fix(action.data as ActionData);
    return { ...action, edit: toWorkspaceEdit(document, fix, this.#client) };
  }

  async #fix(data: ActionData) {
    const { document, analysis } = await this.#analyzeSame(data.uri, data.version);
    const fix = fixFor(analysis, data.origin);
    if (!fix) throw changed();
    return { document, fix };
  }

  /** The analysis of the same version of a document; fails when there is another one by now. */
  async #analyzeSame(uri: string, version: number) {
    const state = await this.#analyze(uri);
    if (state?.document.version !== version) throw changed();
    return state;
  }
}

function changed(): ResponseError<void> {
  return new ResponseError(LSPErrorCodes.ContentModified, 'The text has changed since this was offered.');
}

function answerOnlyIf(isWanted: boolean): void {
  if (!isWanted) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'Cancelled.');
}

function readClient({ textDocument, workspace }: ClientCapabilities, options: unknown): Client {
  const codeAction = textDocument?.codeAction;
  const own = (options ?? {}) as { openRule?: unknown; showTimeline?: unknown; showVersions?: unknown };
  return {
    pull: textDocument?.diagnostic !== undefined,
    refresh: workspace?.diagnostics?.refreshSupport === true,
    refreshLenses: workspace?.codeLens?.refreshSupport === true,
    refreshHints: workspace?.inlayHint?.refreshSupport === true,
    configuration: workspace?.configuration === true,
    dynamicConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    dynamicWatching: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    literals: codeAction?.codeActionLiteralSupport !== undefined,
    resolve: codeAction?.dataSupport === true && codeAction.resolveSupport?.properties.includes('edit') === true,
    disabled: codeAction?.disabledSupport === true,
    versioned: workspace?.workspaceEdit?.documentChanges === true,
    annotated: workspace?.workspaceEdit?.changeAnnotationSupport !== undefined,
    related: (textDocument?.diagnostic ?? textDocument?.publishDiagnostics)?.relatedInformation === true,
    showVersions: own.showVersions === true,
    openRule: own.openRule === true,
    showTimeline: own.showTimeline === true,
  };
}
