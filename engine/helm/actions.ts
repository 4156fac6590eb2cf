import type { Span } from '../text.ts';

/**
 * What an action does. `silent` renders nothing (an assignment, `break`, `continue`); `value` is everything that prints
 * something and is neither `include` nor `template`.
 */
export type ActionKind =
  | 'if'
  | 'else if'
  | 'else'
  | 'end'
  | 'range'
  | 'with'
  | 'define'
  | 'block'
  | 'template'
  | 'include'
  | 'silent'
  | 'comment'
  | 'value';

/** One `{{ … }}` of a template. */
export interface Action {
  /** From the first brace to behind the last one. */
  readonly span: Span;
  /** What stands between the braces, without trim markers and outer white space. */
  readonly source: string;
  readonly kind: ActionKind;
  /** Whether `{{-` removes the white space before it. */
  readonly trimLeft: boolean;
  /** Whether `-}}` removes the white space behind it. */
  readonly trimRight: boolean;
  /** Whether its `}}` is missing. Such an action ends with its line, or where the next one begins. */
  readonly unterminated: boolean;
}

/** One part of a block: from the action that opens it to the next `else` or `end`. */
export interface Branch {
  readonly action: Action;
  /** What lies between the two actions. */
  readonly body: Span;
}

/** What an `if`, `range`, `with`, `define` or `block` encloses. */
export interface Block {
  readonly kind: 'if' | 'range' | 'with' | 'define' | 'block';
  /** From its first action to behind its `end`; to the end of the text when that is missing. */
  readonly span: Span;
  /** The first branch, then one for each `else`. */
  readonly branches: readonly Branch[];
  readonly end: Action | undefined;
  /** The block around it. */
  readonly parent: Block | undefined;
}

/** Whether an action prints text where it stands. */
export function prints(kind: ActionKind): boolean {
  return kind === 'value' || kind === 'include' || kind === 'template';
}

/** The actions of a template in their order, in time linear in the text's length. */
export function scanActions(text: string): Action[] {
  const actions: Action[] = [];
  const scan: Scan = { text, lastBackquote: text.lastIndexOf('`'), plainUntil: 0 };
  let start = text.indexOf('{{');
  while (start >= 0) {
    const { end, unterminated } = findEnd(scan, start);
    actions.push(action(text, { start, end }, unterminated));
    start = text.indexOf('{{', end);
  }
  return actions;
}

interface Scan {
  readonly text: string;
  readonly lastBackquote: number;
  /**
   * Up to here an attempt has read without finding a `}}`. Actions that begin before it end on their own line, so that
   * nothing is read a third time.
   */
  plainUntil: number;
}

function findEnd(scan: Scan, start: number): { end: number; unterminated: boolean } {
  const { text } = scan;
  if (start < scan.plainUntil) return endOnLine(text, start);
  const comment = commentStart(text, start);
  let at = comment ?? start + 2;
  for (; at < text.length; at++) {
    if (comment !== undefined) {
      at = text.indexOf('*/', at);
      if (at < 0) break;
      const end = closing(text, at + 2);
      if (end !== undefined) return { end, unterminated: false };
      continue;
    }
    const c = text[at];
    if (c === '}' && text[at + 1] === '}') return { end: at + 2, unterminated: false };
    if (c === '{' && text[at + 1] === '{') break;
    if (c === '`' && at < scan.lastBackquote) at = text.indexOf('`', at + 1);
    else if (c === '"' || c === "'") at = endOfString(text, at);
  }
  if (at < 0) at = text.length;
  scan.plainUntil = at;
  let end = start;
  while (end < at && text[end] !== '\n' && text[end] !== '\r') end += 1;
  return { end, unterminated: true };
}

/** Where the text of a comment begins. */
function commentStart(text: string, start: number): number | undefined {
  let at = start + 2;
  if (text[at] === '-') at += 1;
  while (text[at] === ' ' || text[at] === '\t' || text[at] === '\n' || text[at] === '\r') at += 1;
  return text.startsWith('/*', at) ? at + 2 : undefined;
}

