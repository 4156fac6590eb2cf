import { type Container, containerSpan, nameOf } from '../kube/pod.ts';
import { podsOf } from '../kube/workload.ts';
import { isChecked, isSure } from './api.ts';
import { initPolicyProblems } from './init-restart-policy.ts';
import { hangsOnOld } from './old-versions.ts';
import { hasProbe } from './probe-on-plain-init-container.ts';
import type { PodContext, Rule } from './rule.ts';
import { misspelled } from './unknown-restart-policy-spelling.ts';

/** An init container that runs for ever without `restartPolicy: Always`: nothing behind it ever starts. */
export const initContainerNeverExits: Rule = {
  id: 'init-container-never-exits',
  title: 'An init container that never ends keeps the pod from starting',
  severity: (confidence) => (confidence === 'certain' ? 'error' : confidence === 'likely' ? 'warning' : 'info'),

  *check(context) {
    const { pod, initRoles, versions } = context;
    for (const { container, neverExits, evidence } of initRoles) {
      if (!neverExits || isToldOtherwise(context, container)) continue;
      const pods = podsOf(pod.workload);
      const verb = pod.workload.kind === 'Pod' ? 'does' : 'do';
      yield {
        message: `Init container '${nameOf(container)}' ${neverExits === 'certain' ? 'never ends' : 'seems never to end'}, so ${pods} ${verb} not get past it. Add restartPolicy: Always to make it a native sidecar.${hangsOnOld(pod, versions)}`,
        span: containerSpan(container),
        confidence: neverExits,
        container,
        evidence,
        mend: () => {
          const path = [...pod.path, container.list, container.index, 'restartPolicy'];
          return {
            title: `Add restartPolicy: Always to '${nameOf(container)}'`,
            safe: false,
            changes: [
              container.restartPolicy
                ? { kind: 'set', path, value: 'Always' }
                : { kind: 'add', path, value: 'Always', behind: ['image', 'name'] },
            ],
          };
        },
      };
    }
  },
};

/** Whether its `restartPolicy` may be any, or is what the API server refuses: told instead, with the same fix. */
function isToldOtherwise(context: PodContext, container: Container): boolean {
  const { pod } = context;
  const policy = container.restartPolicy;
  if (policy && !isSure(pod, policy)) return true;
  const isMisspelled = isChecked(pod) && misspelled(pod.document, container.map) !== undefined;
  return isMisspelled || hasProbe(pod, container) || initPolicyProblems(context, container).length > 0;
}
