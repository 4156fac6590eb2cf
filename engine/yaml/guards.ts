import { type Action, type Block, prints } from '../helm/actions.ts';
import type { Masked, PlacedAction } from '../helm/mask.ts';
import type { Edit, Lines, Span } from '../text.ts';

/** The lines of a list item in a template, with the conditions that stand around it alone. Lines count from 0. */
export interface Guarded {
  readonly first: number;
  readonly last: number;
  /** How many lines at its start open conditions. */
  readonly opening: number;
  /** Why it cannot be taken out of its place, as half a sentence. */
  readonly obstacle: string | undefined;
}

/** A template under edit. */
export interface Sheet {
  readonly masked: Masked;
  readonly lines: Lines;
}

/**
 * Where a list item ends: its last line, or one below it that holds nothing but actions which belong to it. `last` is the
 * last line with something of its own, `dash` where it begins, `column` that of the dash.
 */
export function lastLineOf(sheet: Sheet, dash: number, last: number, column: number): number {
  const { masked, lines } = sheet;
  let end = last;
  const below = { start: lines.end(last), end: nextInk(sheet, last + 1) };
  let skipTo = below.start;
  for (const action of masked.actionsIn(below)) {
    if (action.span.start < skipTo || action.place === 'comment') continue;
    const block = masked.blockAt(action.span.start);
    const isOpening = block?.span.start === action.span.start;
    if (action.kind === 'end' || action.kind === 'else' || action.kind === 'else if') {
      if (!block || block.span.start < dash) break;
      end = lines.lineAt(action.span.end - 1);
    } else if (isOpening && block) {
      const printed = masked.actionsIn(block.span).find(({ kind }) => prints(kind));
      if (!printed || block.span.end > below.end || depthOf(sheet, printed) <= column) break;
      end = lines.lineAt(block.span.end - 1);
      skipTo = block.span.end;
    } else if (prints(action.kind)) {
      if (depthOf(sheet, action) <= column) break;
      end = lines.lineAt(action.span.end - 1);
    }
  }
  return end;
}

/**
 * The item with the conditions around it: each must hold nothing else. `list` is where the list's key stands, `first` and
 * `last` are the item's lines.
 */
export function guardsOf(sheet: Sheet, list: number, dash: number, first: number, last: number): Guarded {
  const { masked, lines } = sheet;
  const around = masked.blockAt(list);
  let [from, to] = [first, last];
  for (let block = masked.blockAt(dash); block && block !== around; block = block.parent) {
    const opens = lines.lineAt(block.span.start);
    const closes = lines.lineAt(block.span.end - 1);
    const obstacle = obstacleOf(sheet, block, from, to);
    if (obstacle) return { first, last: closes, opening: 0, obstacle };
    [from, to] = [opens, closes];
  }
  return { first: from, last: to, opening: first - from, obstacle: undefined };
}

/** Why a condition cannot move together with the lines that it holds. */
function obstacleOf(sheet: Sheet, { kind, branches, end, span }: Block, first: number, last: number) {
  const { masked, lines } = sheet;
  const opening = branches[0]?.action;
  if (kind !== 'if' && kind !== 'with') return `it stands in a ${kind}`;
  if (!end || !opening) return 'its condition has no end';
  if (branches.length > 1) return 'its condition has an else';
  const before = { start: opening.span.end, end: lines.start(first) };
  const behind = { start: lines.end(last), end: end.span.start };
  const isApart = lines.lineAt(opening.span.end - 1) < first && lines.lineAt(end.span.start) > last;
  const isAlone = isOnlyAction(sheet, opening.span.start) && isOnlyAction(sheet, end.span.start);
  if (!isApart || !isAlone || span.end !== end.span.end) return 'its condition shares a line with it';
  if (!isBare(masked, before) || !isBare(masked, behind)) return 'its condition holds more than it';
  return undefined;
}

