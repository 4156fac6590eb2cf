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
  readonly after: string | readonly string[];
  /** The script used to end with the status of the kill, the call or the file: 0 whatever the work did. */
  readonly masked?: true;
  /** The container's exit status after the work has succeeded, failed, been killed; 0, 3, 137 when left out. */
  readonly status?: readonly [number, number, number];
  /** Lines that the workaround itself printed, in front of the end of the output. */
  readonly gone?: readonly string[];
  /** The work is a server that is ended by TERM to the container. */
  readonly term?: true;
}

/** A sidecar's wrapper, which ends its daemon. The daemon is the stub `haproxy` or `cloud_sql_proxy`. */
export interface WrapperCase extends Case {
  readonly before: string | readonly string[];
  readonly after: string | readonly string[];
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
