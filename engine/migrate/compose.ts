import { type Container, nameOf } from '../kube/pod.ts';
import { applyEdits, type Edit, type Span } from '../text.ts';
import { removeEntry, setEntry } from '../yaml/entries.ts';
import { dropItems, itemSpans, takeItems } from '../yaml/items.ts';
import { means, plain } from '../yaml/meaning.ts';
import { CannotEdit, openPage, type Page } from '../yaml/page.ts';
import { patch, patched } from '../yaml/patch.ts';
import { putItems } from '../yaml/put-items.ts';
import { asSeq, entry, isAliasNode, type YamlDocument } from '../yaml/read.ts';
import { whatIsLost } from './kept.ts';
import type { PodChange } from './pod-change.ts';

/** The edits of the parts of all pods in their order, or why there are none. */
export type Outcome = { readonly parts: readonly (readonly Edit[])[] } | { readonly refused: string };

/**
 * Turns the changes of pods of one document into edits: whole lines move, everything else stays. The edited text is read
 * again; when it does not mean exactly what was intended, the change is refused.
 */
export function compose(changes: readonly PodChange[]): Outcome {
  const document = changes[0]?.pod.document;
  if (!document) return { refused: 'Not offered: there is nothing to move.' };
  for (const change of changes) {
    const obstacle = findObstacle(change);
    if (obstacle) return { refused: `Not offered: ${obstacle}.` };
  }
  const intended = intendedValue(document, changes);
  let reason =
    document.aliases.size > 0
      ? 'an anchor and its alias tie these lines to others'
      : 'the edited text would not mean the same';
  for (const place of ['before', 'after'] as const) {
    try {
      const page = openPage(document);
      const parts = changes.flatMap((change) => partsOf(page, change, place));
      const edits = parts.flat();
      const edited = applyEdits(document.text, edits);
      if (!means(document, edited, intended)) continue;
      const lost = document.template && whatIsLost(changes, edits, edited, intendedValue);
      if (!lost) return { parts };
      reason = lost;
    } catch (error) {
      // A RangeError says that edits overlap: a layout in which no line belongs to one thing alone.
      if (error instanceof CannotEdit) reason = error.message;
      else if (!(error instanceof RangeError)) throw error;
    }
  }
  return { refused: `Not offered: ${reason}.` };
}

/** What stands in the way, as half a sentence. */
function findObstacle({ pod, moved, dropped }: PodChange): string | undefined {
  const { containersEntry, initContainersEntry, document } = pod;
  const leaving = moved.length + dropped.filter(({ list }) => list === 'containers').length;
  if (!containersEntry || leaving >= (pod.seen ?? pod).containers.length) return 'a pod needs a regular container';
  if (moved.length + dropped.length === 0) return undefined;
  if (isAliasNode(containersEntry.written)) return 'the list of containers is an alias';
  if (isAliasNode(initContainersEntry?.written)) return 'the list of init containers is an alias';
  if (containersEntry.map !== pod.spec) return 'the list of containers comes from a merge key';
  if (initContainersEntry && initContainersEntry.map !== pod.spec) {
    return 'the list of init containers comes from a merge key';
  }
  if (asSeq(document, containersEntry.value)?.items.length !== pod.containers.length) {
    return 'an item of the list of containers is no container';
  }
  for (const container of moved) {
    if (isAliasNode(container.item)) return `'${nameOf(container)}' is an alias`;
    const rules = entry(document, container.map, 'restartPolicyRules');
    if (rules && rules.map !== container.map) {
      return `'${nameOf(container)}' takes its restartPolicyRules from a merge key`;
    }
  }
  return undefined;
}

function partsOf(page: Page, { pod, moved, early, dropped, parts }: PodChange, place: 'before' | 'after'): Edit[][] {
  if (moved.length + dropped.length === 0 || !pod.containersEntry) return parts.map((changes) => patch(page, changes));
  const ordered = [...moved].sort((a, b) => a.index - b.index);
  const indexes = ordered.map(({ index }) => index);
  const extents = itemSpans(page, pod.containersEntry, indexes);
  const [inMove = [], ...others] = parts.map((changes) => patch(page, changes));
  const isInside = ({ span }: Edit) => extents.some((extent) => within(span, extent));
  const changes = [
    ...inMove.filter(isInside),
    ...ordered.flatMap(({ map }) => [
      ...removeEntry(page, map, 'restartPolicyRules'),
      setEntry(page, map, 'restartPolicy', 'Always', ['image', 'name']),
    ]),
  ];
  const drop = (list: Container['list']) => dropped.flatMap((each) => (each.list === list ? each.index : []));
  const { removals, pieces } = takeItems(page, pod.containersEntry, indexes, changes, drop('containers'));
  const target = { name: 'initContainers', source: pod.containersEntry, target: pod.initContainersEntry, place };
  const isEarly = (_: unknown, index: number) => early?.containers.includes(ordered[index] as Container) === true;
  const first = pieces.filter(isEarly);
  const rest = pieces.filter((piece) => !first.includes(piece));
  const put = [
    ...(first.length > 0 ? putItems(page, first, { ...target, before: early?.before }) : []),
    ...(rest.length > 0 ? putItems(page, rest, target) : []),
  ];
  // What ends the last init container stands before what comes behind it.
  const whole = [...removals, ...inMove.filter((edit) => !isInside(edit)), ...put];
  if (pod.initContainersEntry) whole.push(...dropItems(page, pod.initContainersEntry, drop('initContainers')));
  return [whole, ...others];
}

function within(span: Span, extent: Span): boolean {
  return span.start >= extent.start && span.end <= extent.end;
}

function intendedValue(document: YamlDocument, changes: readonly PodChange[]): unknown {
  const all = changes.flatMap(({ parts }) => parts.flat());
  const root = patched(plain(document.value()), all);
  for (const { pod, moved, early, dropped } of changes) {
    let spec = root as Record<string, unknown> | undefined;
    for (const step of pod.path) spec = spec?.[step] as Record<string, unknown> | undefined;
    if (!spec || !Array.isArray(spec.containers)) return undefined;
    const list = spec.containers as Record<string, unknown>[];
    const isIn = (containers: readonly Container[], name: Container['list'], index: number) =>
      containers.some((container) => container.list === name && container.index === index);
    const taken = list.filter((_, index) => isIn(moved, 'containers', index));
    for (const container of taken) {
      delete container.restartPolicyRules;
      container.restartPolicy = 'Always';
    }
    if (spec.initContainers && !Array.isArray(spec.initContainers)) return undefined;
    const stays = (_: unknown, index: number) => !isIn(dropped, 'initContainers', index);
    const given = (spec.initContainers as unknown[] | null | undefined) ?? [];
    const init = given.filter(stays);
    const before = early
      ? given.filter((each, index) => index < early.before && stays(each, index)).length
      : init.length;
    const isFirst = (container: unknown) =>
      isIn(early?.containers ?? [], 'containers', list.indexOf(container as never));
    const firstOnes = taken.filter(isFirst);
    const lastOnes = taken.filter((each) => !isFirst(each));
    const placed = [...init.slice(0, before), ...firstOnes, ...init.slice(before), ...lastOnes];
    spec.containers = list.filter((each, index) => !taken.includes(each) && !isIn(dropped, 'containers', index));
    if (placed.length > 0 || spec.initContainers) spec.initContainers = placed;
  }
  return root;
}
