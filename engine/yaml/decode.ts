import type { YamlNode, YamlScalar } from './read.ts';

/** How a scalar is written, and where: `start` and `end` are UTF-16 offsets, quotes and the block's header included. */
export type Source =
  | { readonly style: 'plain' | 'single' | 'double'; readonly start: number; readonly end: number }
  | {
      readonly style: 'literal' | 'folded';
      readonly start: number;
      readonly end: number;
      /** Where the line below the header starts. */
      readonly body: number;
      /** The column of what holds the block. */
      readonly parent: number;
      /** `|`, `>` and the indicators behind it. */
      readonly header: string;
    };

/** A scalar's value, and where each of its UTF-16 units starts and ends in the text. */
export interface Decoded {
  readonly value: string;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Where an empty value would stand. */
  readonly empty: number;
  /** How many spaces stand before each line of a block. */
  readonly indent: number;
}

/** How a scalar is written; undefined for other nodes. */
export function sourceOf(node: YamlNode): Source | undefined {
  const { srcToken: token, range } = node as YamlScalar;
  if (!token || !range) return undefined;
  const [start, end] = range;
  if (token.type === 'block-scalar') {
    const props = token.props.filter((each) => 'source' in each);
    const header = props.find(({ type }) => type === 'block-scalar-header');
    if (!header) return undefined;
    const body = props.reduce((at, { source }) => at + source.length, start);
    const style = header.source.startsWith('>') ? 'folded' : 'literal';
    return { style, start, end, body, parent: token.indent, header: header.source };
  }
  if (token.type === 'single-quoted-scalar') return { style: 'single', start, end };
  if (token.type === 'double-quoted-scalar') return { style: 'double', start, end };
  if (token.type === 'scalar') return { style: 'plain', start, end };
  return undefined;
}

/** Reads a scalar as YAML does, and remembers where each character came from. */
export function decode(text: string, source: Source): Decoded | undefined {
  const out = new Output(text);
  let indent: number | undefined = 0;
  if (source.style === 'literal' || source.style === 'folded') indent = decodeBlock(out, source);
  else if (source.style === 'plain') unfold(out, source.start, source.end, false);
  else if (source.style === 'single') unfold(out, source.start + 1, source.end - 1, true);
  else if (!decodeDouble(out, source.start + 1, source.end - 1)) return undefined;
  if (indent === undefined) return undefined;
  const empty = 'body' in source ? source.end : source.start + (source.style === 'plain' ? 0 : 1);
  return { value: out.value, starts: out.starts, ends: out.ends, empty, indent };
}

class Output {
  readonly text: string;
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  value = '';

  constructor(text: string) {
    this.text = text;
  }

  /** All of `value` stands for the text from `start` to `end`. */
  put(value: string, start: number, end: number): void {
    this.value += value;
    for (let i = 0; i < value.length; i++) {
      this.starts.push(start);
      this.ends.push(end);
    }
  }

  /** The text from `start` to `end` stands for itself. */
  copy(start: number, end: number): void {
    this.value += this.text.slice(start, end);
    for (let at = start; at < end; at++) {
      this.starts.push(at);
      this.ends.push(at + 1);
    }
  }

  /** `count` line endings stand for the line breaks from `start` to `end`; the first takes what is left over. */
  breaks(count: number, start: number, end: number): void {
    const found = [...this.text.slice(start, end).matchAll(/\r?\n[ \t]*/g)].map((each) => start + each.index);
    for (let i = 0; i < count; i++) {
      const at = (index: number) => found[found.length - count + index] ?? end;
      this.put('\n', i === 0 ? start : at(i), i + 1 === count ? end : at(i + 1));
    }
  }
}

/** One line of a block: where it starts, its text after the spaces, and where it ends before its line ending. */
interface Line {
  readonly start: number;
  readonly ink: number;
  readonly end: number;
}

/** Puts out a block scalar; gives how many spaces stand before its lines, undefined when a line has too few or many. */
function decodeBlock(out: Output, source: Source & { style: 'literal' | 'folded' }): number | undefined {
  const lines = linesOf(out.text, source.body, source.end);
  const isBlank = ({ ink, end }: Line) => ink === end;
  const spaces = ({ start, ink }: Line) => ink - start;
  const given = Number(/\d/.exec(source.header)?.[0] ?? 0);
  const first = lines.findIndex((line) => !isBlank(line));
  const chomp = /[-+]/.exec(source.header)?.[0];
  if (first < 0) {
    if (chomp === '+') {
      const count = source.end > source.body ? Math.max(1, lines.length - 1) : 0;
      for (const line of lines.slice(0, count)) out.put('\n', line.end, afterBreak(out.text, line.end));
    }
    return source.parent + Math.max(given, 1);
  }
  const indent = given > 0 ? source.parent + given : spaces(lines[first] as Line);
  if (lines.some((line) => !isBlank(line) && spaces(line) < indent)) return undefined;
  if (given === 0 && lines.slice(0, first).some((line) => spaces(line) > indent)) return undefined;
  let last = lines.findLastIndex((line) => !isBlank(line));
  // A line of more spaces than the indentation is content.
  for (let i = lines.length - 1; i > last; i--) if (spaces(lines[i] as Line) > indent) last = i;
  const put = (line: Line) => out.copy(Math.min(line.start + indent, line.end), line.end);
  const putBreak = (line: Line) => out.put('\n', line.end, afterBreak(out.text, line.end));
  for (const line of lines.slice(0, first)) {
    put(line);
    putBreak(line);
  }
  if (source.style === 'literal') {
    for (let i = first; i <= last; i++) {
      put(lines[i] as Line);
      if (i < last) putBreak(lines[i] as Line);
    }
  } else fold(out, lines.slice(first, last + 1), indent);
  if (chomp === '-') return indent;
  if (chomp !== '+') {
    putBreak(lines[last] as Line);
    return indent;
  }
  for (let i = last; i < Math.max(lines.length - 1, last + 1); i++) {
    if (i > last) put(lines[i] as Line);
    putBreak(lines[i] as Line);
  }
  return indent;
}

