import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { analyze } from '../../engine/index.ts';
import {
  imagePattern,
  isOneShotImage,
  lookUpImage,
  lookUpProcess,
  runsForEver,
  sameName,
} from '../../engine/sidecar/catalog.ts';
import type { ImageFamily } from '../../engine/sidecar/family.ts';
import { COMMON_PROCESSES, IMAGE_FAMILIES, IMAGES, ONE_SHOT_IMAGES } from '../../engine/sidecar/images.ts';

/** Arguments and variables with which each family that has `needs` runs for ever. */
const RUNNING: Readonly<Record<string, string>> = {
  mongos: 'mongos --configdb cfg/a:27019',
  'istio-proxy': 'proxy sidecar --domain x',
  'opa-envoy': 'run --server',
  opa: 'run -s --addr=0.0.0.0:8181',
  'aws-rolesanywhere': 'serve --port 9911',
  'teleport-tbot': 'start -c /tbot.yaml',
  'vault-agent': 'agent -config=/vault/agent.hcl',
  'conjur-secrets-provider': 'CONTAINER_MODE=sidecar',
  'infisical-agent': 'agent --config a.yaml',
  'kubectl-proxy': 'proxy --port=8001',
  rclone: 'mount remote: /data',
  'juicefs-sidecar': 'mount redis://r /jfs',
  'thanos-sidecar': 'sidecar --tsdb.path=/prometheus',
  cloudflared: 'tunnel --metrics=0.0.0.0:20241 run',
  ssh: '-N -L 5432:db:5432 bastion',
  socat: 'TCP-LISTEN:5432,fork TCP:db:5432',
  'podman-service': 'podman system service -t 0',
  cockroach: 'start-single-node --insecure',
  minio: 'server /data',
  'gcloud-emulators': 'gcloud beta emulators pubsub start',
  'browser-server': '--headless --remote-debugging-port=9222',
  'temporal-dev': 'server start-dev',
  'vault-dev': 'server -dev',
  keycloak: 'start-dev',
};

const argvOf = ({ id }: ImageFamily) => {
  const words = (RUNNING[id] ?? '').split(' ').filter((word) => word !== '');
  return { argv: words.filter((word) => !/^[A-Z_]+=/.test(word)), env: words.filter((word) => /^[A-Z_]+=/.test(word)) };
};
/** An image that fits a pattern. */
const sample = (pattern: string, family: ImageFamily) =>
  `${pattern.replaceAll('*', 'some')}:1.0${family.tag === undefined ? '' : `-${family.tag}`}`;

test('every pattern of every family leads to it, with the arguments that it needs', () => {
  for (const family of IMAGE_FAMILIES) {
    const { argv, env } = argvOf(family);
    for (const pattern of family.images) {
      const found = lookUpImage(sample(pattern, family), argv, env);
      assert.equal(found?.id, family.id, `'${pattern}' of ${family.id} leads to ${found?.id}: one of them is dead`);
    }
    assert.ok(runsForEver(family, argv, env), `${family.id} does not run with: ${argv.join(' ')}`);
  }
});

test('no pattern of a family makes another of it useless', () => {
  for (const { id, images } of IMAGE_FAMILIES) {
    for (const pattern of images) {
      const covering = images.filter((each) => each !== pattern && imagePattern(each).test(pattern));
      assert.deepEqual(covering, [], `${id}: '${pattern}' is covered`);
    }
    assert.equal(new Set(images).size, images.length, id);
  }
});

test('ids are there once', () => {
  const ids = IMAGE_FAMILIES.map(({ id }) => id);
  assert.deepEqual(
    ids.filter((id, index) => ids.indexOf(id) !== index),
    [],
  );
});

test('a program belongs to one family, or to several on purpose', () => {
  const owners = new Map<string, string[]>();
  for (const { id, processes } of IMAGE_FAMILIES) {
    for (const each of processes.map(sameName)) owners.set(each, [...(owners.get(each) ?? []), id]);
  }
  assert.deepEqual(Object.fromEntries([...owners].filter(([, ids]) => ids.length > 1)), {
    'cloud-sql-proxy': ['cloud-sql-proxy-v2', 'cloud-sql-proxy-v1'],
    envoy: ['istio-proxy', 'envoy', 'osm-envoy'],
    opa: ['opa-envoy', 'opa'],
    vault: ['vault-agent', 'vault-dev'],
    bao: ['vault-agent', 'vault-dev'],
    agent: ['grafana-agent', 'datadog-agent'],
    otelcol: ['splunk-otel-collector', 'otel-collector'],
  });
});

