import { type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { CONFIG_FILE, type ConfigProblem, chartVersions, type Layer, readConfig, settle } from '../engine/index.ts';
import { SOURCE, toRange } from './convert.ts';
import type { Host } from './host.ts';
import { readSettings, type Settings } from './settings.ts';

/** Files that say what applies to others, by their names. */
export const CONFIGURING = [CONFIG_FILE, 'Chart.yaml'];

/** Whether a file is a configuration. */
export function isConfig(uri: string): boolean {
  return uri.endsWith(`/${CONFIG_FILE}`);
}

/** Whether other files may look different when this one changes. */
export function isConfiguring(uri: string): boolean {
  return CONFIGURING.some((name) => uri.endsWith(`/${name}`));
}

/** What of the server a configuration needs. */
export interface ConfigAround {
  readonly host: Host;
  readonly folders: readonly string[];
  /** The text of an open document: it wins over the file. */
  textOf(uri: string): string | undefined;
  /** Told of each configuration that is read. */
  onRead(uri: string, text: string, problems: readonly ConfigProblem[]): void;
}

/** The configurations around documents. Each folder is looked into once, until `clear`. */
export class Configs {
  readonly #around: ConfigAround;
  readonly #layers = new Map<string, Promise<Layer | undefined>>();
  /** Files that are no more: an editor may hold on to their text for a while. */
  readonly #gone = new Set<string>();

  constructor(around: ConfigAround) {
    this.#around = around;
  }

  /** Forgets what was read: something has changed. */
  clear(): void {
    this.#layers.clear();
  }

  /** Hears whether a file is there. */
  note(uri: string, isThere: boolean): void {
    if (isThere) this.#gone.delete(uri);
    else if (isConfiguring(uri)) this.#gone.add(uri);
  }

  /** What applies to a document, given the editor's settings: the nearest file upwards comes first, a chart last. */
  async settle(uri: string, section: unknown): Promise<Settings> {
    const { shown, config, problem } = readSettings(section);
    const path = decode(uri);
    const folders = this.#around.folders;
    const own = folders
      .filter((folder) => path.startsWith(`${decode(folder)}/`))
      .sort((a, b) => b.length - a.length)[0];
    const start = uri.includes('/') ? uri.slice(0, uri.lastIndexOf('/')) : folders[0]?.replace(/\/$/, '');
    const file = start && (await this.#nearest(start, CONFIG_FILE, (each, text) => this.#read(each, text)));
    const chart = start && (await this.#nearest(start, 'Chart.yaml', chartOf));
    const settings: Layer = {
      source: 'settings',
      config,
      ...(own !== undefined && { base: decode(own) }),
      ...(problem !== undefined && { problem }),
    };
    const {
      isExcluded,
      origin,
      problems: wrong,
      ...options
    } = settle(
      [file, settings, chart].filter((each) => !!each),
      path,
    );
    return { ...shown, enable: shown.enable && !isExcluded, options, origin, problems: wrong };
  }

  async #nearest(
    folder: string,
    name: string,
    read: (uri: string, text: string) => Layer | undefined,
  ): Promise<Layer | undefined> {
    const uri = `${folder}/${name}`;
    let layer = this.#layers.get(uri);
    if (!layer) {
      const above = /^(.*\/\/[^/]*\/.*)\/[^/]*$/.exec(folder)?.[1] ?? /^(.*\/\/[^/]*)\/[^/]+$/.exec(folder)?.[1];
      const open = this.#gone.has(uri) ? undefined : this.#around.textOf(uri);
      layer = Promise.resolve(open ?? this.#around.host.read(uri)).then((text) => {
        const found = text === undefined ? undefined : read(uri, text);
        return found ?? (above === undefined ? undefined : this.#nearest(above, name, read));
      });
      this.#layers.set(uri, layer);
    }
    return layer;
  }

  #read(uri: string, text: string): Layer {
    const { config, problems } = readConfig(text);
    this.#around.onRead(uri, text, problems);
    return { source: CONFIG_FILE, file: uri, config, base: decode(uri.slice(0, uri.lastIndexOf('/'))) };
  }
}

function chartOf(uri: string, text: string): Layer | undefined {
  const { versions, problem } = chartVersions(text);
  const head = { source: 'Chart.yaml', file: uri } as const;
  if (versions) return { ...head, config: { kubernetesVersion: versions } };
  return problem === undefined ? undefined : { ...head, config: {}, problem };
}

/** LSP's diagnostics of a configuration. */
export function configDiagnostics(document: TextDocument, problems?: readonly ConfigProblem[]): Diagnostic[] {
  return (problems ?? readConfig(document.getText()).problems).map(({ message, span }) => ({
    range: toRange(document, span),
    severity: DiagnosticSeverity.Error,
    source: SOURCE,
    message,
  }));
}

/** Clients do not all escape the same characters. */
function decode(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}
