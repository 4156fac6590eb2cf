import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { analyze, applyEdits } from '../../engine/index.ts';
import type { ImageFamily } from '../../engine/sidecar/family.ts';
import { IMAGE_FAMILIES } from '../../engine/sidecar/images.ts';
import { answers, passingProbe, type Started } from '../../engine/sidecar/probe.ts';

/** Words as arguments and variables of a container of an image. */
function started(words: string, image: string | undefined, isBare = true): Started {
  const all = words.split(' ').filter((word) => word !== '');
  const isVariable = (word: string) => /^[A-Z]\w{2,}(?:=|$)/.test(word);
  return { image, argv: all.filter((word) => !isVariable(word)), env: all.filter(isVariable), isBare };
}

/** Arguments with which a family's probe is offered, and arguments with which it is not, where they are its own. */
const OWN: Readonly<Record<string, { readonly offered: readonly string[]; readonly refused: readonly string[] }>> = {
  'cloud-sql-proxy-v2': {
    offered: [
      '--health-check --http-address=0.0.0.0 p:r:i',
      '--health-check=true --http-address 0.0.0.0 --http-port 9801 --port 5432 p:r:i',
      'CSQL_PROXY_HEALTH_CHECK=true CSQL_PROXY_HTTP_ADDRESS=0.0.0.0 p:r:i?port=5432',
    ],
    refused: [
      'p:r:i',
      '--health-check p:r:i',
      '--http-address=0.0.0.0 p:r:i',
      '--health-check=false --http-address=0.0.0.0 p:r:i',
      '--health-check --http-address=127.0.0.1 p:r:i',
      '--health-check --http-address=10.0.0.1 p:r:i',
      '--health-check --http-address=$(POD_IP) p:r:i',
      '--health-check --http-address=0.0.0.0 --config-file=/proxy.toml',
    ],
  },
  'cloud-sql-proxy-v1': {
    offered: ['-use_http_health_check -instances=p:r:i=tcp:5432', '-use_http_health_check -health_check_port=8091'],
    refused: ['-instances=p:r:i=tcp:5432'],
  },
  'alloydb-auth-proxy': {
    offered: ['--health-check --http-address=0.0.0.0 uri'],
    refused: ['uri', '--health-check uri', '--http-address=0.0.0.0 uri'],
  },
  mongos: { offered: ['mongos'], refused: ['mongos --port 27018', 'mongos --bind_ip 127.0.0.1'] },
  'istio-proxy': { offered: ['proxy sidecar'], refused: ['proxy sidecar --port=1'] },
  traefik: { offered: ['--ping=true'], refused: ['', '--ping=true --entrypoints.traefik.address=:9000'] },
  'oauth2-proxy': {
    offered: ['--http-address=0.0.0.0:4180', '--http-address=:8080', 'OAUTH2_PROXY_HTTP_ADDRESS=0.0.0.0:4180'],
    refused: ['', '--http-address=127.0.0.1:8080', '--http-address=0.0.0.0:4180 --config=/a.cfg'],
  },
  'kube-rbac-proxy': {
    offered: ['--proxy-endpoints-port=8643'],
    refused: ['', '--proxy-endpoints-port=8643 --secure-listen-address=127.0.0.1:8443'],
  },
  'opa-envoy': {
    offered: ['run --server --diagnostic-addr=0.0.0.0:8282'],
    refused: ['run --server', 'run --server --diagnostic-addr=localhost:8282'],
  },
  opa: {
    offered: ['run --server --addr=0.0.0.0:8181', 'run -s --addr :8181'],
    refused: ['run --server', 'run -s --addr=localhost:8181'],
  },
  'teleport-tbot': {
    offered: ['start --diag-addr=0.0.0.0:3001'],
    refused: ['start', 'start --diag-addr=127.0.0.1:3001'],
  },
  'teleport-agent': { offered: ['--diag-addr=0.0.0.0:3000'], refused: ['', '--diag-addr=127.0.0.1:3000'] },
  'git-sync': {
    offered: ['--repo=https://git.example.com/a --http-bind=:1234', 'GITSYNC_HTTP_BIND=:8080'],
    refused: ['--repo=https://git.example.com/a', '--http-bind=localhost:1234'],
  },
  'kubectl-proxy': {
    offered: ['proxy --address=0.0.0.0', 'proxy --address 0.0.0.0 --port=8080'],
    refused: ['proxy', 'proxy --port=8001', 'port-forward --address=0.0.0.0 svc/db 5432'],
  },
  'grafana-alloy': {
    offered: ['run --server.http.listen-addr=0.0.0.0:12345 /a.alloy'],
    refused: ['run /a.alloy', 'run --server.http.listen-addr=127.0.0.1:12345'],
  },
  'grafana-agent': {
    offered: ['-server.http.address=0.0.0.0:12345'],
    refused: ['', '-server.http.address=127.0.0.1:12345', '-server.http.address=0.0.0.0:12345 -config.file=/a.yaml'],
  },
  'datadog-agent': { offered: ['DD_HEALTH_PORT=5555'], refused: ['', 'DD_HEALTH_PORT=6666'] },
  dogstatsd: { offered: ['DD_HEALTH_PORT=5555'], refused: [''] },
  'xray-daemon': { offered: ['--bind-tcp=0.0.0.0:2000'], refused: ['', '-b 0.0.0.0:2000', '--config /xray.yaml'] },
  'thanos-sidecar': { offered: ['sidecar'], refused: ['sidecar --http-address=127.0.0.1:10902'] },
  tailscale: {
    offered: ['TS_ENABLE_HEALTH_CHECK=true'],
    refused: ['', 'TS_ENABLE_HEALTH_CHECK=true TS_LOCAL_ADDR_PORT=127.0.0.1:9002'],
  },
  cloudflared: {
    offered: ['tunnel --metrics=0.0.0.0:20241 run'],
    refused: ['tunnel run', 'tunnel --metrics=localhost:20241 run'],
  },
  cockroach: {
    offered: ['start-single-node --insecure'],
    refused: ['start-single-node', 'start --insecure --http-addr=a'],
  },
  etcd: {
    offered: ['--listen-client-urls=http://0.0.0.0:2379'],
    refused: ['', '--listen-client-urls=http://localhost:2379'],
  },
  nats: { offered: ['-m 8222', '-m=8222'], refused: ['', '-m 8223', '-m 8222 -c /nats.conf'] },
  minio: { offered: ['server /data'], refused: ['server /data --address :9001'] },
  'gcloud-emulators': {
    offered: ['gcloud beta emulators pubsub start --host-port=0.0.0.0:8085'],
    refused: ['gcloud beta emulators pubsub start'],
  },
  'headless-browser': {
    offered: ['--remote-debugging-address=0.0.0.0'],
    refused: ['', '--remote-debugging-address=0.0.0.0 --remote-debugging-port=9223'],
  },
  'temporal-dev': { offered: ['server start-dev --ip=0.0.0.0'], refused: ['server start-dev'] },
  'vault-dev': { offered: ['server -dev'], refused: ['server -dev -dev-listen-address=127.0.0.1:8200'] },
  keycloak: {
    offered: ['start-dev KC_HEALTH_ENABLED=true'],
    refused: ['start-dev', 'start-dev --http-port=1 KC_HEALTH_ENABLED=true'],
  },
};

