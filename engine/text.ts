/** A piece of text: UTF-16 offsets, `start` included, `end` excluded. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Replace `span` of the text with `text`. */
export interface Edit {
  readonly span: Span;
  readonly text: string;
}

/** A place in a text: line and UTF-16 character, both counted from 0. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** The text after all edits. Edits must not overlap; those at one offset apply in their order. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = '';
  let at = 0;
  for (const edit of sortEdits(edits)) {
    if (edit.span.start < at) throw new RangeError(`Edits overlap at offset ${edit.span.start}`);
    result += text.slice(at, edit.span.start) + edit.text;
    at = edit.span.end;
  }
  return result + text.slice(at);
}

/** The edits by their place in the text; those that start at one offset keep their order. */
function sortEdits(edits: readonly Edit[]): Edit[] {
  return [...edits].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
}

/** The same span, `by` further on. */
export function shift(span: Span, by: number): Span {
  return by === 0 ? span : { start: span.start + by, end: span.end + by };
}

/** The line ending that the text uses (its first one), `\n` when it has none. */
export function lineEnding(text: string): '\n' | '\r\n' {
  const at = text.indexOf('\n');
  return at > 0 && text[at - 1] === '\r' ? '\r\n' : '\n';
}

/** The lines of a text. A line ends at `\n`, `\r\n` or `\r`, as in LSP. */
export class Lines {
  readonly text: string;
  readonly #starts: number[] = [0];

  constructor(text: string) {
    this.text = text;
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c === 13 && text.charCodeAt(i + 1) === 10) continue;
      if (c === 10 || c === 13) this.#starts.push(i + 1);
    }
  }

  /** How many lines there are; a text that ends with a line ending has an empty last one. */
  get count(): number {
    return this.#starts.length;
  }

  /** The line that holds the offset, counted from 0. */
  lineAt(offset: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Offset of the line's first character; the length of the text for a line after the last. */
  start(line: number): number {
    return this.#starts[line] ?? this.text.length;
  }

  /** Offset after the line's last character, before its line ending. */
  end(line: number): number {
    let end = this.start(line + 1);
    if (line + 1 < this.#starts.length) {
      end -= 1;
      if (this.text[end] === '\n' && this.text[end - 1] === '\r') end -= 1;
    }
    return end;
  }

  /** The line without its line ending. */
  content(line: number): string {
    return this.text.slice(this.start(line), this.end(line));
  }

  /** Line and character of an offset. */
  position(offset: number): Position {
    const line = this.lineAt(offset);
    return { line, character: offset - this.start(line) };
  }

  /** Offset of a line and character; a character past the line's end means the end of the line. */
  offset(position: Position): number {
    if (position.line >= this.count) return this.text.length;
    return Math.min(this.start(position.line) + position.character, this.end(position.line));
  }
}

/** Whether the offset lies in the span or right behind it. */
export function contains(span: Span, offset: number): boolean {
  return span.start <= offset && offset <= span.end;
}
