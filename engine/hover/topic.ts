import type { Span } from '../text.ts';

/** Something in a pod about which there is something to say. */
export interface Topic {
  /** Where it stands in what was read of the document. */
  readonly span: Span;
  /** A word that stands there: in a template the place may be another one. */
  readonly word?: string;
  /** What to say, worked out when it is asked for; empty for nothing. */
  markdown(): string;
}

/** Paragraphs of Markdown; empty ones are left out. */
export function paragraphs(...parts: string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}
