import type { Rule } from './rule.ts';
import { about, outlook, told } from './story.ts';

/** An annotation or variable asks a controller to end a sidecar. */
export const terminatorMarker: Rule = {
  id: 'terminator-marker',
  title: 'An annotation or variable asks a controller to end a sidecar',
  severity: () => 'info',

  *check(context) {
    for (const workaround of context.workarounds.filter(({ kind }) => kind === 'marker')) {
      const { clues, span, text, to } = workaround;
      const message = `${text} asks a controller to end '${clues.name}' when the work has ended. ${outlook(workaround)}`;
      yield { ...told(workaround), message, span, container: clues.container, evidence: about(context, to) };
    }
  },
};