/** Whether a part of a template prints white space and comments at most. */
export function isBare(masked: Masked, part: Span): boolean {
  const text = masked.text.slice(part.start, part.end).replace(/^[ \t]*#.*$/gm, '');
  return text.trim() === '' && !masked.actionsIn(part).some(isPrinting);
}

/** Whether a part of a template may print lines of its own at a column or left of it. */
export function printsAt(sheet: Sheet, part: Span, column: number): boolean {
  const all = sheet.masked.actionsIn(part);
  return all.some((action) => action.wholeLine && isPrinting(action) && depthOf(sheet, action) <= column);
}

function isPrinting({ kind, place, source }: PlacedAction): boolean {
  return prints(kind) && place !== 'comment' && !/^fail\b/.test(source);
}

function isOnlyAction({ masked }: Sheet, offset: number): boolean {
  return masked.actionsIn({ start: offset, end: offset + 1 })[0]?.wholeLine === true;
}

/**
 * The last line of a list in a template: below the conditions around its last item, and below actions that print more of
 * it. `last` is the last item's last line, `column` the column of the dashes.
 */
export function endOfList(sheet: Sheet, list: number, last: number, column: number): number {
  const { masked, lines } = sheet;
  const around = masked.blockAt(list);
  const topIn = (offset: number): Block | undefined => {
    let block = masked.blockAt(offset);
    while (block && block.parent !== around && block !== around) block = block.parent;
    return block === around ? undefined : block;
  };
  let end = last;
  const top = topIn(lines.end(last) - 1);
  if (top) end = Math.max(end, lines.lineAt(top.span.end - 1));
  let skipTo = lines.end(end);
  const limit = nextInk(sheet, end + 1);
  for (const action of masked.actionsIn({ start: skipTo, end: limit })) {
    if (action.span.start < skipTo || action.place === 'comment') continue;
    const block = topIn(action.span.start);
    if (block?.span.start === action.span.start) {
      const printed = masked.actionsIn(block.span).find(({ kind }) => prints(kind));
      if (block.span.end > limit || (printed && depthOf(sheet, printed) < column)) break;
      if (printed) end = lines.lineAt(block.span.end - 1);
      skipTo = block.span.end;
    } else if (action.kind === 'end' || action.kind === 'else' || action.kind === 'else if') break;
    else if (prints(action.kind)) {
      if (depthOf(sheet, action) < column) break;
      end = lines.lineAt(action.span.end - 1);
    }
  }
  return end;
}

/** Where the next line begins that holds more than actions and comments, from line `from` on. */
function nextInk({ masked, lines }: Sheet, from: number): number {
  for (let line = from; line < lines.count; line++) {
    const content = masked.text.slice(lines.start(line), lines.end(line)).trim();
    if (content !== '' && !content.startsWith('#')) return lines.start(line);
  }
  return masked.text.length;
}

/** The column at which an action prints its lines. */
function depthOf({ lines }: Sheet, { source, span }: Action): number {
  const indent = /\bn?indent\s+\(?(\d+)/.exec(source);
  return indent ? Number(indent[1]) : span.start - lines.start(lines.lineAt(span.start));
}

/**
 * The conditions around an offset, outermost first, as they are written; an `else` with those before it. A condition right
 * inside the same one adds nothing.
 */
export function conditionsAt(masked: Masked, offset: number): string[] {
  const found: string[] = [];
  for (let block = masked.blockAt(offset); block; block = block.parent) {
    const passed = block.branches.filter(({ action }) => action.span.start <= offset);
    const condition = passed.map(({ action }) => action.source).join('; ');
    if (block.kind !== 'if' || passed.length > 1 || found[0] !== condition) found.unshift(condition);
  }
  return found;
}

/**
 * Why lines cannot go to another place, as half a sentence: they hold half a condition, or a variable that is assigned
 * elsewhere. `target` is where they go.
 */
export function tiesOf(masked: Masked, span: Span, target: number): string | undefined {
  const inside = masked.actionsIn(span);
  const isIn = (offset: number) => offset >= span.start && offset < span.end;
  if (inside.some((action) => action.span.start < span.start || action.span.end > span.end)) {
    return 'a template action begins or ends in the midst of its lines';
  }
  for (const { span: own, end } of masked.blocks) {
    if (isIn(own.start) !== isIn(own.end - 1) && (isIn(own.start) || (end && isIn(end.span.start)))) {
      return 'its lines hold half a condition';
    }
  }
  const assignments = masked.actions.flatMap(assignmentsOf);
  // What a block in these lines assigns ends with it.
  const isOwn = ({ action, isNew }: Assignment) => {
    const scope = isNew ? masked.blockAt(action.span.start) : undefined;
    return scope !== undefined && isIn(scope.span.start) && isIn(scope.span.end - 1);
  };
  const own = assignments.filter((each) => isIn(each.action.span.start) && isOwn(each));
  const uses = inside.flatMap(({ source, span: { start: at } }) =>
    (source.match(/\$\w+/g) ?? [])
      .filter(
        (name) => !own.some((each) => each.name === name && each.action.span.start <= at && knows(masked, each, at)),
      )
      .map((name) => ({ name, at })),
  );
  for (const assignment of assignments) {
    const { action, name, isNew } = assignment;
    if (own.includes(assignment)) continue;
    if (isIn(action.span.start)) {
      const pattern = new RegExp(`\\${name}(?!\\w)`);
      const isElsewhere = masked.actions.some((other) => !isIn(other.span.start) && pattern.test(other.source));
      if (isElsewhere) return `it assigns ${name}, which other lines use`;
      continue;
    }
    const isUsed = uses.some((use) => use.name === name && (!isNew || knows(masked, assignment, use.at)));
    if (isUsed && (action.span.start >= target || !knows(masked, assignment, target))) {
      return `it uses ${name}, which is assigned elsewhere`;
    }
  }
  return undefined;
}

/** A variable that an action assigns. */
interface Assignment {
  readonly action: PlacedAction;
  readonly name: string;
  /** Whether it begins there. */
  readonly isNew: boolean;
}

function assignmentsOf(action: PlacedAction): Assignment[] {
  const [, first, second, sign] =
    /^(?:(?:else\s+)?(?:if|with|range)\s+)?(\$\w+)(?:\s*,\s*(\$\w+))?\s*(:?=)(?!=)/.exec(action.source) ?? [];
  return [first, second].flatMap((name) => (name === undefined ? [] : [{ action, name, isNew: sign === ':=' }]));
}

/** Whether an offset knows an assigned variable: the block that it is assigned in is around it. */
function knows(masked: Masked, { action }: Assignment, offset: number): boolean {
  const scope = masked.blockAt(action.span.start);
  return scope === undefined || (scope.span.start <= offset && offset < scope.span.end);
}

/**
 * Whether an action in an edit or beside it would change white space that stays: `-}}` before it removes what begins it, a
 * `{{-` in it removes what ends the line before it, and white space behind a `{{-` below it is joined to its last line.
 */
export function isTrimmed({ source, actionsIn }: Masked, { span: { start, end }, text }: Edit): boolean {
  const isSpace = (at: number) => /\s/.test(source[at] ?? '');
  let above = start;
  while (above > 0 && isSpace(above - 1)) above -= 1;
  const before = above > 0 ? actionsIn({ start: above - 1, end: above })[0] : undefined;
  if (before?.trimRight && before.span.end === above) return true;
  const isTrailing = /[ \t]\s*$/.test(source.slice(Math.max(above, source.lastIndexOf('\n', start - 2)), start));
  if (isTrailing && [text, source.slice(start, end)].some((each) => each.trimStart().startsWith('{{-'))) return true;
  let below = end;
  while (below < source.length && isSpace(below)) below += 1;
  const behind = actionsIn({ start: below, end: below + 1 })[0];
  return behind?.trimLeft === true && behind.span.start === below && /^[ \t]+\r?\n/.test(source.slice(behind.span.end));
}
