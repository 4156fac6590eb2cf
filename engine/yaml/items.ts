import { applyEdits, type Edit, type Span } from '../text.ts';
import { guardsOf, lastLineOf } from './guards.ts';
import {
  CannotEdit,
  columnOf,
  keepsBlankLines,
  lastInk,
  leadingComments,
  newLineTo,
  type Page,
  removeLines,
  trailingComments,
} from './page.ts';
import { type Entry, hasAnchor, isFlow, spanOf, type YamlNode, type YamlSeq } from './read.ts';

/** List items taken out of their place: the edits that remove them, and what to put elsewhere. */
export interface Taken {
  readonly removals: readonly Edit[];
  readonly pieces: readonly Piece[];
}

/** The text of one list item. */
export interface Piece {
  /** Block: whole lines without the last line ending; flow: from bracket to bracket. */
  readonly text: string;
  /** Block: the column of the dash; flow: the column of the line's first character. */
  readonly column: number;
  /** Where it comes from. */
  readonly span: Span;
  /** How many of its first lines open conditions of a template. */
  readonly opening: number;
}

/**
 * Takes items out of a sequence. In block style whole lines are taken: the comment lines directly above the dash travel
 * with the item, as do comments that are indented deeper than it; comments that belong to others stay, and so do blank lines, but for a gap that would double.
 * `changes` are edits inside the items, made on the way; `dropped` items go for good. Throws CannotEdit.
 */
export function takeItems(
  page: Page,
  list: Entry,
  indexes: readonly number[],
  changes: readonly Edit[],
  dropped: readonly number[] = [],
): Taken {
  const seq = list.value as YamlSeq;
  const all = [...indexes, ...dropped].sort((a, b) => a - b);
  if (isFlow(seq) && page.document.template?.masked.overlaps(spanOf(seq))) {
    throw new CannotEdit('the list stands in brackets and holds template actions');
  }
  const take = (wanted: readonly number[]) =>
    isFlow(seq) ? takeFlow(page, seq, wanted, changes) : takeBlock(page, list, seq, wanted, changes);
  return { removals: take(all).removals, pieces: take(indexes).pieces };
}

/** Edits that take items out of a sequence for good, where others may be put behind them. Throws CannotEdit. */
export function dropItems(page: Page, list: Entry, indexes: readonly number[]): readonly Edit[] {
  const seq = list.value as YamlSeq;
  if (indexes.length === 0) return [];
  if (isFlow(seq)) return takeFlow(page, seq, indexes, []).removals;
  const extents = blockItems(page, list, seq);
  return indexes.flatMap((index) => {
    const extent = extents[index];
    return extent ? removeLines(page.lines, extent.first, extent.last) : [];
  });
}

/** The pieces of text that `takeItems` takes, one for each index. Throws CannotEdit. */
export function itemSpans(page: Page, list: Entry, indexes: readonly number[]): Span[] {
  const seq = list.value as YamlSeq;
  const spans = isFlow(seq)
    ? flowItems(seq)
    : blockItems(page, list, seq).map(({ first, last }) => ({
        start: page.lines.start(first),
        end: page.lines.end(last),
      }));
  return indexes.flatMap((index) => spans[index] ?? []);
}

function takeBlock(page: Page, list: Entry, seq: YamlSeq, indexes: readonly number[], changes: readonly Edit[]): Taken {
  const { lines } = page;
  const extents = blockItems(page, list, seq);
  const taken = indexes.map((index) => extents[index]).filter((extent) => extent !== undefined);
  const isTemplate = page.document.template !== undefined;
  const pieces = taken.map(({ first, last, column, opening, obstacle }) => {
    if (obstacle) throw new CannotEdit(obstacle);
    // With the last line's ending: a change may remove that line.
    const span = { start: lines.start(first), end: lines.start(last + 1) };
    const text = textWith(page, span, changes).replace(/\r?\n$/, '');
    if (!isTemplate && /^\s*#.*\{\{/m.test(text)) {
      throw new CannotEdit('a comment in the moved lines holds a template action');
    }
    return { text, column, opening, span };
  });
  return {
    removals: runsOf(page, list, extents, indexes).map(({ first, last }) => removeLines(lines, first, last)),
    pieces,
  };
}

