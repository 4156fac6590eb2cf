/** What a script is tried with: the work succeeds, fails with 3, or is killed. */
export type Outcome = 'succeeds' | 'fails' | 'killed';
export const OUTCOMES: readonly Outcome[] = ['succeeds', 'fails', 'killed'];

/** A sidecar by the name of its container; pod.ts knows its image and arguments. */
export type SidecarName =
  | 'cloud-sql-proxy'
  | 'consul-dataplane'
  | 'daprd'
  | 'envoy'
  | 'haproxy'
  | 'istio-proxy'
  | 'linkerd-proxy'
  | 'vault-agent';

interface Case {
  /** The shape it stands for: a letter for the family (A kills, C writes a file, D reads it, E asks, F wraps, G waits). */
  readonly row: string;
  readonly name: string;
  /** Environment variables of the container. */
  readonly env?: Readonly<Record<string, string>>;
  /** The shell and its flags, `['sh', '-c']` when left out. A script for `bash` runs in no other shell. */
  readonly shell?: readonly [string, string];
  /** Items behind the script. */
  readonly extra?: readonly string[];
}

/** A main container that ends its sidecar. */
export interface MainCase extends Case {
  readonly sidecars: readonly SidecarName[];
  /** The script, or the whole argv. */
  readonly before: string | readonly string[];
  /** Left out where the script stays as it is: it is only migrated, there is nothing to compare. */
  readonly after?: string | readonly string[];
  /** The script used to end with the status of the kill, the call or the file: 0 whatever the work did. */
  readonly masked?: true;
  /** The container's exit status after the work has succeeded, failed, been killed; 0, 3, 137 when left out. */
  readonly status?: readonly [number, number, number];
  /** Lines that the workaround itself printed, in front of the end of the output. */
  readonly gone?: readonly string[];
  /** Calls that look like a workaround's and are the work's own: they stay. */
  readonly kept?: readonly string[];
  /** The work is a server that is ended by TERM to the container. */
  readonly term?: true;
}

/** A sidecar's wrapper, which ends its daemon. The daemon is the stub `haproxy` or `cloud_sql_proxy`. */
export interface WrapperCase extends Case {
  readonly before: string | readonly string[];
  /** Left out where the script stays as it is. */
  readonly after?: string | readonly string[];
  /** The argv of the daemon. */
  readonly daemon: readonly string[];
  /** The main container's script or argv. */
  readonly main: string | readonly string[];
  /** The folder that the daemon starts in when it is not the container's own. */
  readonly cwd?: string;
  /** The file that the wrapper waits for. Without one a timer ends it. */
  readonly file?: string;
}

const WORK = ['work', 'load'];

