import { containerSpan, isNativeSidecar } from '../kube/pod.ts';
import { atLeast, NATIVE_SIDECARS_SINCE } from '../kube/version.ts';
import { podsOf } from '../kube/workload.ts';
import { holdsOf } from '../sidecar/holds.ts';
import type { Rule } from './rule.ts';

/** An init container waits for what only a regular container brings about: neither ever goes on. */
export const initWaitsForRegularContainer: Rule = {
  id: 'init-waits-for-regular-container',
  title: 'An init container waits for a container that starts after it',
  severity: (confidence) => (confidence === 'certain' ? 'error' : 'warning'),

  *check(context) {
    const { pod, initClues, roles, versions } = context;
    for (const clues of initClues) {
      for (const { by, what, isSure, need, span } of holdsOf(context, clues)) {
        if (by.some(({ container }) => isNativeSidecar(container))) continue;
        const [server, ...others] = by;
        const isSidecar = roles.some(({ container, role }) => container === server?.container && role === 'sidecar');
        const movable =
          isSidecar &&
          others.length === 0 &&
          need.port !== undefined &&
          atLeast(versions.lowest, NATIVE_SIDECARS_SINCE);
        yield {
          message: `Init container '${clues.name}' waits for ${what}. Regular containers start when the init containers have ended, so ${podsOf(pod.workload)} never get past it.${movable ? ` As a native sidecar before it, '${server?.name}' starts in time.` : ''}`,
          span,
          confidence: isSure ? 'certain' : 'likely',
          container: clues.container,
          evidence: by.map(({ name, container }) => ({
            message: `'${name}' is a regular container`,
            span: containerSpan(container),
          })),
          ...(movable && server ? { moves: [server.container] } : {}),
        };
      }
    }
  },
};
