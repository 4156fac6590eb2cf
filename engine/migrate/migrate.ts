import { type Container, nameOf, type Pod } from '../kube/pod.ts';
import { applyEdits, type Edit } from '../text.ts';
import {
  CannotEdit,
  means,
  openPage,
  type Page,
  plain,
  putItems,
  removeEntry,
  setEntry,
  takeItems,
} from '../yaml/edit.ts';
import { asSeq, entry, isAliasNode, type YamlDocument } from '../yaml/read.ts';

/** Edits that make a change, or why there are none. */
export type Outcome = { readonly edits: readonly Edit[] } | { readonly refused: string };

/** One thing that a fix does. */
export interface Step {
  /** What it does, in the imperative: "Remove shareProcessNamespace". */
  readonly title: string;
  /** What else its edits do, because it cannot be taken apart from it. */
  readonly also: readonly string[];
  /** Whether a person should look at it before it is applied; shown unticked in a preview. */
  readonly review: boolean;
  readonly edits: readonly Edit[];
}

/** Regular containers of one pod that become native sidecars. */
export interface Move {
  readonly pod: Pod;
  readonly containers: readonly Container[];
}

/**
 * Makes regular containers native sidecars, in one atomic change to their document: each moves behind the last init
 * container of its pod, in their order, and gets `restartPolicy: Always`. All pods must be of one document; spans are
 * offsets in it. The edited text is read again; when it does not mean exactly what was intended, the change is refused.
 */
export function migrate(moves: readonly Move[]): Outcome {
  const document = moves[0]?.pod.document;
  if (!document) return { refused: 'Not offered: there is nothing to move.' };
  for (const move of moves) {
    const obstacle = findObstacle(move);
    if (obstacle) return { refused: `Not offered: ${obstacle}.` };
  }
  const intended = intendedValue(document, moves);
  let reason =
    document.aliases.size > 0
      ? 'an anchor and its alias tie these lines to others'
      : 'the edited text would not mean the same';
  for (const place of ['before', 'after'] as const) {
    try {
      const page = openPage(document);
      const edits = moves.flatMap((move) => compose(page, move, place));
      if (means(applyEdits(document.text, edits), intended)) return { edits };
    } catch (error) {
      // A RangeError says that edits overlap: a layout in which no line belongs to one thing alone.
      if (error instanceof CannotEdit) reason = error.message;
      else if (!(error instanceof RangeError)) throw error;
    }
  }
  return { refused: `Not offered: ${reason}.` };
}

/** What stands in the way, as half a sentence. */
function findObstacle({ pod, containers }: Move): string | undefined {
  const { containersEntry, initContainersEntry, document } = pod;
  if (containers.length >= pod.containers.length) return 'a pod needs a regular container';
  if (isAliasNode(containersEntry.written)) return 'the list of containers is an alias';
  if (isAliasNode(initContainersEntry?.written)) return 'the list of init containers is an alias';
  if (containersEntry.map !== pod.spec) return 'the list of containers comes from a merge key';
  if (initContainersEntry && initContainersEntry.map !== pod.spec) {
    return 'the list of init containers comes from a merge key';
  }
  if (asSeq(document, containersEntry.value)?.items.length !== pod.containers.length) {
    return 'an item of the list of containers is no container';
  }
  for (const container of containers) {
    if (isAliasNode(container.item)) return `'${nameOf(container)}' is an alias`;
    const rules = entry(document, container.map, 'restartPolicyRules');
    if (rules && rules.map !== container.map) {
      return `'${nameOf(container)}' takes its restartPolicyRules from a merge key`;
    }
  }
  return undefined;
}

function compose(page: Page, { pod, containers }: Move, place: 'before' | 'after'): Edit[] {
  const ordered = [...containers].sort((a, b) => a.index - b.index);
  const changes = ordered.flatMap(({ map }) => [
    ...removeEntry(page, map, 'restartPolicyRules'),
    setEntry(page, map, 'restartPolicy', 'Always', ['image', 'name']),
  ]);
  const { removals, pieces } = takeItems(
    page,
    pod.containersEntry,
    ordered.map(({ index }) => index),
    changes,
  );
  const target = {
    name: 'initContainers',
    source: pod.containersEntry,
    target: pod.initContainersEntry,
    place,
  };
  return [...removals, ...putItems(page, pieces, target)];
}

function intendedValue(document: YamlDocument, moves: readonly Move[]): unknown {
  const root = plain(document.value());
  for (const { pod, containers } of moves) {
    let spec = root as Record<string, unknown> | undefined;
    for (const step of pod.path) spec = spec?.[step] as Record<string, unknown> | undefined;
    if (!spec || !Array.isArray(spec.containers)) return undefined;
    const list = spec.containers as Record<string, unknown>[];
    const moved = list.filter((_, index) => containers.some((container) => container.index === index));
    for (const container of moved) {
      delete container.restartPolicyRules;
      container.restartPolicy = 'Always';
    }
    spec.containers = list.filter((container) => !moved.includes(container));
    spec.initContainers = [...((spec.initContainers as unknown[] | null | undefined) ?? []), ...moved];
  }
  return root;
}
