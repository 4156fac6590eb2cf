import { Lines, type Span } from '../text.ts';
import { type Action, type Block, findBlocks, prints, scanActions } from './actions.ts';

/**
 * Where an action stands: on lines of its own, in the structure or a plain value, in a quoted string, in a block scalar
 * (a script), in a comment.
 */
export type Place = 'line' | 'plain' | 'quoted' | 'scalar' | 'comment';

/** An action and where it stands. */
export interface PlacedAction extends Action {
  readonly place: Place;
  /** Whether nothing else stands on its lines, a comment and other actions apart. */
  readonly wholeLine: boolean;
}

/** A template whose actions are hidden, so that it can be read as YAML. Offsets are the same in both texts. */
export interface Masked {
  /** The template. */
  readonly source: string;
  /** The template with filler for every action: as long, with line endings at the same places. */
  readonly text: string;
  readonly actions: readonly PlacedAction[];
  readonly blocks: readonly Block[];
  /** The innermost block that encloses an offset; a block's own actions count. Its `parent` leads outwards. */
  blockAt(offset: number): Block | undefined;
  /** The actions that share at least one character with the span, in their order. */
  actionsIn(span: Span): readonly PlacedAction[];
  /** Whether an action shares at least one character with the span: then it must not be edited. */
  overlaps(span: Span): boolean;
}

/**
 * Hides the actions of a Helm template behind filler. Both branches of a condition stay, so keys may appear twice.
 *
 * | where | filler |
 * |---|---|
 * | alone on its line | spaces |
 * | the value of a key or list item that has deeper lines below, or that prints a block | spaces |
 * | inside a value, a key, a quoted string, a comment | a word of `x` |
 * | in a script | a word of `x` when it prints something, else white space |
 *
 * Not every `{{` is Helm's: read a text unmasked first unless `isTemplate` says yes, and mask it when that fails.
 */
export function mask(text: string): Masked {
  const actions = scanActions(text);
  const { masked, placed } = fill(text, actions);
  const { blocks, around } = findBlocks(text, actions);
  const actionsIn = (span: Span) => {
    const first = firstBehind(placed, span.start);
    let last = first;
    while ((placed[last]?.span.start ?? Number.POSITIVE_INFINITY) < span.end) last += 1;
    return placed.slice(first, last);
  };
  return {
    source: text,
    text: masked,
    actions: placed,
    blocks,
    blockAt: (offset) => {
      // The first action that ends behind the offset may hold it; else the one before decides.
      const next = firstBehind(placed, offset);
      if ((placed[next]?.span.start ?? text.length) <= offset) return around[next];
      return placed[next - 1]?.kind === 'end' ? around[next - 1]?.parent : around[next - 1];
    },
    actionsIn,
    overlaps: (span) => {
      const action = placed[firstBehind(placed, span.start)];
      return action !== undefined && span.start < span.end && action.span.start < span.end;
    },
  };
}

/**
 * Whether a text has actions of Go templates in its YAML structure: on lines of their own or in values without quotes.
 * Actions in quoted strings, scripts and comments prove nothing: other programs read them too (Vault annotations,
 * `docker --format`, Ansible, Argo).
 */
export function isTemplate(text: string | Masked): boolean {
  if (typeof text === 'string') return text.includes('{{') && isTemplate(mask(text));
  const { actions, source: whole } = text;
  return actions.some(
    ({ place, source, span }) =>
      (place === 'line' || place === 'plain') && whole[span.start - 1] !== '$' && isGoTemplate(source),
  );
}