export const MAIN_CASES: readonly MainCase[] = [
  {
    row: 'A1',
    name: 'kill by name',
    sidecars: ['haproxy'],
    before: 'work load\npkill -TERM haproxy\n',
    after: WORK,
    masked: true,
  },
  {
    row: 'A1',
    name: 'kill by name in one line with a variable',
    sidecars: ['haproxy'],
    env: { DAY: 'monday' },
    before: 'work load "$DAY"; pkill haproxy',
    after: 'work load "$DAY"',
    masked: true,
  },
  {
    row: 'A2',
    name: 'kill after success only',
    sidecars: ['haproxy'],
    before: 'work load && pkill haproxy',
    after: WORK,
  },
  {
    row: 'A3',
    name: 'the status is kept over the kill',
    sidecars: ['haproxy'],
    before: 'work load; RC=$?; pkill haproxy; exit $RC',
    after: WORK,
  },
  {
    row: 'A3',
    name: 'the status is also printed',
    sidecars: ['haproxy'],
    before: 'work load\nRC=$?\necho "load ended with $RC"\npkill haproxy\nexit $RC\n',
    after: 'work load\nRC=$?\necho "load ended with $RC"\nexit $RC\n',
  },
  {
    row: 'A4',
    name: 'two sidecars, harder after a failure',
    sidecars: ['haproxy', 'envoy'],
    before: `work load
RC=$?
for each in haproxy envoy; do
  if [ $RC -ne 0 ]; then
    pkill -9 $each
  else
    pkill $each
  fi
done
exit $RC
`,
    after: WORK,
  },
  {
    row: 'A5',
    name: 'kill by pattern, never failing',
    sidecars: ['haproxy'],
    before: 'set -e\nwork load\nwork check\npkill -f haproxy || true\n',
    after: 'set -e\nwork load\nwork check\n',
  },
  {
    row: 'A5',
    name: 'kill by pattern behind one command',
    sidecars: ['haproxy'],
    shell: ['bash', '-ec'],
    before: 'work load\npkill -f haproxy || true\n',
    after: WORK,
  },
  {
    row: 'A6',
    name: 'no kill on the way of failure',
    sidecars: ['haproxy'],
    before: 'if ! work load; then\n  exit 1\nfi\nwork check\npkill haproxy\n',
    after: 'if ! work load; then\n  exit 1\nfi\nwork check\n',
    status: [0, 1, 1],
  },
  {
    row: 'A7',
    name: 'a paragraph of its own',
    sidecars: ['haproxy'],
    before: 'work load\n\n# The proxy would go on for ever.\npkill haproxy || true\n',
    after: 'work load\n',
    masked: true,
  },
  {
    row: 'A8',
    name: 'killall with the name of a signal',
    sidecars: ['haproxy'],
    before: 'work load; killall -s TERM haproxy',
    after: WORK,
    masked: true,
  },
  {
    row: 'A9',
    name: 'kill of what pidof finds',
    sidecars: ['haproxy'],
    before: 'work load\nkill -TERM $(pidof haproxy)\n',
    after: WORK,
    masked: true,
  },
  {
    row: 'A9',
    name: 'kill of what pgrep finds, in backticks',
    sidecars: ['haproxy'],
    before: 'work load; kill -9 `pgrep -x haproxy`',
    after: WORK,
    masked: true,
  },
  {
    row: 'A9',
    name: 'kill of a pid in a variable',
    sidecars: ['haproxy'],
    before: 'work load\npid=$(pgrep haproxy)\nkill $pid\n',
    after: WORK,
    masked: true,
  },
  {
    row: 'A10',
    name: 'kill of everything',
    sidecars: ['haproxy'],
    before: 'work load\nkill -s INT -1\n',
    after: WORK,
    masked: true,
  },
  {
    row: 'A10',
    name: 'kill of everything, again and again',
    sidecars: ['haproxy'],
    before: 'work load\nRC=$?\nfor try in 1 2 3; do\n  kill -s INT -1\n  kill -TERM -1\n  sleep 1\ndone\nexit $RC\n',
    after: WORK,
  },
  {
    row: 'A12',
    name: 'kill, and harder after a while',
    sidecars: ['haproxy'],
    before: 'work load\nRC=$?\npid=$(pgrep haproxy)\nkill -TERM $pid\n(sleep 30; kill -9 $pid) &\nexit $RC\n',
    after: WORK,
  },
  {
    row: 'A15',
    name: 'the old database proxy',
    sidecars: ['cloud-sql-proxy'],
    before: 'work load\nresult=$?\npkill -SIGINT cloud_sql_proxy\nexit $result\n',
    after: WORK,
  },
  {
    row: 'C1',
    name: 'a file at the end',
    sidecars: ['haproxy'],
    before: 'trap "touch /hand-over/done" EXIT\nwork load\n',
    after: WORK,
  },
  {
    row: 'C2',
    name: 'a file at the end of a strict script',
    sidecars: ['haproxy'],
    before: "set -eu\ntrap 'touch /hand-over/done' EXIT\n\nwork load\nwork check\n",
    after: 'set -eu\n\nwork load\nwork check\n',
  },
  {
    row: 'C3',
    name: 'a file, and a word about it',
    sidecars: ['haproxy'],
    env: { DAY: 'monday' },
    before: 'trap "touch /hand-over/done && echo told && ls /hand-over" EXIT\nwork load "$DAY"\n',
    after: 'work load "$DAY"\n',
    gone: ['told', 'done'],
  },
  {
    row: 'C4',
    name: 'a file in any case',
    sidecars: ['haproxy'],
    before: 'work load; touch /hand-over/done',
    after: WORK,
    masked: true,
  },
  {
    row: 'C5',
    name: 'a file after success only',
    sidecars: ['haproxy'],
    before: 'work load && touch /hand-over/done',
    after: WORK,
  },
  {
    row: 'C5',
    name: 'a file in a branch of its own',
    sidecars: ['haproxy'],
    before: 'if work load; then\n  touch /hand-over/done\nfi\n',
    after: WORK,
    masked: true,
  },
  {
    row: 'C5',
    name: 'a file in a branch with others',
    sidecars: ['haproxy'],
    before: `if work load; then
  echo "loaded"
  touch /hand-over/done
else
  echo "not loaded"
  exit 4
fi
`,
    after: 'if work load; then\n  echo "loaded"\nelse\n  echo "not loaded"\n  exit 4\nfi\n',
    status: [0, 4, 4],
  },
  {
    row: 'C6',
    name: 'a file that says how it went',
    sidecars: ['haproxy'],
    before: `if work load; then
  echo -n well > /hand-over/done
else
  echo -n badly > /hand-over/done
fi
`,
    after: WORK,
    masked: true,
  },
  {
    row: 'C6',
    name: 'a file that says how it went, by the status',
    sidecars: ['haproxy'],
    before: `work load
RC=$?
if [ $RC -eq 0 ]; then echo well > /hand-over/done; else echo badly > /hand-over/done; fi
exit $RC
`,
    after: WORK,
  },
  {
    row: 'C7',
    name: 'a file when the container is ended',
    sidecars: ['haproxy'],
    before: `work serve &
pid=$!
trap "kill $pid; wait $pid; touch /hand-over/done" TERM
wait $pid
`,
    after: 'work serve &\npid=$!\ntrap "kill $pid; wait $pid" TERM\nwait $pid\n',
    term: true,
    status: [143, 143, 143],
  },
  {
    row: 'C9',
    name: 'the date as the file',
    sidecars: ['haproxy'],
    before: 'work load\ndate > /hand-over/done\n',
    after: WORK,
    masked: true,
  },
  {
    row: 'C9',
    name: 'a sentence as the file',
    sidecars: ['haproxy'],
    before: 'work load\nwork check\necho "ended on $(date)" > /hand-over/done\n',
    after: 'work load\nwork check\n',
    masked: true,
  },
  {
    row: 'C9',
    name: 'nothing as the file',
    sidecars: ['haproxy'],
    before: 'work load; : > /hand-over/done',
    after: WORK,
    masked: true,
  },
  {
    row: 'E1',
    name: 'a call to Istio',
    sidecars: ['istio-proxy'],
    before: 'work load\ncurl -X POST localhost:15020/quitquitquit\n',
    after: WORK,
    masked: true,
  },
  {
    row: 'E2',
    name: 'a late call to Envoy of Istio',
    sidecars: ['istio-proxy'],
    before: 'work load && sleep 5 && curl -sf -XPOST http://127.0.0.1:15000/quitquitquit',
    after: WORK,
  },
  {
    row: 'E3',
    name: 'a call at the end',
    sidecars: ['istio-proxy'],
    env: { DAY: 'monday' },
    before: `trap "curl --max-time 2 -s -f -XPOST http://127.0.0.1:15000/quitquitquit" EXIT
work load "$DAY"
work check
`,
    after: 'work load "$DAY"\nwork check\n',
  },
  {
    row: 'E4',
    name: 'a call in a function, around the arguments',
    sidecars: ['istio-proxy'],
    before: `cleanup() {
  curl -fsS -X POST http://localhost:15020/quitquitquit
}
trap cleanup EXIT
"$@"
`,
    extra: ['entrypoint', 'work', 'load', 'all days'],
    after: ['work', 'load', 'all days'],
  },
  {
    row: 'E4',
    name: 'a call in a function of bash',
    sidecars: ['istio-proxy'],
    shell: ['bash', '-c'],
    before: `function finish {
  echo "asking the proxy to quit"
  curl -fsS -X POST http://localhost:15020/quitquitquit
}
trap finish EXIT
work load
work check
`,
    after: 'work load\nwork check\n',
    gone: ['asking the proxy to quit'],
  },
  {
    row: 'E5',
    name: 'the status through echo',
    sidecars: ['istio-proxy'],
    before: 'work load; x=$(echo $?); curl -X POST localhost:15020/quitquitquit && exit $x',
    after: WORK,
  },
  {
    row: 'E5',
    name: 'the status through echo, never failing',
    sidecars: ['istio-proxy'],
    before: 'work load; x=$(echo $?); curl -sf -X POST localhost:15020/quitquitquit || true && exit $x',
    after: WORK,
  },
  {
    row: 'E6',
    name: 'everything in one chain',
    sidecars: ['istio-proxy'],
    before: 'echo "start" && work load && x=$(echo $?) && curl -X POST http://localhost:15020/quitquitquit && exit $x',
    after: 'echo "start" && work load',
  },
  {
    row: 'E7',
    name: 'a call and the status at the end',
    sidecars: ['istio-proxy'],
    before: `trap 'rc=$?; curl -m 5 -X POST http://localhost:15020/quitquitquit >/dev/null 2>&1 || true; exit $rc' EXIT
work load
work check
`,
    after: 'work load\nwork check\n',
  },
  {
    row: 'E8',
    name: 'calls until one succeeds',
    sidecars: ['istio-proxy'],
    before: `work load
until curl -fsI -X POST http://localhost:15020/quitquitquit; do
  sleep 3
done
`,
    after: WORK,
    masked: true,
  },
  {
    row: 'E9',
    name: 'calls while they fail',
    sidecars: ['istio-proxy'],
    before: `work load
result=$?
RC=1
while [ $RC -gt 0 ]; do
  curl -fs -X POST http://localhost:15020/quitquitquit
  RC=$?
  sleep 1
done
exit $result
`,
    after: WORK,
  },
  {
    row: 'E10',
    name: 'a call when there is a mesh',
    sidecars: ['istio-proxy'],
    env: { ISTIO_STATUS: 'here' },
    before: `work load
status=$?
if [ -n "$ISTIO_STATUS" ]; then
  curl -X POST http://localhost:15020/quitquitquit
fi
exit $status
`,
    after: WORK,
  },
  {
    row: 'E11',
    name: 'a call by wget',
    sidecars: ['istio-proxy'],
    before: "work load; wget -qO- --post-data='' http://localhost:15020/quitquitquit",
    after: WORK,
    masked: true,
  },
  {
    row: 'E11',
    name: 'a call by wget with a word',
    sidecars: ['linkerd-proxy'],
    before: 'work load\nwork check\nwget -O- --post-data shutdown=now http://0.0.0.0:4191/shutdown || true\n',
    after: 'work load\nwork check\n',
    masked: true,
  },
  {
    row: 'E12',
    name: 'a call to the database proxy',
    sidecars: ['cloud-sql-proxy'],
    shell: ['sh', '-ec'],
    before: 'work load\ncurl http://localhost:9091/quitquitquit\n',
    after: WORK,
  },
  {
    row: 'E14',
    name: 'a late call to Linkerd',
    sidecars: ['linkerd-proxy'],
    before: 'work load; sleep 5 && curl -X POST http://localhost:4191/shutdown || true',
    after: WORK,
    masked: true,
  },
  {
    row: 'E15',
    name: 'a call without a program',
    sidecars: ['linkerd-proxy'],
    shell: ['bash', '-c'],
    before: `work load
exec 3<>/dev/tcp/localhost/4191 && printf "POST /shutdown HTTP/1.0\\r\\n\\r\\n" 1>&3 && cat <&3
`,
    after: WORK,
    masked: true,
  },
  {
    row: 'E16',
    name: 'a call to Dapr',
    sidecars: ['daprd'],
    before: `work load
rc=$?
curl -X POST -H "Dapr-Force-Shutdown: 1" http://localhost:3500/v1.0/shutdown
exit $rc
`,
    after: WORK,
  },
  {
    row: 'E17',
    name: 'calls to Vault until one succeeds',
    sidecars: ['vault-agent'],
    before: `work load
while ! wget --post-data "" -O - http://localhost:8200/agent/v1/quit; do
  sleep 1
done
`,
    after: WORK,
    masked: true,
  },
  {
    row: 'E18',
    name: 'a call to Consul at the end',
    sidecars: ['consul-dataplane'],
    before: "trap 'curl --max-time 2 -s -f -XPOST http://127.0.0.1:20600/graceful_shutdown' EXIT\nwork load\n",
    after: WORK,
  },
  {
    row: 'E19',
    name: 'a call to Envoy',
    sidecars: ['envoy'],
    before: 'work load; code=$?; curl -s -X POST http://localhost:9901/quitquitquit; exit $code',
    after: WORK,
  },
  {
    row: 'E20',
    name: "a call by Istio's own program",
    sidecars: ['istio-proxy'],
    before: 'work load\npilot-agent request POST quitquitquit\n',
    after: WORK,
    masked: true,
  },
  {
    row: 'F1',
    name: 'scuttle',
    sidecars: ['istio-proxy'],
    env: { ENVOY_ADMIN_API: 'http://localhost:15000', ISTIO_QUIT_API: 'http://localhost:15020' },
    before: ['scuttle', 'work', 'load'],
    after: WORK,
  },
  {
    row: 'F3',
    name: 'linkerd-await',
    sidecars: ['linkerd-proxy'],
    before: ['/linkerd-await', '--shutdown', '--', 'work', 'load'],
    after: WORK,
  },
  {
    row: 'A1',
    name: 'a kill in front of the return that leaves the function',
    sidecars: ['haproxy'],
    before: `run() {
  work load
  if [ $? -ne 0 ]; then
    pkill haproxy
    return 1
  fi
  work more
}
run
RC=$?
pkill haproxy
exit $RC
`,
    after: `run() {
  work load
  if [ $? -ne 0 ]; then
    return 1
  fi
  work more
}
run
`,
    status: [0, 1, 1],
  },
  {
    row: 'A1',
    name: 'a kill in front of the break that gives up',
    sidecars: ['haproxy'],
    before: `until work load; do
  tries="$tries."
  [ "$tries" = ... ] && { pkill haproxy; break; }
  sleep 1
done
pkill haproxy
`,
    after: 'until work load; do\n  tries="$tries."\n  [ "$tries" = ... ] && { break; }\n  sleep 1\ndone\n',
    status: [0, 0, 0],
  },
  {
    row: 'A1',
    name: 'a kill in a group whose output is kept',
    sidecars: ['haproxy'],
    before: 'work load\n{ echo result; pkill haproxy; } > note\ncat note\n',
    after: 'work load\n{ echo result; } > note\ncat note\n',
    masked: true,
    status: [0, 0, 0],
  },
  {
    row: 'A1',
    name: 'a kill that exits when it fails',
    sidecars: ['haproxy'],
    before: 'work load\npkill haproxy || exit 1\n',
    after: WORK,
    masked: true,
  },
  {
    row: 'A1',
    name: 'a kill behind a test that says whether the work failed',
    sidecars: ['haproxy'],
    before: 'work load\nrc=$?\n[ $rc -ne 0 ] && echo "load failed"\npkill haproxy\n',
    after: 'work load\nrc=$?\n[ $rc -ne 0 ] && echo "load failed"\n:\n',
    masked: true,
    status: [0, 0, 0],
  },
  {
    row: 'A1',
    name: 'a kill behind an optional step that is not taken',
    sidecars: ['haproxy'],
    before: 'work load\n[ -n "$HOOK" ] && work notify\npkill haproxy\n',
    after: 'work load\n[ -n "$HOOK" ] && work notify\n:\n',
    masked: true,
    status: [0, 0, 0],
  },
  {
    row: 'A1',
    name: 'a kill behind a search that finds nothing',
    sidecars: ['haproxy'],
    before: 'work load > out\ngrep ERROR out\npkill haproxy\ncat out\n',
    after: 'work load > out\ngrep ERROR out\ncat out\n',
    masked: true,
    status: [0, 0, 0],
  },
  {
    row: 'A1',
    name: 'a handler that exits with a status of the work',
    sidecars: ['haproxy'],
    before: "RC=0\ntrap 'pkill haproxy; exit $RC' EXIT\nwork load || RC=$?\nwork check || RC=$?\n",
    after: "RC=0\ntrap 'exit $RC' EXIT\nwork load || RC=$?\nwork check || RC=$?\n",
  },
  {
    row: 'A1',
    name: 'a handler that always exits with the same status',
    sidecars: ['haproxy'],
    before: "trap 'pkill haproxy; exit 1' EXIT\nwork load\n",
    after: "trap 'exit 1' EXIT\nwork load\n",
    status: [1, 1, 1],
  },
  {
    row: 'A1',
    name: 'a function that is told the status and hands it on',
    sidecars: ['haproxy'],
    before: 'finish() { rc=$1; pkill haproxy; return $rc; }\nwork load\nfinish $? || exit 1\nwork check\n',
    after: 'finish() { rc=$1; return $rc; }\nwork load\nfinish $? || exit 1\nwork check\n',
    status: [0, 1, 1],
  },
  {
    row: 'A1',
    name: 'a word that only bash writes so',
    sidecars: ['haproxy'],
    shell: ['bash', '-c'],
    before: "work $'load\\tall'; pkill haproxy",
    after: "work $'load\\tall'",
    masked: true,
  },
  {
    row: 'A1',
    name: 'a tilde that only some shells expand',
    sidecars: ['haproxy'],
    env: { HOME: '/home/work' },
    before: 'work to=~/load; pkill haproxy',
    after: 'work to=~/load',
    masked: true,
  },
  {
    row: 'A2',
    name: 'output of the work in front of the kill',
    sidecars: ['haproxy'],
    before: 'work load\necho "Load complete" && pkill haproxy\n',
    after: 'work load\necho "Load complete"\n',
    masked: true,
    status: [0, 0, 0],
  },
  {
    row: 'A2',
    name: 'a copy of the report in front of the kill',
    sidecars: ['haproxy'],
    before: 'work load > report; cat report | tee copy && pkill haproxy\ncat copy\n',
    after: 'work load > report; cat report | tee copy\ncat copy\n',
    masked: true,
    status: [0, 0, 0],
  },
  {
    row: 'A3',
    name: 'the status is printed behind a number sign',
    sidecars: ['haproxy'],
    before: 'work load\nRC=$?\n[ $RC -eq 0 ] && pkill haproxy\necho "Run #7 exited with $RC"\n',
    after: 'work load\nRC=$?\necho "Run #7 exited with $RC"\n',
    status: [0, 0, 0],
  },
  {
    row: 'A5',
    name: 'a kill in place of the status of a strict script',
    sidecars: ['haproxy'],
    before: 'set -e\nwork load || pkill haproxy\nwork check || true\npkill haproxy\n',
    after: 'set -e\nwork load || :\nwork check || true\n',
    masked: true,
    status: [0, 0, 0],
  },
  {
    row: 'A5',
    name: 'a kill after success of a strict script that goes on',
    sidecars: ['haproxy'],
    before: 'set -e\nwork load && kill $(pidof haproxy)\necho "goes on"\n',
    after: 'set -e\nwork load && :\necho "goes on"\n',
    status: [0, 0, 0],
  },
  {
    row: 'A8',
    name: 'killall of a program of the work as well',
    sidecars: ['haproxy'],
    before: 'work load\nkillall haproxy chromedriver\n',
  },
  {
    row: 'A9',
    name: 'a reload of the own server',
    sidecars: ['haproxy'],
    before: 'NG=$(pgrep nginx)\nkill -HUP $NG\nwork load\npkill haproxy\n',
    after: 'NG=$(pgrep nginx)\nkill -HUP $NG\nwork load\n',
    masked: true,
    kept: ['pgrep nginx', 'kill -HUP 999999991'],
  },
  {
    row: 'A9',
    name: 'a kill of the own worker by its pid',
    sidecars: ['haproxy'],
    before: 'W=$(pgrep worker)\nwork load\nkill $W\nwork upload\npkill haproxy\n',
    after: 'W=$(pgrep worker)\nwork load\nkill $W\nwork upload\n',
    masked: true,
    kept: ['pgrep worker', 'kill 999999991'],
  },
  {
    row: 'A9',
    name: 'one kill for the own child and the sidecar',
    sidecars: ['haproxy'],
    before: 'work serve &\nS=$!\nwork load\nkill $S $(pgrep haproxy)\n',
  },
  {
    row: 'A9',
    name: 'one kill for the own program and the sidecar',
    sidecars: ['haproxy'],
    before: 'work load\nkill $(pgrep haproxy) $(pgrep helper)\n',
  },
  {
    row: 'A9',
    name: 'a here-document on the line of the kill',
    sidecars: ['haproxy'],
    before: 'cat <<EOF; pkill haproxy\nhello\nEOF\nwork load\n',
  },
  {
    row: 'C1',
    name: 'a file at the end, the status by the work itself',
    sidecars: ['haproxy'],
    before: "trap 'touch /hand-over/done' EXIT\nwork load || RC=$?\nexit $RC\n",
    after: 'work load || RC=$?\nexit $RC\n',
  },
  {
    row: 'C1',
    name: 'a handler that hides a failure',
    sidecars: ['haproxy'],
    before: "trap 'touch /hand-over/done; exit 0' EXIT\nwork load\n",
    after: "trap 'exit 0' EXIT\nwork load\n",
    masked: true,
    status: [0, 0, 0],
  },
  {
    row: 'C4',
    name: 'work whose output goes to the watched file',
    sidecars: ['haproxy'],
    before: 'work prepare\nwork load > /hand-over/done\n',
  },
  {
    row: 'C4',
    name: 'a file beside a file of the work',
    sidecars: ['haproxy'],
    before: 'work load\ntouch /hand-over/done /results/_SUCCESS\n',
  },
  {
    row: 'C4',
    name: 'a file that is looked at afterwards',
    sidecars: ['haproxy'],
    before: 'work load\ntouch /hand-over/done\nls -l /hand-over/done\n',
  },
  {
    row: 'C4',
    name: 'a file that cannot be written ends the script',
    sidecars: ['haproxy'],
    before: 'work load\ntouch /hand-over/done || exit 5\n',
    after: WORK,
    masked: true,
  },
  {
    row: 'C5',
    name: 'a file in front of the break that leaves the loop of the work',
    sidecars: ['haproxy'],
    before: `for try in 1 2 3; do
  if work load; then
    touch /hand-over/done && break
  fi
  sleep 1
done
`,
    after: 'for try in 1 2 3; do\n  if work load; then\n    break\n  fi\n  sleep 1\ndone\n',
    status: [0, 0, 0],
  },
  {
    row: 'C5',
    name: 'a file between a test and the break',
    sidecars: ['haproxy'],
    before: `for try in 1 2 3; do
  work load
  [ $? -eq 0 ] && touch /hand-over/done && break
  sleep 1
done
`,
    after: 'for try in 1 2 3; do\n  work load\n  [ $? -eq 0 ] && break\n  sleep 1\ndone\n',
    status: [0, 0, 0],
  },
  {
    row: 'C5',
    name: 'a file in front of a break by a variable',
    sidecars: ['haproxy'],
    before: `for try in 1 2 3; do
  if work load; then ok=1; fi
  if [ "$ok" = 1 ]; then touch /hand-over/done; break; fi
done
`,
    after: `for try in 1 2 3; do
  if work load; then ok=1; fi
  if [ "$ok" = 1 ]; then break; fi
done
`,
    status: [0, 0, 0],
  },
  {
    row: 'C5',
    name: 'an edit of a file of the work in front of the file',
    sidecars: ['haproxy'],
    before: 'work load > note\nsed -i s/load/done/ note && touch /hand-over/done\ncat note\n',
    after: 'work load > note\nsed -i s/load/done/ note\ncat note\n',
    status: [0, 0, 0],
  },
  {
    row: 'C6',
    name: 'a file whatever the work says',
    sidecars: ['haproxy'],
    before:
      'case "$(work load)" in\n  *load*) touch /hand-over/done ;;\n  *) touch /hand-over/done ;;\nesac\necho "work: over"\n',
    after: 'case "$(work load)" in\n  *load*)  ;;\n  *)  ;;\nesac\necho "work: over"\n',
    status: [0, 0, 0],
  },
  {
    row: 'C6',
    name: 'a loop over what the work prints',
    sidecars: ['haproxy'],
    shell: ['bash', '-c'],
    before: 'while read -r line; do\n  touch /hand-over/done\ndone < <(work load)\n',
  },
  {
    row: 'E3',
    name: 'a function that is called through another',
    sidecars: ['istio-proxy'],
    before: `quit() { curl -X POST http://localhost:15020/quitquitquit; }
retry() { "$@" || "$@"; }
work load
retry quit
`,
  },
  {
    row: 'E3',
    name: 'a call that exits when it fails',
    sidecars: ['istio-proxy'],
    before: 'work load\ncurl -X POST http://localhost:15020/quitquitquit || exit 1\n',
    after: WORK,
    masked: true,
  },
];

