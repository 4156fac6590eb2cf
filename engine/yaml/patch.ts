import { applyEdits, contains, type Edit } from '../text.ts';
import { addEntry } from './add.ts';
import { takeItems } from './items.ts';
import { means, plain } from './meaning.ts';
import { CannotEdit, type Page } from './page.ts';
import { putItems } from './put-items.ts';
import { asText, entry, isAliasNode, ownMap, ownSeq, type Path, type YamlNode } from './read.ts';
import { removeAll } from './remove.ts';
import { rewriteScalar, rewritten } from './scalar.ts';
import { setList, setScalar } from './set.ts';
import type { PlainValue } from './write.ts';

/** One change to a document's value. All paths are those of the document before any change. */
export type Change =
  /** Takes out a map's entry or a sequence's item, and the collections that this leaves empty. */
  | { readonly kind: 'remove'; readonly path: Path }
  /** Puts another scalar in the place of a scalar, or another list of scalars in the place of one. */
  | { readonly kind: 'set'; readonly path: Path; readonly value: string | readonly string[] }
  /** Edits the text of a scalar; spans are UTF-16 offsets in its value. */
  | { readonly kind: 'rewrite'; readonly path: Path; readonly edits: readonly Edit[] }
  /** Adds an entry to a map, behind the first of the entries `behind` that is there. */
  | { readonly kind: 'add'; readonly path: Path; readonly value: PlainValue; readonly behind: readonly string[] }
  /** Gives an entry of a map another key, which the map does not have; its place and its comments stay. */
  | { readonly kind: 'rename'; readonly path: Path; readonly name: string }
  /** Puts a sequence's item, which is no scalar, before the one with the index `before`, which stands above it. */
  | { readonly kind: 'move'; readonly path: Path; readonly before: number };

/**
 * Turns changes into edits that touch no other lines. What is removed takes the comment lines directly above it along.
 * Its span starts with the line ending before it, so that it lies inside the text of a moved item, unless it starts the
 * document. Changes inside what is removed are dropped. Throws CannotEdit.
 */
export function patch(page: Page, changes: readonly Change[]): Edit[] {
  const left = simplify(changes);
  const removed = left.flatMap(({ kind, path }) => (kind === 'remove' ? [path] : []));
  const grown = left.flatMap(({ kind, path }) => (kind === 'add' ? [path.slice(0, -1)] : []));
  const edits = removeAll(page, removed, new Set(grown.map((path) => locate(page, path))));
  for (const change of left) edits.push(...editsOf(page, change, removed));
  for (const change of left) if (change.kind === 'move') moveItem(page, change, edits);
  const { masked } = page.document.template ?? {};
  if (
    masked &&
    edits.some(({ span }) => masked.overlaps({ start: span.start, end: Math.max(span.end, span.start + 1) }))
  ) {
    throw new CannotEdit('a template action stands in these lines');
  }
  if (!isSound(page, edits, changes)) throw new CannotEdit('the edited text would not mean the same');
  return edits;
}

function editsOf(page: Page, change: Change, removed: readonly Path[]): Edit[] {
  const { path } = change;
  if (change.kind === 'remove' || change.kind === 'move') return [];
  if (change.kind === 'add') {
    const at = path.slice(0, -1);
    const gone = removed.filter((each) => each.length === path.length && isWithin(each, at)).map((each) => each.at(-1));
    return [addEntry(page, locate(page, at), String(path.at(-1)), change.value, change.behind, new Set(gone))];
  }
  const node = locate(page, path);
  if (change.kind === 'rename') {
    const map = ownMap(locate(page, path.slice(0, -1)));
    const key = map && entry(page.document, map, String(path.at(-1)))?.key;
    if (!key) throw new CannotEdit(`there is no '${path.at(-1)}'`);
    if (entry(page.document, map, change.name)) throw new CannotEdit(`'${change.name}' is there already`);
    return [setScalar(page, key, change.name)];
  }
  if (change.kind === 'rewrite') {
    const text = asText(page.document, node);
    if (!text) throw new CannotEdit(`'${path.at(-1)}' is no text`);
    return rewriteScalar(page, text, change.edits);
  }
  return typeof change.value === 'string' ? [setScalar(page, node, change.value)] : setList(page, node, change.value);
}

/** Adds the edits that move an item; those inside it are made on the way. */
function moveItem(page: Page, { path, before }: Change & { readonly kind: 'move' }, edits: Edit[]): void {
  locate(page, path);
  const name = String(path.at(-2));
  const map = ownMap(locate(page, path.slice(0, -2)));
  const list = map && entry(page.document, map, name);
  if (!list) throw new CannotEdit(`there is no '${name}'`);
  const { removals, pieces } = takeItems(page, list, [Number(path.at(-1))], edits);
  const put = putItems(page, pieces, { name, source: list, target: list, place: 'after', before });
  // The blank line that goes with the item separates it from the next one in its new place too.
  const isApart = removals.some(({ span }) => /^\r?\n[ \t]*\r?\n/.test(page.document.text.slice(span.start, span.end)));
  const apart = ({ span, text }: Edit) => ({ span, text: isApart ? text + page.newline : text });
  const isLeft = ({ span }: Edit) =>
    !pieces.some((piece) => contains(piece.span, span.start) && span.end <= piece.span.end);
  edits.splice(0, edits.length, ...edits.filter(isLeft), ...removals, ...put.map(apart));
}

