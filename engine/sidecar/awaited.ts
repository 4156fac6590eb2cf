import { type Container, isNativeSidecar, type Pod, sharedFile } from '../kube/pod.ts';
import { asText, get } from '../yaml/read.ts';
import type { Clues } from './clues.ts';
import { portsOf } from './gather.ts';
import { type Need, ownNeeds } from './needs.ts';
import type { Reading } from './reading.ts';

/** Who can bring about what a container waits for, where only known containers of the pod can. */
export interface Awaited {
  readonly by: readonly Clues[];
  /** What is waited for, for people: "port 5432, where 'proxy' listens". */
  readonly what: string;
  /** Whether the port is declared, or nobody else can write the file. */
  readonly isSure: boolean;
}

/** Who among the regular containers and native sidecars serves or writes what a container waits for. */
export function awaited(
  { pod, clues }: Pick<Reading, 'pod' | 'clues'>,
  waiting: Clues,
  { port, file }: Pick<Need, 'port' | 'file'>,
): Awaited | undefined {
  if (port !== undefined) {
    // Beside the pod's own containers the node's programs answer there.
    if (isOnHost(pod) || waiting.container.ports.includes(port)) return undefined;
    const by = clues.filter((each) => each !== waiting && portsOf(each).has(port));
    const isSure = by.every(({ container }) => container.ports.includes(port));
    return by.length > 0 ? { by, what: `port ${port}, where ${namesOf(by)} listens`, isSure } : undefined;
  }
  const shared = file === undefined ? undefined : sharedFile(waiting.container, file);
  const volume = pod.volumes.find(({ name }) => name.value === shared?.split(':')[0]);
  if (file === undefined || shared === undefined || volume?.source !== 'emptyDir') return undefined;
  const mounts = (container: Container) =>
    container.volumeMounts.some(({ name, readOnly }) => name.value === volume.name.value && !readOnly);
  // What an init container does before may be to write it.
  if (pod.initContainers.some((each) => each !== waiting.container && mounts(each) && !isNativeSidecar(each))) {
    return undefined;
  }
  const others = clues.filter((each) => each !== waiting && mounts(each.container));
  // While the hook or the probe of a native sidecar waits, its own program runs, and may be the one that writes.
  if (!isNativeSidecar(waiting.container) || !mounts(waiting.container)) {
    return others.length > 0
      ? { by: others, what: `the file ${file}, which only ${namesOf(others)} can write`, isSure: true }
      : undefined;
  }
  if (/x{5,}/.test(file) || waiting.argv.some(({ value }) => value.includes(file))) return undefined;
  const by = others.filter((each) => writes(each, shared));
  return by.length > 0 ? { by, what: `the file ${file}, which ${namesOf(by)} writes`, isSure: false } : undefined;
}

/** Whether a container's own script writes a file of a volume, as can be seen. */
function writes({ container, acts, script }: Clues, shared: string): boolean {
  const files = [
    ...acts.flatMap(({ kind, targets }) => (kind === 'signal-file' ? targets : [])),
    ...(script?.commands.flatMap((command) => command.writes) ?? []),
  ];
  return files.some((file) => sharedFile(container, file) === shared);
}

function namesOf(by: readonly Clues[]): string {
  return by.map(({ name }) => `'${name}'`).join(' or ');
}

function isOnHost({ document, spec }: Pod): boolean {
  return /^(?:true|yes|on|y)$/i.test(asText(document, get(document, spec, 'hostNetwork'))?.value ?? '');
}

/** A place among the init containers for containers that one of them waits for. */
export interface EarlyPlace {
  readonly containers: readonly Container[];
  /** The index of the init container before which they belong. */
  readonly before: number;
}

/** Which regular containers must start before an init container that waits for their port, were they to move. */
export function earlyPlace(reading: Reading, moved: readonly Container[]): EarlyPlace | undefined {
  const { pod, initClues } = reading;
  const waits = initClues.flatMap((clues) =>
    ownNeeds(clues).flatMap((need) => {
      const by = need.port === undefined ? [] : (awaited(reading, clues, need)?.by ?? []);
      const own = by.map(({ container }) => container).filter((each) => moved.includes(each));
      return own.length > 0 && by.length === 1 ? [{ before: clues.container.index, containers: own }] : [];
    }),
  );
  const [first] = waits;
  if (!first) return undefined;
  // What init containers from there on write may be what the moved ones read.
  const later = pod.initContainers.filter(({ index }) => index >= first.before);
  const written = new Set(later.flatMap(({ volumeMounts }) => volumeMounts.map(({ name }) => name.value)));
  const containers = [...new Set(waits.flatMap((each) => each.containers))];
  const reads = containers.some(({ volumeMounts }) => volumeMounts.some(({ name }) => written.has(name.value)));
  return reads ? undefined : { containers, before: first.before };
}
