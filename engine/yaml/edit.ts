import type { Pair } from 'yaml';
import type { Masked } from '../helm/mask.ts';
import { applyEdits, type Edit, Lines, lineEnding, type Span } from '../text.ts';
import { conditionsAt, endOfList, guardsOf, lastLineOf, tiesOf } from './guards.ts';
import {
  asText,
  type Entry,
  hasAnchor,
  isAliasNode,
  isFlow,
  ownEntries,
  readYaml,
  spanOf,
  type YamlDocument,
  type YamlMap,
  type YamlNode,
  type YamlSeq,
} from './read.ts';

/** An edit that cannot be made; the message says why, as half a sentence for people. */
export class CannotEdit extends Error {}

/** A document under edit: its lines and its line ending. */
export interface Page {
  readonly document: YamlDocument;
  readonly lines: Lines;
  readonly newline: string;
  /** What was parsed: as long as the document's text, and equal to it but for the actions of a template. */
  readonly parsed: string;
}

/** Prepares a document for edits. */
export function openPage(document: YamlDocument): Page {
  return {
    document,
    lines: new Lines(document.text),
    newline: lineEnding(document.text),
    parsed: document.template?.masked.text ?? document.text,
  };
}

/** List items taken out of their place: the edits that remove them, and what to put elsewhere. */
export interface Taken {
  readonly removals: readonly Edit[];
  readonly pieces: readonly Piece[];
}

