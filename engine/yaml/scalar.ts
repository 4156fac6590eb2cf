import { applyEdits, type Edit, type Span } from '../text.ts';
import { type Decoded, decode, type Source, sourceOf } from './decode.ts';
import { CannotEdit, type Page } from './page.ts';
import { isInFlow, spanOf, type Text, type YamlDocument } from './read.ts';
import { doubleQuoted, isJson, isPlain, quoted, singleQuoted } from './write.ts';

/** Where the characters of a scalar's value stand in its document. */
export interface ScalarMap {
  /** The part of the document that spells a part of the value; spans are UTF-16 offsets. */
  span(span: Span): Span;
}

/**
 * Maps a scalar's value to its document, whatever its style. The scalar behind an alias is where its anchor stands.
 * Undefined when the value cannot be followed character by character.
 */
export function scalarMap(document: YamlDocument, text: Text): ScalarMap | undefined {
  const decoded = decodeText(document, text)?.decoded;
  if (!decoded) return undefined;
  return {
    span: ({ start, end }) => {
      const from = startOf(decoded, start);
      return { start: from, end: end > start ? endOf(decoded, end) : from };
    },
  };
}

function decodeText(
  { text, template }: YamlDocument,
  { node, value }: Text,
): { source: Source; decoded: Decoded } | undefined {
  const source = sourceOf(node);
  const decoded = source && decode(template?.masked.text ?? text, source);
  return decoded && decoded.value === value ? { source, decoded } : undefined;
}

/** Where the value's character at `index` starts; at the value's end, where the last one ends. */
function startOf({ starts, ends, empty }: Decoded, index: number): number {
  return starts[index] ?? ends.at(-1) ?? empty;
}

function endOf({ ends, empty }: Decoded, index: number): number {
  return ends[index - 1] ?? empty;
}

/**
 * A scalar's value after edits, in every style: the line endings that it ends with stay as they are, because in a block
 * they belong to the block and not to its last line.
 */
export function rewritten(value: string, edits: readonly Edit[]): string {
  return applyEdits(value, settle(value, edits));
}

/**
 * Turns edits of a scalar's value into edits of its document that keep its style and give exactly `rewritten`. Whole
 * lines of a literal block go as whole lines, each with the line ending before it. Throws CannotEdit.
 */
export function rewriteScalar(page: Page, text: Text, edits: readonly Edit[]): Edit[] {
  const { document } = page;
  const settled = settle(text.value, edits);
  if (settled.length === 0) return [];
  const place = spanOf(text.node);
  if (place.start !== text.span.start) throw new CannotEdit('the text comes through an alias');
  if ([...document.aliases.values()].includes(text.node)) throw new CannotEdit('an alias uses the text elsewhere');
  const found = decodeText(document, text);
  if (!found) throw new CannotEdit('the text is written in an unusual way');
  const { source, decoded } = found;
  const value = applyEdits(text.value, settled);
  if (source.style === 'plain' || source.style === 'single') {
    const inFlow = isInFlow(document, text.node);
    return (
      rewriteInline(page, found, settled, value, inFlow) ?? [
        { span: place, text: isJson(document) ? doubleQuoted(value) : quoted(value) },
      ]
    );
  }
  if (source.style !== 'double' && value.trim() === '') throw new CannotEdit('nothing of the text would be left');
  const result =
    source.style === 'literal'
      ? settled.map((edit) => literalEdit(page, decoded, text.value, edit))
      : settled.map((edit) => ({
          span: spanIn(decoded, edit.span),
          text: source.style === 'double' ? doubleQuoted(edit.text).slice(1, -1) : edit.text,
        }));
  if (decodeAfter(page, source, result) !== value) throw new CannotEdit('the text cannot keep its style');
  return result;
}

/** Edits inside a plain or single-quoted scalar; undefined when it needs other quotes. */
function rewriteInline(
  page: Page,
  { source, decoded }: { source: Source; decoded: Decoded },
  edits: readonly Edit[],
  value: string,
  inFlow: boolean,
): Edit[] | undefined {
  if (/[\p{Cc}\u2028\u2029]/u.test(edits.map(({ text }) => text).join(''))) return undefined;
  const single = source.style === 'single';
  const result = edits.map(({ span, text }) => ({
    span: spanIn(decoded, span),
    text: single ? singleQuoted(text).slice(1, -1) : text,
  }));
  if (decodeAfter(page, source, result) !== value) return undefined;
  if (single) return result;
  const written = applyEdits(page.document.text.slice(source.start, source.end), moved(result, -source.start));
  return isPlain(written, value, inFlow) ? result : undefined;
}

