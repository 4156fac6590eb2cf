import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** No process has this id: it is above every system's limit. */
const FOREIGN_PID = '999999991';

/** In front of every script: a kill of what the script has not started itself is written down, never sent. */
export const SAFE_KILL = `kill() {
  case " $* " in
    *" -1 "*|*${FOREIGN_PID}*) echo "kill $*" >> "$STUB_LOG" ;;
    *) command kill "$@" ;;
  esac
}
`;

/** Runs the arguments, which are stubs again. */
const RUN = 'PATH=$stubs "$@"';

/** Tools that scripts run for real. */
const REAL = ['cat', 'cp', 'env', 'false', 'grep', 'ls', 'mkdir', 'rm', 'sed', 'tee', 'true'];

/** Writes down its name and its arguments. */
const LOG = `echo "\${0##*/} $*" >> "$STUB_LOG"\n`;

const DAEMON = `trap 'exit 0' TERM
{
  echo $$
  pwd -P
  echo "MODE=$MODE CONFIG=$CONFIG"
  printf '%s\\n' "\${0##*/}" "$@"
} > "$STUB_RUN/daemon.$$"
mv "$STUB_RUN/daemon.$$" "$STUB_RUN/daemon"
while :; do sleep 0.02; done
`;

/** Timers of a wrapper pass once its daemon runs. */
const AWAIT_DAEMON = 'until [ -e "$STUB_RUN/daemon" ]; do sleep 0.01; done\n';

const STUBS: Readonly<Record<string, string>> = {
  curl: LOG,
  date: 'echo Monday\n',
  haproxy: DAEMON,
  cloud_sql_proxy: DAEMON,
  inotifywait: 'for folder in "$@"; do :; done\nuntil [ -n "$(ls "$folder")" ]; do sleep 0.01; done\n',
  kill: LOG,
  killall: LOG,
  kubexit: `${LOG}${RUN} &\nchild=$!\nuntil [ -e "$KUBEXIT_GRAVEYARD/main" ]; do sleep 0.01; done\nkill $child\nwait $child\n`,
  'linkerd-await': `${LOG}shift 2\n${RUN}\n`,
  nc: LOG,
  pgrep: `${LOG}echo ${FOREIGN_PID}\n`,
  pidof: `${LOG}echo ${FOREIGN_PID}\n`,
  'pilot-agent': LOG,
  pkill: LOG,
  scuttle: `${LOG}${RUN}\n`,
  sleep: `[ -z "$STUB_AWAIT" ] || ${AWAIT_DAEMON}exec sleep 0.02\n`,
  timeout: `shift\n${RUN} &\nchild=$!\n${AWAIT_DAEMON}kill $child\nexit 124\n`,
  touch: `${LOG}exec touch "$@"\n`,
  wget: LOG,
  work: `${LOG}if [ "$1" = serve ]; then
  trap 'echo "work: stopped"; exit 0' TERM
  # The container gets its TERM when it sees this line, and must have set its trap by then.
  sleep 0.2
  echo "work: serving"
  while :; do sleep 0.02; done
fi
echo "work: $*"
case $STUB_OUTCOME in
  fails) exit 3 ;;
  killed) kill -KILL $$ ;;
esac
`,
};

/** Fills a folder that is the whole PATH of a script: what is not in it does not exist. */
export function writeStubs(folder: string): void {
  mkdirSync(folder);
  for (const name of REAL) symlinkSync(find(name) ?? `/bin/${name}`, join(folder, name));
  for (const [name, body] of Object.entries(STUBS)) {
    const path = join(folder, name);
    // Stubs themselves see the real tools.
    writeFileSync(path, `#!/bin/sh\nstubs=$PATH\nPATH=$STUB_REAL_PATH\n${body}`);
    chmodSync(path, 0o755);
  }
}

/** Whether a line of the log is a call that only ends a sidecar. */
export function isWorkaround(line: string): boolean {
  return !line.startsWith('work ');
}

/** The first program of this name on the PATH. */
export function find(name: string): string | undefined {
  const folders = process.env.PATH?.split(delimiter) ?? [];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
