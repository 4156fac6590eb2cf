import { analyze, isDockerfile, killersOf, type ProcessKiller } from '../engine/index.ts';
import type { Host } from './host.ts';

/** What a Dockerfile needs to know of the workspace. */
export interface Surroundings {
  readonly killers: readonly ProcessKiller[];
  /** Whether there is no other Dockerfile. */
  readonly isOnly: boolean;
}

/** The names of files that may hold a Job, and of Dockerfiles. */
export const WATCHED = [
  '*.yaml',
  '*.yml',
  '*.json',
  'Dockerfile',
  'Dockerfile.*',
  '*.Dockerfile',
  '*.dockerfile',
  'Containerfile',
  'Containerfile.*',
  'Kustomization',
];

const MAX_FILES = 2_000;

/** Files that are read at once. */
const BATCH = 16;

/** Who kills processes in a workspace. Nothing is read before it is asked; then every file once. */
export class Workspace {
  readonly #host: Host;
  readonly #folders: readonly string[];
  readonly #textOf: (uri: string) => string | undefined;
  readonly #killers = new Map<string, readonly ProcessKiller[]>();
  readonly #dockerfiles = new Set<string>();
  #scan: Promise<void> | undefined;

  /** `textOf` gives the text of an open document: it wins over the file. */
  constructor(host: Host, folders: readonly string[], textOf: (uri: string) => string | undefined) {
    this.#host = host;
    this.#folders = folders;
    this.#textOf = textOf;
  }

  /** Whether anybody has asked. */
  get isUsed(): boolean {
    return this.#scan !== undefined;
  }

  /** The surroundings of a Dockerfile; `uri` counts as one whatever its name. */
  async around(uri: string): Promise<Surroundings> {
    this.#scan ??= this.#readAll();
    await this.#scan;
    const isOnly = [...this.#dockerfiles].every((each) => sameUri(each, uri));
    return { killers: [...this.#killers.values()].flat(), isOnly };
  }

  /** Reads a file again that has changed, was opened or is gone. Gives whether that matters to Dockerfiles. */
  async update(uri: string): Promise<boolean> {
    if (!this.#scan) return false;
    await this.#scan;
    const before = this.#state(uri);
    await this.#read(uri);
    return this.#state(uri) !== before;
  }

  #state(uri: string): string {
    const key = decode(uri);
    return JSON.stringify([this.#dockerfiles.has(key), this.#killers.get(key) ?? []]);
  }

  async #readAll(): Promise<void> {
    for (const folder of this.#folders) {
      const uris = await this.#host.find(folder, WATCHED, MAX_FILES);
      for (let at = 0; at < uris.length; at += BATCH) {
        await Promise.all(uris.slice(at, at + BATCH).map((uri) => this.#read(uri)));
      }
    }
  }

  async #read(uri: string): Promise<void> {
    const key = decode(uri);
    // Its text says nothing, its being there does.
    const text = this.#textOf(uri) ?? (await this.#host.read(uri));
    this.#killers.delete(key);
    this.#dockerfiles.delete(key);
    if (text === undefined) return;
    if (isDockerfile(key)) {
      this.#dockerfiles.add(key);
      return;
    }
    if (!/pkill|killall/.test(text)) return;
    const killers = killersOf(analyze(text), this.#nameOf(key));
    if (killers.length > 0) this.#killers.set(key, killers);
  }

  #nameOf(key: string): string {
    const folder = this.#folders.map(decode).find((each) => key.startsWith(`${each.replace(/\/$/, '')}/`));
    return folder === undefined ? key.slice(key.lastIndexOf('/') + 1) : key.slice(folder.replace(/\/$/, '').length + 1);
  }
}

/** Clients and Node do not escape the same characters. */
export function decode(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}

function sameUri(a: string, b: string): boolean {
  return decode(a) === decode(b);
}
