import type { Masked } from '../helm/mask.ts';
import type { Edit } from '../text.ts';
import { conditionsAt } from './guards.ts';
import { CannotEdit, columnOf, extendLine, isNothing, lastInk, newLineTo, type Page, removeLines } from './page.ts';
import { asText, type Entry, isFlow, ownEntries, spanOf, type YamlMap } from './read.ts';

/**
 * Sets `name: value` in a map: replaces the value where the map spells the key out, else adds it right behind the first
 * of the entries `behind` that is there, or behind the map's first entry. Throws CannotEdit.
 */
export function setEntry(page: Page, map: YamlMap, name: string, value: string, behind: readonly string[]): Edit {
  const { document, lines } = page;
  const own = ownEntries(document, map);
  const named = (wanted: string) => own.findLast((each) => asText(document, each.key)?.value === wanted);
  const existing = named(name);
  if (existing) {
    if (!existing.written || isNothing(existing.written)) {
      const colon = document.text.indexOf(':', spanOf(existing.key).end) + 1;
      return { span: { start: colon, end: colon }, text: ` ${value}` };
    }
    const span = spanOf(existing.written);
    const quote = /^["']/.exec(document.text.slice(span.start, span.end))?.[0] ?? '';
    return { span, text: `${quote}${value}${quote}` };
  }
  const isHere = (each: Entry) => !document.template || isUnconditional(document.template.masked, map, each);
  const after =
    behind.map(named).find((each) => each?.written && !isNothing(each.written) && isHere(each)) ?? own.find(isHere);
  if (!after) throw new CannotEdit('it has no fields');
  const key = spanOf(after.key);
  const end =
    after.written && !isNothing(after.written) ? spanOf(after.written).end : document.text.indexOf(':', key.end) + 1;
  const quote = /^["']/.exec(document.text.slice(key.start, key.end))?.[0] ?? '';
  const written = `${quote}${name}${quote}`;
  if (!isFlow(map)) {
    const text = `${' '.repeat(columnOf(page, key.start))}${written}: ${value}`;
    return extendLine(page, lines.lineAt(lastInk(page.parsed, end)), text);
  }
  const colon = quote ? (/^:\s*/.exec(document.text.slice(key.end))?.[0] ?? ': ') : ': ';
  const quoted = quote ? `${quote}${value}${quote}` : value;
  return {
    span: { start: end, end },
    text: `,${pairGap(page, map)}${written}${colon}${quoted}`,
  };
}

/** Whether an entry stands under the same conditions as the map that it belongs to. */
function isUnconditional(masked: Masked, map: YamlMap, { key }: Entry): boolean {
  const start = spanOf(map).start;
  return conditionsAt(masked, spanOf(key).start).length === conditionsAt(masked, start).length;
}

/** Removes an entry that a map spells out, with its lines or its comma. Throws CannotEdit. */
export function removeEntry(page: Page, map: YamlMap, name: string): Edit[] {
  const { document, lines } = page;
  const own = ownEntries(document, map);
  const index = own.findLastIndex((each) => asText(document, each.key)?.value === name);
  const entry = own[index];
  if (!entry) return [];
  const ends = (each: Entry) =>
    each.written ? spanOf(each.written).end : document.text.indexOf(':', spanOf(each.key).end) + 1;
  const start = spanOf(entry.key).start;
  if (isFlow(map)) {
    const [before, after] = [own[index - 1], own[index + 1]];
    if (before) return [{ span: { start: ends(before), end: ends(entry) }, text: '' }];
    return [
      {
        span: { start, end: after ? spanOf(after.key).start : ends(entry) },
        text: '',
      },
    ];
  }
  const first = lines.lineAt(start);
  if (
    lines
      .content(first)
      .slice(0, start - lines.start(first))
      .trim() !== ''
  ) {
    throw new CannotEdit(`'${name}' shares its line with the start of the list item`);
  }
  return [removeLines(lines, first, lines.lineAt(lastInk(document.text, ends(entry))))];
}

/** What stands behind the commas of a map in brackets. */
export function pairGap(page: Page, map: YamlMap): string {
  const [first, second] = ownEntries(page.document, map);
  const start = second ? spanOf(second.key).start : undefined;
  if (start === undefined) {
    const only = first ? spanOf(first.key).start : 0;
    return newLineTo(page, only) ?? ' ';
  }
  return /,(\s*)$/.exec(page.document.text.slice(0, start))?.[1] ?? ' ';
}