/** The text of one list item. */
interface Piece {
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

/**
 * Appends pieces to the sequence `target`, which stands in the same map as `source`, the list that they come from, or puts
 * them before its item `before`. With no `target` a new entry `name` is written before `source`, or after it. Throws
 * CannotEdit.
 */
export function putItems(
  page: Page,
  pieces: readonly Piece[],
  {
    name,
    source,
    target,
    place,
    before,
  }: {
    name: string;
    source: Entry;
    target: Entry | undefined;
    place: 'before' | 'after';
    before?: number | undefined;
  },
): Edit[] {
  const from = source.value as YamlSeq;
  const edits = placeItems(page, pieces, { name, source, target, place, before });
  const { masked } = page.document.template ?? {};
  for (const piece of masked && !isFlow(from) ? pieces : []) {
    const tie = masked && tiesOf(masked, piece.span, edits[0]?.span.start ?? 0);
    if (tie) throw new CannotEdit(tie);
  }
  return edits;
}

function placeItems(
  page: Page,
  pieces: readonly Piece[],
  { name, source, target, place, before }: Parameters<typeof putItems>[2],
): Edit[] {
  const from = source.value as YamlSeq;
  const to = target?.value as YamlSeq | undefined;
  const isEmpty = !to || !Array.isArray(to.items) || to.items.length === 0;
  if (!target) return [newList(page, pieces, name, source, place)];
  if (isEmpty) return fillList(page, pieces, source, target);
  if (isFlow(to)) {
    if (!isFlow(from)) throw new CannotEdit(`'${name}' is written in brackets and '${keyText(page, source)}' is not`);
    const last = flowItems(to).at(-1) as Span;
    const next = before === undefined ? undefined : flowItems(to)[before];
    if (next) {
      const text = pieces.map((p) => `${p.text},${flowGap(page, to)}`).join('');
      return [{ span: { start: next.start, end: next.start }, text }];
    }
    return [
      {
        span: { start: last.end, end: last.end },
        text: pieces.map((p) => `,${flowGap(page, to)}${p.text}`).join(''),
      },
    ];
  }
  const extents = blockItems(page, target, to);
  const next = before === undefined ? undefined : extents[before];
  if (next?.obstacle) throw new CannotEdit(next.obstacle);
  if (next) return [extendLine(page, next.first - 1, blockLines(page, pieces, from, next.column))];
  const extent = extents.at(-1) as Extent;
  const last = lastOfList(page, target, extent.last, extent.column);
  return [extendLine(page, last, blockLines(page, pieces, from, extent.column))];
}

/** A list that has no items yet: `[]`, `null` or nothing behind its key. */
function fillList(page: Page, pieces: readonly Piece[], source: Entry, target: Entry): Edit[] {
  const from = source.value as YamlSeq;
  const key = spanOf(target.key);
  const value = target.written && !isNothing(target.written) ? spanOf(target.written) : undefined;
  if (isAliasNode(target.written)) throw new CannotEdit('the list to move to is an alias');
  if (isFlow(from)) {
    const text = flowList(page, pieces, from);
    if (value) return [{ span: value, text }];
    const colon = page.document.text.indexOf(':', key.end) + 1;
    return [{ span: { start: colon, end: colon }, text: ` ${text}` }];
  }
  if (isFlow(target.map)) throw new CannotEdit('the list to move to stands in brackets');
  const column = columnOf(page, key.start) + dashColumn(page, from, 0) - columnOf(page, spanOf(source.key).start);
  const last = lastOfList(page, target, page.lines.lineAt(key.end), column);
  const edits = [extendLine(page, last, blockLines(page, pieces, from, column))];
  if (value) {
    const colon = page.document.text.indexOf(':', key.end) + 1;
    if (page.lines.lineAt(value.end) !== page.lines.lineAt(colon)) throw new CannotEdit('an empty list spans lines');
    edits.unshift({ span: { start: colon, end: value.end }, text: '' });
  }
  return edits;
}

function newList(page: Page, pieces: readonly Piece[], name: string, source: Entry, place: 'before' | 'after'): Edit {
  const { lines, newline, document } = page;
  const from = source.value as YamlSeq;
  const key = spanOf(source.key);
  const quote = /^["']/.exec(document.text.slice(key.start, key.end))?.[0] ?? '';
  const column = columnOf(page, key.start);
  const written = `${quote}${name}${quote}`;
  const indent = ' '.repeat(column);
  if (isFlow(from)) {
    const colon = document.text.slice(key.end, spanOf(from).start);
    if (colon.trim() !== ':') throw new CannotEdit('a comment or an anchor stands before the list');
    const list = `${written}${colon}${flowList(page, pieces, from)}`;
    const gap = keyGap(page, source);
    if (place === 'before')
      return {
        span: { start: key.start, end: key.start },
        text: `${list}${gap}`,
      };
    const end = spanOf(from).end;
    return { span: { start: end, end }, text: `${gap}${list}` };
  }
  const dash = dashColumn(page, from, 0);
  const body = `${written}:${newline}${blockLines(page, pieces, from, dash)}`;
  const guarded = underGuard(pieces, `${indent}${written}:`, newline);
  if (place === 'after') {
    const last = blockItems(page, source, from).at(-1) as Extent;
    return extendLine(page, lastOfList(page, source, last.last, last.column), guarded ?? `${indent}${body}`);
  }
  const line = lines.lineAt(key.start);
  if (lines.content(line).slice(0, column).trim() !== '') {
    return {
      span: { start: key.start, end: key.start },
      text: `${body}${newline}${indent}`,
    };
  }
  const start = lines.start(leadingComments(page, line, -1, column));
  return { span: { start, end: start }, text: `${guarded ?? `${indent}${body}`}${newline}` };
}

/** A new list whose only item stands under conditions: its key belongs under them too. */
function underGuard(pieces: readonly Piece[], key: string, newline: string): string | undefined {
  if (pieces.every(({ opening }) => opening === 0)) return undefined;
  const [only] = pieces;
  if (!only || pieces.length > 1) {
    throw new CannotEdit('some of them stand under conditions, and there is no list of init containers yet');
  }
  const rows = only.text.split(/\r?\n/);
  return [...rows.slice(0, only.opening), key, ...rows.slice(only.opening)].join(newline);
}

/** The last line of a block list: in a template actions behind its last item may belong to it. */
function lastOfList({ document, lines }: Page, list: Entry, last: number, column: number): number {
  const { masked } = document.template ?? {};
  return masked ? endOfList({ masked, lines }, spanOf(list.key).start, last, column) : last;
}

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

/** Whether the edited text of a document still parses and means exactly what was intended. */
export function means({ template }: YamlDocument, text: string, intended: unknown): boolean {
  if (intended === undefined) return false;
  const document = template ? template.read(text) : readYaml(text);
  if (!document || document.error !== undefined) return false;
  return template ? sameInTemplate(document.value(), intended) : sameValue(plain(document.value()), intended);
}

/** Whether two values of templates are equal: filler may add blank lines to the end of a script, which are not there. */
export function sameInTemplate(a: unknown, b: unknown): boolean {
  const settle = (value: unknown) => {
    const settled = (_: string, each: unknown) =>
      typeof each === 'string' ? each.replace(/[ \t]+$/gm, '').replace(/\n+$/, '\n') : each;
    return value === undefined ? undefined : plain(JSON.parse(JSON.stringify(plain(value), settled) ?? 'null'));
  };
  return sameValue(settle(a), settle(b));
}

/** A document's value without shared parts, to be changed freely; undefined when it refers to itself. */
export function plain(value: unknown): unknown {
  try {
    return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
  } catch {
    return undefined;
  }
}

function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b || Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && sameValue(left[key], right[key]))
  );
}