/** What begins like a Go template action, and unlike the expressions of Jinja and Argo (`{{item}}`, `{{inputs.x}}`). */
function isGoTemplate(source: string): boolean {
  return /^(?:[.$("`]|\/\*|(?:if|else|end|range|with|define|block|template|include)(?![\w.])|[a-zA-Z]\w*\s+[.$("`\w])/.test(
    source,
  );
}

/** Index of the first action that ends behind the offset. */
function firstBehind(actions: readonly Action[], offset: number): number {
  let low = 0;
  let high = actions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((actions[middle]?.span.end ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The part of an action that lies on one line. */
interface Piece {
  readonly start: number;
  readonly end: number;
  /** The action's index. */
  readonly action: number;
  readonly isFirst: boolean;
}

/** A line of the template. Columns count from the line's start. */
interface Line {
  readonly start: number;
  readonly end: number;
  readonly pieces: readonly Piece[];
  /**
   * Column where the line's own text begins, an action in front of it included; undefined when nothing but actions
   * stands there.
   */
  readonly column: number | undefined;
  /** Offset of the first character that is neither white space nor in an action; -1 when there is none. */
  readonly firstInk: number;
  /** Offset of the last character that is neither white space, nor in an action, nor in a comment behind the actions. */
  readonly lastInk: number;
  readonly isComment: boolean;
  readonly isItem: boolean;
}

type Filler = ' ' | 'x' | '\t';

interface Fill {
  readonly text: string;
  readonly actions: readonly Action[];
  readonly lines: readonly Line[];
  /** For each line the next one behind it that has something in the structure, up to the end of its document. */
  readonly next: readonly (Line | undefined)[];
  /** For each line the next one that has text of its own, be it a comment. */
  readonly words: readonly (Line | undefined)[];
  readonly places: Place[];
  readonly output: string[];
  /** Up to where the output is written. */
  written: number;
  /** The block scalar that the line lies in. */
  scalar: { readonly parent: number; readonly depth: number | undefined; begun: boolean } | undefined;
  /** The quoted string that the line begins in. */
  quote: { readonly mark: string; readonly column: number } | undefined;
}

function fill(text: string, actions: readonly Action[]): { masked: string; placed: PlacedAction[] } {
  if (actions.length === 0) return { masked: text, placed: [] };
  const lines = readLines(text, actions);
  const state: Fill = {
    text,
    actions,
    lines,
    ...nextLines(text, lines),
    places: [],
    output: [],
    written: 0,
    scalar: undefined,
    quote: undefined,
  };
  const alone = new Array<boolean>(actions.length).fill(true);
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] as Line;
    if (state.scalar && line.column !== undefined && line.column <= state.scalar.parent) state.scalar = undefined;
    if (state.quote && line.column !== undefined && line.column <= state.quote.column) state.quote = undefined;
    if (line.lastInk >= 0) for (const { action } of line.pieces) alone[action] = false;
    if (state.scalar) fillScalarLine(state, line);
    else fillLine(state, line, index);
  }
  state.output.push(text.slice(state.written));
  const placed = actions.map((action, i) => ({
    ...action,
    place: state.places[i] ?? 'plain',
    wholeLine: alone[i] === true,
  }));
  return { masked: state.output.join(''), placed };
}

function readLines(text: string, actions: readonly Action[]): Line[] {
  const index = new Lines(text);
  const lines: Line[] = [];
  let action = 0;
  for (let number = 0; number < index.count; number++) {
    const start = index.start(number);
    const end = index.end(number);
    const pieces: Piece[] = [];
    for (let span = actions[action]?.span; span && span.start < end; span = actions[action]?.span) {
      const [from, to] = [Math.max(start, span.start), Math.min(end, span.end)];
      if (from < to) pieces.push({ start: from, end: to, action, isFirst: span.start >= start });
      if (span.end > end) break;
      action += 1;
    }
    const first = pieces[0]?.isFirst ? actions[pieces[0].action] : undefined;
    lines.push(readLine(text, { start, end }, pieces, first !== undefined && !printsBlock(first.source)));
  }
  return lines;
}

/** `leads`: whether the text of the line begins with its first action, when that comes first. */
function readLine(text: string, { start, end }: Span, pieces: readonly Piece[], leads: boolean): Line {
  let firstInk = -1;
  let lastInk = -1;
  let at = start;
  for (let i = 0; i <= pieces.length; i++) {
    const piece = pieces[i];
    const stop = piece?.start ?? end;
    const isTail = piece === undefined && pieces.length > 0;
    for (; at < stop; at++) {
      const c = text[at];
      if (c === ' ' || c === '\t' || c === '\uFEFF') continue;
      if (isTail && c === '#' && lastInk < (pieces.at(-1)?.end ?? 0) && (at === start || isSpace(text[at - 1]))) break;
      if (firstInk < 0) firstInk = at;
      lastInk = at;
    }
    if (piece) at = piece.end;
  }
  const isComment = text[firstInk] === '#' && (pieces[0]?.start ?? end) > firstInk;
  const first = leads ? Math.min(firstInk, pieces[0]?.start ?? firstInk) : firstInk;
  return {
    start,
    end,
    pieces,
    column: firstInk < 0 ? undefined : first - start,
    firstInk,
    lastInk,
    isComment,
    isItem: text[firstInk] === '-' && (firstInk + 1 === end || isSpace(text[firstInk + 1])),
  };
}

function nextLines(text: string, lines: readonly Line[]): Pick<Fill, 'next' | 'words'> {
  const next: (Line | undefined)[] = [];
  const words: (Line | undefined)[] = [];
  let [found, worded]: (Line | undefined)[] = [];
  for (let i = lines.length - 1; i >= 0; i--) {
    next[i] = found;
    words[i] = worded;
    const line = lines[i] as Line;
    if (line.column === undefined) continue;
    worded = line;
    if (line.column === 0 && text.startsWith('---', line.start)) found = undefined;
    else if (!line.isComment) found = line;
  }
  return { next, words };
}

function isSpace(c: string | undefined): boolean {
  return c === ' ' || c === '\t' || c === undefined;
}

function write(state: Fill, { start, end }: Span, filler: Filler): void {
  state.output.push(state.text.slice(state.written, start), filler.repeat(end - start));
  state.written = end;
}

/**
 * A line of a block scalar. White space before the first words would decide how deep the scalar is indented, so filler
 * there is made of tabs from the depth of the first words on: tabs are content.
 */
function fillScalarLine(state: Fill, line: Line): void {
  const scalar = state.scalar as NonNullable<Fill['scalar']>;
  for (const piece of line.pieces) {
    const action = state.actions[piece.action] as Action;
    state.places[piece.action] ??= 'scalar';
    const isBefore = line.column !== undefined && piece.start < line.start + line.column;
    if (line.lastInk >= 0 && piece.isFirst && prints(action.kind) && !isBefore) write(state, piece, 'x');
    else if (scalar.begun || (line.firstInk >= 0 && line.firstInk < piece.start)) write(state, piece, ' ');
    else {
      const depth = line.column ?? scalar.depth;
      const from = Math.min(Math.max(piece.start, line.start + (depth ?? Number.POSITIVE_INFINITY)), piece.end);
      write(state, { start: piece.start, end: from }, ' ');
      write(state, { start: from, end: piece.end }, '\t');
    }
  }
  if (line.column !== undefined) scalar.begun = true;
}

/** What is known while reading a line of the structure from left to right. */
interface Cursor {
  /** Whether a key, value or item may begin here. */
  atStart: boolean;
  /** Column where the current key or value began. */
  token: number | undefined;
  /** Column of the key or dash that the value at hand belongs to. */
  owner: number;
  /** What stands before the value at hand. */
  indicator: 'none' | 'dash' | 'colon';
  /** Open brackets on this line. */
  depth: number;
  /** Behind a quoted string or a bracket nothing but white space may follow. */
  closed: boolean;
  /** Behind the `|` or `>` of a block scalar. */
  header: boolean;
  comment: boolean;
  quote: string | undefined;
}

function fillLine(state: Fill, line: Line, index: number): void {
  const { text } = state;
  const cursor: Cursor = {
    atStart: true,
    token: undefined,
    owner: -1,
    indicator: 'none',
    depth: 0,
    closed: false,
    header: false,
    comment: false,
    quote: state.quote?.mark,
  };
  let at = line.start;
  if (line.column === 0 && text.startsWith('---', at) && line.pieces[0]?.start !== at) {
    cursor.closed = true;
    at += 3;
  }
  for (const piece of [...line.pieces, undefined]) {
    for (; at < (piece?.start ?? line.end); at++) at = step(text, line, cursor, at, piece?.start ?? line.end);
    if (!piece) break;
    const filler = choose(state, line, index, cursor, piece);
    write(state, piece, filler);
    if (filler === 'x' && !cursor.comment && !cursor.quote) {
      if (cursor.atStart) cursor.token = piece.start - line.start;
      cursor.atStart = false;
    }
    at = piece.end;
  }
  if (cursor.header) {
    const depth = state.words[index]?.column ?? -1;
    state.scalar = { parent: cursor.owner, depth: depth > cursor.owner ? depth : undefined, begun: false };
  }
  if (!cursor.quote) state.quote = undefined;
  else state.quote ??= { mark: cursor.quote, column: Math.max(cursor.owner, -1) };
}

/** Reads one character outside of actions; returns the offset of the last one read. */
function step(text: string, line: Line, cursor: Cursor, at: number, stop: number): number {
  const c = text[at];
  if (cursor.comment) return at;
  if (cursor.quote) {
    if (c === '\\' && cursor.quote === '"' && at + 1 < stop) return at + 1;
    if (c === cursor.quote) {
      if (c === "'" && text[at + 1] === "'" && at + 1 < stop) return at + 1;
      cursor.quote = undefined;
      cursor.closed = true;
    }
    return at;
  }
  if (c === ' ' || c === '\t') return at;
  if (c === '#' && (at === line.start || isSpace(text[at - 1]))) {
    cursor.comment = true;
    return at;
  }
  const ends = at + 1 === line.end || isSpace(text[at + 1]);
  if (c === '-' && cursor.atStart && cursor.depth === 0 && (ends || at + 1 === stop)) {
    cursor.owner = at - line.start;
    cursor.indicator = 'dash';
    return at;
  }
  if (c === ':' && (ends || cursor.closed)) {
    if (cursor.depth === 0) cursor.owner = cursor.token ?? cursor.owner;
    cursor.indicator = 'colon';
    cursor.atStart = true;
    cursor.closed = false;
    return at;
  }
  if (cursor.atStart && c === ',') return at;
  if (cursor.atStart) {
    if (cursor.depth === 0) cursor.token = at - line.start;
    if (c === '"' || c === "'") cursor.quote = c;
    cursor.header = (c === '|' || c === '>') && cursor.indicator !== 'none';
    cursor.atStart = c === '[' || c === '{';
    if (cursor.atStart) cursor.depth += 1;
    return at;
  }
  if (cursor.header && !/[-+0-9]/.test(c as string)) cursor.header = false;
  if (cursor.depth > 0 && (c === '[' || c === '{')) cursor.depth += 1;
  else if (cursor.depth > 0 && (c === ']' || c === '}')) {
    cursor.depth -= 1;
    cursor.closed = true;
    return at;
  }
  cursor.atStart = cursor.depth > 0 && (c === ',' || c === '[' || c === '{');
  cursor.closed = false;
  return at;
}

function choose(state: Fill, line: Line, index: number, cursor: Cursor, piece: Piece): Filler {
  const { text } = state;
  const action = state.actions[piece.action] as Action;
  const place = cursor.comment ? 'comment' : cursor.quote ? 'quoted' : line.lastInk < 0 ? 'line' : 'plain';
  state.places[piece.action] ??= place;
  if (line.lastInk < 0 || !piece.isFirst) return ' ';
  if (cursor.comment) return 'x';
  if (cursor.quote) return 'x';
  if (cursor.closed || cursor.header) return ' ';
  const isLast = line.lastInk < piece.end;
  const isTight = !cursor.atStart && text[piece.start - 1] === ':' && cursor.indicator !== 'colon';
  if (isLast && (cursor.atStart || isTight)) {
    if (!prints(action.kind) || printsBlock(action.source)) return ' ';
    if (cursor.depth === 0 && isAboveBlock(state, index, cursor, isTight)) return ' ';
    return 'x';
  }
  const isLeading = cursor.atStart && cursor.indicator === 'none' && piece.start < line.firstInk;
  if (isLeading && (line.isItem || /[,\]}]/.test(text[line.firstInk] as string))) return ' ';
  return 'x';
}

/** Whether what an action prints begins on a new line, or is a map or list. */
function printsBlock(source: string): boolean {
  return (
    /\|\s*n?indent\s+\S+\s*(?:\|\s*trim\s*)?$/.test(source) || /^toYaml\s/.test(source) || /\|\s*toYaml\b/.test(source)
  );
}

/** Whether the lines below belong to the value: they are deeper than its key or dash. */
function isAboveBlock({ next }: Fill, index: number, cursor: Cursor, isTight: boolean): boolean {
  const below = next[index];
  if (below?.column === undefined) return false;
  const owner = isTight ? (cursor.token ?? cursor.owner) : cursor.owner;
  if (below.column > owner) return true;
  return below.column === owner && below.isItem && (isTight || cursor.indicator === 'colon');
}
