import type { Pair } from 'yaml';
import { type Edit, Lines, lineEnding } from '../text.ts';
import { spanOf, type YamlDocument, type YamlNode } from './read.ts';

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

/** Whether there is nothing written for a value: `key:` and the end of the line. */
export function isNothing(node: YamlNode): boolean {
  const { start, end } = spanOf(node);
  return start === end;
}

/** A line ending and the indentation before `offset`; undefined when the line starts with something else. */
export function newLineTo({ lines, newline, document }: Page, offset: number): string | undefined {
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
