import { containerSpan, nameOf } from '../kube/pod.ts';
import { podsOf } from '../kube/workload.ts';
import type { Rule } from './rule.ts';

/** An init container that runs for ever without `restartPolicy: Always`: nothing behind it ever starts. */
export const initContainerNeverExits: Rule = {
  id: 'init-container-never-exits',
  title: 'An init container that never ends keeps the pod from starting',
  severity: (confidence) => (confidence === 'certain' ? 'error' : confidence === 'likely' ? 'warning' : 'info'),

  *check({ pod, initRoles }) {
    for (const { container, neverExits, evidence } of initRoles) {
      if (!neverExits) continue;
      const pods = podsOf(pod.workload);
      const verb = pod.workload.kind === 'Pod' ? 'does' : 'do';
      yield {
        message: `Init container '${nameOf(container)}' ${neverExits === 'certain' ? 'never ends' : 'seems never to end'}, so ${pods} ${verb} not get past it. Add restartPolicy: Always to make it a native sidecar.`,
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
