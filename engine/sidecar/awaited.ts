import { type Container, isNativeSidecar, type Pod, sharedFile } from '../kube/pod.ts';
import { asText, get } from '../yaml/read.ts';
import type { Clues } from './clues.ts';
import { portsOf } from './gather.ts';
import { type Need, ownNeeds } from './needs.ts';
import type { Reading } from './reading.ts';

/** Who can bring about what a container waits for, where only known containers of the pod can. */
export interface Awaited {
  readonly by: readonly Clues[];
  /** What is waited for, for people: "port 5432 on localhost, where 'proxy' listens". */
  readonly what: string;
}

/** Who among the regular containers and native sidecars serves or writes what a container waits for. */
export function awaited({ pod, clues }: Reading, waiting: Clues, { port, file }: Need): Awaited | undefined {
  if (port !== undefined) {
    // Beside the pod's own containers the node's programs answer there.
    if (isOnHost(pod) || waiting.container.ports.includes(port)) return undefined;
    const by = clues.filter((each) => each !== waiting && portsOf(each).has(port));
    const names = by.map(({ name }) => `'${name}'`).join(' or ');
    return by.length > 0 ? { by, what: `port ${port} on localhost, where ${names} listens` } : undefined;
  }
  const shared = file === undefined ? undefined : sharedFile(waiting.container, file);
  const volume = pod.volumes.find(({ name }) => name.value === shared?.split(':')[0]);
  if (volume?.source !== 'emptyDir') return undefined;
  const mounts = (container: Container) =>
    container !== waiting.container &&
    container.volumeMounts.some(({ name, readOnly }) => name.value === volume.name.value && !readOnly);
  // What an init container does before may be to write it.
  if (pod.initContainers.some((each) => mounts(each) && !isNativeSidecar(each))) return undefined;
  const by = clues.filter(({ container }) => mounts(container));
  const names = by.map(({ name }) => `'${name}'`).join(' or ');
  return by.length > 0 ? { by, what: `the file ${file}, which only ${names} can write` } : undefined;
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