/** Runs of items that go together, with a gap of blank lines beside them that would otherwise become a second one. */
function runsOf(
  { lines }: Page,
  list: Entry,
  extents: readonly Extent[],
  indexes: readonly number[],
): { first: number; last: number }[] {
  const isBlank = (line: number) => line < lines.count - 1 && lines.content(line).trim() === '';
  const isGap = (from: number, to: number) => {
    for (let line = from; line < to; line++) if (!isBlank(line)) return false;
    return true;
  };
  const runs: { first: number; last: number }[] = [];
  for (const [index, extent] of extents.entries()) {
    if (!indexes.includes(index)) continue;
    let last = index;
    while (indexes.includes(last + 1) && isGap((extents[last]?.last ?? 0) + 1, extents[last + 1]?.first ?? 0))
      last += 1;
    const key = lines.lineAt(spanOf(list.key).end);
    const floor = extents[index - 1]?.last ?? key;
    const run = { first: extent.first, last: extents[last]?.last ?? extent.last };
    const isEnd = run.last + 1 >= lines.count - 1;
    if (run.first - 1 > floor && isBlank(run.first - 1) && (isBlank(run.last + 1) || isEnd)) {
      while (run.first - 1 > floor && isBlank(run.first - 1)) run.first -= 1;
    } else if (run.first - 1 === key && index === 0) {
      while (isBlank(run.last + 1)) run.last += 1;
    }
    // The others of the run are done.
    if (runs.at(-1)?.last !== run.last && (runs.at(-1)?.last ?? -1) < run.first) runs.push(run);
  }
  return runs;
}

function takeFlow(page: Page, seq: YamlSeq, indexes: readonly number[], changes: readonly Edit[]): Taken {
  const spans = flowItems(seq);
  const between = (from: number, to: number) => page.document.text.slice(from, to);
  const removals: Edit[] = [];
  for (let i = 0; i < spans.length; i++) {
    if (!indexes.includes(i)) continue;
    let last = i;
    while (indexes.includes(last + 1)) last += 1;
    const [before, first, end, after] = [spans[i - 1], spans[i], spans[last], spans[last + 1]];
    if (!first || !end) break;
    const span = before ? { start: before.end, end: end.end } : { start: first.start, end: after?.start ?? end.end };
    for (let k = i; k <= last + (before ? 0 : 1); k++) {
      const [left, right] = [spans[k - 1], spans[k]];
      if (left && right && k > (before ? i - 1 : i) && between(left.end, right.start).trim() !== ',') {
        throw new CannotEdit('comments stand between the items of a list in brackets');
      }
    }
    removals.push({ span, text: '' });
    i = last;
  }
  const pieces = indexes.flatMap((index) => {
    const span = spans[index];
    if (!span) return [];
    const line = page.lines.content(page.lines.lineAt(span.start));
    return {
      text: textWith(page, span, changes),
      column: line.length - line.trimStart().length,
      span,
      opening: 0,
    };
  });
  return { removals, pieces };
}

/** The lines of one block item, first and last included, and the column of its dash. */
export interface Extent {
  readonly first: number;
  readonly last: number;
  readonly column: number;
  /** How many of the first lines open conditions of a template. */
  readonly opening: number;
  /** Why it cannot be taken out, as half a sentence. */
  readonly obstacle: string | undefined;
}

