import { isNativeSidecar, nameOf } from '../kube/pod.ts';
import { asMap, asText, entry } from '../yaml/read.ts';
import { entrySpan, inContainer, isChecked, isSure, says } from './api.ts';
import type { Rule } from './rule.ts';

/** A startup or liveness probe has passed when it passed once. */
export const startupProbeSuccessThreshold: Rule = {
  id: 'startup-probe-success-threshold',
  title: 'A startup or liveness probe has a successThreshold other than 1',
  severity: () => 'error',

  *check({ pod }) {
    if (!isChecked(pod)) return;
    for (const container of [...pod.initContainers.filter(isNativeSidecar), ...pod.containers]) {
      for (const probe of ['startupProbe', 'livenessProbe']) {
        const found = entry(pod.document, asMap(pod.document, container.field(probe)), 'successThreshold');
        const threshold = asText(pod.document, found?.value);
        // 0 is read as if nothing was said.
        if (!found || !threshold || !isSure(pod, threshold) || !/^[2-9]$|^[1-9]\d+$/.test(threshold.value)) continue;
        const path = inContainer(pod, container, probe, 'successThreshold');
        yield {
          message: `The ${probe} of '${nameOf(container)}' has passed when it passed once. The API server refuses the ${pod.workload.kind}: ${says(path, `Invalid value: ${threshold.value}: must be 1`)}.`,
          span: entrySpan(found),
          confidence: 'certain',
          container,
          mend: () => ({
            title: `Remove successThreshold from the ${probe}`,
            safe: true,
            changes: [{ kind: 'remove', path }],
          }),
        };
      }
    }
  },
};
