import type { Analysis } from './analysis.ts';
import type { Span } from './text.ts';

/** What to show at a place: Markdown, and the text it is about. */
export interface Hover {
  readonly markdown: string;
  readonly span: Span;
}

/** The hover at an offset of the analysed text; undefined where there is nothing to say. */
export function hover(_analysis: Analysis, _offset: number): Hover | undefined {
  return undefined;
}
