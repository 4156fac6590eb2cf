import { type Container, sharedFile, type Volume } from '../../kube/pod.ts';
import { SENTINEL_PLACE, type Workaround } from '../../sidecar/workarounds.ts';
import type { Change } from '../../yaml/patch.ts';
import { type Draft, pathOf, wordsOf } from '../draft.ts';

/** Folders that programs use without being told. */
const COMMON = /^\/(?:tmp|var\/tmp|run|var\/run|dev\/shm)\/?$/;

/**
 * Takes out volumes that only carried the sign, the wrapper or the killer's script, from the containers that took part.
 * A volume of which some command, variable or hook still names a file carries more: it stays as it is.
 */
export function removeVolumes(draft: Draft): void {
  for (const volume of draft.pod.volumes) removeVolume(draft, volume);
}

function removeVolume(draft: Draft, volume: Volume): void {
  const { pod } = draft;
  const name = volume.name.value;
  const users = [...pod.initContainers, ...pod.containers].filter((each) => mountsOf(each, name).length > 0);
  const left = users.filter((each) => !draft.dropped.includes(each));
  const halves = halvesIn(draft, volume);
  if (!halves.every((each) => draft.done.has(each))) return;
  const parts = new Set(halves.map(({ clues }) => clues.container));
  const isForgotten = users.length === 0 && volume.source === 'emptyDir' && SENTINEL_PLACE.test(name);
  if (parts.size === 0 && left.length === users.length && !isForgotten) return;
  if (left.some((each) => isNamed(draft, each, name))) return;
  if (left.some((each) => mountsOf(each, name).some(({ mountPath }) => COMMON.test(mountPath)))) {
    draft.stays.push(`The volume '${name}' stays: every program may use the folder where it is mounted.`);
    return;
  }
  const free = left.filter((each) => parts.has(each));
  const moved = free.filter((each) => draft.moved.some(({ container }) => container === each));
  const others = free.filter((each) => !moved.includes(each));
  const isWhole = free.length === left.length;
  const unmount = (containers: readonly Container[]): Change[] =>
    containers.flatMap((container) =>
      mountsOf(container, name).map(({ index }) => ({
        kind: 'remove' as const,
        path: pathOf(pod, container, 'volumeMounts', index),
      })),
    );
  if (moved.length > 0) {
    draft.pieces.push({
      isExtra: true,
      step: 'move',
      title: `Take the volume '${name}' from ${quoted(moved)}`,
      changes: unmount(moved),
    });
  }
  if (!isWhole && others.length === 0) return;
  const whole: Change[] = isWhole ? [{ kind: 'remove', path: [...pod.path, 'volumes', volume.index] }] : [];
  draft.pieces.push({
    isExtra: true,
    step: left.length === 0 ? 'move' : 'script',
    title: isWhole ? `Remove the volume '${name}'` : `Take the volume '${name}' from ${quoted(others)}`,
    changes: [...unmount(others), ...whole],
  });
}

/** The halves of handshakes whose file lies in a volume, and the wrappers that lie there or leave their signs there. */
function halvesIn(draft: Draft, volume: Volume): Workaround[] {
  return draft.reading.workarounds.filter(({ kind, act, clues, text }) => {
    if (volume.source !== 'emptyDir') return false;
    const { container } = clues;
    if (kind === 'signal' || kind === 'wait-for-signal') {
      return act?.targets.some((file) => sharedFile(container, file)?.startsWith(`${volume.name.value}:`)) === true;
    }
    if (kind !== 'wrapper') return false;
    const values = [text, ...container.env.map(({ value }) => value?.value ?? '')];
    return values.some((value) => sharedFile(container, value)?.startsWith(`${volume.name.value}:`)) === true;
  });
}

function mountsOf(container: Container, volume: string) {
  return container.volumeMounts.filter(({ name }) => name.value === volume);
}

/** Whether a container's words name a mount of a volume. */
function isNamed(draft: Draft, container: Container, volume: string): boolean {
  const words = wordsOf(draft, container);
  return mountsOf(container, volume).some(({ mountPath }) => words.includes(mountPath.replace(/\/+$/, '')));
}

function quoted(containers: readonly Container[]): string {
  return containers.map(({ name }) => `'${name?.value ?? ''}'`).join(' and ');
}
