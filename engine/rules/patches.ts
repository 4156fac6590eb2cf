import { type Container, containerSpan, type Pod } from '../kube/pod.ts';
import type { Clue } from '../sidecar/clues.ts';
import type { OverlayPatch } from './rule.ts';

/** The patches that change the workload of a pod. */
export function patchesFor(patches: readonly OverlayPatch[], { workload: { kind, name } }: Pod): OverlayPatch[] {
  return patches.filter(({ workload }) => workload.kind === kind && workload.name === name);
}

/** What moving containers breaks elsewhere: each once, as evidence and as what stays to be done. */
export function brokenPatches(
  patches: readonly OverlayPatch[],
  moved: readonly Container[],
): { readonly evidence: Clue; readonly stays: string }[] {
  const found = new Map<string, { evidence: Clue; stays: string }>();
  for (const { file, container, index } of patches) {
    for (const each of moved) {
      const isMeant = each.name?.value === container;
      const isShifted = index !== undefined && each.index <= index;
      if (!isMeant && !isShifted) continue;
      const how = index === undefined ? 'under containers' : `by its place, containers/${index}`;
      const message = `the patch ${file} names '${container}' ${how}`;
      found.set(message, {
        evidence: { message, span: containerSpan(each) },
        stays: `The patch ${file} names '${container}' ${how}: it has to change too.`,
      });
    }
  }
  return [...found.values()];
}
