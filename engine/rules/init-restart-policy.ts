import { type Container, containerSpan, isNativeSidecar, nameOf, type Pod } from '../kube/pod.ts';
import { minorsOf, stateIn, VERSION_FACTS } from '../kube/version.ts';
import { podsOf } from '../kube/workload.ts';
import { entry } from '../yaml/read.ts';
import {
  dropped,
  entrySpan,
  fieldPath,
  given,
  inContainer,
  isChecked,
  isSure,
  lost,
  refuses,
  says,
  statesIn,
  tellStates,
} from './api.ts';
import type { PodContext, Problem, Rule } from './rule.ts';

const POLICIES = ['Always', 'Never', 'OnFailure'];
const PROBES = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'];

/** What is wrong with the `restartPolicy` of an init container, a sentence for each stretch of the versions. */
export function initPolicyProblems({ pod, versions }: Pick<PodContext, 'pod' | 'versions'>, container: Container) {
  const { restartPolicy } = container;
  if (!restartPolicy || !isChecked(pod) || !isSure(pod, restartPolicy)) return [];
  const path = inContainer(pod, container, 'restartPolicy');
  if (isNativeSidecar(container)) return sidecarProblems({ pod, versions }, container);
  const { value, node } = restartPolicy;
  const type = 'value' in node ? typeof node.value : 'string';
  if (type !== 'string') {
    const field = fieldPath(path).replace(/\[\d+\]/g, '');
    const kind = type === 'boolean' ? 'bool' : type;
    return [
      `The API server refuses the ${pod.workload.kind}: 'json: cannot unmarshal ${kind} into Go struct field Container.${field} of type v1.ContainerRestartPolicy'.`,
    ];
  }
  const unsupported = (which: string, ...allowed: string[]) =>
    refuses(
      pod,
      which,
      path,
      `Unsupported value: "${value}": supported values: ${allowed.map((each) => `"${each}"`).join(', ')}`,
    );
  return tellStates(VERSION_FACTS.initRestartPolicy, versions, {
    unknown: (which) => lost(which, path),
    dropped,
    rejected: (which) => unsupported(which, 'Always'),
    ...(!POLICIES.includes(value) && { works: (which) => unsupported(which, ...POLICIES) }),
  });
}

/** What becomes of a native sidecar where nobody knows it. */
function sidecarProblems({ pod, versions }: Pick<PodContext, 'pod' | 'versions'>, container: Container): string[] {
  const path = inContainer(pod, container, 'restartPolicy');
  const probe = PROBES.find((each) => container.has(each));
  const { kind } = pod.workload;
  const hangs = `It would be an ordinary init container, and ${podsOf(pod.workload)} would wait in Init until it ends.`;
  const refusal = (words: string) =>
    probe
      ? ` Then the API server refuses the ${kind}: ${says(inContainer(pod, container, probe), `Forbidden: may not be set for init containers${words}`)}.`
      : '';
  const rules = entry(pod.document, container.map, 'restartPolicyRules');
  const told = tellStates(VERSION_FACTS.nativeSidecar, versions, {
    unknown: (which) => `${lost(which, path)}${refusal('')}`,
    dropped: (which) =>
      `${which} drops it without a word, unless the SidecarContainers feature gate is on.${refusal(' without restartPolicy=Always')}`,
  });
  return [
    ...told,
    ...(told.length > 0 && !probe ? [hangs] : []),
    ...tellStates(VERSION_FACTS.sidecarRestartRules, versions, {
      ...(given(rules) && {
        rejected: (which) => refuses(pod, which, inContainer(pod, container, 'restartPolicyRules'), NO_RULES),
      }),
    }),
  ];
}

const NO_RULES = 'Forbidden: restartPolicyRules are not allowed for init containers with restart policy Always';

/** Of an init container only `restartPolicy: Always` means something everywhere that native sidecars are known. */
export const initRestartPolicy: Rule = {
  id: 'init-restart-policy',
  title: 'An init container has a restartPolicy that is not allowed',
  severity: () => 'error',

  *check(context) {
    for (const container of context.pod.initContainers) {
      const problems = initPolicyProblems(context, container);
      const policy = entry(context.pod.document, container.map, 'restartPolicy');
      if (problems.length === 0 || !policy) continue;
      const isEndless = context.initRoles.some((each) => each.container === container && each.neverExits);
      const mend = mendOf(context.pod, container, isEndless);
      yield {
        message: `Init container '${nameOf(container)}' has restartPolicy: ${container.restartPolicy?.value || '""'}. ${problems.join(' ')}${isEndless ? ' It seems never to end: write restartPolicy: Always to make it a native sidecar.' : ''}`,
        span: policy.map === container.map ? entrySpan(policy) : containerSpan(container),
        confidence: 'certain',
        severity: isRefused(context, container) ? 'error' : 'warning',
        container,
        ...(mend && { mend }),
      };
    }
  },
};

/** Whether some of the versions refuse it, whoever asks. */
function isRefused({ versions }: PodContext, container: Container): boolean {
  if (isNativeSidecar(container)) {
    return container.has('restartPolicyRules') && statesIn(VERSION_FACTS.sidecarRestartRules, versions).has('rejected');
  }
  const isKnown = POLICIES.includes(container.restartPolicy?.value ?? '');
  return minorsOf(versions).some((version) => {
    const state = stateIn(VERSION_FACTS.initRestartPolicy, version);
    return state === 'rejected' || (state === 'works' && !isKnown);
  });
}

function mendOf(pod: Pod, container: Container, isEndless: boolean): Problem['mend'] {
  const value = container.restartPolicy?.value ?? '';
  const path = inContainer(pod, container, 'restartPolicy');
  if (isNativeSidecar(container)) return undefined;
  if (value.toLowerCase() === 'always' || isEndless) {
    return () => ({
      title: `Write restartPolicy: Always in '${nameOf(container)}'`,
      safe: false,
      changes: [{ kind: 'set', path, value: 'Always' }],
    });
  }
  // Rules need it: who writes them has a newer cluster in mind.
  if ((value !== 'Never' && value !== 'OnFailure') || container.has('restartPolicyRules')) return undefined;
  return () => ({
    title: `Remove the restartPolicy of '${nameOf(container)}'`,
    safe: false,
    changes: [{ kind: 'remove', path }],
  });
}
