import {
  type ChartFiles,
  type InChart,
  isChartFile,
  prepareChartFiles,
  type SettledHelm,
  type ValuesText,
} from '../engine/index.ts';
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

/** A chart with the values that somebody wants for it. */
interface Reading {
  readonly root: string;
  /** URIs of files of values, and the texts of those that are there. */
  readonly values: readonly string[];
  readonly texts: Map<string, string>;
  readonly files: Promise<ChartFiles>;
}

/** The URIs of the files of values that a configuration names. */
export function valuesUris({ values, file }: SettledHelm): string[] {
  return values.flatMap((path) => {
    const written = path.split('/').map(encodeURIComponent).join('/');
    return file !== undefined && URL.canParse(written, file) ? new URL(written, file).href : [];
  });
}

/** The charts around open templates. Nothing is read before it is asked for; then each chart once, until it changes. */
export class Charts {
  readonly #host: Host;
  readonly #textOf: (uri: string) => string | undefined;
  readonly #charts = new Map<string, Reading>();
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

  /** The chart that a template belongs to, with the files of values at the URIs `values`, the later ones winning. */
  async around(uri: string, values: readonly string[] = []): Promise<InChart | undefined> {
    const folder = parent(uri);
    let found = this.#roots.get(folder);
    if (!found) {
      found = this.#rootAround(folder);
      this.#roots.set(folder, found);
    }
    const root = await found;
    const path = root === undefined ? '' : decode(uri).slice(decode(root).length);
    if (root === undefined || !isChartFile(path)) return undefined;
    const key = [root, ...values].join('\n');
    let chart = this.#charts.get(key);
    if (!chart) {
      const texts = new Map<string, string>();
      chart = { root, values, texts, files: this.#read(root, values, texts) };
      this.#charts.set(key, chart);
    }
    return { files: await chart.files, path };
  }

  /** Forgets what a file that has changed, was opened or is gone belongs to. Gives whether that matters to templates. */
  async update(uri: string): Promise<boolean> {
    if (/\/Chart\.yaml$/.test(uri)) this.#roots.clear();
    let matters = false;
    for (const [key, { root, values, texts, files: reading }] of this.#charts) {
      const named = values.find((each) => decode(each) === decode(uri));
      if (named !== undefined) {
        await reading;
        if ((await this.#textAt(uri)) !== texts.get(named)) {
          this.#charts.delete(key);
          matters = true;
          continue;
        }
      }
      const path = decode(uri).startsWith(decode(root)) ? decode(uri).slice(decode(root).length) : '';
      if (!isChartFile(path)) continue;
      const { files } = await reading;
      const text = await this.#textAt(uri);
      const before = files.get(path);
      if (text === before) continue;
      // Of a template others see its named templates only.
      const isSeen = (each: string | undefined) => each !== undefined && /\{\{-?\s*(?:define|block)\b/.test(each);
      if (/\/templates\//.test(`/${path}`) && !isSeen(before) && !isSeen(text)) continue;
      this.#charts.delete(key);
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

  async #read(root: string, values: readonly string[], texts: Map<string, string>): Promise<ChartFiles> {
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
    const others: ValuesText[] = [];
    for (const name of values) {
      const text = await this.#textAt(name);
      if (text === undefined) continue;
      texts.set(name, text);
      others.push({ name, text });
    }
    return prepareChartFiles(root, new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))), others);
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
