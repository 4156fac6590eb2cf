import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyze } from '../../engine/index.ts';

/** A Job of one container that does the work and another, in flow style; images are in no catalogue. */
function job(second: string, first = 'command: [work]', pod = ''): string {
  return `apiVersion: batch/v1
kind: Job
metadata: {name: nightly}
spec:
  template:
    spec:
      restartPolicy: Never
      volumes: [{name: shared, emptyDir: {}}]${pod}
      containers:
        - {name: one, image: registry.example.com/work:1, ${first}}
        - {name: two, image: registry.example.com/other:1, ${second}}
`;
}

/** The containers about which a text warns. */
function warned(text: string): (string | undefined)[] {
  const analysis = analyze(text);
  assert.deepEqual(analysis.skipped, []);
  return analysis.findings
    .filter(({ rule, severity }) => rule === 'non-native-sidecar' && severity === 'warning')
    .map(({ container }) => container);
}

const MOUNT = 'volumeMounts: [{name: shared, mountPath: /shared}]';
const PROBED = 'ports: [{containerPort: 8080}], readinessProbe: {tcpSocket: {port: 8080}}';

const SIDECARS: readonly [what: string, text: string][] = [
  [
    'a server that only its image knows',
    job('ports: [{containerPort: 3306}], env: [{name: MYSQL_ROOT_PASSWORD, value: x}]'),
  ],
  ['a program that serves by its name', job('command: [/opt/bin/mock-server, --config, /etc/mock.json]')],
  ['a subcommand that serves', job('args: [serve, --config, /etc/c.yaml]')],
  ['a place to listen', job("args: ['--addr=:8080', --verbose]")],
  ['a file that is followed', job('command: [tail, -F, /shared/out.log]')],
  ['a loop without an end', job("command: [sh, -c, 'while true; do rotate /shared; sleep 60; done']")],
  ['ports and a probe', job(PROBED)],
  ['a module that serves', job("command: [python3, -m, http.server, '8000']")],
  [
    'a port to which the work connects',
    job('ports: [{containerPort: 9000}]', "env: [{name: API, value: 'http://localhost:9000/v1'}]"),
  ],
  [
    'a host and a port apart',
    job('ports: [{containerPort: 5432}]', "env: [{name: DB_HOST, value: 127.0.0.1}, {name: DB_PORT, value: '5432'}]"),
  ],
  ['a tunnel', job("command: [ssh, -N, -L, '5432:db.example.com:5432', bastion.example.com]")],
  [
    'a script that only wraps a server',
    job("command: [sh, -c, 'cp /in/c.toml /run/ && exec /opt/mock --listen 0.0.0.0:9000']"),
  ],
  ['a port-forward', job("command: [kubectl, port-forward, svc/db, '5432']")],
  ['a watch', job('command: [inotifywait, -m, /shared]')],
  [
    'a process that the work kills',
    job(
      'command: [/opt/warmer]',
      "command: [sh, -c, 'work; code=$?; pkill warmer; exit $code']",
      '\n      shareProcessNamespace: true',
    ),
  ],
  [
    'a script that waits for a file of the work',
    job(
      `command: [sh, -c, '/opt/warmer & until [ -f /shared/done ]; do sleep 1; done'], ${MOUNT}`,
      `command: [sh, -c, 'work; touch /shared/done'], ${MOUNT}`,
    ),
  ],
  [
    'a port and a reader of the work’s files',
    job('ports: [{containerPort: 9000}], volumeMounts: [{name: shared, mountPath: /in, readOnly: true}]', MOUNT),
  ],
  [
    'a server of the image that does the work',
    job("command: [app, serve, --port, '8000']", "command: [app, train, '--url=http://localhost:8000']").replaceAll(
      '/other:',
      '/work:',
    ),
  ],
  [
    'a helper’s name and an unknown image',
    job('args: [--verbose]').replace('name: two', 'name: billing-cloudsql-proxy'),
  ],
];