/** Whether the text after the edits means what the changes intend. */
function isSound({ document }: Page, edits: readonly Edit[], changes: readonly Change[]): boolean {
  try {
    return means(document, applyEdits(document.text, edits), patched(plain(document.value()), changes));
  } catch (error) {
    // Edits overlap: no line belongs to one thing alone.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The plain value of a document after the changes. */
export function patched(value: unknown, changes: readonly Change[]): unknown {
  const root = plain(value);
  const left = simplify(changes);
  const moves = left.flatMap((change) => {
    const list = change.kind === 'move' ? follow(root, change.path.slice(0, -1)) : undefined;
    if (change.kind !== 'move' || !Array.isArray(list)) return [];
    return { list, item: list[Number(change.path.at(-1))], next: list[change.before] };
  });
  for (const change of left) {
    const holder = follow(root, change.path.slice(0, -1));
    const key = change.path.at(-1);
    if (!holder || key === undefined || change.kind === 'remove' || change.kind === 'move') continue;
    const before = holder[key];
    if (change.kind === 'rename') {
      delete holder[key];
      holder[change.name] = before;
    } else if (change.kind === 'rewrite') {
      if (typeof before === 'string') holder[key] = rewritten(before, change.edits);
    } else holder[key] = plain(change.value);
  }
  prune(
    root,
    left.filter(({ kind }) => kind === 'remove').map(({ path }) => path),
  );
  for (const { list, item, next } of moves) {
    list.splice(list.indexOf(item), 1);
    list.splice(list.indexOf(next), 0, item);
  }
  return root;
}

/** Takes out what the paths lead to; whether that leaves nothing. */
function prune(value: unknown, paths: readonly Path[]): boolean {
  const holder = value as Record<string | number, unknown> | null | undefined;
  if (typeof holder !== 'object' || holder === null) return false;
  const keys = [...new Set(paths.map((path) => path[0]))].filter((key) => key !== undefined && key in holder);
  // From the back: an index stays what it is until its item is taken out.
  const ordered = keys.sort((a, b) => Number(b) - Number(a)) as (string | number)[];
  let found = false;
  for (const key of ordered) {
    const inside = paths.filter((path) => path[0] === key).map((path) => path.slice(1));
    if (!inside.some((path) => path.length === 0) && !prune(holder[key], inside)) continue;
    found = true;
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete holder[key];
  }
  return found && Object.keys(holder).length === 0;
}

function follow(value: unknown, path: Path): Record<string | number, unknown> | undefined {
  let at = value as Record<string | number, unknown> | undefined;
  for (const key of path) at = at?.[key] as Record<string | number, unknown> | undefined;
  return typeof at === 'object' && at !== null ? at : undefined;
}

/** The changes without those inside what is removed; a list that becomes empty is removed, an item moves once. */
function simplify(changes: readonly Change[]): Change[] {
  const all = changes.map((change): Change => {
    const isEmptied = change.kind === 'set' && change.value.length === 0 && typeof change.value !== 'string';
    return isEmptied ? { kind: 'remove', path: change.path } : change;
  });
  const removed = all.filter(({ kind }) => kind === 'remove');
  const isInside = (change: Change, path: Path) =>
    isWithin(change.path, path) && (change.path.length > path.length || change.kind !== 'remove');
  const isAgain = (change: Change, index: number) =>
    change.kind === 'move' &&
    all.findIndex(({ kind, path }) => kind === 'move' && path.join() === change.path.join()) < index;
  return all.filter((change, index) => !isAgain(change, index) && !removed.some(({ path }) => isInside(change, path)));
}

/** Whether `path` is `outer` or leads into it. */
function isWithin(path: Path, outer: Path): boolean {
  return outer.length <= path.length && outer.every((key, index) => String(key) === String(path[index]));
}

/** The node that a path leads to. Throws CannotEdit when others share it. */
function locate({ document }: Page, path: Path): YamlNode {
  const shared = new Set(document.aliases.values());
  let node: YamlNode | undefined = document.root;
  for (const key of [...path, undefined]) {
    if (!node) break;
    if (isAliasNode(node) || shared.has(node))
      throw new CannotEdit('an anchor and its alias tie these lines to others');
    if (key === undefined) return node;
    const map = ownMap(node);
    const found = map && entry(document, map, String(key));
    if (found && found.map !== map) throw new CannotEdit(`'${key}' comes from a merge key`);
    node = map ? found?.written : ((ownSeq(node)?.items[Number(key)] as YamlNode | undefined) ?? undefined);
  }
  throw new CannotEdit(`there is no '${path.join('.')}'`);
}
