import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** What a run of the command line gave. */
export interface Run {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the bundled command line. */
export function run(args: readonly string[], { cwd = '.', input = '', env = {} } = {}): Run {
  const options = { cwd, input, encoding: 'utf8', env: { ...process.env, ...env }, maxBuffer: 100_000_000 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve('dist/cli.cjs'), ...args], options);
  return { status, out: stdout, err: stderr };
}

/** A folder with these files, removed after `use`. */
export function withFiles<T>(files: Readonly<Record<string, string | Buffer>>, use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'native-sidecars-cli-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A Job whose `haproxy` keeps it from completing. */
export const JOB = `apiVersion: batch/v1
kind: Job
metadata:
  name: export
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: work
          image: alpine:3.20
        - name: haproxy
          image: haproxy:2.9
`;

/** The same, fixed. */
export const FIXED = `apiVersion: batch/v1
kind: Job
metadata:
  name: export
spec:
  template:
    spec:
      restartPolicy: Never
      initContainers:
        - name: haproxy
          image: haproxy:2.9
          restartPolicy: Always
      containers:
        - name: work
          image: alpine:3.20
`;

/** A Job whose work kills the sidecar by hand: its fix wants a review. */
export const KILLING = JOB.replace(
  'image: alpine:3.20\n',
  'image: alpine:3.20\n          command: [sh, -c, "./work; pkill haproxy"]\n',
);
