import { isNativeSidecar } from '../kube/pod.ts';
import type { Rule } from './rule.ts';
import { workaroundsOf } from './story.ts';

/** A sidecar ends after a fixed time, whether the work has ended or not. */
export const timeboxedSidecar: Rule = {
  id: 'timeboxed-sidecar',
  title: 'A timer ends a sidecar',
  severity: () => 'info',

  *check(context) {
    for (const { clues, span, text } of workaroundsOf(context, 'timer')) {
      const { container, name } = clues;
      const settled = isNativeSidecar(container);
      yield {
        message: settled
          ? `'${name}' is a native sidecar: when its timer (${text}) ends it, it is started again. It needs no timer.`
          : `A timer (${text}) ends '${name}', whether the work has ended or not. A native sidecar needs no timer: migrate the pod.`,
        span,
        confidence: 'certain',
        container,
        ...(settled ? { severity: 'hint' as const } : {}),
      };
    }
  },
};
