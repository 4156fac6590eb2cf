import { folderOf, isKustomization, KUSTOMIZATION_NAMES, type Kustomize, readKustomize } from '../engine/index.ts';
import type { Host } from './host.ts';
import { decode } from './workspace.ts';

/** How far up a kustomization is looked for that names a file, in folders. */
const UP = 3;

/** Kustomizations that are read in a workspace at most. */
const MAX_FILES = 500;

/** The kustomizations around open documents. Nothing is read before a document that may belong to one is open. */
export class Kustomizations {
  readonly #host: Host;
  readonly #folders: readonly string[];
  readonly #textOf: (path: string) => string | undefined;
  readonly #read = new Map<string, Promise<string | undefined>>();
  readonly #around = new Map<string, Promise<Kustomize | undefined>>();
  #scan: Promise<readonly string[]> | undefined;

  /** `textOf` gives the text of an open document by its decoded URI: it wins over the file. */
  constructor(host: Host, folders: readonly string[], textOf: (path: string) => string | undefined) {
    this.#host = host;
    this.#folders = folders.map((folder) => decode(folder).replace(/\/$/, ''));
    this.#textOf = textOf;
  }

  /** Whether a document belongs to a kustomization: then changes elsewhere matter. */
  get isUsed(): boolean {
    return this.#around.size > 0;
  }

  /** The kustomizations that name a document, with their files by decoded URI; undefined when there are none. */
  around(uri: string, text: string): Promise<Kustomize | undefined> {
    const key = decode(uri);
    if (!text.includes('ontainers') && !isKustomization(key)) return Promise.resolve(undefined);
    let found = this.#around.get(key);
    if (!found) {
      found = this.#find(key, text);
      this.#around.set(key, found);
    }
    return found;
  }

  /** Forgets a file that has changed, was opened or is gone. Gives whether that matters to other documents. */
  async update(uri: string): Promise<boolean> {
    const key = decode(uri);
    this.#read.delete(key);
    if (isKustomization(key)) this.#scan = undefined;
    let matters = false;
    if (this.#textOf(key) === undefined) this.#around.delete(key);
    for (const [of, found] of [...this.#around]) {
      const kustomize = await found;
      const isNamed = kustomize?.files.has(key) || kustomize?.missing.includes(key);
      if (!isKustomization(key) && (of === key || !isNamed)) continue;
      this.#around.delete(of);
      if (of !== key || isKustomization(key)) matters = true;
    }
    return matters;
  }

  async #find(key: string, text: string): Promise<Kustomize | undefined> {
    const files = new Map([[key, text]]);
    if (isKustomization(key)) return this.#follow(files);
    const root = this.#folders.find((folder) => key.startsWith(`${folder}/`));
    let folder = folderOf(key);
    for (let up = 0; up <= UP && folder.includes('/'); up++, folder = folderOf(folder)) {
      for (const name of KUSTOMIZATION_NAMES) {
        const path = `${folder}/${name}`;
        const read = await this.#textAt(path);
        if (read === undefined) continue;
        const kustomize = readKustomize(new Map([...files, [path, read]]));
        const isBase = kustomize.resources.has(key);
        if (!isBase && !kustomize.partial.has(key)) continue;
        files.set(path, read);
        // A base knows nothing of its overlays.
        if (isBase) await this.#addAll(files);
        return this.#follow(files);
      }
      if (root === undefined || folder === root) break;
    }
    return undefined;
  }

  async #addAll(files: Map<string, string>): Promise<void> {
    this.#scan ??= Promise.all(
      this.#folders.map((folder) => this.#host.find(folder, KUSTOMIZATION_NAMES, MAX_FILES)),
    ).then((found) => found.flat().map(decode));
    for (const path of await this.#scan) {
      const text = await this.#textAt(path);
      if (text !== undefined) files.set(path, text);
    }
  }

  async #follow(files: Map<string, string>): Promise<Kustomize> {
    const tried = new Set<string>();
    for (;;) {
      const kustomize = readKustomize(files);
      const missing = kustomize.missing.filter((path) => !tried.has(path));
      if (missing.length === 0) return kustomize;
      const texts = await Promise.all(missing.map((path) => this.#textAt(path)));
      for (const [index, path] of missing.entries()) {
        tried.add(path);
        const text = texts[index];
        if (text !== undefined) files.set(path, text);
      }
    }
  }

  #textAt(path: string): Promise<string | undefined> {
    const open = this.#textOf(path);
    if (open !== undefined) return Promise.resolve(open);
    let text = this.#read.get(path);
    if (!text) {
      text = this.#host.read(encode(path));
      this.#read.set(path, text);
    }
    return text;
  }
}

/** The URI of a decoded one. */
function encode(path: string): string {
  return encodeURI(path).replaceAll('#', '%23').replaceAll('?', '%3F');
}
