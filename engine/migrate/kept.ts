import type { Container, Pod } from '../kube/pod.ts';
import type { Edit } from '../text.ts';
import { conditionsAt, isTrimmed } from '../yaml/guards.ts';
import { sameInTemplate } from '../yaml/meaning.ts';
import type { Change } from '../yaml/patch.ts';
import {
  asMap,
  asSeq,
  entry,
  get,
  nodeAt,
  ownSeq,
  type Path,
  spanOf,
  type YamlDocument,
  type YamlNode,
} from '../yaml/read.ts';
import type { PodChange } from './pod-change.ts';

/**
 * Why an edit of a template may change more than is meant, as half a sentence; undefined when all is well: every action
 * is still there, every container stands under the conditions that it stood under, and with named templates put in the
 * template means what is intended. `intend` gives the value of a document after changes.
 */
export function whatIsLost(
  changes: readonly PodChange[],
  edits: readonly Edit[],
  edited: string,
  intend: (document: YamlDocument, changes: readonly PodChange[]) => unknown,
): string | undefined {
  const before = changes[0]?.pod.document;
  const after = before?.template?.read(edited);
  if (!before?.template || !after?.template) return 'the edited text would not mean the same';
  const { masked } = before.template;
  const isTrimming = (edit: Edit) => isTrimmed(masked, edit) || /-\}\}\s*$/.test(edit.text);
  if (edits.some(isTrimming)) return 'a template action beside its lines trims white space';
  if (actionsOf(before) !== actionsOf(after)) return 'a template action stands in these lines';
  // Words of scripts and the like were read with filler in place of actions.
  if (fillerIn(edited) > fillerIn(before.text)) return 'a template action stands in these lines';
  if (!changes.every((change) => keepsConditions(change, after))) {
    return 'the lists stand under different conditions';
  }
  const seen = changes.map((change) => seenChange(change, before));
  if (seen.includes(undefined)) return 'a named template prints a part of what would change';
  const intended = intend(before.template.seen, seen as PodChange[]);
  if (intended === undefined || !sameInTemplate(after.template.seen.value(), intended)) {
    return 'with the named templates put in it would not mean the same';
  }
  return undefined;
}

function actionsOf({ template, text }: YamlDocument): string {
  const actions = template?.masked.actions ?? [];
  return actions
    .map(({ span }) => text.slice(span.start, span.end))
    .sort()
    .join('\n');
}

function fillerIn(text: string): number {
  return text.match(/x{5,}/g)?.length ?? 0;
}

/** The conditions of the items of a list, each as one text. */
function conditionsIn(document: YamlDocument, path: Path, name: string): string[] {
  const { masked } = document.template ?? {};
  const spec = asMap(document, nodeAt(document, path));
  const items = asSeq(document, get(document, spec, name))?.items ?? [];
  return items.map((item) => (masked ? conditionsAt(masked, spanOf(item as YamlNode).start).join('\n') : ''));
}

function keepsConditions({ pod, moved, early, dropped }: PodChange, after: YamlDocument): boolean {
  const before = pod.document;
  const isIn = (containers: readonly Container[], list: Container['list'], index: number) =>
    containers.some((each) => each.list === list && each.index === index);
  const regular = conditionsIn(before, pod.path, 'containers');
  const init = conditionsIn(before, pod.path, 'initContainers');
  const staying = regular.filter((_, i) => !isIn(moved, 'containers', i) && !isIn(dropped, 'containers', i));
  const going = regular.filter((_, i) => isIn(moved, 'containers', i));
  const isFirst = (i: number) => isIn(early?.containers ?? [], 'containers', i);
  const first = regular.filter((_, i) => isIn(moved, 'containers', i) && isFirst(i));
  const last = regular.filter((_, i) => isIn(moved, 'containers', i) && !isFirst(i));
  const kept = init.flatMap((conditions, i) => (isIn(dropped, 'initContainers', i) ? [] : { conditions, i }));
  const place = early ? kept.filter(({ i }) => i < early.before).length : kept.length;
  const given = kept.map(({ conditions }) => conditions);
  const started = [...given.slice(0, place), ...first, ...given.slice(place), ...last];
  const isNew = (i: number) => (i >= place && i < place + first.length) || i >= started.length - last.length;
  if (!isSame(conditionsIn(after, pod.path, 'containers'), staying)) return false;
  if (!isSame(conditionsIn(after, pod.path, 'initContainers'), started)) return false;
  const keys = [keyConditions(before, pod.path, 'initContainers'), keyConditions(after, pod.path, 'initContainers')];
  const around = keyConditions(after, pod.path, 'containers');
  if (around !== keyConditions(before, pod.path, 'containers')) return false;
  const isKeySafe = moved.length === 0 || keys[1] === around || (started.length === 1 && keys[1] === going[0]);
  return (keys[0] === undefined ? isKeySafe : keys[0] === keys[1]) && policiesAreSafe(after, pod.path, isNew);
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index]);
}

