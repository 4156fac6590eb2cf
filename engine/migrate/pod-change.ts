import type { Container, Pod } from '../kube/pod.ts';
import type { EarlyPlace } from '../sidecar/awaited.ts';
import type { Change } from '../yaml/patch.ts';

/** What changes in one pod. */
export interface PodChange {
  readonly pod: Pod;
  /** Regular containers that become native sidecars. */
  readonly moved: readonly Container[];
  /** Those of the moved ones that an init container waits for: they stand before it, the others behind the last. */
  readonly early?: EarlyPlace | undefined;
  /** Containers that go. */
  readonly dropped: readonly Container[];
  /** The changes of each part; those of the first go with the move. Others stand each for itself. */
  readonly parts: readonly (readonly Change[])[];
}
