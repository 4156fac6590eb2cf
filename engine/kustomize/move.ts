import { applyEdits, type Edit } from '../text.ts';
import { removeEntry } from '../yaml/entries.ts';
import { itemSpans, takeItems } from '../yaml/items.ts';
import { means, plain } from '../yaml/meaning.ts';
import { CannotEdit, openPage, type Page } from '../yaml/page.ts';
import { putItems } from '../yaml/put-items.ts';
import {
  type Entry,
  entry,
  isAliasNode,
  ownMap,
  ownSeq,
  type Path,
  spanOf,
  type YamlDocument,
  type YamlNode,
  type YamlSeq,
} from '../yaml/read.ts';
import { isMap, type Value, valueAt } from './apply.ts';

/** An item of a merge patch's `containers` that belongs to `initContainers`. */
export interface PatchMove {
  /** Keys from the patch's root to the pod spec. */
  readonly pod: Path;
  /** The item's place in the list, counted from 0. */
  readonly index: number;
  readonly name: string;
  /** The names of the init containers that the patch changes, in their order. */
  readonly list: readonly string[];
}

/** What a patch's list is to hold in addition: items by their index, and init containers by nothing but their name. */
interface Order {
  readonly pod: Path;
  readonly order: readonly (number | string)[];
}

/** Moves items of merge patches to the other list, as edits of the patch's document. Throws CannotEdit. */
export function moveInPatch(document: YamlDocument, moves: readonly PatchMove[]): Edit[] {
  const orders = ordersOf(plain(document.value()), moves);
  const edits = orders.flatMap((order) => editsOf(document, order));
  let text: string;
  try {
    text = applyEdits(document.text, edits);
  } catch {
    throw new CannotEdit('no line belongs to one thing alone');
  }
  if (!means(document, text, intended(document, orders)))
    throw new CannotEdit('the edited text would not mean the same');
  return edits;
}

/**
 * What a patch names stands first in the list, in the patch's order. So that the init containers go on starting as they
 * did, it names those ahead of the moved ones too.
 */
function ordersOf(patch: unknown, moves: readonly PatchMove[]): Order[] {
  const pods = new Map<string, PatchMove[]>();
  for (const move of moves) pods.set(move.pod.join(), [...(pods.get(move.pod.join()) ?? []), move]);
  return [...pods.values()].flatMap((all) => {
    const [first] = all;
    if (!first) return [];
    const { pod, list } = first;
    const known = [...namesAt(patch, [...pod, 'initContainers']), ...namesAt(patch, [...pod, 'containers'])];
    const last = Math.max(...all.map(({ name }) => list.indexOf(name)));
    const order = list.slice(0, last + 1).flatMap((name) => {
      const moved = all.find((each) => each.name === name);
      return moved ? moved.index : known.includes(name) ? [] : name;
    });
    return { pod, order };
  });
}

function namesAt(patch: unknown, path: Path): unknown[] {
  const list = valueAt(patch, path);
  return Array.isArray(list) ? list.map((each) => (isMap(each) ? each.name : undefined)) : [];
}

function editsOf(document: YamlDocument, { pod, order }: Order): Edit[] {
  const page = openPage(document);
  const spec = specOf(document, pod);
  const source = entry(document, spec, 'containers');
  const target = entry(document, spec, 'initContainers');
  const list = ownSeq(source?.written);
  if (!spec || !source || !list || source.map !== spec || (target && target.map !== spec)) {
    throw new CannotEdit('an anchor and its alias tie these lines to others');
  }
  if (list.items.some(isAliasNode)) throw new CannotEdit('an item of the list is an alias');
  const isFlow = list.flow === true;
  const indexes = order.filter((each) => typeof each === 'number');
  const names = order.filter((each) => typeof each === 'string');
  const isAll = indexes.length === list.items.length;
  if (isAll && !target && order.every((each, at) => typeof each === 'string' || each === at - names.length)) {
    return renamed(page, source, list, names);
  }
  const { removals, pieces } = takeItems(page, source, indexes, []);
  const column = pieces[0]?.column ?? 0;
  const pieceOf = (each: number | string) => {
    if (typeof each === 'number') return pieces[indexes.indexOf(each)] ?? [];
    return {
      text: isFlow ? `{name: ${each}}` : `${' '.repeat(column)}- name: ${each}`,
      column,
      span: spanOf(source.key),
      opening: 0,
    };
  };
  const put = { name: 'initContainers', source, target, place: 'before' as const };
  if (isAll && !target) return [rewrittenList(page, source, order.flatMap(pieceOf), isFlow)];
  return [
    ...(isAll ? removeEntry(page, spec, 'containers') : removals),
    ...putItems(page, order.flatMap(pieceOf), put),
  ];
}

/** The whole list moves, in another order. */
function rewrittenList(page: Page, source: Entry, pieces: readonly { readonly text: string }[], isFlow: boolean): Edit {
  const { document, newline } = page;
  const key = spanOf(source.key);
  const quote = /^["']/.exec(document.text.slice(key.start, key.end))?.[0] ?? '';
  const texts = pieces.map(({ text }) => text);
  const list = spanOf(source.written as YamlNode);
  const items = (source.written as YamlSeq).items.length;
  const last = itemSpans(page, source, [items - 1])[0];
  const body = isFlow ? ` [${texts.join(', ')}]` : newline + texts.join(newline);
  const end = isFlow ? list.end : (last?.end ?? list.end);
  return { span: { start: key.start, end }, text: `${quote}initContainers${quote}:${body}` };
}

/** The whole list moves: its key is all that changes, and names go in front. */
function renamed(page: Page, source: Entry, list: YamlSeq, names: readonly string[]): Edit[] {
  const { document, newline } = page;
  const key = spanOf(source.key);
  const quote = /^["']/.exec(document.text.slice(key.start, key.end))?.[0] ?? '';
  const rename = { span: key, text: `${quote}initContainers${quote}` };
  if (names.length === 0) return [rename];
  if (list.flow === true) {
    const { start } = spanOf(list.items[0] as YamlNode);
    return [rename, { span: { start, end: start }, text: names.map((name) => `{name: ${name}}, `).join('') }];
  }
  const [first] = itemSpans(page, source, [0]);
  if (!first) throw new CannotEdit('the list has no items');
  const dash = document.text.lastIndexOf('-', spanOf(list.items[0] as YamlNode).start - 1);
  const indent = document.text.slice(document.text.lastIndexOf('\n', dash) + 1, dash);
  const text = names.map((name) => `${indent}- name: ${name}${newline}`).join('');
  return [rename, { span: { start: first.start, end: first.start }, text }];
}

function specOf(document: YamlDocument, pod: Path) {
  let at = ownMap(document.root);
  for (const step of pod) {
    const found = entry(document, at, String(step));
    at = found?.map === at ? ownMap(found?.written) : undefined;
  }
  return at;
}

function intended(document: YamlDocument, orders: readonly Order[]): unknown {
  const root = plain(document.value());
  for (const { pod, order } of orders) {
    const spec = valueAt(root, pod);
    if (!isMap(spec) || !Array.isArray(spec.containers)) return undefined;
    const list = spec.containers as Value[];
    const left = list.filter((_, index) => !order.includes(index));
    const init = Array.isArray(spec.initContainers) ? spec.initContainers : [];
    spec.initContainers = [...init, ...order.map((each) => (typeof each === 'number' ? list[each] : { name: each }))];
    if (left.length > 0) spec.containers = left;
    else delete spec.containers;
  }
  return root;
}