function keyConditions(document: YamlDocument, path: Path, name: string): string | undefined {
  const { masked } = document.template ?? {};
  const found = entry(document, asMap(document, nodeAt(document, path)), name);
  return found && masked && conditionsAt(masked, spanOf(found.key).start).join('\n');
}

/** Whether new init containers have their `restartPolicy` under no condition of its own. */
function policiesAreSafe(document: YamlDocument, path: Path, isNew: (index: number) => boolean): boolean {
  const { masked } = document.template ?? {};
  const list = asSeq(document, get(document, asMap(document, nodeAt(document, path)), 'initContainers'));
  return (list?.items ?? []).every((item, index) => {
    if (!isNew(index)) return true;
    const map = asMap(document, item);
    const policy = entry(document, map, 'restartPolicy');
    if (!map || !policy || !masked) return false;
    const own = conditionsAt(masked, spanOf(map).start);
    return isSame(conditionsAt(masked, spanOf(policy.key).start), own);
  });
}

/** The same change in what is seen of the template; undefined when a part of it is not the template's own. */
function seenChange({ pod, moved, early, dropped, parts }: PodChange, document: YamlDocument): PodChange | undefined {
  const seen = pod.seen;
  if (!seen) return undefined;
  const containers = (all: readonly Container[]) => all.map((each) => seenContainer(document, seen, each));
  const [going, gone] = [containers(moved), containers(dropped)];
  const translated = parts.map((changes) => changes.map((change) => seenPath(change, document)));
  const awaiting = early && pod.initContainers.find(({ index }) => index === early.before);
  const place = awaiting && seenContainer(document, seen, awaiting);
  const first = containers(early?.containers ?? []);
  if ([...going, ...gone, ...first, ...translated.flat()].includes(undefined) || (early && !place)) return undefined;
  return {
    pod: seen,
    moved: going as Container[],
    ...(place && { early: { containers: first as Container[], before: place.index } }),
    dropped: gone as Container[],
    parts: translated as Change[][],
  };
}

/** The container of the seen pod that is written at the same place. */
function seenContainer({ template }: YamlDocument, seen: Pod, { list, item }: Container): Container | undefined {
  const { start } = spanOf(item);
  return seen[list].find((each) => template?.placeOf(spanOf(each.item))?.start === start);
}

function seenPath(change: Change, document: YamlDocument): Change | undefined {
  const { template } = document;
  let [own, seen]: (YamlNode | undefined)[] = [document.root, template?.seen.root];
  const path: (string | number)[] = [];
  for (const [depth, key] of change.path.entries()) {
    const isLast = depth === change.path.length - 1;
    const [ownItems, seenItems] = [ownSeq(own)?.items, ownSeq(seen)?.items];
    if (ownItems && seenItems && template) {
      const item = ownItems[Number(key)] as YamlNode | undefined;
      const start = item && spanOf(item).start;
      const index = seenItems.findIndex((each) => template.placeOf(spanOf(each as YamlNode))?.start === start);
      if (start === undefined || index < 0) return undefined;
      path.push(index);
      [own, seen] = [item, seenItems[index] as YamlNode];
      continue;
    }
    path.push(key);
    const isAdded = isLast && change.kind === 'add';
    const next = get(document, asMap(document, own), String(key));
    const other = template && get(template.seen, asMap(template.seen, seen), String(key));
    if (!isAdded && (!next || !other)) return undefined;
    [own, seen] = [next, other];
  }
  return { ...change, path };
}