test('a probe says where to ask', () => {
  for (const { id, startupProbe: probe, quit } of IMAGE_FAMILIES) {
    if (quit) assert.ok(quit.port > 0 && quit.path.startsWith('/'), id);
    if (!probe) continue;
    if (probe.type === 'exec') assert.ok((probe.command ?? []).length > 0, id);
    else assert.ok(probe.port !== undefined && probe.port > 0, id);
    assert.equal(probe.type === 'httpGet', probe.path?.startsWith('/') === true, id);
    assert.ok(
      probe.requires.every((each) => /^-|^[A-Z_]+=/.test(each)),
      id,
    );
  }
});

const FOUND: readonly [image: string, id: string | undefined, args?: string][] = [
  ['haproxy', 'haproxy'],
  ['haproxy:2.9@sha256:abc', 'haproxy'],
  ['docker.io/library/haproxy:2.9', 'haproxy'],
  ['mirror.gcr.io/library/haproxy', 'haproxy'],
  ['public.ecr.aws/docker/library/haproxy:lts', 'haproxy'],
  ['123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/haproxy:2.9', 'haproxy'],
  ['europe-docker.pkg.dev/some-project/hub/library/haproxy', 'haproxy'],
  ['harbor.example.com:8443/proxy/library/haproxy:2.9', 'haproxy'],
  ['registry.gitlab.com/group/dependency_proxy/containers/haproxy:2.9', 'haproxy'],
  ['cgr.dev/chainguard/nginx', 'nginx'],
  ['bitnamilegacy/mongodb:7', 'mongo'],
  ['bitnamisecure/postgresql', 'postgres'],
  ['registry1.dso.mil/ironbank/opensource/redis/redis7', undefined],
  ['my-haproxy', undefined],
  ['registry.example.com/haproxy-config:1', undefined],
  ['docker:27-dind', 'dind'],
  ['docker:dind-rootless', 'dind'],
  ['docker:27-cli', undefined],
  ['docker', undefined],
  ['mirror.gcr.io/library/docker:27.1-dind', 'dind'],
  ['840364872350.dkr.ecr.eu-west-1.amazonaws.com/aws-appmesh-envoy:v1.29', 'envoy'],
  ['datadoghq.azurecr.io/agent:7', 'datadog-agent'],
  ['registry.example.com/agent:7', undefined],
  ['openpolicyagent/opa:1.0-envoy', 'opa-envoy'],
  ['openpolicyagent/opa:1.0', 'opa'],
  ['hashicorp/vault:1.17', 'vault-agent', 'agent -config=/a.hcl'],
  ['hashicorp/vault:1.17', 'vault-dev', 'server -dev'],
  ['mongo:7', 'mongo'],
  ['mongo:7', 'mongos', 'mongos --configdb a'],
  ['quay.io/prometheus/node-exporter', 'node-exporter'],
  ['quay.io/prometheus/snmp-exporter', 'other-exporters'],
  ['registry.example.com/billing-exporter', undefined],
];

for (const [image, id, args = ''] of FOUND) {
  test(`${image} ${args} ${id === undefined ? 'is not known' : `is ${id}`}`, () => {
    const words = args.split(' ').filter((word) => word !== '');
    assert.equal(lookUpImage(image, words, [])?.id, id);
  });
}

/** What ends by itself. */
const ENDING: readonly [image: string, args: string][] = [
  ['cloud-sql-connectors/cloud-sql-proxy', 'wait --max=30s'],
  ['istio/proxyv2', 'istio-iptables -p 15001'],
  ['hashicorp/vault', 'agent -config=a.hcl -exit-after-auth'],
  ['hashicorp/vault', 'agent -config=a.hcl --exit-after-auth=true'],
  ['hashicorp/vault', 'kv get secret/a'],
  ['git-sync/git-sync', '--repo=https://example.com/a --one-time'],
  ['git-sync/git-sync', 'GITSYNC_ONE_TIME=true'],
  ['kiwigrid/k8s-sidecar', 'METHOD=LIST'],
  ['spiffe/spiffe-helper', '-config a -daemon-mode=false'],
  ['hashicorp/consul-template', '-config a -once'],
  ['gravitational/tbot-distroless', 'start --oneshot'],
  ['prometheus-operator/prometheus-config-reloader', '--watch-interval=0'],
  ['cyberark/secrets-provider-for-k8s', 'CONTAINER_MODE=init'],
  ['moby/buildkit', 'buildctl-daemonless.sh build'],
  ['envoyproxy/envoy:v1.30', '--mode validate -c a.yaml'],
  ['telegraf', '--config a --once'],
  ['rclone/rclone', 'sync a: b:'],
  ['cloudflare/cloudflared', 'tunnel create x'],
  ['bitnami/kubectl', 'get pods'],
  ['google/cloud-sdk', 'gcloud storage cp a b'],
  ['nginx', '-t'],
  ['cockroachdb/cockroach', 'sql -e x'],
  ['kroniak/ssh-client', 'ssh host run-report'],
  ['docker:dind', 'docker build .'],
];

