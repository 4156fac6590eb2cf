import { foldedCommands } from '../shell/folded.ts';
import { scriptsOf } from '../sidecar/clues.ts';
import { scalarMap } from '../yaml/scalar.ts';
import type { Rule } from './rule.ts';

/** A `>` scalar joins lines, so that a command became an argument of the one before. */
export const foldedScript: Rule = {
  id: 'folded-script',
  title: 'A folded scalar makes a command an argument of the one before',
  severity: () => 'warning',

  *check({ pod, clues }) {
    const { text } = pod.document;
    for (const each of clues) {
      for (const { script } of scriptsOf(each)) {
        const { source } = script;
        if (text[source.span.start] !== '>' || script.isBroken) continue;
        const map = scalarMap(pod.document, source);
        if (!map) continue;
        const startsLine = (offset: number) => {
          const { start } = map.span({ start: offset, end: offset + 1 });
          return text.slice(text.lastIndexOf('\n', start - 1) + 1, start).trim() === '';
        };
        const [found] = foldedCommands(script, startsLine);
        if (!found) continue;
        yield {
          message: `'>' joins lines: what stands here is no command but an argument of '${found.command}'. Write the script with '|'.`,
          span: map.span(found.span),
          confidence: 'certain',
          container: each.container,
        };
      }
    }
  },
};
