import { isNativeSidecar } from '../kube/pod.ts';
import type { Clues } from '../sidecar/clues.ts';
import { offeredProbe } from '../sidecar/probe.ts';
import type { PodContext, Problem } from './rule.ts';

/** The fix that adds a startupProbe to a native sidecar, where one is known that can pass. */
export function gateOf({ pod }: PodContext, clues: Clues): Pick<Problem, 'mend'> {
  const { container, name } = clues;
  const value = isNativeSidecar(container) && !container.has('startupProbe') ? offeredProbe(pod, clues) : undefined;
  if (value === undefined) return {};
  const at = [...pod.path, container.list, container.index, 'startupProbe'];
  return {
    mend: () => ({
      title: `Add a startupProbe to '${name}'`,
      safe: false,
      isOptional: true,
      changes: [{ kind: 'add', path: at, value, behind: ['restartPolicy', 'image', 'name'] }],
    }),
  };
}