/** What can never be told from a manifest: the program's own configuration decides, or there is no such argument. */
const NEVER =
  'envoy haproxy aws-rolesanywhere spiffe-helper spire-agent fluent-bit fluentd elastic-agent logstash vector ' +
  'adot-collector splunk-otel-collector otel-collector cloudwatch-agent ngrok ssh-tunnel ssh privoxy-tor coredns-dnsmasq ' +
  'elasticsearch-opensearch azurite';

/** An image whose program is the family's. */
const imageOf = ({ images, startupProbe, tag }: ImageFamily) => {
  const { only = '' } = startupProbe ?? {};
  const name = images.find((each) => !/^bitnami/.test(each) && each.endsWith(only)) ?? '';
  return `registry.example.com/${name.replaceAll('*', 'some')}:1.5${tag === undefined ? '' : `-${tag}`}`;
};

for (const family of IMAGE_FAMILIES) {
  const { id, startupProbe: probe } = family;
  if (!probe) continue;
  const offered = (words: string, image = imageOf(family)) => passingProbe(family, started(words, image));
  test(`the startup probe of ${id} is offered where it passes, and nowhere else`, () => {
    const isNever = probe.type === 'exec' || NEVER.split(' ').includes(id);
    const rows = OWN[id] ?? (isNever ? { offered: [], refused: [''] } : { offered: [''], refused: ['--port=1234'] });
    assert.ok(isNever || rows.offered.length > 0);
    for (const words of rows.offered) assert.ok(offered(words), `not offered with: ${words}`);
    for (const words of rows.refused) assert.equal(offered(words), undefined, `offered with: ${words}`);
    const [words] = rows.offered;
    if (words === undefined) return;
    if (!probe.told) {
      assert.equal(passingProbe(family, started(words, imageOf(family), false)), undefined, 'with mounted files');
      assert.equal(offered(words, 'bitnami/some:1'), undefined, 'in an image of Bitnami');
    }
  });
}

