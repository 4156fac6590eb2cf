import { isNativeSidecar } from '../kube/pod.ts';
import type { Rule } from './rule.ts';
import { about, names, workaroundsOf } from './story.ts';

/** The work waits for a sidecar to start. */
export const waitLoop: Rule = {
  id: 'wait-loop',
  title: 'The work waits for a sidecar to start',
  severity: () => 'info',

  *check(context) {
    const sidecars = new Set(context.roles.flatMap(({ role, container }) => (role === 'sidecar' ? container : [])));
    for (const { clues, to, span, text } of workaroundsOf(context, 'start-wait')) {
      const waited = to.filter(({ container }) => sidecars.has(container) || isNativeSidecar(container));
      if (waited.length === 0) continue;
      const own = waited.includes(clues);
      yield {
        message: own
          ? `'${clues.name}' blocks the start of the others until it answers (${text}). A native sidecar with a startupProbe does this by itself.`
          : `'${clues.name}' waits here for ${names(waited)} to start (${text}). A native sidecar starts before the work, and with a startupProbe the work starts only when it answers.`,
        span,
        confidence: 'likely',
        container: clues.container,
        evidence: about(context, waited),
      };
    }
  },
};
