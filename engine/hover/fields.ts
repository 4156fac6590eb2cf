import type { About } from './about.ts';
import { containerRestartPolicy, image, lifecycle, postStart, preStop, probe } from './containers.ts';
import { activeDeadline, backoffLimit, concurrencyPolicy, podFailurePolicy, ttlAfterFinished } from './job.ts';
import { PAGES } from './pages.ts';
import { gracePeriod, initContainers, podDeadline, podRestartPolicy, shareProcessNamespace } from './pod.ts';

/** A field about which there is something to say. */
export interface Field {
  /** What it is a field of: `lifecycle` is that of a container. */
  readonly of: 'cronJob' | 'job' | 'pod' | 'container' | 'lifecycle';
  readonly key: string;
  /** What to read about it. */
  readonly page: string;
  /** Sentences about it in this pod, a paragraph each; none when there is nothing to say. */
  tell(about: About): readonly string[];
}

/** Every field with a hover. */
export const FIELDS: readonly Field[] = [
  { of: 'cronJob', key: 'concurrencyPolicy', page: PAGES.concurrency, tell: concurrencyPolicy },
  { of: 'job', key: 'activeDeadlineSeconds', page: PAGES.deadline, tell: activeDeadline },
  { of: 'job', key: 'backoffLimit', page: PAGES.backoff, tell: backoffLimit },
  { of: 'job', key: 'podFailurePolicy', page: PAGES.failures, tell: podFailurePolicy },
  { of: 'job', key: 'ttlSecondsAfterFinished', page: PAGES.cleanup, tell: ttlAfterFinished },
  { of: 'pod', key: 'activeDeadlineSeconds', page: PAGES.init, tell: podDeadline },
  { of: 'pod', key: 'initContainers', page: PAGES.sidecars, tell: initContainers },
  { of: 'pod', key: 'restartPolicy', page: PAGES.restarts, tell: podRestartPolicy },
  { of: 'pod', key: 'shareProcessNamespace', page: PAGES.processes, tell: shareProcessNamespace },
  { of: 'pod', key: 'terminationGracePeriodSeconds', page: PAGES.termination, tell: gracePeriod },
  { of: 'container', key: 'image', page: PAGES.sidecars, tell: image },
  { of: 'container', key: 'lifecycle', page: PAGES.hooks, tell: lifecycle },
  { of: 'container', key: 'livenessProbe', page: PAGES.probes, tell: probe('livenessProbe') },
  { of: 'container', key: 'readinessProbe', page: PAGES.probes, tell: probe('readinessProbe') },
  { of: 'container', key: 'restartPolicy', page: PAGES.sidecars, tell: containerRestartPolicy },
  { of: 'container', key: 'startupProbe', page: PAGES.probes, tell: probe('startupProbe') },
  { of: 'lifecycle', key: 'postStart', page: PAGES.hooks, tell: postStart },
  { of: 'lifecycle', key: 'preStop', page: PAGES.hooks, tell: preStop },
];
