import type { Draw } from './migrate-scripts.ts';
import type { Family, Way } from './migrate-words.ts';
import { before, type Entry, entry, type Item, item, type Mapping, mapping, scalar, tree } from './migrate-yaml.ts';

/** A pod while it is made. */
export interface Making {
  readonly draw: Draw;
  readonly shapes: string[];
  readonly remark: () => string;
  /** Whether blank lines stand between containers: then no script ends with `|+`, as they would belong to it. */
  readonly isAiry: boolean;
}

/** What a container is made of, apart from its name and image. */
export interface Parts {
  argv: Entry[];
  env: Item[];
  mounts: Item[];
  security: Entry[];
  lifecycle: Entry[];
}

export const parts = (): Parts => ({ argv: [], env: [], mounts: [], security: [], lifecycle: [] });

export interface Sidecar {
  readonly family: Family;
  readonly way: Way;
  readonly parts: Parts;
  readonly traces: string[];
  /** Whether it is a native sidecar already, and only what ended it is left. */
  readonly isNative: boolean;
}

export const words = (all: readonly string[]): Item[] => all.map((each) => item(scalar(each)));

export const listEntry = (key: string, items: Item[], becomes?: readonly string[]): Entry =>
  entry(key, becomes ? { kind: 'list', items, becomes } : { kind: 'list', items });

export function withCommand(argv: readonly string[]): Parts {
  const made = parts();
  made.argv.push(listEntry('command', words(argv)));
  return made;
}

export function shuffle<T>(draw: Draw, all: readonly T[]): T[] {
  if (all.length < 2 || draw.chance(60)) return [...all];
  return [...all.slice(1), all[0] as T];
}

export function container(
  draw: Draw,
  name: string,
  image: string,
  { argv, env, mounts, security, lifecycle }: Parts,
  isNative = false,
): Mapping {
  const rest: Entry[] = isNative ? [entry('restartPolicy', scalar('Always'))] : [];
  if (env.length > 0) rest.push(entry('env', { kind: 'list', items: env }));
  if (mounts.length > 0) rest.push(entry('volumeMounts', { kind: 'list', items: mounts }));
  if (security.length > 0) rest.push(entry('securityContext', mapping(...security)));
  if (lifecycle.length > 0) rest.push(entry('lifecycle', mapping(...lifecycle)));
  if (draw.chance(20)) rest.push(entry('imagePullPolicy', scalar('Always')));
  if (draw.chance(20)) rest.push(entry('resources', tree({ requests: { cpu: '50m', memory: '64Mi' } })));
  const head = [entry('name', scalar(name)), entry('image', scalar(image))];
  const order = draw.pick(['usual', 'usual', 'usual', 'image first', 'name last', 'argv last'] as const);
  const others = shuffle(draw, rest);
  if (order === 'image first') return mapping(...head.reverse(), ...argv, ...others);
  if (order === 'name last') return mapping(...argv, head[1] as Entry, ...others, head[0] as Entry);
  return order === 'argv last' ? mapping(...head, ...others, ...argv) : mapping(...head, ...argv, ...others);
}

export function markers({ draw }: Making, marked: readonly Sidecar[], all: readonly Sidecar[]): Entry[] {
  const others = draw.chance(30) ? [entry('team', scalar('data'))] : [];
  if (marked.length === 0) return others;
  const isMain = marked.length === all.length && draw.chance(40);
  const [key, value] = isMain
    ? ['riskified.com/main_sidecars', 'work']
    : ['pod.kubernetes.io/sidecars', marked.map(({ family }) => family.name).join(draw.pick([',', ', ']))];
  for (const { traces } of marked) traces.push(key);
  return shuffle(draw, [entry(key, scalar(value), true), ...others]);
}

export function quitHook(draw: Draw, { family, parts: own, traces }: Sidecar): void {
  const url = family.quit?.[0] ?? 'http://localhost:15020/quitquitquit';
  const hook = draw.chance(60)
    ? {
        exec: {
          command: draw.pick([
            ['curl', '-X', 'POST', url],
            ['sh', '-c', `sleep 2; curl -sX POST ${url}`],
          ]),
        },
      }
    : { httpGet: { path: '/quitquitquit', port: 9901 } };
  traces.push('preStop');
  own.lifecycle.push(entry('preStop', tree(hook), true));
  if (draw.chance(30)) own.lifecycle.unshift(entry('postStart', tree({ exec: { command: ['/ready'] } })));
}

export function killer({ draw }: Making, { family, traces }: Sidecar, at: number, volumes: Item[]): Item {
  const name = ['stopper', 'reaper'][at] ?? 'reaper';
  const made = parts();
  const end = draw.pick([`pkill ${family.process}`, `killall ${family.process}`, `kill $(pidof ${family.process})`]);
  const lines = draw.pick([
    ['sleep 20', 'while pgrep -x load > /dev/null; do', '  sleep 2', 'done', end],
    ['until ! pgrep load > /dev/null; do sleep 1; done', 'echo "the work is done"', end, 'exit 0'],
  ]);
  made.argv.push(
    listEntry('command', words(['sh', '-c'])),
    listEntry('args', [item({ kind: 'scalar', value: `${lines.join('\n')}\n`, quoting: 'literal' })]),
  );
  if (draw.chance(30)) {
    made.mounts.push(item(tree({ name: `log-${name}`, mountPath: '/log' })));
    volumes.push(item(tree({ name: `log-${name}`, emptyDir: {} }), 'goes'));
  }
  traces.push(end);
  return item(container(draw, name, 'alpine:3.20', made), 'goes');
}