/** The main container of most wrappers. */
const WRITER = "trap 'touch /hand-over/done' EXIT\nwork load\n";
const FILE = '/hand-over/done';
const HAPROXY = ['haproxy', '-f', '/etc/haproxy.cfg'];
const SQL_PROXY = ['cloud_sql_proxy', '-instances=shop:eu:orders=tcp:5432'];

export const WRAPPER_CASES: readonly WrapperCase[] = [
  {
    row: 'D1',
    name: 'a watch loop beside the daemon',
    shell: ['bash', '-c'],
    before: `haproxy -f /etc/haproxy.cfg &
CHILD=$!
(while true; do if [[ -f /hand-over/done ]]; then kill $CHILD; fi; sleep 1; done) &
wait $CHILD
if [[ -f /hand-over/done ]]; then exit 0; fi
`,
    after: HAPROXY,
    daemon: HAPROXY,
    main: WRITER,
    file: FILE,
  },
  {
    row: 'D1',
    name: 'a watch loop without bash',
    before: `cloud_sql_proxy "-instances=shop:eu:orders=tcp:5432" &
CHILD=$!
(while true; do if [ -f "/hand-over/done" ]; then kill $CHILD; echo "stopped"; fi; sleep 1; done) &
wait $CHILD
if [ -f "/hand-over/done" ]; then echo "the work is done"; exit 0; fi
`,
    after: SQL_PROXY,
    daemon: SQL_PROXY,
    main: WRITER,
    file: FILE,
  },
  {
    row: 'D2',
    name: 'a watch loop that ends, and a status',
    shell: ['bash', '-c'],
    before: `haproxy -f /etc/haproxy.cfg &
CHILD=$!
(while true; do
  if [[ -f /hand-over/done ]]; then
    kill -TERM $CHILD
    break
  fi
  sleep 1
done) &
wait $CHILD
if [[ -f /hand-over/done ]]; then exit 0; else exit 1; fi
`,
    after: HAPROXY,
    daemon: HAPROXY,
    main: WRITER,
    file: FILE,
  },
  {
    row: 'D3',
    name: 'a loop in front of the end',
    before: 'haproxy -f /etc/haproxy.cfg &\nwhile ! test -f /hand-over/done; do\n  sleep 5\ndone\nexit 0\n',
    after: HAPROXY,
    daemon: HAPROXY,
    main: WRITER,
    file: FILE,
  },
  {
    row: 'D3',
    name: 'in one line',
    before: 'haproxy -f /etc/haproxy.cfg & while ! test -f /hand-over/done; do sleep 1; done; exit 0',
    after: HAPROXY,
    daemon: HAPROXY,
    main: WRITER,
    file: FILE,
  },
  {
    row: 'D3',
    name: 'an argument from the environment',
    env: { CONFIG: '/etc/my haproxy.cfg' },
    before: 'haproxy -f "$CONFIG" &\nwhile [ ! -f /hand-over/done ]; do sleep 1; done\n',
    after: 'exec haproxy -f "$CONFIG"\n',
    daemon: ['haproxy', '-f', '/etc/my haproxy.cfg'],
    main: WRITER,
    file: FILE,
  },
  {
    row: 'D3',
    name: 'a variable for the daemon alone',
    before: 'MODE=tcp haproxy -f /etc/haproxy.cfg &\nwhile [ ! -f /hand-over/done ]; do sleep 1; done\n',
    after: 'MODE=tcp exec haproxy -f /etc/haproxy.cfg\n',
    daemon: HAPROXY,
    main: WRITER,
    file: FILE,
  },
  {
    row: 'D3',
    name: 'commands before the daemon',
    before: `# The address is known here only.
export MODE="tcp:5432"
cd /opt/proxy
haproxy -f local.cfg &
# Wait for the work.
while [ ! -f /hand-over/done ]; do
  sleep 1
done
`,
    after: '# The address is known here only.\nexport MODE="tcp:5432"\ncd /opt/proxy\nexec haproxy -f local.cfg\n',
    daemon: ['haproxy', '-f', 'local.cfg'],
    cwd: '/opt/proxy',
    main: WRITER,
    file: FILE,
  },
  {
    row: 'D3',
    name: 'output that goes elsewhere',
    before: 'haproxy -f /etc/haproxy.cfg > /dev/null 2>&1 &\nuntil test -f /hand-over/done; do sleep 1; done\n',
    after: 'exec haproxy -f /etc/haproxy.cfg > /dev/null 2>&1\n',
    daemon: HAPROXY,
    main: WRITER,
    file: FILE,
  },
  {
    row: 'D3',
    name: 'quoted words',
    before: "haproxy -f /etc/haproxy.cfg -L 'the orders' & while ! test -f /hand-over/done; do sleep 1; done",
    after: [...HAPROXY, '-L', 'the orders'],
    daemon: [...HAPROXY, '-L', 'the orders'],
    main: 'work load; touch /hand-over/done',
    file: FILE,
  },
  {
    row: 'D3',
    name: 'a function of the script as the daemon',
    before: 'run() { haproxy -f /etc/haproxy.cfg; }\nrun &\nuntil [ -f /hand-over/done ]; do sleep 1; done\n',
    daemon: HAPROXY,
    main: WRITER,
    file: FILE,
  },
  {
    row: 'D3',
    name: 'a daemon that is put together by eval',
    env: { CONFIG: '/etc/haproxy.cfg' },
    before: 'eval "haproxy -f $CONFIG" &\nuntil [ -f /hand-over/done ]; do sleep 1; done\n',
    daemon: HAPROXY,
    main: WRITER,
    file: FILE,
  },
  {
    row: 'D3',
    name: 'a daemon that reads a here-document',
    before: `haproxy -f /dev/stdin <<EOF &
listen orders
EOF
until [ -f /hand-over/done ]; do sleep 1; done
`,
    daemon: ['haproxy', '-f', '/dev/stdin'],
    main: WRITER,
    file: FILE,
  },
  {
    row: 'D3',
    name: 'a log that is followed beside the daemon',
    before: `tail -F /opt/proxy/app.log &
haproxy -f /etc/haproxy.cfg &
until [ -f /hand-over/done ]; do sleep 1; done
`,
    daemon: HAPROXY,
    main: WRITER,
    file: FILE,
  },
  {
    row: 'D3',
    name: 'the log of the daemon itself is followed',
    before: `haproxy -f /etc/haproxy.cfg > /opt/proxy/log &
tail -f /opt/proxy/log &
until [ -f /hand-over/done ]; do sleep 1; done
`,
    daemon: HAPROXY,
    main: WRITER,
    file: FILE,
  },
  {
    row: 'D3',
    name: 'a reload in the loop that waits',
    before: `haproxy -f /etc/haproxy.cfg &
PID=$!
while [ ! -f /hand-over/done ]; do
  inotifywait /opt/proxy
  kill -HUP $PID
done
`,
    daemon: HAPROXY,
    main: WRITER,
    file: FILE,
  },
  {
    row: 'D3',
    name: 'a reload beside the daemon',
    before: `(while true; do inotifywait -e modify /opt/proxy; kill -HUP 1; done) &
haproxy -f /etc/haproxy.cfg &
until [ -f /hand-over/done ]; do sleep 1; done
`,
    after: '(while true; do inotifywait -e modify /opt/proxy; kill -HUP 1; done) &\nexec haproxy -f /etc/haproxy.cfg\n',
    daemon: HAPROXY,
    main: WRITER,
    file: FILE,
  },
  {
    row: 'D3',
    name: 'a helper that tidies up beside the daemon',
    before: `(while true; do rm -rf /opt/proxy/old; sleep 60; done) &
haproxy -f /etc/haproxy.cfg &
until [ -f /hand-over/done ]; do sleep 1; done
`,
    after: '(while true; do rm -rf /opt/proxy/old; sleep 60; done) &\nexec haproxy -f /etc/haproxy.cfg\n',
    daemon: HAPROXY,
    main: WRITER,
    file: FILE,
  },
  {
    row: 'D3',
    name: 'a file for the probe in the loop that waits',
    before: `haproxy -f /etc/haproxy.cfg &
while true; do
  touch /opt/proxy/healthy
  [ -f /hand-over/done ] && exit 0
  sleep 1
done
`,
    daemon: HAPROXY,
    main: WRITER,
    file: FILE,
  },
  {
    row: 'D3',
    name: 'a variable of the container that only the loop reads',
    env: { MODE: 'tcp' },
    before: `MODE=http
haproxy -f /etc/haproxy.cfg &
until [ -f /hand-over/done ]; do
  echo "$MODE"
  sleep 1
done
`,
    after: 'MODE=http\nexec haproxy -f /etc/haproxy.cfg\n',
    daemon: HAPROXY,
    main: WRITER,
    file: FILE,
  },
  {
    row: 'D3',
    name: 'a variable that set -a hands on',
    before: `set -a
MODE=http
haproxy -f /etc/haproxy.cfg &
until [ -f /hand-over/done ]; do
  echo "$MODE"
  sleep 1
done
`,
    after: 'set -a\nMODE=http\nexec haproxy -f /etc/haproxy.cfg\n',
    daemon: HAPROXY,
    main: WRITER,
    file: FILE,
  },
  {
    row: 'D11',
    name: 'a file that says the daemon is ready',
    before: `haproxy -f /etc/haproxy.cfg &
sleep 2
touch /hand-over/ready
until [ -f /hand-over/done ]; do sleep 1; done
`,
    daemon: HAPROXY,
    main: 'until [ -f /hand-over/ready ]; do sleep 1; done\nwork load\ntouch /hand-over/done\n',
    file: FILE,
  },
  {
    row: 'D4',
    name: 'a loop that prints the date',
    before:
      'cloud_sql_proxy -instances=shop:eu:orders=tcp:5432 &\nuntil [ -f /hand-over/done ]; do date; sleep 2; done\n',
    after: SQL_PROXY,
    daemon: SQL_PROXY,
    main: 'work load\ndate > /hand-over/done\n',
    file: FILE,
  },
  {
    row: 'D6',
    name: 'the status comes from the file',
    before: `haproxy -f /etc/haproxy.cfg &
pid=$!
(until [ -f /hand-over/done ]; do sleep 1; done; kill $pid) &
wait $pid
said=$(cat /hand-over/done)
rm /hand-over/done
[ "$said" = well ] && exit 0 || exit 1
`,
    after: HAPROXY,
    daemon: HAPROXY,
    main: 'if work load; then echo -n well > /hand-over/done; else echo -n badly > /hand-over/done; fi\n',
    file: FILE,
  },
  {
    row: 'D8',
    name: 'commands that became arguments of the shell',
    before: 'haproxy -f /etc/haproxy.cfg &',
    extra: ['while ! test -f /hand-over/done; do sleep 1; done', 'exit 0'],
    after: HAPROXY,
    daemon: HAPROXY,
    main: WRITER,
    file: FILE,
  },
  {
    row: 'D9',
    name: 'whatever ends first',
    shell: ['bash', '-c'],
    before: 'haproxy -f /etc/haproxy.cfg &\nwhile ! test -f /hand-over/done; do sleep 1; done &\nwait -n\n',
    after: HAPROXY,
    daemon: HAPROXY,
    main: WRITER,
    file: FILE,
  },
  {
    row: 'D10',
    name: 'a watch on the folder',
    before: 'haproxy -f /etc/haproxy.cfg &\nCHILD=$!\ninotifywait -e create /hand-over && kill $CHILD\n',
    after: HAPROXY,
    daemon: HAPROXY,
    main: WRITER,
    file: FILE,
  },
  {
    row: 'F4',
    name: 'kubexit',
    env: { KUBEXIT_NAME: 'proxy', KUBEXIT_GRAVEYARD: '/hand-over', KUBEXIT_DEATH_DEPS: 'main', MODE: 'tcp' },
    before: ['/kubexit/kubexit', ...HAPROXY],
    after: HAPROXY,
    daemon: HAPROXY,
    main: ['/kubexit/kubexit', 'work', 'load'],
    file: '/hand-over/main',
  },
  {
    row: 'G1',
    name: 'a kill after a while',
    before: 'cloud_sql_proxy -instances=shop:eu:orders=tcp:5432 & pid=$! && (sleep 30 && kill -9 $pid)',
    after: SQL_PROXY,
    daemon: SQL_PROXY,
    main: ['work', 'load'],
  },
  {
    row: 'G2',
    name: 'an end after a while',
    before: 'cloud_sql_proxy -instances=shop:eu:orders=tcp:5432 & sleep 30; exit',
    after: SQL_PROXY,
    daemon: SQL_PROXY,
    main: ['work', 'load'],
  },
  {
    row: 'G3',
    name: 'timeout around the daemon',
    before: ['timeout', '3600', ...HAPROXY],
    after: HAPROXY,
    daemon: HAPROXY,
    main: ['work', 'load'],
  },
  {
    row: 'G3',
    name: 'timeout around the daemon in a script',
    before: 'timeout 1h haproxy -f /etc/haproxy.cfg\n',
    after: HAPROXY,
    daemon: HAPROXY,
    main: ['work', 'load'],
  },
];
