import type { Completion } from '../config/complete.ts';
import { ALL_RULES } from '../rules/index.ts';

/** `# native-sidecars-ignore wait-loop, kill`: where rules are listed in a comment. */
const COMMENT = /(?:^|\s)#[ \t]*native-sidecars-ignore(?:-file)?[ \t]+((?:[\w-]+[ \t]*,[ \t]*)*)([\w-]*)$/;
/** The same in the annotation, behind its key or a semicolon. */
const ANNOTATION = /^\s*(?:- +)?["']?native-sidecars\/ignore["']?\s*:\s*["']?(?:.*;)?\s*((?:[\w-]+\s*,\s*)*)([\w-]*)$/;

/**
 * The rules that may be named at an offset of a suppression, those of `found` first; undefined where none is written.
 */
export function completeSuppression(text: string, offset: number, found: readonly string[]): Completion[] | undefined {
  const before = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  const [, list, word = ''] = COMMENT.exec(before) ?? ANNOTATION.exec(before) ?? [];
  if (list === undefined) return undefined;
  const taken = list.split(/[\s,]+/);
  const rank = (id: string) => (found.includes(id) ? 0 : 1);
  return ALL_RULES.filter(({ id }) => !taken.includes(id))
    .sort((a, b) => rank(a.id) - rank(b.id))
    .map(({ id, title }) => ({
      kind: 'value',
      label: id,
      description: title,
      insert: id,
      start: offset - word.length,
    }));
}
