import type { Pod } from '../kube/pod.ts';
import { VERSION_FACTS, type VersionRange } from '../kube/version.ts';
import { podsOf } from '../kube/workload.ts';
import { tellStates } from './api.ts';

/**
 * What a native sidecar would be on the versions of a range that do not have them, as sentences behind others, each with a
 * space before it; empty when all have them.
 */
export function hangsOnOld({ workload }: Pod, versions: VersionRange): string {
  const hangs = `${podsOf(workload)} would wait in Init for it to end`;
  const told = tellStates(VERSION_FACTS.nativeSidecar, versions, {
    unknown: (which) =>
      `${which} does not know native sidecars: kubectl is refused with 'strict decoding error: unknown field' for its restartPolicy, and without that field ${hangs}.`,
    dropped: (which) =>
      `${which} drops its restartPolicy without a word, unless the SidecarContainers feature gate is on: ${hangs}.`,
  });
  return told.map((each) => ` ${each}`).join('');
}
