import { PodRun } from './pod-run.ts';
import { DEFAULT_VERSIONS, type KubernetesVersion, stateIn, VERSION_FACTS } from './version.ts';

/** What a program does when it is started. */
export interface Run {
  /** After how many seconds it ends by itself; never when left out. */
  readonly seconds?: number;
  /** 0 when left out. */
  readonly exitCode?: number;
}

/** A container of the model: what the manifest says, and what is assumed of its program. Times are seconds. */
export interface LifecycleContainer {
  /** Unique within the pod. */
  readonly name: string;
  readonly restartPolicy?: string;
  /** What its program does at each start, the last for ever after. One that never ends when left out. */
  readonly runs?: readonly Run[];
  /** Whether the image can be pulled; true when left out. */
  readonly pulls?: boolean;
  /** Containers that must have started before its program, its probe and its postStart hook get any further. */
  readonly waitsFor?: readonly string[];
  /** Never passes without `passesAfter`; then the container is killed after `givesUpAfter`. */
  readonly startupProbe?: { readonly passesAfter?: number; readonly givesUpAfter?: number };
  /** A probe that it has besides. It holds up nothing; on a plain init container it is refused. */
  readonly otherProbe?: 'livenessProbe' | 'readinessProbe';
  /** How long the hooks take. */
  readonly postStart?: number;
  readonly preStop?: number;
  /** Whether the preStop hook makes the program end. */
  readonly quitsOnPreStop?: boolean;
  /** What SIGTERM does; the program ignores it without `seconds`. When left out it ends after a second, with 0. */
  readonly stop?: Run;
  /** The workaround: a second after all these have ended, somebody makes its program end with 0. */
  readonly endsWith?: { readonly names: readonly string[]; readonly onFailureToo: boolean };
}

/** A pod of a Job, and the limits that the Job sets. */
export interface LifecyclePod {
  readonly initContainers?: readonly LifecycleContainer[];
  readonly containers: readonly LifecycleContainer[];
  /** Never when left out. */
  readonly restartPolicy?: 'Never' | 'OnFailure';
  /** Whether a Job runs it; a bare Pod is never made again. True when left out. */
  readonly isJob?: boolean;
  /** 6 when left out. */
  readonly backoffLimit?: number;
  /** `activeDeadlineSeconds` of the Job. */
  readonly deadline?: number;
  /** `activeDeadlineSeconds` of the pod. */
  readonly podDeadline?: number;
  /** `terminationGracePeriodSeconds`, 30 when left out. */
  readonly grace?: number;
  /** 1.33 when left out. */
  readonly version?: KubernetesVersion;
  /** Whether 1.28 has the feature gate SidecarContainers switched on. */
  readonly sidecarGate?: boolean;
}

/** What a container counts as in the cluster's version. */
export type LifecycleKind = 'init container' | 'native sidecar' | 'regular container';

/** A stretch of a container's life, in seconds since the first container started. */
export interface Interval {
  readonly from: number;
  /** Undefined: it goes on for ever. */
  readonly to: number | undefined;
  /** `starting`: it runs, and does not count as started; `stopping`: it was told to end; `backoff`: it waits for a restart. */
  readonly state: 'starting' | 'running' | 'stopping' | 'backoff';
  /** Which of the Job's pods, counted from 0. */
  readonly pod: number;
}

/** Something that happens to a container. */
export interface LifecycleEvent {
  /** The container's place in the lanes. */
  readonly lane: number;
  readonly at: number;
  /** `started`: what waits for it may start. */
  readonly kind: 'start' | 'started' | 'preStop' | 'SIGTERM' | 'SIGKILL' | 'exit';
  readonly exitCode?: number;
  /** How often it has been restarted in its pod before. */
  readonly attempt: number;
  readonly pod: number;
}

/** The life of a container, all pods after each other. */
export interface LifecycleLane {
  readonly name: string;
  readonly kind: LifecycleKind;
  /** The first restarts are told one by one; later ones lie within the last interval. */
  readonly intervals: readonly Interval[];
  /** How often it was restarted in all pods that are told. */
  readonly restarts: number;
}

/** What leads to what; `from` and `to` are places in the lanes. */
export interface LifecycleLink {
  /** `gate`: `to` could start then; `stop`: the turn to be told to end came to `to`, since `from` has ended. */
  readonly kind: 'gate' | 'stop';
  readonly from: number;
  readonly to: number;
  readonly at: number;
  readonly pod: number;
}

/**
 * Why a container does not end, or not start: it just runs; it is restarted whenever it has ended; its image is missing;
 * it waits for another; its startup probe never passes; the API server drops the `restartPolicy` that made it a sidecar.
 */
export type Because = 'runs' | 'restarts' | 'image' | 'waits' | 'probe' | 'dropped';

/** What holds a pod up. */
export interface Holdup {
  /** Whether it is held up before all regular containers have started. */
  readonly isStart: boolean;
  readonly containers: readonly string[];
  readonly because: Because;
  /** What is waited for. */
  readonly waitsFor?: string;
}

/** What becomes of the Job, or of the bare Pod. */
export type Outcome =
  | { readonly verdict: 'completes'; readonly at: number }
  | {
      readonly verdict: 'fails';
      readonly at: number;
      /** As in the status of the Job or pod; `Error` for a bare Pod whose container failed. */
      readonly reason: 'BackoffLimitExceeded' | 'DeadlineExceeded' | 'Error';
      /** The container that failed or was restarted most. */
      readonly container: string | undefined;
      readonly holdup: Holdup | undefined;
    }
  | { readonly verdict: 'endless' | 'stuck'; readonly holdup: Holdup }
  /** `message`: the API server's, with the field's path in the pod spec. */
  | { readonly verdict: 'rejected'; readonly container: string; readonly message: string };

/** What happens to a pod and its Job. */
export interface Lifecycle {
  /** In the order in which the containers start. */
  readonly lanes: readonly LifecycleLane[];
  /** In the order in which they happen. */
  readonly events: readonly LifecycleEvent[];
  readonly links: readonly LifecycleLink[];
  readonly outcome: Outcome;
  /** How many pods the Job makes; the lanes tell of the first three. */
  readonly pods: number;
}

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

/** A container, what the cluster takes it for, and whether it is restarted. */
export interface Settled {
  readonly spec: LifecycleContainer;
  readonly kind: LifecycleKind;
  /** Its own restartPolicy where the cluster honours one, or else the pod's. */
  readonly policy: string;
  /** Whether its `restartPolicy: Always` was meant to make it a sidecar, and does not in this version. */
  readonly isDropped: boolean;
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
