import type { Edit } from '../text.ts';
import { dashOffset, flowGap, flowItems } from './items.ts';
import { CannotEdit, columnOf, lastInk, type Page } from './page.ts';
import { asText, isFlow, isInFlow, ownSeq, type YamlNode, type YamlSeq } from './read.ts';
import { itemRows } from './remove.ts';
import { doubleQuoted, isJson, scalar } from './write.ts';

type Quote = '"' | "'" | '';

/** Puts a text in the place of a scalar, in its quotes. Throws CannotEdit. */
export function setScalar(page: Page, node: YamlNode, value: string): Edit {
  const { document } = page;
  const text = asText(document, node);
  if (!text || node.tag !== undefined) throw new CannotEdit('what stands there is no plain text');
  const { start, end } = text.span;
  const quote = isJson(page.document) ? '"' : quoteAt(page, start);
  const written = scalar(value, quote, isInFlow(document, node));
  return { span: { start, end: lastInk(page.parsed, end) + 1 }, text: written };
}

/**
 * Puts a list of texts in the place of another, in its style: items that are equal at the start of both keep their text,
 * the others are quoted where all old ones are or where it is needed. Throws CannotEdit.
 */
export function setList(page: Page, node: YamlNode, values: readonly string[]): Edit[] {
  const { document } = page;
  const seq = ownSeq(node);
  const old = seq?.items.map((item) => asText(document, item));
  if (!seq || !old || old.length === 0) throw new CannotEdit('what stands there is no list');
  if (old.some((text, index) => !text || text.node !== seq.items[index])) {
    throw new CannotEdit('an item of the list is no plain text');
  }
  const shared = new Set(document.aliases.values());
  if (old.some((text) => text && shared.has(text.node))) throw new CannotEdit('an alias uses an item of the list');
  const isSame = (index: number) => isString(seq.items[index]) && old[index]?.value === values[index];
  let kept = 0;
  while (kept < old.length && kept < values.length && isSame(kept)) kept += 1;
  if (kept === old.length && kept === values.length) return [];
  const quotes = new Set(old.map((text) => quoteAt(page, text?.span.start ?? 0)));
  const written = values.slice(kept).map((value) => writeItem(page, value, quotes, isFlow(seq)));
  return [isFlow(seq) ? setFlow(page, seq, kept, written) : setBlock(page, seq, kept, written)];
}

function setBlock(page: Page, seq: YamlSeq, kept: number, written: readonly string[]): Edit {
  const { lines, newline } = page;
  const rows = itemRows(page, seq);
  const column = columnOf(page, dashOffset(seq, 0));
  for (const [index] of rows.entries()) {
    const dash = dashOffset(seq, index);
    const before = lines.content(lines.lineAt(dash)).slice(0, columnOf(page, dash));
    if (before.trim() !== '') throw new CannotEdit('an item of the list does not start its line');
  }
  const above = rows[kept]?.first ?? (rows.at(-1)?.last ?? 0) + 1;
  const start = lines.end(above - 1);
  const text = written.map((each) => `${newline}${' '.repeat(column)}- ${each}`).join('');
  if (!rows[kept]) return { span: { start, end: start }, text };
  // A comment behind the last item stays behind the last new one.
  const last = (seq.items.at(-1) as YamlNode).range?.[1] ?? start;
  const ink = lastInk(page.parsed, last) + 1;
  const isBlock = lines.lineAt(ink - 1) !== lines.lineAt(dashOffset(seq, seq.items.length - 1));
  return { span: { start, end: isBlock ? lines.end(rows.at(-1)?.last ?? 0) : ink }, text };
}

function setFlow(page: Page, seq: YamlSeq, kept: number, written: readonly string[]): Edit {
  const { text } = page.document;
  const items = flowItems(seq);
  for (let i = Math.max(kept, 1); i < items.length; i++) {
    if (text.slice(items[i - 1]?.end, items[i]?.start).trim() !== ',') {
      throw new CannotEdit('comments stand between the items of a list in brackets');
    }
  }
  const last = items.at(-1);
  const [before, first] = [items[kept - 1], items[kept]];
  if (!last) throw new CannotEdit('the list has no items');
  const gap = `,${flowGap(page, seq)}`;
  const joined = written.join(gap);
  if (written.length === 0) return { span: { start: before?.end ?? last.end, end: last.end }, text: '' };
  if (first) return { span: { start: first.start, end: last.end }, text: joined };
  return { span: { start: last.end, end: last.end }, text: gap + joined };
}

function writeItem(page: Page, value: string, old: ReadonlySet<Quote>, inFlow: boolean): string {
  const [quote] = old;
  if (isJson(page.document)) return doubleQuoted(value);
  const written = scalar(value, old.size === 1 && quote ? quote : '', inFlow);
  return written === value || old.has("'") ? written : doubleQuoted(value);
}

function quoteAt({ document }: Page, at: number): Quote {
  const c = document.text[at];
  return c === '"' || c === "'" ? c : '';
}

function isString(node: unknown): boolean {
  return typeof (node as { value?: unknown } | null)?.value === 'string';
}