const family = (id: string) => IMAGE_FAMILIES.find((each) => each.id === id) as ImageFamily;

test('the probe asks at the port that the program was given', () => {
  const proxy = started('--health-check --http-address=0.0.0.0 --http-port=9801', undefined);
  assert.deepEqual(passingProbe(family('cloud-sql-proxy-v2'), proxy), {
    httpGet: { path: '/startup', port: 9801 },
    periodSeconds: 1,
    failureThreshold: 60,
  });
});

/** What comes of asking a family's program at `port path`, and the argument that would help. */
const ASKED: readonly [
  id: string,
  words: string,
  place: string,
  verdict: string,
  flag?: string | undefined,
  image?: string,
][] = [
  ['cloud-sql-proxy-v2', '--health-check p:r:i', '9090 /startup', 'fails', '--http-address=0.0.0.0'],
  ['cloud-sql-proxy-v2', '--health-check p:r:i', '9090 /liveness', 'fails', '--http-address=0.0.0.0'],
  ['cloud-sql-proxy-v2', '--http-address=0.0.0.0 p:r:i', '9090 /startup', 'fails', '--health-check'],
  ['cloud-sql-proxy-v2', 'p:r:i', '9090 /startup', 'fails'],
  ['cloud-sql-proxy-v2', '--health-check --http-address=localhost p:r:i', '9090 /startup', 'fails'],
  ['cloud-sql-proxy-v2', '--health-check --http-address=127.0.0.1 p:r:i', '9090 /startup', 'fails'],
  ['cloud-sql-proxy-v2', '--health-check --http-address=0.0.0.0 p:r:i', '9090 /startup', 'passes'],
  ['cloud-sql-proxy-v2', '--prometheus --http-address=0.0.0.0 p:r:i', '9090 /metrics', 'unknown'],
  ['cloud-sql-proxy-v2', '--health-check p:r:i', '5432 /', 'unknown'],
  ['cloud-sql-proxy-v2', '--health-check CSQL_PROXY_HTTP_ADDRESS', '9090 /startup', 'unknown'],
  ['oauth2-proxy', '', '4180 /ping', 'fails', '--http-address=0.0.0.0:4180'],
  ['oauth2-proxy', '', '4180', 'fails', '--http-address=0.0.0.0:4180'],
  ['oauth2-proxy', '--config=/a.cfg', '4180 /ping', 'unknown'],
  ['opa', 'run --server', '8181 /health', 'fails', '--addr=0.0.0.0:8181', 'openpolicyagent/opa:1.4.2'],
  ['opa', 'run --server', '8181 /health', 'unknown', undefined, 'openpolicyagent/opa:0.70.0'],
  ['opa', 'run --server', '8181 /health', 'unknown', undefined, 'openpolicyagent/opa'],
  ['git-sync', '--repo=https://git.example.com/a', '1234 /', 'fails', '--http-bind=:1234'],
  ['kubectl-proxy', 'proxy --port=8080', '8080', 'fails', '--address=0.0.0.0'],
  ['kubectl-proxy', 'proxy --port=8080', '8001', 'unknown'],
  ['nginx', '', '80', 'passes', undefined, 'nginx:1.27'],
  ['nginx', '', '8080', 'unknown', undefined, 'nginx:1.27'],
  ['envoy', '', '9901 /ready', 'unknown'],
];

for (const [id, words, place, verdict, flag, image] of ASKED) {
  test(`${id} ${words}, asked at ${place}: ${verdict}`, () => {
    const [port, path] = place.split(' ');
    const type = path === undefined ? 'tcpSocket' : 'httpGet';
    const answer = answers(family(id), started(words, image), { type, port: Number(port), path });
    assert.equal(answer.verdict, verdict);
    assert.equal(answer.verdict === 'fails' ? answer.flag : undefined, flag);
  });
}

test('the probe of sidecar-without-startup-gate is added as its page shows, by itself only', () => {
  const page = readFileSync('docs/rules/sidecar-without-startup-gate.md', 'utf8');
  const fence = (kind: string) => new RegExp(`^\`\`\`yaml ${kind}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(page)?.[1] ?? '';
  const analysis = analyze(fence('bad'));
  const fix = analysis.findings[0]?.fix();
  assert.ok(fix && 'edits' in fix && !fix.safe);
  assert.equal(applyEdits(fence('bad'), fix.edits), fence('good'));
  assert.equal(analysis.fixAll(analysis.findings, { unsafe: true }), undefined);
});
