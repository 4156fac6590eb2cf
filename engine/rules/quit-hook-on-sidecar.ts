import { isNativeSidecar } from '../kube/pod.ts';
import { atLeast, NATIVE_SIDECARS_SINCE } from '../kube/version.ts';
import { quitHookOf } from '../sidecar/quit-hook.ts';
import type { Rule } from './rule.ts';

/** A native sidecar quits by its own preStop hook, which runs as soon as the pod is told to stop. */
export const quitHookOnSidecar: Rule = {
  id: 'quit-hook-on-sidecar',
  title: 'A preStop hook makes a native sidecar quit while the work still runs',
  severity: () => 'warning',

  *check(context) {
    const { clues: all, pod, versions } = context;
    if (!atLeast(versions.lowest, NATIVE_SIDECARS_SINCE)) return;
    for (const clues of all) {
      const { container, name } = clues;
      const hook = isNativeSidecar(container) ? quitHookOf(context, clues) : undefined;
      if (!hook) continue;
      yield {
        message: `The preStop hook makes '${name}' quit when the pod is told to stop, while the work may still need it, and it is not started again. Remove the hook: the kubelet stops a native sidecar after the work.`,
        span: hook.span,
        confidence: 'certain',
        container,
        mend: () => ({
          title: `Remove the preStop hook of '${name}'`,
          safe: false,
          changes: [{ kind: 'remove', path: [...pod.path, container.list, container.index, 'lifecycle', 'preStop'] }],
        }),
      };
    }
  },
};
