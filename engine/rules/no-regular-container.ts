import { asSeq, spanOf } from '../yaml/read.ts';
import { given, isChecked, isTemplated, says } from './api.ts';
import type { Rule } from './rule.ts';

/** Sidecars alone are no pod. */
export const noRegularContainer: Rule = {
  id: 'no-regular-container',
  title: 'A pod has no regular container',
  severity: () => 'error',

  *check({ pod }) {
    if (!isChecked(pod) || isTemplated(pod)) return;
    const list = given(pod.containersEntry);
    if (list && asSeq(pod.document, list)?.items.length !== 0) return;
    const place = pod.containersEntry ?? pod.initContainersEntry;
    if (!place) return;
    yield {
      message: `A pod needs a regular container: the one whose end ends the ${pod.workload.kind}. The API server refuses it: ${says([...pod.path, 'containers'], 'Required value')}.`,
      span: spanOf(place.key),
      confidence: 'certain',
    };
  },
};
