import { jobOf } from '../kube/job.ts';
import { isNativeSidecar, nameOf } from '../kube/pod.ts';
import { atLeast, NATIVE_SIDECARS_SINCE } from '../kube/version.ts';
import { asMap, asText, entry, get, spanOf } from '../yaml/read.ts';
import type { Rule } from './rule.ts';

/** A native sidecar that never counts as started keeps a Job from failing, and a CronJob with `Forbid` from its later runs. */
export const stuckStart: Rule = {
  id: 'stuck-start',
  title: 'A sidecar that never starts blocks all later runs of a CronJob',
  severity: () => 'hint',

  *check({ pod, versions }) {
    if (!atLeast(versions.lowest, NATIVE_SIDECARS_SINCE)) return;
    const { document, spec } = pod;
    const job = jobOf(pod);
    const hasDeadline =
      job?.field('activeDeadlineSeconds') !== undefined || get(document, spec, 'activeDeadlineSeconds') !== undefined;
    if (!job || hasDeadline || pod.restartPolicy !== 'Never') return;
    const cronJob = asMap(document, document.root);
    const isBlocking =
      pod.workload.kind === 'CronJob' &&
      job.path[0] === 'spec' &&
      asText(document, get(document, asMap(document, get(document, cronJob, 'spec')), 'concurrencyPolicy'))?.value ===
        'Forbid';
    if (!isBlocking) return;
    for (const container of pod.initContainers) {
      const lifecycle = asMap(document, container.field('lifecycle'));
      const gate =
        entry(document, container.map, 'startupProbe') ?? (lifecycle && entry(document, lifecycle, 'postStart'));
      if (!isNativeSidecar(container) || !gate) continue;
      const what = asText(document, gate.key)?.value;
      yield {
        message: `As long as ${what} of '${nameOf(container)}' does not succeed, the work does not start and the sidecar is started again and again: with restartPolicy: Never the Job never fails by that, and with concurrencyPolicy: Forbid no later one starts. activeDeadlineSeconds puts an end to it.`,
        span: spanOf(gate.key),
        confidence: 'certain',
        container,
      };
    }
  },
};