export function blockItems(page: Page, list: Entry, seq: YamlSeq): Extent[] {
  const { document, lines } = page;
  const dashes = seq.items.map((_, index) => lines.lineAt(dashOffset(seq, index)));
  let previous = lines.lineAt(spanOf(list.key).end);
  return seq.items.map((item, index) => {
    const dash = dashOffset(seq, index);
    const line = lines.lineAt(dash);
    const column = dash - lines.start(line);
    if (lines.content(line).slice(0, column).trim() !== '') throw new CannotEdit('the item does not start its line');
    const next = dashes[index + 1] ?? lines.count;
    const end = (item as YamlNode | null)?.range?.[1] ?? dash + 1;
    const keeps = keepsBlankLines(document.text, item as YamlNode | null);
    let ink = lines.lineAt(lastInk(page.parsed, Math.max(end, dash + 1)));
    // Behind a key whose value only an action prints the parser counts comments as a part of it.
    while (document.template && ink > line && /^\s*#/.test(lines.content(ink))) {
      ink = lines.lineAt(lastInk(page.parsed, lines.start(ink)));
    }
    const last = keeps ? Math.max(ink, lines.lineAt(Math.max(end - 1, 0))) : trailingComments(page, ink, next, column);
    const extent = { first: leadingComments(page, line, previous, column), last, column };
    const whole = guardedExtent(page, list, dash, extent, previous);
    previous = whole.last;
    return whole;
  });
}

/** The lines of an item with those of a template's actions that belong to it or stand around it alone. */
function guardedExtent(
  page: Page,
  list: Entry,
  dash: number,
  { first, last, column }: Pick<Extent, 'first' | 'last' | 'column'>,
  floor: number,
): Extent {
  const { masked } = page.document.template ?? {};
  if (!masked) return { first, last, column, opening: 0, obstacle: undefined };
  const sheet = { masked, lines: page.lines };
  const end = lastLineOf(sheet, dash, last, column);
  const guarded = guardsOf(sheet, spanOf(list.key).start, dash, first, end);
  // Remarks above the condition are about what it holds.
  const top = guarded.opening > 0 ? leadingComments(page, guarded.first, floor, column) : guarded.first;
  const opening = guarded.opening > 0 ? guarded.opening + guarded.first - top : 0;
  return { first: top, last: guarded.last, column, opening, obstacle: guarded.obstacle };
}

/** Where the dash of an item of a block sequence stands. Throws CannotEdit. */
export function dashOffset(seq: YamlSeq, index: number): number {
  const token = seq.srcToken;
  const item = token?.type === 'block-seq' ? token.items[index] : undefined;
  const dash = item?.start.find((each) => each.type === 'seq-item-ind');
  if (!dash) throw new CannotEdit('the list is written in an unusual way');
  return dash.offset;
}

export function dashColumn(page: Page, seq: YamlSeq, index: number): number {
  return columnOf(page, dashOffset(seq, index));
}

/** Where the items of a sequence in brackets stand. Throws CannotEdit. */
export function flowItems(seq: YamlSeq): Span[] {
  return seq.items.map((item) => {
    const node = item as YamlNode | null;
    if (!node?.range || hasAnchor(node)) throw new CannotEdit('an item of the list in brackets has an anchor');
    return spanOf(node);
  });
}

/** What stands behind the commas of a list in brackets. */
export function flowGap(page: Page, seq: YamlSeq): string {
  const [first, second] = flowItems(seq);
  if (!first) return ' ';
  if (second) return /^\s*,(\s*)$/.exec(page.document.text.slice(first.end, second.start))?.[1] ?? ' ';
  return newLineTo(page, first.start) ?? ' ';
}

function textWith({ document }: Page, span: Span, changes: readonly Edit[]): string {
  const inside = changes.filter((edit) => edit.span.start >= span.start && edit.span.end <= span.end);
  const moved = inside.map((edit) => ({
    text: edit.text,
    span: {
      start: edit.span.start - span.start,
      end: edit.span.end - span.start,
    },
  }));
  return applyEdits(document.text.slice(span.start, span.end), moved);
}
