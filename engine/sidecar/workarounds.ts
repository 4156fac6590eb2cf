import type { Pod } from '../kube/pod.ts';
import type { Evidence } from './classify.ts';

/** What in a pod ends a sidecar by hand. Empty when nothing does: only then is moving a container alone safe. */
export function workarounds(_pod: Pod): Evidence[] {
  return [];
}
