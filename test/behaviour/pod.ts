import { parse, stringify } from 'yaml';
import type { MainCase, SidecarName, WrapperCase } from './cases.ts';

/** What a runtime needs to know of a container. */
export interface Started {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

interface Container {
  readonly name: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly restartPolicy?: string;
}

const SIDECARS: Readonly<Record<SidecarName, Omit<Container, 'name'>>> = {
  'cloud-sql-proxy': {
    image: 'gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.14.0',
    args: ['--quitquitquit', '--admin-port=9091', 'shop:eu:orders'],
  },
  'consul-dataplane': { image: 'hashicorp/consul-dataplane:1.6', args: ['-addresses=consul.mesh'] },
  daprd: { image: 'daprio/daprd:1.15', command: ['daprd'], args: ['--app-id', 'load'] },
  envoy: { image: 'envoyproxy/envoy:v1.33', args: ['-c', '/etc/envoy.yaml'] },
  haproxy: { image: 'haproxy:3.1' },
  'istio-proxy': { image: 'docker.io/istio/proxyv2:1.25', args: ['proxy', 'sidecar'] },
  'linkerd-proxy': { image: 'cr.l5d.io/linkerd/proxy:edge-25.3.1' },
  'vault-agent': { image: 'hashicorp/vault:1.19', args: ['agent', '-config=/etc/vault.hcl'] },
};

/** Waits for the file that the main containers of the C shapes write. */
const READER = 'haproxy -f /etc/haproxy.cfg &\nuntil [ -f /hand-over/done ]; do\n  sleep 1\ndone\n';

/** A Job with this main container and its sidecars. */
export function mainPod(each: MainCase): string {
  const main = container('main', 'registry.example/load:7', each.before, each);
  const readsFile = JSON.stringify(each.before).includes('/hand-over');
  const sidecars = each.sidecars.map((name) => {
    const sidecar = { name, ...SIDECARS[name] };
    return readsFile ? { ...sidecar, command: ['sh', '-c'], args: [READER] } : sidecar;
  });
  return job([main, ...sidecars], { readsFile, kills: /kill/.test(JSON.stringify(each.before)) });
}

/** A Job with this wrapper around its sidecar, which is called `proxy`. */
export function wrapperPod(each: WrapperCase): string {
  const image = each.daemon[0] === 'haproxy' ? 'haproxy:3.1-alpine' : 'gcr.io/cloudsql-docker/gce-proxy:1.37-alpine';
  const main = container('main', 'registry.example/load:7', each.main, { env: envOfMain(each) });
  const proxy = container('proxy', image, each.before, each);
  return job([main, proxy], { readsFile: each.file !== undefined, kills: false });
}

function envOfMain({ env }: WrapperCase): Record<string, string> {
  const graveyard = env?.KUBEXIT_GRAVEYARD;
  return graveyard === undefined ? {} : { KUBEXIT_NAME: 'main', KUBEXIT_GRAVEYARD: graveyard };
}

/** The argv of a case's container with this script or argv. */
export function argvOf(run: string | readonly string[], { shell = ['sh', '-c'], extra = [] }: Words): string[] {
  return typeof run === 'string' ? [...shell, run, ...extra] : [...run];
}

type Words = Pick<MainCase, 'shell' | 'extra' | 'env'>;

function container(name: string, image: string, run: string | readonly string[], words: Words): Container {
  const env = Object.entries(words.env ?? {}).map(([key, value]) => ({ name: key, value }));
  const argv = argvOf(run, words);
  // A script of several lines in `args`, everything else in `command`: both styles are common.
  const inArgs = typeof run === 'string' && run.includes('\n');
  return {
    name,
    image,
    command: inArgs ? argv.slice(0, 2) : argv,
    ...(inArgs && { args: argv.slice(2) }),
    ...(env.length > 0 && { env }),
  };
}

function job(containers: Container[], { readsFile, kills }: { readsFile: boolean; kills: boolean }): string {
  const volumeMounts = [{ name: 'hand-over', mountPath: '/hand-over' }];
  const spec = {
    restartPolicy: 'Never',
    ...(kills && { shareProcessNamespace: true }),
    containers: readsFile ? containers.map((each) => ({ ...each, volumeMounts })) : containers,
    ...(readsFile && { volumes: [{ name: 'hand-over', emptyDir: {} }] }),
  };
  const workload = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'load' }, spec: { template: { spec } } };
  return stringify(workload, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** Every container of a Job by its name; `native` holds the names of its native sidecars. */
export function readJob(text: string): { containers: ReadonlyMap<string, Started>; native: readonly string[] } {
  const workload: { spec: { template: { spec: Record<'containers' | 'initContainers', Container[] | undefined> } } } =
    parse(text);
  const { containers = [], initContainers = [] } = workload.spec.template.spec;
  const started = ({ command = [], args = [], env = [] }: Container): Started => ({
    argv: [...command, ...args],
    env: Object.fromEntries(env.map(({ name, value }) => [name, value])),
  });
  return {
    containers: new Map([...initContainers, ...containers].map((each) => [each.name, started(each)])),
    native: initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name),
  };
}
