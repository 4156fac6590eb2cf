import type { Edit, Lines, Span } from '../text.ts';
import { dashOffset } from './items.ts';
import { CannotEdit, columnOf, isNothing, keepsBlankLines, lastInk, type Page, trailingComments } from './page.ts';
import {
  isAliasNode,
  isFlow,
  ownMap,
  ownSeq,
  type Path,
  spanOf,
  type YamlMap,
  type YamlNode,
  type YamlSeq,
} from './read.ts';

/** One entry of a map or item of a sequence: where it starts, and where the last thing in it ends. */
interface Member extends Span {
  readonly key: string | number;
  readonly value: YamlNode | undefined;
}

/** The lines of a member of a block collection, both included. */
export interface Rows {
  readonly first: number;
  readonly last: number;
  /** The last line of the member before it, -1 for the first one. */
  readonly floor: number;
}

/** What goes of a collection: the indexes of its members. */
interface Removal {
  readonly node: YamlMap | YamlSeq;
  readonly members: readonly Member[];
  readonly gone: ReadonlySet<number>;
}

/**
 * Edits that take out entries and items, and the collections that they leave empty; those in `grown` get new entries and
 * must not become empty. Throws CannotEdit.
 */
export function removeAll(page: Page, paths: readonly Path[], grown: ReadonlySet<YamlNode>): Edit[] {
  if (paths.length === 0) return [];
  const removals: Removal[] = [];
  if (collect(page, page.document.root, paths, grown, removals)) throw new CannotEdit('nothing would be left');
  checkAnchors(page, removals);
  const rows: Rows[] = [];
  const edits: Edit[] = [];
  for (const removal of removals) {
    if (isFlow(removal.node)) edits.push(...removeFlow(page, removal));
    else edits.push(...removeBlock(page, removal, rows));
  }
  return [...edits, ...removeRows(page, rows)];
}

/** Finds what goes of a node and of the nodes in it; whether nothing of it is left. */
function collect(
  page: Page,
  node: YamlNode | undefined,
  paths: readonly Path[],
  grown: ReadonlySet<YamlNode>,
  removals: Removal[],
): boolean {
  const shared = [...page.document.aliases.values()];
  if (isAliasNode(node) || (node && shared.includes(node))) {
    throw new CannotEdit('an anchor and its alias tie these lines to others');
  }
  const collection = ownMap(node) ?? ownSeq(node);
  if (!collection) throw new CannotEdit(`there is no '${paths[0]?.join('.')}'`);
  const members = membersOf(page, collection);
  const gone = new Set<number>();
  for (const key of new Set(paths.map((path) => path[0]))) {
    const found = members.flatMap((member, index) => (String(member.key) === String(key) ? [index] : []));
    const [index] = found;
    if (index === undefined) throw new CannotEdit(`'${key}' is not written here`);
    if (found.length > 1) throw new CannotEdit(`'${key}' is written twice`);
    const inside = paths.filter((path) => path[0] === key).map((path) => path.slice(1));
    const isWhole = inside.some((path) => path.length === 0);
    if (isWhole || collect(page, members[index]?.value, inside, grown, removals)) gone.add(index);
  }
  if (gone.size > 0 && gone.size === members.length) {
    if (grown.has(collection)) throw new CannotEdit('nothing of it would be left beside what is added');
    return true;
  }
  if (gone.size > 0) removals.push({ node: collection, members, gone });
  return false;
}

function membersOf(page: Page, collection: YamlMap | YamlSeq): Member[] {
  const map = ownMap(collection);
  if (!map) {
    return collection.items.map((item, key) => {
      const value = (item as YamlNode | null) ?? undefined;
      const start = isFlow(collection) ? (value ? spanOf(value).start : -1) : dashOffset(collection as YamlSeq, key);
      if (start < 0) throw new CannotEdit('an item of a list in brackets is empty');
      return { key, value, start, end: endOf(page, value, isFlow(collection) ? start : start + 1) };
    });
  }
  return map.items.map((pair) => {
    const key = pair.key as YamlNode | null;
    if (!key?.range) throw new CannotEdit('a key is written in an unusual way');
    const { start, end } = spanOf(key);
    const value = (pair.value as YamlNode | null) ?? undefined;
    const colon = /^[ \t]*:/.exec(page.document.text.slice(end, end + 80))?.[0].length ?? 0;
    const name = (key as { value?: unknown; source?: string }).value;
    return {
      key: typeof name === 'string' ? name : ((key as { source?: string }).source ?? ''),
      value,
      start,
      end: endOf(page, value, end + colon),
    };
  });
}

/** Where the last thing in a node ends, without comments behind it; `empty` when there is nothing. */
export function endOf(page: Page, node: YamlNode | undefined, empty: number): number {
  if (!node || isNothing(node)) return empty;
  const collection = ownMap(node) ?? ownSeq(node);
  if (!collection || isFlow(collection)) {
    const { end } = spanOf(node);
    return keepsBlankLines(page.document.text, node) ? end : lastInk(page.parsed, end) + 1;
  }
  return membersOf(page, collection).at(-1)?.end ?? empty;
}

function checkAnchors({ document }: Page, removals: readonly Removal[]): void {
  const spans = removals.flatMap(({ members, gone }) => members.filter((_, index) => gone.has(index)));
  const isGone = (node: YamlNode) =>
    spans.some(({ start, end }) => start <= spanOf(node).start && spanOf(node).start < end);
  for (const [alias, target] of document.aliases) {
    if (isGone(target) && !isGone(alias)) throw new CannotEdit('what would go is used elsewhere by its anchor');
  }
}

