import type { Rule } from './rule.ts';
import { about, names, outlook, told, workaroundsOf } from './story.ts';

/** A script kills a sibling container, because the Job would not end otherwise. */
export const killWorkaround: Rule = {
  id: 'kill-workaround',
  title: 'A script kills a sidecar of its pod',
  severity: () => 'info',

  *check(context) {
    const killers = new Set(workaroundsOf(context, 'killer').map(({ clues }) => clues));
    for (const workaround of workaroundsOf(context, 'kill')) {
      const { clues, to, span } = workaround;
      if (killers.has(clues)) continue;
      const message = `'${clues.name}' kills ${names(to)} here. ${outlook(workaround)}`;
      yield { ...told(workaround), message, span, container: clues.container, evidence: about(context, to) };
    }
  },
};
