export interface Family {
  readonly name: string;
  readonly image: string;
  /** Under which it is killed. */
  readonly process: string;
  readonly argv: readonly string[];
  /** Its own arguments in its image; none: it runs as it is. */
  readonly args: readonly string[];
  readonly quit?: readonly string[];
}

export const FAMILIES: readonly Family[] = [
  { name: 'haproxy', image: 'haproxy:2.9', process: 'haproxy', argv: ['haproxy', '-f', '/etc/haproxy.cfg'], args: [] },
  {
    name: 'mesh',
    image: 'envoyproxy/envoy:v1.31.2',
    process: 'envoy',
    argv: ['envoy', '-c', '/etc/envoy.yaml'],
    args: ['-c', '/etc/envoy.yaml'],
    quit: ['http://localhost:9901/quitquitquit', 'http://127.0.0.1:9901/quitquitquit'],
  },
  {
    name: 'sql',
    image: 'gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.13.0',
    process: 'cloud-sql-proxy',
    argv: ['/cloud-sql-proxy', '--port=5432', 'acme:europe-west1:orders'],
    args: ['--port=5432', 'acme:europe-west1:orders'],
    quit: ['http://localhost:9091/quitquitquit'],
  },
  {
    name: 'linkerd-proxy',
    image: 'cr.l5d.io/linkerd/proxy:edge-25.3.1',
    process: 'linkerd2-proxy',
    argv: ['/usr/lib/linkerd/linkerd2-proxy'],
    args: [],
    quit: ['http://localhost:4191/shutdown', 'http://127.0.0.1:4191/shutdown'],
  },
  {
    name: 'logs',
    image: 'fluent/fluent-bit:3.1',
    process: 'fluent-bit',
    argv: ['/fluent-bit/bin/fluent-bit', '-c', '/etc/fb.conf'],
    args: [],
  },
  { name: 'queue', image: 'redis:7.4', process: 'redis-server', argv: ['redis-server', '--save', 'none'], args: [] },
  {
    name: 'traces',
    image: 'otel/opentelemetry-collector:0.111.0',
    process: 'otelcol',
    argv: ['/otelcol', '--config=/etc/otel.yaml'],
    args: ['--config=/etc/otel.yaml'],
  },
  {
    name: 'istio-proxy',
    image: 'docker.io/istio/proxyv2:1.24.1',
    process: 'pilot-agent',
    argv: ['/usr/local/bin/pilot-agent', 'proxy', 'sidecar'],
    args: ['proxy', 'sidecar'],
    quit: ['http://localhost:15020/quitquitquit', 'http://127.0.0.1:15000/quitquitquit'],
  },
  { name: 'web', image: 'nginx:1.27', process: 'nginx', argv: ['nginx', '-g', 'daemon off;'], args: [] },
  {
    name: 'secrets',
    image: 'hashicorp/vault:1.19',
    process: 'vault',
    argv: ['vault', 'agent', '-config=/etc/vault.hcl'],
    args: ['agent', '-config=/etc/vault.hcl'],
    quit: ['http://127.0.0.1:8200/agent/v1/quit'],
  },
  {
    name: 'pool',
    image: 'edoburu/pgbouncer:v1.23.1-p2',
    process: 'pgbouncer',
    argv: ['pgbouncer', '/etc/pgbouncer.ini'],
    args: [],
  },
];

export const FILE = '/hand-over/done';

/** Commands that end a process by its name. */
export const KILLS: readonly ((process: string) => string)[] = [
  (process) => `pkill ${process}`,
  (process) => `pkill -f ${process}`,
  (process) => `pkill -TERM ${process}`,
  (process) => `pkill -9 -x ${process}`,
  (process) => `pkill --signal TERM ${process}`,
  (process) => `pkill -INT ${process} > /dev/null 2>&1`,
  (process) => `killall ${process}`,
  (process) => `killall -q -s TERM ${process}`,
  (process) => `kill $(pidof ${process})`,
  (process) => `kill -TERM $(pgrep ${process})`,
  (process) => `kill -9 "$(pgrep -x ${process})"`,
  (process) => `kill \`pidof ${process}\``,
  (process) => `kill -s TERM $(ps aux | grep '[${process[0]}]${process.slice(1)}' | awk '{print $2}')`,
  (process) => `pgrep ${process} | xargs kill`,
  (process) => `pidof ${process} | xargs -r kill -TERM`,
  (process) => `/usr/bin/pkill ${process}`,
];

/** Commands that tell a sidecar by a file. */
export const SIGNS: readonly ((file: string) => string)[] = [
  (file) => `touch ${file}`,
  (file) => `echo done > ${file}`,
  (file) => `date > ${file}`,
  (file) => `: > ${file}`,
  (file) => `printf ok > ${file}`,
  (file) => `touch "${file}"`,
];

/** The file by the name of a variable. */
export const NAMED_FILE = { name: '$DONE', setup: `DONE=${FILE}` };

/** Commands that ask a sidecar to quit. */
export const CALLS: readonly ((url: string) => string)[] = [
  (url) => `curl -X POST ${url}`,
  (url) => `curl -fsS -XPOST ${url} > /dev/null`,
  (url) => `curl --max-time 2 -s -o /dev/null --request POST "${url}"`,
  (url) => `wget -qO- --post-data='' ${url}`,
  (url) => `wget -q -O /dev/null --post-data=bye ${url}`,
];

export type Way =
  | 'none'
  | 'kill'
  | 'sign'
  | 'call'
  | 'flag'
  | 'timer'
  | 'marker'
  | 'variable'
  | 'killer'
  | 'hook'
  | 'wrapper';
