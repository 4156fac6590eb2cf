import type { Edit, Span } from '../text.ts';
import { pairGap } from './entries.ts';
import { endOfList, tiesOf } from './guards.ts';
import { blockItems, dashColumn, type Extent, flowGap, flowItems, type Piece } from './items.ts';
import { CannotEdit, columnOf, extendLine, isNothing, leadingComments, newLineTo, type Page } from './page.ts';
import { asText, type Entry, isAliasNode, isFlow, spanOf, type YamlSeq } from './read.ts';

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

/** What separates two entries of the map that holds the list: a comma in brackets, a line ending elsewhere. */
function keyGap(page: Page, source: Entry): string {
  const start = spanOf(source.key).start;
  const newLine = newLineTo(page, start);
  if (!isFlow(source.map)) return newLine ?? `${page.newline}${' '.repeat(columnOf(page, start))}`;
  if (newLine !== undefined) return `,${newLine}`;
  return `,${/,(\s*)$/.exec(page.document.text.slice(0, start))?.[1] ?? pairGap(page, source.map)}`;
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

function keyText({ document }: Page, entry: Entry): string {
  return asText(document, entry.key)?.value ?? '';
}
