import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { globSync } from 'tinyglobby';
import { folderOf, isKustomization, KUSTOMIZATION_NAMES, type Kustomize, readKustomize } from '../engine/index.ts';
import { repositoryOf } from './files.ts';

/** How far up a kustomization is looked for that names a file, in folders. */
const UP = 3;

/** How deep overlays are looked for beside a base. */
const DEEP = 4;

/** Larger files are no manifests, in bytes. */
const MAX_SIZE = 1_000_000;

/**
 * The kustomizations among the files of a run, around those that the user named, and beside bases whose folder was walked.
 * What they name is read too, wherever it lies. Undefined where there are none. `texts` holds the run's files by their key.
 */
export function findKustomize(
  texts: ReadonlyMap<string, string>,
  given: readonly string[],
  walked: readonly string[],
): Kustomize | undefined {
  const files = new Map(texts);
  for (const key of given) readAround(files, key);
  for (const folder of walked) {
    const isBase = KUSTOMIZATION_NAMES.some((name) => texts.has(`${folder}/${name}`));
    const root = isBase ? repositoryOf(resolve(folder)) : undefined;
    // What lies beside a repository has nothing to do with it.
    if (root !== undefined && keyOf(root) !== folder) readBeside(files, folder);
  }
  if (![...files.keys()].some(isKustomization)) return undefined;
  return follow(files);
}

/** A file's key among those that kustomizations name: its whole path, with forward slashes. */
export function keyOf(path: string): string {
  return resolve(path).split(sep).join('/');
}

function follow(files: Map<string, string>): Kustomize {
  const tried = new Set<string>();
  for (;;) {
    const kustomize = readKustomize(files);
    const missing = kustomize.missing.filter((path) => !tried.has(path));
    if (missing.length === 0) return kustomize;
    for (const path of missing) {
      tried.add(path);
      read(files, path);
    }
  }
}

/** The kustomization that names a file, and for a base the overlays beside it. */
function readAround(files: Map<string, string>, key: string): void {
  let folder = folderOf(key);
  for (let up = 0; up <= UP && folder !== ''; up++, folder = folderOf(folder)) {
    const name = KUSTOMIZATION_NAMES.find((each) => existsSync(`${folder}/${each}`));
    if (name === undefined) continue;
    const around = new Map(files);
    read(around, `${folder}/${name}`);
    const kustomize = readKustomize(around);
    const isBase = kustomize.resources.has(key);
    if (!isBase && !kustomize.partial.has(key)) continue;
    read(files, `${folder}/${name}`);
    if (isBase) readBeside(files, folder);
    return;
  }
}

/** A base knows nothing of its overlays, which lie beside it. */
function readBeside(files: Map<string, string>, folder: string): void {
  const beside = folderOf(folder);
  if (beside === '' || !existsSync(beside)) return;
  const found = globSync(
    KUSTOMIZATION_NAMES.map((each) => `**/${each}`),
    {
      cwd: beside,
      deep: DEEP,
      followSymbolicLinks: false,
      ignore: ['**/node_modules/**', '**/.git/**'],
    },
  );
  for (const each of found) read(files, `${beside}/${each.split(sep).join('/')}`);
}

function read(files: Map<string, string>, path: string): void {
  if (files.has(path)) return;
  try {
    if (!statSync(path).isFile() || statSync(path).size > MAX_SIZE) return;
    files.set(path, new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)));
  } catch {
    // A file that is not there, or is no text, is no manifest.
  }
}
