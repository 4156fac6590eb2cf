import type { Rule } from './rule.ts';
import { about, names, outlook, told, workaroundsOf } from './story.ts';

/** A container exists only to end another one. */
export const killerContainer: Rule = {
  id: 'killer-container',
  title: 'A container exists only to end a sidecar',
  severity: () => 'info',

  *check(context) {
    for (const workaround of workaroundsOf(context, 'killer')) {
      const { clues, to, span } = workaround;
      const ended = to.length > 0 ? names(to) : 'another container';
      const message = `'${clues.name}' exists only to end ${ended}. ${outlook(workaround)}`;
      yield { ...told(workaround), message, span, container: clues.container, evidence: about(context, to) };
    }
  },
};
