import { type ChartFiles, type InChart, isChartFile, prepareChartFiles } from '../engine/index.ts';
import type { Host } from './host.ts';

/** What a client has to tell us of, as globs. */
export const WATCHED_IN_CHARTS = ['**/Chart.yaml', '**/values.yaml', '**/templates/**'];

/** The names of files that belong to charts. */
const NAMES = ['Chart.yaml', 'values.yaml', '*.tpl', '*.yaml', '*.yml', '*.txt'];

const MAX_FILES = 2_000;

/** Folders that are looked into on the way up. */
const MAX_DEPTH = 20;

/** Files that are read at once. */
const BATCH = 16;

/** The charts around open templates. Nothing is read before it is asked for; then each chart once, until it changes. */
export class Charts {
  readonly #host: Host;
  readonly #textOf: (uri: string) => string | undefined;
  readonly #charts = new Map<string, Promise<ChartFiles>>();
  readonly #roots = new Map<string, Promise<string | undefined>>();

  /** `textOf` gives the text of an open document: it wins over the file. */
  constructor(host: Host, textOf: (uri: string) => string | undefined) {
    this.#host = host;
    this.#textOf = textOf;
  }

  /** Whether anybody has asked. */
  get isUsed(): boolean {
    return this.#roots.size > 0;
  }

  /** The chart that a template belongs to. */
  async around(uri: string): Promise<InChart | undefined> {
    const folder = parent(uri);
    let found = this.#roots.get(folder);
    if (!found) {
      found = this.#rootAround(folder);
      this.#roots.set(folder, found);
    }
    const root = await found;
    const path = root === undefined ? '' : decode(uri).slice(decode(root).length);
    if (root === undefined || !isChartFile(path)) return undefined;
    let files = this.#charts.get(root);
    if (!files) {
      files = this.#read(root);
      this.#charts.set(root, files);
    }
    return { files: await files, path };
  }

  /** Forgets what a file that has changed, was opened or is gone belongs to. Gives whether that matters to templates. */
  async update(uri: string): Promise<boolean> {
    if (/\/Chart\.yaml$/.test(uri)) this.#roots.clear();
    let matters = false;
    for (const [root, reading] of this.#charts) {
      const path = decode(uri).startsWith(decode(root)) ? decode(uri).slice(decode(root).length) : '';
      if (!isChartFile(path)) continue;
      const { files } = await reading;
      const text = this.#textOf(uri) ?? (await this.#host.read(uri));
      const before = files.get(path);
      if (text === before) continue;
      // Of a template others see its named templates only.
      const isSeen = (each: string | undefined) => each !== undefined && /\{\{-?\s*(?:define|block)\b/.test(each);
      if (/\/templates\//.test(`/${path}`) && !isSeen(before) && !isSeen(text)) continue;
      this.#charts.delete(root);
      matters = true;
    }
    return matters;
  }

  /** The outermost chart around a folder: a subchart is read as a part of the chart that holds it. */
  async #rootAround(folder: string): Promise<string | undefined> {
    let found: string | undefined;
    let at = folder;
    for (let depth = 0; depth < MAX_DEPTH && at !== ''; depth++) {
      if ((await this.#textAt(`${at}Chart.yaml`)) !== undefined) found = at;
      else if (found !== undefined && !at.endsWith('/charts/')) return found;
      at = parent(at.slice(0, -1));
    }
    return found;
  }

  async #read(root: string): Promise<ChartFiles> {
    const uris = await this.#host.find(root.replace(/\/$/, ''), NAMES, MAX_FILES);
    const files = new Map<string, string>();
    const wanted = uris
      .map((uri) => ({ uri, path: decode(uri).slice(decode(root).length) }))
      .filter(({ path }) => isChartFile(path));
    for (let at = 0; at < wanted.length; at += BATCH) {
      await Promise.all(
        wanted.slice(at, at + BATCH).map(async ({ uri, path }) => {
          const text = await this.#textAt(uri);
          if (text !== undefined) files.set(path, text);
        }),
      );
    }
    return prepareChartFiles(root, new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))));
  }

  async #textAt(uri: string): Promise<string | undefined> {
    return this.#textOf(uri) ?? (await this.#host.read(uri));
  }
}

/** The folder that a URI lies in, with a slash at its end. */
function parent(uri: string): string {
  return uri.slice(0, uri.lastIndexOf('/') + 1);
}

/** Clients and Node do not escape the same characters. */
function decode(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}
