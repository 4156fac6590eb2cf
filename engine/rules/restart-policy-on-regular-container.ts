import { type Container, containerSpan, nameOf } from '../kube/pod.ts';
import { VERSION_FACTS } from '../kube/version.ts';
import { podsOf } from '../kube/workload.ts';
import { entry } from '../yaml/read.ts';
import {
  dropped,
  entrySpan,
  inContainer,
  isChecked,
  isSure,
  lost,
  refuses,
  severityOf,
  statesIn,
  tellStates,
} from './api.ts';
import { hangsOnOld } from './old-versions.ts';
import type { PodContext, Rule } from './rule.ts';

const FACT = VERSION_FACTS.regularRestartPolicy;
const POLICIES = ['Always', 'Never', 'OnFailure'];

/** What is wrong with the `restartPolicy` of a regular container, a sentence for each stretch of the versions. */
export function restartPolicyProblems({ pod, versions }: PodContext, container: Container): string[] {
  const { restartPolicy } = container;
  if (!restartPolicy || !isChecked(pod) || !isSure(pod, restartPolicy)) return [];
  const path = inContainer(pod, container, 'restartPolicy');
  const { value } = restartPolicy;
  return tellStates(FACT, versions, {
    unknown: (which) => lost(which, path),
    rejected: (which) => refuses(pod, which, path, 'Forbidden: may not be set for non-init containers'),
    dropped,
    ...(value === 'Always' && {
      works: (which) => `${which} restarts it whenever it exits, so ${podsOf(pod.workload)} never complete.`,
    }),
    ...(!POLICIES.includes(value) && {
      works: (which) =>
        refuses(pod, which, path, `Unsupported value: "${value}": supported values: "Always", "Never", "OnFailure"`),
    }),
  });
}

/** `restartPolicy: Always` among the regular containers makes no sidecar: what it does depends on the version. */
export const restartPolicyOnRegularContainer: Rule = {
  id: 'restart-policy-on-regular-container',
  title: 'A regular container has a restartPolicy',
  severity: () => 'error',

  *check(context) {
    const { pod, roles, versions } = context;
    for (const { container, role } of roles) {
      const problems = restartPolicyProblems(context, container);
      const policy = entry(pod.document, container.map, 'restartPolicy');
      if (problems.length === 0 || !policy) continue;
      const isSidecar = role === 'sidecar';
      const states = statesIn(FACT, versions);
      const isBogus = states.has('works') && !POLICIES.includes(container.restartPolicy?.value ?? '');
      yield {
        message: `Container '${nameOf(container)}' is a regular container${container.restartPolicy?.value === 'Always' ? ', where restartPolicy makes no sidecar' : ' with a restartPolicy of its own'}. ${problems.join(' ')} ${isSidecar ? `Make it a native sidecar.${hangsOnOld(pod, versions)}` : 'Remove it.'}`,
        span: policy.map === container.map ? entrySpan(policy) : containerSpan(container),
        confidence: 'certain',
        severity: isBogus ? 'error' : severityOf(states),
        container,
        ...(isSidecar && { moves: [container] }),
        // Rules need it: who writes them has a newer cluster in mind.
        ...(!isSidecar &&
          !container.has('restartPolicyRules') && {
            mend: () => ({
              title: `Remove the restartPolicy of '${nameOf(container)}'`,
              safe: !states.has('works'),
              changes: [{ kind: 'remove', path: inContainer(pod, container, 'restartPolicy') }],
            }),
          }),
      };
    }
  },
};