/** Runs of indexes that go, one behind the other. */
function runsOf({ members, gone }: Removal): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = [];
  for (let i = 0; i < members.length; i++) {
    if (!gone.has(i)) continue;
    const from = i;
    while (gone.has(i + 1)) i += 1;
    runs.push({ from, to: i });
  }
  return runs;
}

function removeFlow({ document: { text } }: Page, removal: Removal): Edit[] {
  const { members } = removal;
  if (text.slice(spanOf(removal.node).start + 1, members[0]?.start).trim() !== '') {
    throw new CannotEdit('a comment or an anchor stands behind a bracket');
  }
  return runsOf(removal).map(({ from, to }) => {
    const [first, last, before, after] = [members[from], members[to], members[from - 1], members[to + 1]];
    if (!first || !last) throw new CannotEdit('the list is written in an unusual way');
    for (let i = Math.max(from, 1); i <= Math.min(to + 1, members.length - 1); i++) {
      const gap = text.slice(members[i - 1]?.end, members[i]?.start);
      if (gap.trim() !== ',') throw new CannotEdit('comments or anchors stand between what is in brackets');
    }
    if (/^[ \t]*,?[ \t]*#/.test(text.slice(last.end))) throw new CannotEdit('a comment stands behind what would go');
    const span = before ? { start: before.end, end: last.end } : { start: first.start, end: after?.start ?? last.end };
    return { span, text: '' };
  });
}

/** Adds the lines that go to `rows`. The first entry behind a dash gives its place to the next one that stays. */
function removeBlock(page: Page, removal: Removal, rows: Rows[]): Edit[] {
  const { lines } = page;
  const { members } = removal;
  const extents = rowsOf(page, members);
  const edits: Edit[] = [];
  for (const { from, to } of runsOf(removal)) {
    const [first, next] = [members[from] as Member, members[to + 1]];
    const line = lines.lineAt(first.start);
    const before = lines.content(line).slice(0, columnOf(page, first.start));
    if (before.trim() === '') {
      for (const extent of extents.slice(from, to + 1)) rows.push(extent);
      continue;
    }
    if (!/^[ \t]*(?:-[ \t]+)+$/.test(before) || !next || !ownMap(removal.node)) {
      throw new CannotEdit(`'${first.key}' shares its line with something else`);
    }
    for (let at = lines.lineAt((members[to] as Member).end - 1) + 1; at < lines.lineAt(next.start); at++) {
      if (lines.content(at).trim() !== '') throw new CannotEdit(`a comment stands behind '${first.key}'`);
    }
    edits.push({ span: { start: first.start, end: next.start }, text: '' });
  }
  return edits;
}

/** The lines of the members of a block collection, with the comments that belong to them. */
function rowsOf(page: Page, members: readonly Member[]): Rows[] {
  const { lines } = page;
  let floor = -1;
  return members.map(({ start, end }, index) => {
    const line = lines.lineAt(start);
    const column = columnOf(page, start);
    const next = members[index + 1];
    const ink = lines.lineAt(end - 1);
    const last = trailingComments(page, ink, next ? lines.lineAt(next.start) : lines.count, column);
    const first = commentsAbove(page, line, floor, column);
    const rows = { first, last, floor };
    floor = last;
    return rows;
  });
}

/** The first of the comment lines directly above `line` and in its column. Lines up to `floor` belong to others. */
function commentsAbove({ lines }: Page, line: number, floor: number, column: number): number {
  let first = line;
  for (let at = line - 1; at > floor; at--) {
    const content = lines.content(at);
    if (!/^[ \t]*#/.test(content) || content.length - content.trimStart().length !== column) break;
    first = at;
  }
  return first;
}

function removeRows({ lines }: Page, rows: readonly Rows[]): Edit[] {
  const edits: Edit[] = [];
  let top: number | undefined;
  for (const { first, last } of withBlanks(lines, rows)) {
    for (let at = first; at <= last; at++) {
      if (/^\s*#.*\{\{/.test(lines.content(at)))
        throw new CannotEdit('a comment that would go holds a template action');
    }
    if (first === (top === undefined ? 0 : top + 1)) top = last;
    else edits.push({ span: { start: lines.end(first - 1), end: lines.end(last) }, text: '' });
  }
  if (top !== undefined) edits.push({ span: { start: 0, end: lines.start(top + 1) }, text: '' });
  return edits;
}

/** The rows in their order, with the blank lines above them when what stays below them is blank too. */
function withBlanks(lines: Lines, rows: readonly Rows[]): Rows[] {
  const isBlank = (line: number) => line >= lines.count || lines.content(line).trim() === '';
  let below = lines.count;
  let isBlankBelow = true;
  const fromTheEnd = [...rows].sort((a, b) => b.first - a.first);
  const widened = fromTheEnd.map(({ first, last, floor }) => {
    if (last + 1 !== below) isBlankBelow = isBlank(last + 1);
    let from = first;
    if (isBlankBelow) while (from - 1 > floor && isBlank(from - 1)) from -= 1;
    below = from;
    return { first: from, last, floor };
  });
  return widened.reverse();
}

/** The lines of the items of a block sequence. Throws CannotEdit. */
export function itemRows(page: Page, seq: YamlSeq): Rows[] {
  return rowsOf(page, membersOf(page, seq));
}