for (const [image, args] of ENDING) {
  test(`${image} ${args} ends by itself`, () => {
    const words = args.split(' ');
    const env = words.filter((word) => /^[A-Z_]+=/.test(word));
    const argv = words.filter((word) => !/^[A-Z_]+=/.test(word));
    const family = lookUpImage(image, argv, env);
    assert.ok(family, 'not known');
    assert.equal(runsForEver(family, argv, env), false);
  });
}

test('git-sync with --one-time=false goes on', () => {
  const family = lookUpImage('git-sync/git-sync', [], []);
  assert.ok(family && runsForEver(family, ['--one-time=false'], ['GITSYNC_ONE_TIME=false']));
});

test('a program counts in any image, a common name only in its own', () => {
  const process = (name: string, image?: string, ...argv: string[]) =>
    lookUpProcess(name, argv, [], image === undefined ? undefined : lookUpImage(image, argv, []))?.id;
  assert.equal(process('cloud_sql_proxy'), 'cloud-sql-proxy-v1');
  assert.equal(process('cloud-sql-proxy'), 'cloud-sql-proxy-v2');
  assert.equal(process('haproxy', 'registry.example.com/edge:1'), 'haproxy');
  assert.equal(process('agent', 'registry.example.com/edge:1'), undefined);
  assert.equal(process('agent', 'datadog/agent:7'), 'datadog-agent');
  assert.equal(process('vault', undefined, 'server', '-dev'), 'vault-dev');
  assert.equal(process('psql', 'postgres:16'), undefined);
  for (const common of COMMON_PROCESSES) assert.equal(process(common), undefined);
});

test('a one-shot image is no daemon unless its arguments say so', () => {
  for (const pattern of Object.values(ONE_SHOT_IMAGES).flat()) {
    const image = `${pattern.replaceAll('*', 'some')}:1.0`;
    assert.ok(isOneShotImage(image), image);
    const family = lookUpImage(image, [], []);
    assert.ok(!family || !runsForEver(family, [], []), `${image} is ${family?.id}`);
  }
  assert.ok(isOneShotImage('registry.example.com/hub/library/busybox:1.36'));
  assert.ok(!isOneShotImage('haproxy:2.9'));
});

test('a name is no hint when the image is a one-shot tool; a command that never returns still is', () => {
  const job = (image: string, more = '') => `apiVersion: batch/v1
kind: Job
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: work
        image: registry.example.com/work:1.0
      - name: log-agent
        image: ${image}
${more}`;
  assert.equal(analyze(job('registry.example.com/shipper:1.0')).findings[0]?.confidence, 'possible');
  assert.deepEqual(analyze(job('curlimages/curl:8.9.1')).findings, []);
  const tail = '        command: [tail, -F, /var/log/work.log]\n';
  assert.equal(analyze(job('busybox:1.36', tail)).findings[0]?.confidence, 'likely');
});

const FACTS = '../shared/sidecars/images.yaml';

test('what is known of images elsewhere is known here', {
  skip: !existsSync(FACTS) && 'no list to compare with',
}, () => {
  interface Fact {
    id: string;
    role: string;
    confidence: string;
    startupProbe?: { type: string; port?: number; path?: string };
  }
  const { entries } = parse(readFileSync(FACTS, 'utf8')) as { entries: Fact[] };
  // By another name, or where there is no image to know: a shell's `tail -F` shows in its command, vault-env ends.
  const elsewhere: Record<string, string | undefined> = {
    'nginx-exporter': 'nginx-prometheus-exporter',
    'tail-shell': undefined,
    'vault-secrets-webhook': undefined,
  };
  for (const { id, role, confidence, startupProbe } of entries) {
    const name = id in elsewhere ? elsewhere[id] : id;
    if (name === undefined) continue;
    const family = IMAGE_FAMILIES.find((each) => each.id === name);
    assert.ok(family, `${id} is missing`);
    assert.equal(family.role, role === 'ambiguous' ? 'either' : role, id);
    if (!startupProbe || startupProbe.type === 'none' || confidence === 'low') continue;
    const { type, port, path } = family.startupProbe ?? {};
    const expected = startupProbe.type === 'exec' ? [undefined, undefined] : [startupProbe.port, startupProbe.path];
    assert.deepEqual([type, port, path], [startupProbe.type, ...expected], id);
  }
});

test('families stand under what they are for', () => {
  assert.equal(Object.values(IMAGES).flat().length, IMAGE_FAMILIES.length);
});
