import type { Lifecycle, LifecycleContainer, LifecyclePod, Outcome, Settled } from './lifecycle.ts';
import { PodRun } from './pod-run.ts';
import { DEFAULT_VERSIONS, stateIn, VERSION_FACTS } from './version.ts';

/** How many pods are told, and how many are run before the rest is taken to be alike. */
const TOLD_PODS = 3;
const RUN_PODS = 10;

/**
 * Plays the life of a pod of a Job, and of the pods that follow when it fails. The same input gives the same result, at
 * once: what repeats itself for ever is told as such. Semantics: KEP-753, and the page on sidecar containers in the
 * Kubernetes documentation.
 *
 * Assumed: a start takes a second, but for the first; so do the Job controller's reactions.
 */
export function playLifecycle(pod: LifecyclePod): Lifecycle {
  const rejected = reject(pod);
  if (rejected) return { lanes: [], events: [], links: [], outcome: rejected, pods: 0 };
  const { isJob = true, backoffLimit = 6, deadline = Number.POSITIVE_INFINITY } = pod;
  const containers = settle(pod);
  const longest = Math.max(...containers.map(({ spec }) => spec.runs?.length ?? 0));
  const told: PodRun[] = [];
  const tell = (outcome: Outcome, pods: number): Lifecycle => ({
    lanes: containers.map(({ spec, kind }, index) => {
      const lanes = told.flatMap((run) => run.lanes[index] ?? []);
      return {
        name: spec.name,
        kind,
        intervals: lanes.flatMap(({ intervals }) => intervals),
        restarts: lanes.reduce((sum, { restarts }) => sum + restarts, 0),
      };
    }),
    events: told.flatMap(({ events }) => events),
    links: told.flatMap(({ links }) => links),
    outcome,
    pods,
  });
  let start = 0;
  let starts: readonly number[] | undefined;
  for (let index = 0; ; index++) {
    const run = new PodRun({ pod, containers, index, at: start, starts });
    if (index < TOLD_PODS) told.push(run);
    const end = run.play();
    starts = run.starts;
    if (end.verdict !== 'failed') return tell(end, index + 1);
    const { at, container } = end;
    if (!isJob) return tell({ verdict: 'fails', at, reason: end.reason, container, holdup: undefined }, 1);
    const failed = { verdict: 'fails', container, holdup: undefined } as const;
    if (index >= backoffLimit) return tell({ ...failed, at, reason: 'BackoffLimitExceeded' }, index + 1);
    const next = at + retryDelay(index);
    const late = { ...failed, at: deadline, reason: 'DeadlineExceeded' } as const;
    if (next >= deadline) return tell(late, index + 1);
    if (index + 1 >= Math.max(RUN_PODS, longest)) {
      const period = at - start + retryDelay(index);
      const left = backoffLimit - index;
      const inTime = Math.floor((deadline - next) / period) + 1;
      if (inTime < left) return tell(late, index + 1 + inTime);
      return tell({ ...failed, at: at + left * period, reason: 'BackoffLimitExceeded' }, index + 1 + left);
    }
    start = next;
  }
}

/** How long the Job controller waits before it makes the next pod: 10 s, twice as long each time, at most 6 min. */
function retryDelay(failures: number): number {
  return Math.min(10 * 2 ** failures, 360);
}

function settle(pod: LifecyclePod): Settled[] {
  const { initContainers = [], containers, restartPolicy = 'Never', version = DEFAULT_VERSIONS.lowest } = pod;
  const isHonoured = (fact: 'initRestartPolicy' | 'regularRestartPolicy') =>
    stateIn(VERSION_FACTS[fact], version) === 'works';
  const init = initContainers.map((spec): Settled => {
    const isMeant = spec.restartPolicy === 'Always';
    if (isMeant && knowsSidecars(pod)) return { spec, kind: 'native sidecar', policy: restartPolicy, isDropped: false };
    const policy = (isHonoured('initRestartPolicy') && spec.restartPolicy) || restartPolicy;
    return { spec, kind: 'init container', policy, isDropped: isMeant };
  });
  const regular = containers.map((spec): Settled => {
    const policy = (isHonoured('regularRestartPolicy') && spec.restartPolicy) || restartPolicy;
    return { spec, kind: 'regular container', policy, isDropped: false };
  });
  return [...init, ...regular];
}

function knowsSidecars({ version = DEFAULT_VERSIONS.lowest, sidecarGate = false }: LifecyclePod): boolean {
  const state = stateIn(VERSION_FACTS.nativeSidecar, version);
  return state === 'works' || (sidecarGate && state === 'dropped');
}

/**
 * What the API server refuses. Below 1.28 it does not know `restartPolicy` of a container: a client that does not ask it
 * to be strict gets it dropped. Source: `pkg/apis/core/validation` of the minors.
 */
function reject(pod: LifecyclePod): Outcome | undefined {
  const { initContainers = [], containers, version = DEFAULT_VERSIONS.lowest } = pod;
  const state = stateIn(VERSION_FACTS.nativeSidecar, version);
  // With the feature gate on the policies are checked in the first minor too, instead of being dropped.
  const isEarly = state === 'dropped' && knowsSidecars(pod);
  const isChecked = isEarly || stateIn(VERSION_FACTS.initRestartPolicy, version) === 'rejected';
  const refuse = (container: LifecycleContainer, message: string): Outcome => ({
    verdict: 'rejected',
    container: container.name,
    message,
  });
  for (const [index, each] of initContainers.entries()) {
    const { restartPolicy } = each;
    const path = `initContainers[${index}]`;
    if (isChecked && restartPolicy !== undefined && restartPolicy !== 'Always') {
      const text = `Unsupported value: "${restartPolicy}": supported values: "Always"`;
      return refuse(each, `${path}.restartPolicy: ${text}`);
    }
    const field = fieldOfSidecars(each);
    if (field && !(restartPolicy === 'Always' && knowsSidecars(pod))) {
      const without = state !== 'unknown' ? ' without restartPolicy=Always' : '';
      return refuse(each, `${path}.${field}: Forbidden: may not be set for init containers${without}`);
    }
  }
  const own = containers.findIndex(({ restartPolicy }) => restartPolicy !== undefined);
  const container = containers[own];
  if (!container || stateIn(VERSION_FACTS.regularRestartPolicy, version) !== 'rejected') return undefined;
  return refuse(container, `containers[${own}].restartPolicy: Forbidden: may not be set for non-init containers`);
}

/** A field that native sidecars may have, and plain init containers may not. */
function fieldOfSidecars({ startupProbe, otherProbe, postStart, preStop }: LifecycleContainer): string | undefined {
  if (postStart !== undefined || preStop !== undefined) return 'lifecycle';
  if (startupProbe) return 'startupProbe';
  return otherProbe;
}
