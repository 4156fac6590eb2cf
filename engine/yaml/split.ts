import type { Span } from '../text.ts';

/**
 * The documents of a YAML stream, each with its `---` line. Cutting at `---` in column 0 is exact: YAML forbids it
 * inside every scalar. What stands before the first `---` counts as a document when it holds more than comments and
 * directives; otherwise it belongs to the first one.
 */
export function splitDocuments(text: string): Span[] {
  const cuts: number[] = [];
  for (let at = text.startsWith('---') ? 0 : text.indexOf('\n---'); at >= 0; at = text.indexOf('\n---', at)) {
    if (text[at] === '\n') at += 1;
    const after = text[at + 3];
    if (after === undefined || after === '\n' || after === '\r' || after === ' ' || after === '\t') cuts.push(at);
    at += 3;
  }
  const first = cuts[0];
  if (first === undefined) return [{ start: 0, end: text.length }];
  if (holdsContent(text.slice(0, first))) cuts.unshift(0);
  else cuts[0] = 0;
  return cuts.map((start, i) => ({ start, end: cuts[i + 1] ?? text.length }));
}

/** Whether a text holds more than comments, directives and blank lines. */
function holdsContent(text: string): boolean {
  return text.split(/\r\n|\n|\r/).some((line) => !/^(?:\uFEFF?\s*(?:#|$)|%)/.test(line));
}
