import { type Container, nameOf, type Pod } from '../kube/pod.ts';
import { applyEdits, type Edit } from '../text.ts';
import { CannotEdit, means, openPage, plain, putItems, removeEntry, setEntry, takeItems } from '../yaml/edit.ts';
import { asSeq, entry, isAliasNode } from '../yaml/read.ts';

/** Edits that make a change, or why there are none. */
export type Outcome = { readonly edits: readonly Edit[] } | { readonly refused: string };

/**
 * Makes regular containers of a pod native sidecars, in one atomic change: each moves behind the last init container,
 * in their order, and gets `restartPolicy: Always`. Spans are offsets in the pod's document. The edited text is read
 * again; when it does not mean exactly what was intended, the change is refused.
 */
export function migrate(pod: Pod, containers: readonly Container[]): Outcome {
  const obstacle = findObstacle(pod, containers);
  if (obstacle) return { refused: obstacle };
  const intended = intendedValue(pod, containers);
  let reason = 'the edited text would not mean the same';
  for (const place of pod.initContainersEntry ? (['before'] as const) : (['before', 'after'] as const)) {
    try {
      const edits = compose(pod, containers, place);
      if (means(applyEdits(pod.document.text, edits), intended)) return { edits };
    } catch (error) {
      if (!(error instanceof CannotEdit)) throw error;
      reason = error.message;
    }
  }
  return { refused: `Not offered: ${reason}.` };
}

function findObstacle(pod: Pod, containers: readonly Container[]): string | undefined {
  const { containersEntry, initContainersEntry, document } = pod;
  if (containers.length >= pod.containers.length) return 'Not offered: a pod needs a regular container.';
  if (isAliasNode(containersEntry.written)) return 'Not offered: the list of containers is an alias.';
  if (isAliasNode(initContainersEntry?.written)) return 'Not offered: the list of init containers is an alias.';
  if (containersEntry.map !== pod.spec) return 'Not offered: the list of containers comes from a merge key.';
  if (initContainersEntry && initContainersEntry.map !== pod.spec) {
    return 'Not offered: the list of init containers comes from a merge key.';
  }
  if (asSeq(document, containersEntry.value)?.items.length !== pod.containers.length) {
    return 'Not offered: an item of the list of containers is no container.';
  }
  for (const container of containers) {
    if (isAliasNode(container.item)) return `Not offered: '${nameOf(container)}' is an alias.`;
    const rules = entry(document, container.map, 'restartPolicyRules');
    if (rules && rules.map !== container.map) {
      return `Not offered: '${nameOf(container)}' takes its restartPolicyRules from a merge key.`;
    }
  }
  return undefined;
}

function compose(pod: Pod, containers: readonly Container[], place: 'before' | 'after'): Edit[] {
  const page = openPage(pod.document);
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

function intendedValue(pod: Pod, containers: readonly Container[]): unknown {
  const root = plain(pod.document.value());
  let spec = root as Record<string, unknown> | undefined;
  for (const step of pod.path) spec = spec?.[step] as Record<string, unknown> | undefined;
  if (!spec || !Array.isArray(spec.containers)) return undefined;
  const list = spec.containers as Record<string, unknown>[];
  const moved = [...containers].sort((a, b) => a.index - b.index).map(({ index }) => list[index]);
  for (const container of moved) {
    if (!container) return undefined;
    delete container.restartPolicyRules;
    container.restartPolicy = 'Always';
  }
  spec.containers = list.filter((container) => !moved.includes(container));
  spec.initContainers = [...((spec.initContainers as unknown[] | null | undefined) ?? []), ...moved];
  return root;
}
