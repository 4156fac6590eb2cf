import { type Container, isNativeSidecar, nameOf, type Pod } from '../kube/pod.ts';
import { formatVersions, stateIn, stretchesOf, VERSION_FACTS } from '../kube/version.ts';
import type { Change } from '../yaml/patch.ts';
import { entry } from '../yaml/read.ts';
import { entrySpan, given, inContainer, isChecked, isTemplated, refuses } from './api.ts';
import { initPolicyProblems } from './init-restart-policy.ts';
import type { Mend, Rule } from './rule.ts';
import { misspelled } from './unknown-restart-policy-spelling.ts';

const FIELDS = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'];

/** Whether an init container has what only a native sidecar may have. */
export function hasProbe(pod: Pod, container: Container): boolean {
  const isThere = (field: string) => given(entry(pod.document, container.map, field)) !== undefined;
  return isChecked(pod) && !isTemplated(pod) && FIELDS.some(isThere);
}

/** Probes and hooks belong to containers that keep running: of the init containers only to native sidecars. */
export const probeOnPlainInitContainer: Rule = {
  id: 'probe-on-plain-init-container',
  title: 'An init container that is no native sidecar has a probe or a hook',
  severity: () => 'error',

  *check(context) {
    const { pod, versions, initRoles } = context;
    if (!isChecked(pod) || isTemplated(pod)) return;
    for (const container of pod.initContainers) {
      // Where restartPolicy: Always was meant, what is wrong with it is told already.
      const policy = container.restartPolicy?.value;
      const isMeant = misspelled(pod.document, container.map) || (policy && !/^(?:Never|OnFailure)$/.test(policy));
      const neverExits = initRoles.find((each) => each.container === container)?.neverExits;
      if (isNativeSidecar(container) || (isMeant && (!policy || initPolicyProblems(context, container).length > 0)))
        continue;
      for (const field of FIELDS) {
        const found = entry(pod.document, container.map, field);
        if (!found || !given(found)) continue;
        const path = inContainer(pod, container, field);
        const told = stretchesOf(
          versions,
          (version) => stateIn(VERSION_FACTS.nativeSidecar, version) !== 'unknown',
        ).map(({ state, versions: stretch }) =>
          refuses(
            pod,
            `Kubernetes ${formatVersions(stretch)}`,
            path,
            `Forbidden: may not be set for init containers${state ? ' without restartPolicy=Always' : ''}`,
          ),
        );
        yield {
          message: `Init container '${nameOf(container)}' is no native sidecar, so it may have no ${field}. ${told.join(' ')} ${neverExits ? 'Add restartPolicy: Always.' : `Add restartPolicy: Always if it is to run beside the work, or remove the ${field}.`}`,
          span: entrySpan(found),
          confidence: 'certain',
          container,
          mend: () => (neverExits ? becomeSidecar(pod, container) : remove(pod, container, field)),
        };
      }
    }
  },
};

function becomeSidecar(pod: Pod, container: Container): Mend {
  const path = inContainer(pod, container, 'restartPolicy');
  const change: Change = container.restartPolicy
    ? { kind: 'set', path, value: 'Always' }
    : { kind: 'add', path, value: 'Always', behind: ['image', 'name'] };
  return { title: `Add restartPolicy: Always to '${nameOf(container)}'`, safe: false, changes: [change] };
}

function remove(pod: Pod, container: Container, field: string): Mend {
  return {
    title: `Remove the ${field} of '${nameOf(container)}'`,
    safe: false,
    changes: [{ kind: 'remove', path: inContainer(pod, container, field) }],
  };
}