/** The lines of one block item, first and last included, and the column of its dash. */
interface Extent {
  readonly first: number;
  readonly last: number;
  readonly column: number;
  /** How many of the first lines open conditions of a template. */
  readonly opening: number;
  /** Why it cannot be taken out, as half a sentence. */
  readonly obstacle: string | undefined;
}

function blockItems(page: Page, list: Entry, seq: YamlSeq): Extent[] {
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

/** A remark that ends what stands above it. */
const CLOSING = /^\s*#\s*(?:\[END\b|\/?end\b)/i;

/** The first of the comment lines right above `line` that belong to it. Lines up to `floor` belong to others. */
export function leadingComments(page: Page, line: number, floor: number, column: number): number {
  const { lines } = page;
  const isComment = (at: number) => /^\s*#/.test(lines.content(at));
  let first = line;
  while (first - 1 > floor && isComment(first - 1) && !CLOSING.test(lines.content(first - 1))) first -= 1;
  // Directly below other content a deeper comment is about that content.
  if (first - 1 >= 0 && lines.content(first - 1).trim() !== '') {
    while (first < line && indentOf(lines.content(first)) > column) first += 1;
  }
  // A container that somebody commented out is not a remark about the one below it.
  for (let at = first; at < line; at++) if (/^\s*#+\s*- \w+\s*:/.test(lines.content(at))) return line;
  return first;
}

/** The last of the comment lines below `line` that are indented deeper than the item's dash. */
export function trailingComments(page: Page, line: number, end: number, column: number): number {
  const { lines } = page;
  let last = line;
  for (let at = line + 1; at < end; at++) {
    const content = lines.content(at);
    if (content.trim() === '') continue;
    const closes = at === last + 1 && CLOSING.test(content);
    if (!/^\s*#/.test(content) || (indentOf(content) <= column && !closes)) break;
    // Behind a blank line and right above the next dash it is about what follows.
    if (at === end - 1 && end < lines.count && lines.content(at - 1).trim() === '') break;
    last = at;
  }
  return last;
}

/** Whether the item's last line is in a block scalar that keeps its trailing blank lines (`|+`). */
export function keepsBlankLines(text: string, item: YamlNode | null): boolean {
  let node: unknown = item;
  for (;;) {
    const items = (node as { items?: unknown[] } | null)?.items;
    if (!items || items.length === 0) break;
    const last = items.at(-1);
    node = last && typeof last === 'object' && 'key' in last ? (last as Pair).value : last;
  }
  const scalar = node as YamlNode | null;
  return scalar?.range != null && /^[|>][0-9]?\+/.test(text.slice(scalar.range[0], scalar.range[0] + 3));
}

/** Where the dash of an item of a block sequence stands. Throws CannotEdit. */
export function dashOffset(seq: YamlSeq, index: number): number {
  const token = seq.srcToken;
  const item = token?.type === 'block-seq' ? token.items[index] : undefined;
  const dash = item?.start.find((each) => each.type === 'seq-item-ind');
  if (!dash) throw new CannotEdit('the list is written in an unusual way');
  return dash.offset;
}

function dashColumn(page: Page, seq: YamlSeq, index: number): number {
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

/** Pieces as lines of a block sequence whose dash stands in `column`. */
function blockLines(page: Page, pieces: readonly Piece[], from: YamlSeq, column: number): string {
  const isMoved = ({ column: own, text }: Piece) => own !== column && text.includes('{{');
  if (page.document.template && pieces.some(isMoved)) {
    throw new CannotEdit('the lists are indented differently, and template actions print lines of their own');
  }
  const lines = pieces.map((piece) =>
    isFlow(from)
      ? `${' '.repeat(column)}- ${indent(piece.text, column + 2 - piece.column, 1)}`
      : indent(piece.text, column - piece.column, 0),
  );
  return lines.join(page.newline);
}

/** Pieces as a list in brackets, laid out like the one that they come from. */
function flowList(page: Page, pieces: readonly Piece[], from: YamlSeq): string {
  const spans = flowItems(from);
  const [first, last] = [spans[0], spans.at(-1)] as [Span, Span];
  const span = spanOf(from);
  const open = page.document.text.slice(span.start + 1, first.start);
  const close = page.document.text.slice(last.end, span.end - 1).replace(',', '');
  if (open.trim() !== '' || close.trim() !== '') throw new CannotEdit('comments stand inside a list in brackets');
  return `[${open}${pieces.map((piece) => piece.text).join(`,${flowGap(page, from)}`)}${close}]`;
}

/** What stands behind the commas of a list in brackets. */
export function flowGap(page: Page, seq: YamlSeq): string {
  const [first, second] = flowItems(seq);
  if (!first) return ' ';
  if (second) return /^\s*,(\s*)$/.exec(page.document.text.slice(first.end, second.start))?.[1] ?? ' ';
  return newLineTo(page, first.start) ?? ' ';
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

/** What separates two entries of the map that holds the list: a comma in brackets, a line ending elsewhere. */
function keyGap(page: Page, source: Entry): string {
  const start = spanOf(source.key).start;
  const newLine = newLineTo(page, start);
  if (!isFlow(source.map)) return newLine ?? `${page.newline}${' '.repeat(columnOf(page, start))}`;
  if (newLine !== undefined) return `,${newLine}`;
  return `,${/,(\s*)$/.exec(page.document.text.slice(0, start))?.[1] ?? pairGap(page, source.map)}`;
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

/** Shifts lines by `by` columns, from line `from` on; empty lines stay empty. */
function indent(text: string, by: number, from: number): string {
  if (by === 0) return text;
  const shiftLine = (line: string) => {
    if (/^\r?$/.test(line)) return line;
    return by > 0 ? ' '.repeat(by) + line : line.replace(new RegExp(`^ {0,${-by}}`), '');
  };
  return text
    .split('\n')
    .map((line, index) => (index < from ? line : shiftLine(line)))
    .join('\n');
}

/** Adds `text` as lines below a line, before its line ending: what goes below it starts there too. */
export function extendLine({ lines, newline }: Page, line: number, text: string): Edit {
  const at = lines.end(line);
  return { span: { start: at, end: at }, text: `${newline}${text}` };
}

/** Removes lines, with the line ending before them; at the start of the document with the one behind them. */
export function removeLines(lines: Lines, first: number, last: number): Edit {
  const span =
    first === 0 ? { start: 0, end: lines.start(last + 1) } : { start: lines.end(first - 1), end: lines.end(last) };
  return { span, text: '' };
}

/** Offset of the last character before `end` that is no white space. */
export function lastInk(text: string, end: number): number {
  let at = end - 1;
  while (at > 0 && /\s/.test(text[at] ?? '')) at -= 1;
  return at;
}

function keyText({ document }: Page, entry: Entry): string {
  return asText(document, entry.key)?.value ?? '';
}

/** Whether there is nothing written for a value: `key:` and the end of the line. */
export function isNothing(node: YamlNode): boolean {
  const { start, end } = spanOf(node);
  return start === end;
}

/** A line ending and the indentation before `offset`; undefined when the line starts with something else. */
function newLineTo({ lines, newline, document }: Page, offset: number): string | undefined {
  const before = document.text.slice(lines.start(lines.lineAt(offset)), offset);
  return before.trim() === '' ? newline + before : undefined;
}

/** How many characters stand before an offset in its line. */
export function columnOf({ lines }: Page, offset: number): number {
  return offset - lines.start(lines.lineAt(offset));
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
