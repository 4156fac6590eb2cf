import { containerSpan, isNativeSidecar } from '../kube/pod.ts';
import { atLeast, NATIVE_SIDECARS_SINCE } from '../kube/version.ts';
import { podsOf } from '../kube/workload.ts';
import { awaited } from '../sidecar/awaited.ts';
import { placeOf } from '../sidecar/clues.ts';
import { needsOf } from '../sidecar/needs.ts';
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
      for (const { name, script } of clues.hooks) {
        if (name !== 'postStart') continue;
        for (const need of needsOf(script)) {
          const found = awaited(context, clues, need);
          if (!found || found.by.some(({ container }) => isNativeSidecar(container))) continue;
          const { by, what } = found;
          const isDeclared =
            need.port === undefined || by.every(({ container }) => container.ports.includes(need.port ?? 0));
          yield {
            message: `The postStart hook of '${clues.name}' waits for ${what}. Regular containers start when it has ended, so ${podsOf(pod.workload)} never get to the work. Take the wait out, or wait in the sidecar's own command.`,
            span: placeOf(pod, script, need.span),
            confidence: isDeclared ? 'certain' : 'likely',
            container: clues.container,
            evidence: by.map(({ name: server, container }) => ({
              message: `'${server}' is a regular container`,
              span: containerSpan(container),
            })),
          };
        }
      }
    }
  },
};