function spanIn(decoded: Decoded, { start, end }: Span): Span {
  const from = startOf(decoded, start);
  return { start: from, end: end > start ? endOf(decoded, end) : from };
}

/** What a scalar means after edits of its text; undefined when a line would stand too far left. */
function decodeAfter({ document }: Page, source: Source, edits: readonly Edit[]): string | undefined {
  const before = document.text.slice(source.start, source.end);
  const text = applyEdits(before, moved(edits, -source.start));
  if (leftmost(text) < leftmost(before)) return undefined;
  return decode(text, {
    ...source,
    start: 0,
    end: text.length,
    ...('body' in source ? { body: source.body - source.start } : {}),
  } as Source)?.value;
}

/** The smallest indentation of the lines below the first that are not blank. */
function leftmost(text: string): number {
  return Math.min(...[...text.matchAll(/\n([ \t]*)(?=[^ \t\r\n])/g)].map((match) => match[1]?.length ?? 0));
}

function moved(edits: readonly Edit[], by: number): Edit[] {
  return edits.map(({ span, text }) => ({ span: { start: span.start + by, end: span.end + by }, text }));
}

/** One edit of a literal block's value, as an edit of its lines. */
function literalEdit(page: Page, decoded: Decoded, value: string, { span, text }: Edit): Edit {
  const { lines, newline } = page;
  const isLineStart = (at: number) => at === 0 || value[at - 1] === '\n';
  const isLineEnd = (at: number) => at === value.length || value[at] === '\n';
  let { start, end } = span;
  if (text === '' && end > start && isLineStart(start) && isLineStart(end)) {
    // The line ending before the lines goes, not the one behind them.
    const last = startOf(decoded, end - 1);
    if (start === 0) {
      return { span: { start: lines.end(lines.lineAt(startOf(decoded, 0)) - 1), end: last }, text };
    }
    start -= 1;
    end -= 1;
  }
  const from = startOf(decoded, start);
  const to = startOf(decoded, end);
  const indent = ' '.repeat(decoded.indent);
  const rest = isLineEnd(end) ? '' : 'x';
  const written = text.split('\n').map((line, index, all) => {
    const isFirst = index === 0;
    if (isFirst && !isLineStart(start)) return line;
    return line !== '' || (index === all.length - 1 && rest !== '') ? indent + line : line;
  });
  return {
    span: { start: isLineStart(start) ? lines.start(lines.lineAt(from)) : from, end: to },
    text: written.join(newline),
  };
}

/** The same edits in their order, joined where they touch, and without what changes the line endings at the end. */
function settle(value: string, edits: readonly Edit[]): Edit[] {
  const body = value.replace(/\n+$/, '').length;
  const parts: { start: number; end: number; text: string }[] = [];
  let at = 0;
  const keep = (end: number) => {
    if (end > at) parts.push({ start: at, end, text: value.slice(at, end) });
  };
  for (const { span, text } of [...edits].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end)) {
    keep(Math.min(span.start, body));
    if (text !== '') parts.push({ start: -1, end: -1, text });
    at = Math.min(span.end, body);
  }
  keep(body);
  for (let last = parts.at(-1); last; last = parts.at(-1)) {
    const kept = last.text.replace(/\n+$/, '');
    if (last.start >= 0) last.end -= last.text.length - kept.length;
    last.text = kept;
    if (kept !== '') break;
    parts.pop();
  }
  const settled: Edit[] = [];
  let text = '';
  at = 0;
  const change = (end: number) => {
    if (end > at || text !== '') settled.push({ span: { start: at, end }, text });
    text = '';
  };
  for (const part of parts) {
    if (part.start < 0) text += part.text;
    else {
      change(part.start);
      at = part.end;
    }
  }
  change(parts.length === 0 ? value.length : body);
  return settled;
}
