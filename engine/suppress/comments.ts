import { Lines, type Span } from '../text.ts';
import { readDirective, type Suppressible, type Suppression } from './directive.ts';

const KEYWORD = /(?<=^|\s)#[ \t]*native-sidecars-ignore(-file)?(?![\w-])/;

/** Keys of an object that stand for the whole of it: people write comments above them. */
const OBJECT_KEY = /^[ ]*["']?(?:apiVersion|kind|metadata|spec)["']?[ ]*:(?:\s|$)/;

/**
 * The suppressions in a text's comments, those in shell scripts included. One on a line of its own speaks of the next
 * line that holds something, and of everything that belongs to that line by its indentation: an item, a script, a pod.
 * `documents` are the spans of the text's documents.
 */
export function readComments(text: string, documents: readonly Span[]): Suppression[] {
  if (!text.includes('native-sidecars-ignore')) return [];
  const lines = new Lines(text);
  const found: Suppression[] = [];
  let next: number | undefined;
  // From the bottom up: the next line that holds something is known then.
  for (let line = lines.count - 1; line >= 0; line--) {
    const content = lines.content(line);
    const match = KEYWORD.exec(content);
    if (match) {
      const target = content.slice(0, match.index).trim() === '' ? next : line;
      found.push(commentOf(lines, line, match, () => blockOf(lines, target, documents)));
    }
    if (!isEmpty(content)) next = line;
  }
  return found.reverse();
}

function commentOf(lines: Lines, line: number, match: RegExpExecArray, block: () => Span | undefined): Suppression {
  const content = lines.content(line);
  const start = lines.start(line);
  const behind = match.index + match[0].length;
  const { rules, reason } = readDirective(content.slice(behind));
  const span = { start: start + match.index, end: lines.end(line) };
  let extent: { span: Span | undefined } | undefined;
  return {
    rules: rules.map((each) => ({
      ...each,
      span: { start: start + behind + each.span.start, end: start + behind + each.span.end },
    })),
    reason,
    span,
    covers(finding) {
      if (match[1]) return true;
      extent ??= { span: block() };
      return extent.span !== undefined && meets(extent.span, finding);
    },
    rewrite(left) {
      const [first, last] = [rules[0], rules.at(-1)];
      if (left.length > 0 && first && last) {
        const list = { start: start + behind + first.span.start, end: start + behind + last.span.end };
        return [{ span: list, text: left.join(', ') }];
      }
      const before = content.slice(0, match.index).trimEnd();
      if (before !== '') return [{ span: { start: start + before.length, end: span.end }, text: '' }];
      return [{ span: { start, end: lines.start(line + 1) }, text: '' }];
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
  return /^\s*(?:#.*|\{\{.*\}\}\s*)?$/.test(content) || /^(?:---(?:\s|$)|%)/.test(content);
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
  if (isFirst || /^---(?:\s|$)/.test(content)) return document;
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
