import type { KubernetesVersion } from './version.ts';

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

/** A container, what the cluster takes it for, and whether it is restarted. */
export interface Settled {
  readonly spec: LifecycleContainer;
  readonly kind: LifecycleKind;
  /** Its own restartPolicy where the cluster honours one, or else the pod's. */
  readonly policy: string;
  /** Whether its `restartPolicy: Always` was meant to make it a sidecar, and does not in this version. */
  readonly isDropped: boolean;
}
