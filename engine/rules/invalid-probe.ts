import { isNativeSidecar, nameOf } from '../kube/pod.ts';
import { asMap, asText, entry } from '../yaml/read.ts';
import { entrySpan, given, inContainer, isChecked, isTemplated, says } from './api.ts';
import type { Rule } from './rule.ts';

/** In the order in which the API server looks for them. */
const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc'];
const GRACE = 'terminationGracePeriodSeconds';

/** What no schema says of a probe: it has exactly one handler, and only some kill. */
export const invalidProbe: Rule = {
  id: 'invalid-probe',
  title: 'A probe has no handler, several of them, or a grace period that it may not have',
  severity: () => 'error',

  *check({ pod }) {
    if (!isChecked(pod) || isTemplated(pod)) return;
    const { document } = pod;
    for (const container of [...pod.initContainers.filter(isNativeSidecar), ...pod.containers]) {
      for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
        const found = entry(document, container.map, probe);
        const map = asMap(document, found?.value);
        if (!found || !map) continue;
        const at = (...more: string[]) => inContainer(pod, container, probe, ...more);
        const told = (path: ReturnType<typeof at>, words: string) =>
          `The API server refuses the ${pod.workload.kind}: ${says(path, words)}.`;
        const whose = `The ${probe} of '${nameOf(container)}'`;
        const [first, second] = HANDLERS.filter((each) => given(entry(document, map, each)));
        const grace = entry(document, map, GRACE);
        const seconds = asText(document, grace?.value)?.value ?? '';
        const common = { span: entrySpan(found), confidence: 'certain', container } as const;
        // Without an image it is a part of a container, and the other part may say how to ask.
        if (!first && container.has('image')) {
          const message = `${whose} asks nothing. ${told(at(), 'Required value: must specify a handler type')} Add exec, httpGet, tcpSocket or grpc.`;
          yield { ...common, message };
        }
        if (second) {
          const message = `${whose} may ask in one way only. ${told(at(second), 'Forbidden: may not specify more than 1 handler type')} Keep one of ${first} and ${second}.`;
          yield { ...common, message };
        }
        if (!grace || !/^-?\d+$/.test(seconds)) continue;
        const span = grace.map === map ? entrySpan(grace) : common.span;
        if (probe === 'readinessProbe') {
          yield {
            ...common,
            span,
            message: `${whose} never kills, so it has no grace period. ${told(at(GRACE), `Invalid value: ${seconds}: must not be set for readinessProbes`)}`,
            mend: () => ({
              title: `Remove ${GRACE} from the readinessProbe`,
              safe: true,
              changes: [{ kind: 'remove', path: at(GRACE) }],
            }),
          };
        } else if (Number(seconds) <= 0) {
          const words = `Invalid value: ${seconds}: must be greater than 0`;
          yield { ...common, span, message: `${whose} has no time to stop in. ${told(at(GRACE), words)}` };
        }
      }
    }
  },
};
