import { containerSpan, isNativeSidecar } from '../kube/pod.ts';
import { atLeast, NATIVE_SIDECARS_SINCE } from '../kube/version.ts';
import { podsOf } from '../kube/workload.ts';
import { holdsOf } from '../sidecar/holds.ts';
import type { Rule } from './rule.ts';

/** A native sidecar counts as started only when a regular container has done something: neither ever goes on. */
export const sidecarWaitsForMain: Rule = {
  id: 'sidecar-waits-for-main',
  title: 'A native sidecar waits for a container that starts after it',
  severity: (confidence) => (confidence === 'certain' ? 'error' : 'warning'),

  *check(context) {
    const { pod, clues: all, versions } = context;
    if (!atLeast(versions.lowest, NATIVE_SIDECARS_SINCE)) return;
    for (const clues of all) {
      if (!isNativeSidecar(clues.container)) continue;
      for (const { by, what, isSure, asker, span } of holdsOf(context, clues)) {
        if (by.some(({ container }) => isNativeSidecar(container))) continue;
        const isHook = asker === 'postStart';
        const advice = isHook
          ? "Take the wait out, or wait in the sidecar's own command."
          : 'Take the probe out, or let it ask the sidecar itself.';
        yield {
          message: `The ${asker}${isHook ? ' hook' : ''} of '${clues.name}' waits for ${what}. Regular containers start when it has ${isHook ? 'ended' : 'succeeded'}, so ${podsOf(pod.workload)} never get to the work. ${advice}`,
          span,
          confidence: isSure && isHook ? 'certain' : 'likely',
          container: clues.container,
          evidence: by.map(({ name: server, container }) => ({
            message: `'${server}' is a regular container`,
            span: containerSpan(container),
          })),
        };
      }
    }
  },
};