/** Joins the lines of a folded block, from the first to the last that hold something. */
function fold(out: Output, lines: readonly Line[], indent: number): void {
  let wasDeeper = false;
  let from: number | undefined;
  let blanks = 0;
  for (const line of lines) {
    const content = Math.min(line.start + indent, line.end);
    const isDeeper = line.ink - line.start > indent || out.text[content] === '\t';
    if (line.ink === line.end && !isDeeper) {
      blanks += 1;
      continue;
    }
    if (from !== undefined) {
      if (!isDeeper && !wasDeeper && blanks === 0) out.put(' ', from, content);
      else out.breaks(isDeeper || wasDeeper ? blanks + 1 : blanks, from, content);
    }
    out.copy(content, line.end);
    [from, blanks, wasDeeper] = [line.end, 0, isDeeper];
  }
}

function linesOf(text: string, start: number, end: number): Line[] {
  const lines: Line[] = [];
  for (let at = start; ; ) {
    const newLine = text.indexOf('\n', at);
    const isLast = newLine < 0 || newLine >= end;
    let stop = isLast ? end : newLine;
    if (stop > at && text[stop - 1] === '\r') stop -= 1;
    let ink = at;
    while (ink < stop && text[ink] === ' ') ink += 1;
    lines.push({ start: at, ink, end: stop });
    if (isLast) return lines;
    at = newLine + 1;
  }
}

function afterBreak(text: string, at: number): number {
  return at + (/^\r?\n/.exec(text.slice(at, at + 2))?.[0].length ?? 0);
}

/** A plain scalar, or what stands between single quotes: its lines are joined. */
function unfold(out: Output, start: number, end: number, isQuoted: boolean): void {
  const copy = (from: number, to: number) => {
    for (let at = from; at < to; at++) {
      if (isQuoted && out.text[at] === "'") {
        out.put("'", at, at + 2);
        at += 1;
      } else out.copy(at, at + 1);
    }
  };
  const breaks = /[ \t]*(?:\r?\n[ \t]*)+/g;
  let at = start;
  for (const match of out.text.slice(start, end).matchAll(breaks)) {
    const [from, to] = [start + match.index, start + match.index + match[0].length];
    copy(at, from);
    const count = match[0].split('\n').length - 1;
    if (count === 1) out.put(' ', from, to);
    else out.breaks(count - 1, from, to);
    at = to;
  }
  copy(at, end);
}

/** What stands between double quotes; false when an escape is unknown. */
function decodeDouble(out: Output, start: number, end: number): boolean {
  const inside = out.text.slice(0, end);
  const token = /\\\r?\n[ \t]*|\\x([\da-fA-F]{2})|\\u([\da-fA-F]{4})|\\U([\da-fA-F]{8})|\\(.)|[ \t]*(?:\r?\n[ \t]*)+/sy;
  let at = start;
  while (at < end) {
    token.lastIndex = at;
    const match = token.exec(inside);
    if (!match) {
      out.copy(at, at + 1);
      at += 1;
      continue;
    }
    const to = at + match[0].length;
    const code = match[1] ?? match[2] ?? match[3];
    if (code !== undefined) {
      const point = Number.parseInt(code, 16);
      if (point > 0x10ffff) return false;
      out.put(String.fromCodePoint(point), at, to);
    } else if (match[4] !== undefined) {
      const value = ESCAPES.get(match[4]);
      if (value === undefined) return false;
      out.put(value, at, to);
    } else if (!match[0].startsWith('\\')) {
      const count = match[0].split('\n').length - 1;
      if (count === 1) out.put(' ', at, to);
      else out.breaks(count - 1, at, to);
    }
    at = to;
  }
  return true;
}

/** YAML 1.2.2, 5.7. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['0', '\0'],
  ['a', '\x07'],
  ['b', '\b'],
  ['e', '\x1b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['N', '\u0085'],
  ['_', '\u00a0'],
  ['L', '\u2028'],
  ['P', '\u2029'],
  [' ', ' '],
  ['"', '"'],
  ['/', '/'],
  ['\\', '\\'],
  ['\t', '\t'],
]);
