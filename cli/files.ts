import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { globSync } from 'tinyglobby';
import { CONFIG_FILE, isDockerfile, isKustomization } from '../engine/index.ts';

/** A file to check: where it is, and how the user called it. */
export interface InputFile {
  /** As shown to the user: with forward slashes, relative where the argument was. `-` is standard input. */
  readonly name: string;
  /** What to read; a number is a file descriptor. */
  readonly path: string | 0;
  /** Whether the user named the file itself, not a folder that it lies in. */
  readonly given: boolean;
  /** The folder that it was found in, where one was walked. */
  readonly folder?: string;
}

/** The text of a file, and whether it began with a byte order mark. */
export interface InputText {
  readonly text: string;
  readonly mark: boolean;
}

/** What stops a run: one line for people. */
export class UserError extends Error {}

/**
 * The files that the arguments name. Folders are walked for `.yaml .yml .json .tpl`, `Kustomization` and Dockerfiles,
 * leaving out what `.gitignore` files leave out, `.git` and `node_modules`; a named file is always taken. Throws UserError
 * for a path that is not there.
 */
export function findFiles(argument: string): InputFile[] {
  if (argument === '-') return [{ name: '-', path: 0, given: true }];
  let isFolder: boolean;
  try {
    isFolder = statSync(argument).isDirectory();
  } catch (error) {
    throw new UserError(`${argument}: ${reasonOf(error)}`);
  }
  if (!isFolder) return [{ name: argument.split(sep).join('/'), path: argument, given: true }];
  const found = globSync(
    ['**/*.{yaml,yml,json,tpl}', '**/Kustomization', '**/{Docker,Container}file{,.*}', '**/*.{docker,container}file'],
    {
      cwd: argument,
      dot: true,
      followSymbolicLinks: false,
      caseSensitiveMatch: false,
      ignore: ['**/node_modules/**', '**/.git/**'],
    },
  );
  const ignored = gitIgnore(resolve(argument));
  return found
    .filter((path) => isManifest(path) || isDockerfile(path.split(sep).join('/')))
    .filter((path) => !ignored(resolve(argument, path)))
    .sort((a, b) => (a < b ? -1 : 1))
    .map((path) => ({
      name: join(argument, path).split(sep).join('/'),
      path: join(argument, path),
      given: false,
      folder: argument,
    }));
}

function isManifest(path: string): boolean {
  const name = basename(path);
  return (/\.(?:ya?ml|json|tpl)$/i.test(name) && name !== CONFIG_FILE) || isKustomization(name);
}

/** Tells whether git would ignore a path: the `.gitignore` files from the repository's root down to it decide. */
function gitIgnore(folder: string): (path: string) => boolean {
  const rules = new Map<string, Ignore | undefined>();
  const rulesOf = (directory: string): Ignore | undefined => {
    if (!rules.has(directory)) {
      const file = join(directory, '.gitignore');
      rules.set(directory, existsSync(file) ? ignore().add(readFileSync(file, 'utf8')) : undefined);
    }
    return rules.get(directory);
  };
  const root = repositoryOf(folder) ?? folder;
  return (path) => {
    let isIgnored = false;
    const steps = relative(root, path).split(sep);
    for (let depth = 0; depth < steps.length; depth++) {
      const directory = join(root, ...steps.slice(0, depth));
      const rule = rulesOf(directory);
      if (!rule) continue;
      // Each parent folder is asked too: what is in an ignored folder cannot come back.
      for (let end = depth + 1; end <= steps.length; end++) {
        const below = steps.slice(depth, end).join('/') + (end < steps.length ? '/' : '');
        const { ignored, unignored } = rule.test(below);
        if (ignored && end < steps.length) return true;
        if (ignored) isIgnored = true;
        if (unignored && end === steps.length) isIgnored = false;
      }
    }
    return isIgnored;
  };
}

/** The nearest folder upwards that holds a `.git`. */
export function repositoryOf(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (dirname(at) === at) return undefined;
  }
}

/** Reads a file as UTF-8. Throws UserError when it cannot be read or is no text. */
export function readText({ name, path }: InputFile): InputText {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UserError(`${name}: ${reasonOf(error)}`);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new UserError(`${name}: not read, it is not UTF-8 text`);
  }
  if (text.includes('\0')) throw new UserError(`${name}: not read, it is a binary file`);
  const mark = text.startsWith('\uFEFF');
  return { text: mark ? text.slice(1) : text, mark };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'reading it is not permitted',
  EPERM: 'this is not permitted',
  EISDIR: 'it is a folder',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only',
};

/** What went wrong with a file, in words. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return REASONS[code] ?? (code || 'it cannot be read');
}
