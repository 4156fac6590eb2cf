import { jobOf } from '../kube/job.ts';
import { isNativeSidecar, nameOf } from '../kube/pod.ts';
import { atLeast, NATIVE_SIDECARS_SINCE } from '../kube/version.ts';
import { deafTo } from '../sidecar/process-one.ts';
import { asMap, asSeq, asText, asTexts, entry, get, spanOf } from '../yaml/read.ts';
import type { Rule } from './rule.ts';

/** How a sidecar may end when the work has failed: by SIGTERM, or killed after the grace period. */
const STOPPED = [
  { code: '143', how: 'many programs then end with exit code 143' },
  { code: '137', how: 'one that ignores SIGTERM ends with exit code 137' },
] as const;

/** A rule of podFailurePolicy that names no container looks at native sidecars too. */
export const failurePolicyMatchesSidecar: Rule = {
  id: 'failure-policy-matches-sidecar',
  title: 'A podFailurePolicy rule matches the exit code of a native sidecar',
  severity: () => 'warning',

  *check({ pod, clues, versions }) {
    if (!atLeast(versions.lowest, NATIVE_SIDECARS_SINCE)) return;
    const { document, containers } = pod;
    const job = jobOf(pod);
    const sidecar = pod.initContainers.find(isNativeSidecar);
    const policy = asMap(document, job?.field('podFailurePolicy'));
    const rules = asSeq(document, get(document, policy, 'rules'))?.items ?? [];
    if (!job || !sidecar) return;
    const ignoresSigterm = clues.some((each) => isNativeSidecar(each.container) && deafTo(each) !== undefined);
    for (const [index, item] of rules.entries()) {
      const rule = asMap(document, item);
      const action = asText(document, get(document, rule, 'action'))?.value;
      const codes = asMap(document, get(document, rule, 'onExitCodes'));
      const operator = entry(document, codes, 'operator');
      const values = asTexts(document, get(document, codes, 'values'))?.map(({ value }) => value);
      if (!codes || !operator || !values?.every((each) => /^\d+$/.test(each))) continue;
      // Nothing else counts a failure behind the last rule.
      if (action === 'Count' && index === rules.length - 1) continue;
      if (get(document, codes, 'containerName') !== undefined) continue;
      const isIn = asText(document, operator.value)?.value === 'In';
      const isNotIn = asText(document, operator.value)?.value === 'NotIn';
      const matched = STOPPED.filter(({ code }) => (values.includes(code) ? isIn : isNotIn));
      if (matched.length === 0) continue;
      const isKilledOnly = matched.every(({ code }) => code === '137');
      const [main, ...others] = containers;
      const path = [...job.path, 'podFailurePolicy', 'rules', index, 'onExitCodes', 'containerName'];
      yield {
        message: `When the work has failed, '${nameOf(sidecar)}' is stopped: ${matched.map(({ how }) => how).join(', ')}. This rule (${action ?? 'without an action'}) matches that, whatever the work's own code was. Name the container that it is about with containerName.`,
        span: {
          start: spanOf(operator.key).start,
          end: operator.written ? spanOf(operator.written).end : spanOf(operator.key).end,
        },
        confidence: 'likely',
        ...(isKilledOnly && !ignoresSigterm && { severity: 'info' as const }),
        container: sidecar,
        ...(main?.name && others.length === 0
          ? {
              mend: () => ({
                title: `Set containerName: ${nameOf(main)}`,
                safe: false,
                changes: [{ kind: 'add' as const, path, value: nameOf(main), behind: [] }],
              }),
            }
          : {}),
      };
    }
  },
};
