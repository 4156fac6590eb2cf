import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Outcome } from './cases.ts';
import type { Started } from './pod.ts';
import { SAFE_KILL, writeStubs } from './stubs.ts';

/** No run may take longer, in milliseconds. */
const LIMIT = 10_000;
/** Folders of the container, which lie in the folder of the run. */
const FOLDERS = ['/hand-over', '/opt/proxy', '/dev/tcp/localhost'];
/** What a script writes to so as to reach Linkerd without a program. */
const SOCKET = '/dev/tcp/localhost/4191';

/** What running a main container gave. */
export interface Ran {
  /** As the kubelet reports it: a signal counts as 128 and its number; `timeout` when it did not end. */
  readonly status: number | 'timeout';
  readonly stdout: string;
  /** A line for each call of a stub. */
  readonly log: readonly string[];
  /** Files that a sidecar would see, and what it was told. */
  readonly traces: readonly string[];
}

/** What a daemon says of its start. */
export interface DaemonStart {
  readonly pid: number;
  readonly argv: readonly string[];
  readonly env: string;
  /** Its folder; folders of the container without the folder of the run. */
  readonly cwd: string;
}

/** What running a sidecar gave. */
export interface RanSidecar {
  readonly daemon: DaemonStart | undefined;
  /** The process that the runtime started. */
  readonly pid: number | undefined;
  readonly status: number | 'timeout';
}

/** A place to run scripts in: stubs and a folder for each run. */
export function makePlace(): string {
  const place = realpathSync(mkdtempSync(join(tmpdir(), 'native-sidecars-behaviour-')));
  writeStubs(join(place, 'bin'));
  return place;
}

/** Runs a main container to its end, with `shell` (a path) in place of its own. `term`: ends it once it serves. */
export async function runMain(
  place: string,
  shell: string,
  started: Started,
  { outcome, term = false }: { readonly outcome: Outcome; readonly term?: boolean | undefined },
): Promise<Ran> {
  const folder = makeFolder(place);
  const child = start(place, folder, shell, started, { STUB_OUTCOME: outcome });
  let stdout = '';
  let told = false;
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    if (!term || told || !stdout.includes('work: serving')) return;
    told = true;
    child.kill('SIGTERM');
  });
  const closed = new Promise((done) => child.once('close', done));
  const status = await end(child);
  await closed;
  const said = readFileSync(join(folder, SOCKET), 'utf8');
  const traces = [...readdirSync(join(folder, 'hand-over')), ...(said === '' ? [] : [said])];
  return { status, stdout, log: lines(join(folder, 'log')), traces };
}

/**
 * Runs a sidecar until its daemon has started, then ends it: `signal` sends TERM, a file is created; with neither it has
 * to end by itself.
 */
export async function runSidecar(
  place: string,
  shell: string,
  started: Started,
  how: { readonly signal?: 'SIGTERM'; readonly file?: string | undefined },
): Promise<RanSidecar> {
  const folder = makeFolder(place);
  const child = start(place, folder, shell, started, { STUB_AWAIT: how.signal ? '' : 'yes' });
  child.stdout?.resume();
  const path = join(folder, 'daemon');
  const seen = appears(path);
  const ended = end(child, seen);
  await seen;
  if (how.signal) child.kill(how.signal);
  if (how.file !== undefined) writeFileSync(join(folder, how.file), 'well');
  const status = await ended;
  const [pid, cwd = '', env = '', ...argv] = existsSync(path) ? lines(path) : [];
  const daemon = pid === undefined ? undefined : { pid: Number(pid), cwd: cwd.slice(folder.length), env, argv };
  return { daemon, pid: child.pid, status };
}

function makeFolder(place: string): string {
  const folder = mkdtempSync(join(place, 'run-'));
  for (const each of FOLDERS) mkdirSync(join(folder, each), { recursive: true });
  writeFileSync(join(folder, SOCKET), '');
  writeFileSync(join(folder, 'log'), '');
  return folder;
}

/** Starts a container as a runtime does: its argv, its variables, in a process group of its own. */
function start(place: string, folder: string, shell: string, { argv, env }: Started, more: Record<string, string>) {
  const inFolder = (text: string) =>
    FOLDERS.reduce((result, each) => result.replaceAll(each, `${folder}${each}`), text);
  const bin = join(place, 'bin');
  const [program = '', ...args] = argv.map(inFolder);
  const isShell = /^(?:ba|da|a)?sh$/.test(basename(program));
  const script = isShell ? args.findIndex((arg) => /^-\w*c$/.test(arg)) + 1 : 0;
  const words = args.map((arg, index) => (script > 0 && index === script ? SAFE_KILL + arg : arg));
  return spawn(isShell ? shell : join(bin, basename(program)), words, {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, inFolder(value)])),
      PATH: bin,
      STUB_REAL_PATH: process.env.PATH,
      STUB_RUN: folder,
      STUB_LOG: join(folder, 'log'),
      ...more,
    },
  });
}

async function appears(path: string): Promise<void> {
  for (const limit = Date.now() + LIMIT; !existsSync(path) && Date.now() < limit; ) await pause(5);
}

/** The status of a container. What it leaves behind ends with it, as in a container, but not before `seen`. */
async function end(child: ChildProcess, seen?: Promise<void>): Promise<number | 'timeout'> {
  const killGroup = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Nothing was left behind.
    }
  };
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    killGroup();
  }, LIMIT);
  const status = await new Promise<number>((done) => {
    child.once('error', () => done(127));
    child.once('exit', (code, signal) => done(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
  await seen;
  clearTimeout(timer);
  killGroup();
  return late ? 'timeout' : status;
}

function lines(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
