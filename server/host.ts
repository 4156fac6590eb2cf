import type { Connection } from 'vscode-languageserver';

/** The files around the open documents. Everything is named by URI. */
export interface Host {
  /**
   * Files below a folder whose names match one of the globs (`*.yaml`, `Dockerfile.*`; `*` is the only wildcard), at
   * most `limit`. `.git` and `node_modules` are left out. Never fails: what cannot be looked at holds no files.
   */
  find(folder: string, names: readonly string[], limit: number): Promise<string[]>;
  /** A file's text; undefined when it is not there, is no text, or is larger than MAX_FILE_SIZE. */
  read(uri: string): Promise<string | undefined>;
}

/** Larger files are not read, in bytes. */
export const MAX_FILE_SIZE = 1_000_000;

/**
 * A host that asks the client, by requests of our own: `nativeSidecars/findFiles` with `{ folder, names, limit }`, and
 * `nativeSidecars/readFile` with `{ uri, limit }` (bytes). The client answers as `Host` says.
 */
export function clientHost(connection: Connection): Host {
  return {
    find: (folder, names, limit) =>
      connection.sendRequest<string[]>('nativeSidecars/findFiles', { folder, names, limit }).catch(() => []),
    read: (uri) =>
      connection
        .sendRequest<string | null>('nativeSidecars/readFile', { uri, limit: MAX_FILE_SIZE })
        .then((text) => text ?? undefined)
        .catch(() => undefined),
  };
}
