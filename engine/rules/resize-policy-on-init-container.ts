import { resizeProblems } from './resizing.ts';
import type { Rule } from './rule.ts';

/** An init container is resized in place only where the version can do it, and never with a restart in such a pod. */
export const resizePolicyOnInitContainer: Rule = {
  id: 'resize-policy-on-init-container',
  title: 'An init container has a resizePolicy that is refused or lost',
  severity: () => 'error',

  *check(context) {
    for (const container of context.pod.initContainers) yield* resizeProblems(context, container);
  },
};