const WORK: readonly [what: string, text: string][] = [
  [
    'a script that ends with the kill of a server',
    job("command: [sh, -c, 'set -e; close-books; kill $(pidof redis-server)'], ports: [{containerPort: 80}]"),
  ],
  ['an argument in a branch', job("command: [sh, -c, 'if ask; then mock-server --listen :80; fi']")],
  ['a release that is called proxy', job('command: [helm, upgrade, proxy, ./chart]')],
  ['a file that is applied', job('command: [kubectl, apply, -f, /in/all.yaml]')],
  ['an image that is built', job('command: [docker, build, -f, Dockerfile, .]')],
  ['an exporter of data', job('command: [/app/exporter, --to, s3]')],
  ['a server’s program that only migrates', job(`command: [/app/server, --migrate-only], ${PROBED}`)],
  [
    'a client of the same database elsewhere',
    job("command: [psql, -h, db, -p, '5432']", "env: [{name: DB, value: 'localhost:5432'}]"),
  ],
  [
    'a variable that says where to call',
    job(
      "env: [{name: DB_PORT, value: '5432'}, {name: DB_HOST, value: db}]",
      "env: [{name: DB, value: 'localhost:5432'}]",
    ),
  ],
  ['a task with ports and probes', job(`args: [migrate], ${PROBED}`)],
  ['a client', job('command: [pg_dump, -h, localhost, -f, /shared/dump.sql]')],
  [
    'a script that ends',
    job(
      "command: [sh, -c, 'fetch; unpack; echo done'], ports: [{containerPort: 8080}], lifecycle: {preStop: {exec: {command: [sync]}}}",
    ),
  ],
  ['a daemon that is asked for one round', job('args: [agent, -config=/c.hcl, -exit-after-auth]')],
  ['one time by a flag', job('args: [serve, --one-time]')],
  ['one time by a variable', job("args: [serve], env: [{name: SYNC_ONE_TIME, value: 'true'}]")],
  ['workers in parallel', job(PROBED, PROBED).replaceAll('/other:', '/work:')],
  ['a loop that is left', job("command: [sh, -c, 'until nc -z db 5432; do sleep 1; done; load']")],
  ['a port alone', job('ports: [{containerPort: 8080}]')],
  [
    'a test of a proxy',
    job('command: [npm, test], ports: [{containerPort: 8080}]').replace('name: two', 'name: test-proxy'),
  ],
  ['an address to call', job("command: [report, --server, 'db.example.com:5432', --port, '5432']")],
  [
    'steps that wait for one another',
    job(
      `command: [sh, -c, 'until [ -f /shared/ready ]; do sleep 1; done; upload /shared'], ${MOUNT}`,
      `command: [sh, -c, 'fetch; touch /shared/ready'], ${MOUNT}`,
    ),
  ],
  [
    'two that call the same place',
    job("env: [{name: DB, value: 'localhost:5432'}]", "env: [{name: DB, value: 'localhost:5432'}]"),
  ],
  ['two servers: a Job may be meant to serve', job('args: [serve]', 'args: [serve]')],
  [
    'what kubectl shows first',
    job('command: [sleep, infinity]', 'command: [work]').replace(
      'metadata: {name: nightly}',
      'metadata: {name: nightly, annotations: {kubectl.kubernetes.io/default-container: two}}',
    ),
  ],
  [
    'work with GPUs that is kept open beside a daemon',
    job("command: [sh, -c, 'set-up; train; sleep infinity'], resources: {limits: {nvidia.com/gpu: 8}}").replace(
      'name: one',
      'name: net-daemon',
    ),
  ],
  [
    'work that is kept open beside a daemon',
    job("command: [sh, -c, 'set-up; train; sleep infinity']").replace('name: one', 'name: net-daemon'),
  ],
];

for (const [what, text] of SIDECARS) {
  test(`a sidecar by ${what}`, () => {
    const [name, ...more] = warned(text);
    assert.ok(name !== undefined && name !== 'one' && more.length === 0, `warned of: ${[name, ...more]}`);
  });
}

for (const [what, text] of WORK) {
  test(`no sidecar: ${what}`, () => assert.deepEqual(warned(text), []));
}
