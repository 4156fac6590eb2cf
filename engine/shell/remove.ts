import { type Edit, Lines, type Span } from '../text.ts';
import { everyNode } from './plumbing.ts';
import type { Statement } from './script.ts';

/** Edits that remove statements of a list: with their lines where these hold nothing else, with their separator elsewhere. */
export function removeStatements(
  text: string,
  list: readonly Statement[],
  isGone: (statement: Statement) => boolean,
): Edit[] {
  const edits: Edit[] = [];
  const lines = new Lines(text);
  for (let from = 0; from < list.length; from++) {
    if (!isGone(list[from] as Statement)) continue;
    let to = from;
    while (to + 1 < list.length && isGone(list[to + 1] as Statement)) to += 1;
    const [first, last] = [list[from] as Statement, list[to] as Statement];
    edits.push({ span: removal(lines, first, last, list[from - 1], list[to + 1]), text: '' });
    from = to;
  }
  return edits;
}

function removal(
  lines: Lines,
  first: Statement,
  last: Statement,
  before: Statement | undefined,
  after: Statement | undefined,
): Span {
  const { text } = lines;
  const end = endOf(last);
  const top = lines.lineAt(first.pos);
  const bottom = lines.lineAt(Math.max(end - 1, first.pos));
  const startsLine = text.slice(lines.start(top), first.pos).trim() === '';
  const rest = text.slice(end, lines.end(bottom));
  const endsLine = /^\s*;?\s*(?:#.*)?$/.test(rest);
  if (startsLine && endsLine) return wholeLines(lines, top, bottom);
  if (before && lines.lineAt(endOf(before)) === top && text.slice(endOf(before), first.pos).trim() === ';') {
    return { start: endOf(before), end: endsLine ? lines.end(bottom) : end };
  }
  if (after) return { start: first.pos, end: after.pos };
  return before ? { start: endOf(before), end } : { start: first.pos, end };
}

/** The end of what stands at `end`, with the comment behind it on its line. */
export function withComment(text: string, end: number): number {
  return end + (/^[ \t]*;?[ \t]+#.*/.exec(text.slice(end))?.[0].length ?? 0);
}

/** The end of a statement, its here-documents included. */
function endOf(statement: Statement): number {
  let end = statement.end;
  everyNode([statement], (node) => {
    if (node.type === 'HereDoc') end = Math.max(end, node.closing?.end ?? node.body.end);
  });
  return end;
}

/** Lines that go, with the remarks above them when the paragraph goes, and never leaving a gap of blank lines. */
function wholeLines(lines: Lines, top: number, bottom: number): Span {
  const isBlank = (line: number) => line < 0 || line >= lines.count || lines.content(line).trim() === '';
  const isComment = (line: number) => line >= 0 && /^\s*#(?!!)/.test(lines.content(line));
  let first = top;
  let last = bottom;
  const endsWithin = Array.from({ length: bottom - top }, (_, index) => top + index).some(isBlank);
  if (isBlank(bottom + 1) || endsWithin) {
    while (isComment(first - 1)) first -= 1;
    if (isBlank(first - 1) && isBlank(bottom + 1)) {
      while (first > 0 && isBlank(first - 1)) first -= 1;
      if (first === 0) while (last + 1 < lines.count - 1 && isBlank(last + 1)) last += 1;
    }
  }
  if (last + 1 < lines.count) return { start: lines.start(first), end: lines.start(last + 1) };
  return { start: first > 0 ? lines.end(first - 1) : 0, end: lines.end(last) };
}
