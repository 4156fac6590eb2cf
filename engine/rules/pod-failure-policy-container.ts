import { jobOf } from '../kube/job.ts';
import { stateIn, VERSION_FACTS } from '../kube/version.ts';
import { asMap, asSeq, asText, entry, get } from '../yaml/read.ts';
import { entrySpan, isChecked, isTemplated, says } from './api.ts';
import type { Rule } from './rule.ts';

/** A rule on exit codes names a container that the pod does not have. */
export const podFailurePolicyContainer: Rule = {
  id: 'pod-failure-policy-container',
  title: 'A podFailurePolicy names a container that is not in the pod',
  severity: () => 'error',

  *check({ pod, versions }) {
    const job = jobOf(pod);
    if (!job || !isChecked(pod) || isTemplated(pod)) return;
    if (stateIn(VERSION_FACTS.podFailurePolicy, versions.lowest) !== 'works') return;
    const { document } = pod;
    const all = [...pod.containers, ...pod.initContainers];
    const names = new Set(all.map(({ name }) => name?.value));
    const rules = asSeq(document, get(document, asMap(document, job.field('podFailurePolicy')), 'rules'))?.items ?? [];
    // Without an image it is a part of a container, and of a pod that may have more of them.
    if (names.has(undefined) || !all.every((each) => each.has('image'))) return;
    for (const [index, rule] of rules.entries()) {
      const codes = asMap(document, get(document, asMap(document, rule), 'onExitCodes'));
      const found = entry(document, codes, 'containerName');
      const name = asText(document, found?.value)?.value;
      if (!found || name === undefined || names.has(name)) continue;
      const path = [...job.path, 'podFailurePolicy', 'rules', index, 'onExitCodes', 'containerName'];
      const words = `Invalid value: "${name}": must be one of the container or initContainer names in the pod template`;
      const [only] = all.length === 1 ? all : [];
      yield {
        message: `The pod has no container '${name}'. The API server refuses the ${pod.workload.kind}: ${says(path, words)}.`,
        span: entrySpan(found),
        confidence: 'certain',
        ...(only?.name && {
          mend: () => ({
            title: `Name '${only.name?.value}', the pod's only container`,
            safe: false,
            changes: [{ kind: 'set', path, value: only.name?.value ?? '' }],
          }),
        }),
      };
    }
  },
};