/** User ids that let the kill through, and the pod's own security context. */
export function users(
  { draw, shapes }: Making,
  { main, killed, goes }: { main: Parts; killed: readonly Parts[]; goes: boolean },
): Entry | undefined {
  if (killed.length === 0 || draw.chance(60)) return undefined;
  const kind = draw.pick(['root', 'same', 'same and no root', 'different', 'pod'] as const);
  shapes.push(`users: ${kind}`);
  const id = (value: number, isGone: boolean) => entry('runAsUser', scalar(value), isGone && goes);
  const other = draw.chance(50) ? [entry('allowPrivilegeEscalation', scalar(false))] : [];
  if (kind === 'root') main.security.push(...other, id(0, true));
  else {
    const isGone = kind === 'same' || kind === 'same and no root';
    main.security.push(id(1000, isGone), ...other);
    for (const each of killed) {
      each.security.push(id(kind === 'different' ? 2000 : 1000, isGone));
      if (kind === 'same and no root') each.security.push(entry('runAsNonRoot', scalar(true), goes));
    }
  }
  return kind === 'pod' ? entry('securityContext', tree({ runAsNonRoot: true })) : undefined;
}

/** Fields that have nothing to do with any of it. */
export function furnish(draw: Draw, { env, mounts }: Parts, volumes: Item[]): void {
  if (draw.chance(25))
    env.splice(draw.pick([0, env.length]), 0, item(tree({ name: 'LEVEL', value: draw.pick(['info', '3', 'a: b']) })));
  if (draw.chance(20)) {
    mounts.splice(
      draw.pick([0, mounts.length]),
      0,
      item(tree({ name: 'config', mountPath: '/etc/config', readOnly: true })),
    );
    const isThere = volumes.some(({ value }) => (before(value) as { name: string }).name === 'config');
    if (!isThere) volumes.push(item(tree({ name: 'config', configMap: { name: 'load' } })));
  }
}

/** A program around the work, and the variables that it reads. */
export interface Wrapper {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export const KUBEXIT: Wrapper = { words: ['kubexit'], env: { KUBEXIT_NAME: 'work', KUBEXIT_GRAVEYARD: '/graveyard' } };

/** By the name of the sidecar that they end; all others are ended by kubexit. */
export const WRAPPERS: Readonly<Record<string, Wrapper>> = {
  'linkerd-proxy': { words: ['linkerd-await', '--shutdown', '--'], env: {} },
  'istio-proxy': {
    words: ['scuttle'],
    env: { ENVOY_ADMIN_API: 'http://127.0.0.1:15000', ISTIO_QUIT_API: 'http://127.0.0.1:15020' },
  },
  mesh: { words: ['/usr/local/bin/envoy-preflight'], env: { ENVOY_ADMIN_API: 'http://127.0.0.1:9901' } },
};

/** The variables and volumes of a wrapper, and kubexit around the sidecar; the init container that brings it. */
export function wrap(
  { draw, shapes }: Making,
  { family, parts: own, traces }: Sidecar,
  main: Parts,
  volumes: Item[],
): Item[] {
  const { words: lead, env } = WRAPPERS[family.name] ?? KUBEXIT;
  const variables = (all: Readonly<Record<string, string>>) =>
    Object.entries(all).map(([name, value]) => item(tree({ name, value }), 'goes'));
  const mount = (name: string) => item(tree({ name, mountPath: `/${name}` }), 'goes');
  const volume = (name: string) => item(tree({ name, emptyDir: {} }), 'goes');
  main.env.push(...variables(env));
  traces.push(lead[0] ?? '');
  shapes.push(lead[0] ?? '');
  if (family.name in WRAPPERS) return [];
  own.argv.push(listEntry('command', words(['kubexit', ...family.argv]), family.argv));
  own.env.push(...variables({ ...env, KUBEXIT_NAME: family.name, KUBEXIT_DEATH_DEPS: 'work' }));
  traces.push('KUBEXIT_DEATH_DEPS');
  for (const each of [main, own]) each.mounts.push(mount('graveyard'));
  volumes.push(volume('graveyard'));
  if (draw.chance(50)) return [];
  for (const each of [main, own]) {
    const [program] = each.argv;
    if (program?.value.kind === 'list') program.value.items[0] = item(scalar('/kubexit/kubexit'));
    each.mounts.push(mount('kubexit'));
  }
  volumes.push(volume('kubexit'));
  shapes.push('copier');
  const copier = withCommand(['cp', '/bin/kubexit', '/kubexit/kubexit']);
  copier.mounts.push(mount('kubexit'));
  return [item(container(draw, 'copy', 'registry.example/tools/kubexit:0.3', copier), 'goes')];
}
