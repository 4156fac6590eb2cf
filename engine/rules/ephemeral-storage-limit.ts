import { isNativeSidecar, nameOf } from '../kube/pod.ts';
import { storageLimit } from '../kube/storage.ts';
import { atLeast, firstWith, formatVersion, NATIVE_SIDECARS_SINCE, stateIn, VERSION_FACTS } from '../kube/version.ts';
import { spanOf } from '../yaml/read.ts';
import type { Rule } from './rule.ts';

const FACT = VERSION_FACTS.ephemeralStorageLimit;

/** The oldest minor whose kubelet holds native sidecars to their own limit. */
export const LIMIT_HELD_SINCE = formatVersion(firstWith(FACT, 'works'));

/** On old versions the kubelet does not hold a native sidecar to its own limit of ephemeral storage. */
export const ephemeralStorageLimit: Rule = {
  id: 'ephemeral-storage-limit',
  title: 'The ephemeral-storage limit of a native sidecar is not enforced',
  severity: () => 'hint',

  *check({ pod, versions }) {
    const { lowest } = versions;
    if (!atLeast(lowest, NATIVE_SIDECARS_SINCE) || stateIn(FACT, lowest) === 'works') return;
    for (const container of pod.initContainers) {
      const limit = isNativeSidecar(container) ? storageLimit(pod, container) : undefined;
      if (!limit) continue;
      yield {
        message: `Before Kubernetes ${LIMIT_HELD_SINCE} the kubelet does not hold native sidecars to this limit. '${nameOf(container)}' may fill the node's disk; sizeLimit of an emptyDir holds there too.`,
        span: {
          start: spanOf(limit.key).start,
          end: limit.written ? spanOf(limit.written).end : spanOf(limit.key).end,
        },
        confidence: 'certain',
        container,
      };
    }
  },
};
