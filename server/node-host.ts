import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Host, MAX_FILE_SIZE } from './host.ts';

/** Folders that are looked into at most: a workspace may be a whole disk. */
const MAX_FOLDERS = 20_000;

/** A host over the file system. Links are not followed. */
export const nodeHost: Host = {
  async find(folder, names, limit) {
    const root = pathOf(folder);
    if (root === undefined) return [];
    const wanted = names.map((name) => new RegExp(`^${name.split('*').map(escapeRegExp).join('.*')}$`));
    const found: string[] = [];
    const folders = [root];
    for (let at = 0; at < folders.length && at < MAX_FOLDERS; at++) {
      const path = folders[at] ?? '';
      const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
      for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
        if (entry.isDirectory() && entry.name !== 'node_modules' && entry.name !== '.git') {
          folders.push(join(path, entry.name));
        } else if (entry.isFile() && wanted.some((name) => name.test(entry.name))) {
          found.push(pathToFileURL(join(path, entry.name)).href);
          if (found.length >= limit) return found;
        }
      }
    }
    return found;
  },

  async read(uri) {
    const path = pathOf(uri);
    if (path === undefined) return undefined;
    try {
      if ((await stat(path)).size > MAX_FILE_SIZE) return undefined;
      return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
    } catch {
      return undefined;
    }
  },
};

function pathOf(uri: string): string | undefined {
  try {
    return uri.startsWith('file:') ? fileURLToPath(uri) : undefined;
  } catch {
    return undefined;
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
