import { type Action, scanActions } from '../helm/actions.ts';
import { applyEdits, Lines, type Span } from '../text.ts';
import { readDirective, type Suppressible, type Suppression } from './directive.ts';

const KEYWORD = /(?<=^|\s)#+[ \t]*native-sidecars-ignore(-file)?(?![\w-])/;

/** In a comment of a template nothing has to stand before it. */
const IN_ACTION = /^[\s#]*native-sidecars-ignore(-file)?(?![\w-])/;

/** Actions that print nothing by themselves. */
const SILENT_ACTION = /^\s*\{\{-?\s*(?:(?:if|else|end|with|range|define|block)\b|\$\w+\s*:?=).*\}\}\s*$/;

/** Keys of an object that stand for the whole of it: people write comments above them. */
const OBJECT_KEY = /^[ ]*["']?(?:apiVersion|kind|metadata|spec)["']?[ ]*:(?:\s|$)/;

/**
 * The suppressions in a text's comments, those in shell scripts and of templates (between slashes and stars) included. One
 * on a line of its own speaks of the next line that holds something, and of everything that belongs to that line by its
 * indentation: an item, a script, a pod. `documents` are the spans of the text's documents.
 */
export function readComments(text: string, documents: readonly Span[]): Suppression[] {
  if (!text.includes('native-sidecars-ignore')) return [];
  const actions = scanActions(text).filter(({ kind, unterminated }) => kind === 'comment' && !unterminated);
  const lines = new Lines(withoutComments(text, actions));
  const found: Suppression[] = [];
  let next: number | undefined;
  // From the bottom up: the next line that holds something is known then.
  for (let line = lines.count - 1; line >= 0; line--) {
    const content = lines.content(line);
    const start = lines.start(line);
    const isAsked = text.slice(start, lines.end(line)).includes('native-sidecars-ignore');
    for (const written of isAsked ? [...inActions(text, lines, line, actions), ...behindHash(lines, line)] : []) {
      const { hash } = written;
      const besides = hash === undefined ? content : content.slice(0, hash - start);
      const target = isEmpty(besides) && !besides.startsWith('---') ? next : line;
      found.push(commentOf(written, () => blockOf(lines, target, documents)));
    }
    if (!isEmpty(content)) next = line;
  }
  return found.reverse();
}

/** A comment that asks for silence, as it is written. */
interface Written {
  readonly isForFile: boolean;
  /** What stands behind the keyword, and where. */
  readonly directive: string;
  readonly at: number;
  readonly span: Span;
  /** Where its `#` stands, when it is none of a template. */
  readonly hash: number | undefined;
  /** What goes when all of it goes; undefined when nobody knows what a template would print then. */
  readonly whole: Span | undefined;
}

/** The text with spaces for the comments of a template. */
function withoutComments(text: string, actions: readonly Action[]): string {
  return applyEdits(
    text,
    actions.map(({ span }) => ({ span, text: text.slice(span.start, span.end).replace(/[^\r\n]/g, ' ') })),
  );
}

function inActions(text: string, lines: Lines, line: number, actions: readonly Action[]): Written[] {
  const [from, to] = [lines.start(line), lines.end(line)];
  return actions.flatMap(({ span: { start, end }, trimRight }) => {
    if (end <= from || to < start) return [];
    const body = { start: text.indexOf('/*', start) + 2, end: text.lastIndexOf('*/', end) };
    const part = { start: Math.max(from, body.start), end: Math.min(to, body.end) };
    const match = IN_ACTION.exec(text.slice(part.start, part.end));
    if (!match) return [];
    const at = part.start + match[0].length;
    const directive = text.slice(at, part.end);
    const isOneLine = from <= start && end <= to;
    const span = isOneLine
      ? { start, end }
      : { start: part.end - text.slice(part.start, part.end).trimStart().length, end: part.end };
    const whole = isOneLine ? (trimRight ? undefined : lineOrPart(lines, line, span)) : span;
    return [{ isForFile: match[1] !== undefined, directive, at, span, hash: undefined, whole }];
  });
}

function behindHash(lines: Lines, line: number): Written[] {
  const content = lines.content(line);
  const match = KEYWORD.exec(content);
  if (!match) return [];
  const behind = match.index + match[0].length;
  const span = { start: lines.start(line) + match.index, end: lines.end(line) };
  return [
    {
      isForFile: match[1] !== undefined,
      directive: content.slice(behind),
      at: lines.start(line) + behind,
      span,
      hash: span.start,
      whole: lineOrPart(lines, line, span),
    },
  ];
}

/** The line when it holds nothing else, or the part with the space before it. */
function lineOrPart(lines: Lines, line: number, { start, end }: Span): Span {
  const before = lines.text.slice(lines.start(line), start).trimEnd();
  const isAll = before === '' && lines.text.slice(end, lines.end(line)).trim() === '';
  return isAll
    ? { start: lines.start(line), end: lines.start(line + 1) }
    : { start: lines.start(line) + before.length, end };
}

function commentOf({ isForFile, directive, at, span, whole }: Written, block: () => Span | undefined): Suppression {
  const { rules, reason } = readDirective(directive);
  let extent: { span: Span | undefined } | undefined;
  return {
    rules: rules.map((each) => ({ ...each, span: { start: at + each.span.start, end: at + each.span.end } })),
    reason,
    span,
    covers(finding) {
      if (isForFile) return true;
      extent ??= { span: block() };
      return extent.span !== undefined && meets(extent.span, finding);
    },
    rewrite(left) {
      const [first, last] = [rules[0], rules.at(-1)];
      if (left.length > 0 && first && last) {
        return [{ span: { start: at + first.span.start, end: at + last.span.end }, text: left.join(', ') }];
      }
      return whole && [{ span: whole, text: '' }];
    },
  };
}

function meets(block: Span, { span, container }: Suppressible): boolean {
  const isIn = (offset: number) => block.start <= offset && offset < block.end;
  return (
    (span.start < block.end && block.start < span.end) || isIn(span.start) || (!!container && isIn(container.start))
  );
}

/** Whether a line holds nothing that a comment above it could mean. */
function isEmpty(content: string): boolean {
  return /^\s*(?:#.*)?$/.test(content) || SILENT_ACTION.test(content) || /^(?:---(?:\s|$)|%)/.test(content);
}

/** The text that belongs to a line: what is indented deeper, the object that it is a key of, or the whole document. */
function blockOf(lines: Lines, target: number | undefined, documents: readonly Span[]): Span | undefined {
  if (target === undefined) return undefined;
  const at = lines.start(target);
  const document = documents.findLast(({ start }) => start <= at) ?? { start: 0, end: lines.text.length };
  const top = lines.lineAt(document.start);
  const bottom = document.end < lines.text.length ? lines.lineAt(document.end) : lines.count;
  const content = lines.content(target);
  let isFirst = true;
  for (let line = top; line < target && isFirst; line++) isFirst = isEmpty(lines.content(line));
  // The first item of a list is no more than itself.
  if ((isFirst && !/^ *-(?:\s|$)/.test(content)) || /^---(?:\s|$)/.test(content)) return document;
  // What an action prints is no matter of the indentation around it.
  if (/^\s*\{\{/.test(content)) return { start: lines.start(target), end: lines.start(target + 1) };
  const column = indentOf(content);
  const isObject = OBJECT_KEY.test(content);
  let first = target;
  if (isObject) {
    while (first > top && (isEmpty(lines.content(first - 1)) || indentOf(lines.content(first - 1)) >= column))
      first -= 1;
    // The first key of an item stands behind its dash.
    const above = lines.content(first - 1);
    if (first > top && /^ *- /.test(above) && above.search(/[^\s-]/) === column) first -= 1;
  }
  // Items may stand as far left as the key of their list.
  const isList = /:\s*(?:#.*)?$/.test(content);
  let last = target;
  for (let line = target + 1; line < bottom; line++) {
    const each = lines.content(line);
    if (isEmpty(each)) continue;
    const indent = indentOf(each);
    const isWithin = indent > column || (indent === column && (isObject || (isList && /^ *-(?:\s|$)/.test(each))));
    if (!isWithin) break;
    last = line;
  }
  return { start: lines.start(first), end: lines.start(last + 1) };
}

function indentOf(content: string): number {
  return Math.max(0, content.search(/\S/));
}