/** Behind the `}}` or `-}}` that follows, white space apart. */
function closing(text: string, at: number): number | undefined {
  while (text[at] === ' ' || text[at] === '\t' || text[at] === '\n' || text[at] === '\r') at += 1;
  if (text[at] === '-') at += 1;
  return text.startsWith('}}', at) ? at + 2 : undefined;
}

function endOnLine(text: string, start: number): { end: number; unterminated: boolean } {
  let at = start + 2;
  while (at < text.length && text[at] !== '\n' && text[at] !== '\r') {
    if (text[at] === '}' && text[at + 1] === '}') return { end: at + 2, unterminated: false };
    if (text[at] === '{' && text[at + 1] === '{') break;
    at += 1;
  }
  return { end: at, unterminated: true };
}

/** The closing quote; the opening one itself when its line holds no other: someone is typing. */
function endOfString(text: string, start: number): number {
  const quote = text[start];
  for (let at = start + 1; at < text.length && text[at] !== '\n'; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === quote) return at;
  }
  return start;
}

const KEYWORD = /^(if|else|end|range|with|define|block|template|include|break|continue)(?!\w)/;
const ASSIGNMENT = /^\$\w*(?:\s*,\s*\$\w*)?\s*:?=/;

function action(text: string, span: Span, unterminated: boolean): Action {
  const inner = text.slice(span.start + 2, unterminated ? span.end : span.end - 2);
  const trimLeft = /^-(?!\d)/.test(inner);
  const trimRight = !unterminated && inner.length > 1 && /[\s/]-$/.test(inner.slice(-2));
  const source = inner.slice(trimLeft ? 1 : 0, trimRight ? -1 : undefined).trim();
  return { span, source, kind: kindOf(source), trimLeft, trimRight, unterminated };
}

function kindOf(source: string): ActionKind {
  if (source.startsWith('/*')) return 'comment';
  const keyword = KEYWORD.exec(source)?.[1];
  if (keyword === 'else') return /^else\s+if\b/.test(source) ? 'else if' : 'else';
  if (keyword === 'break' || keyword === 'continue') return 'silent';
  if (keyword !== undefined) return keyword as ActionKind;
  return ASSIGNMENT.test(source) ? 'silent' : 'value';
}

/** The blocks of a template. */
export interface Blocks {
  /** By where they begin. */
  readonly blocks: readonly Block[];
  /** For each action the innermost block that it lies in; it counts as part of the block that it begins or ends. */
  readonly around: readonly (Block | undefined)[];
}

/** Matches the actions that begin and end blocks. An `end` or `else` without a block is passed over. */
export function findBlocks(text: string, actions: readonly Action[]): Blocks {
  const blocks: OpenBlock[] = [];
  const around: (Block | undefined)[] = [];
  const open: OpenBlock[] = [];
  for (const each of actions) {
    const { kind, span } = each;
    const top = open.at(-1);
    if (kind === 'if' || kind === 'range' || kind === 'with' || kind === 'define' || kind === 'block') {
      const whole = { start: span.start, end: text.length };
      const block = { kind, span: whole, branches: [branch(each, text)], end: undefined, parent: top };
      blocks.push(block);
      open.push(block);
    }
    around.push(open.at(-1));
    if (top && (kind === 'else' || kind === 'else if')) {
      closeBranch(top, span.start);
      top.branches.push(branch(each, text));
    } else if (top && kind === 'end') {
      closeBranch(top, span.start);
      top.span = { start: top.span.start, end: span.end };
      top.end = each;
      open.pop();
    }
  }
  return { blocks, around };
}

/** The branch whose body holds the offset. */
export function branchAt({ branches }: Block, offset: number): Branch | undefined {
  let low = 0;
  let high = branches.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((branches[middle]?.body.start ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  const branch = branches[low - 1];
  return branch && offset < branch.body.end ? branch : undefined;
}

interface OpenBlock extends Block {
  span: Span;
  branches: Branch[];
  end: Action | undefined;
}

function branch(action: Action, text: string): Branch {
  return { action, body: { start: action.span.end, end: text.length } };
}

function closeBranch(block: OpenBlock, end: number): void {
  const last = block.branches.pop() as Branch;
  block.branches.push({ action: last.action, body: { start: last.body.start, end } });
}
