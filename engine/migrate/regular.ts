import { type Container, nameOf, type Pod } from '../kube/pod.ts';
import { applyEdits, type Edit } from '../text.ts';
import { removeEntry } from '../yaml/entries.ts';
import { type Taken, takeItems } from '../yaml/items.ts';
import { means, plain } from '../yaml/meaning.ts';
import { CannotEdit, openPage, type Page } from '../yaml/page.ts';
import { putItems } from '../yaml/put-items.ts';
import { asSeq, type Entry, entry, isAliasNode, isFlow, spanOf, type YamlSeq } from '../yaml/read.ts';
import type { Migration } from './migrate.ts';

/** What only a container with a restart policy of its own may have. */
const POLICY = ['restartPolicy', 'restartPolicyRules'];

/**
 * Makes a native sidecar a regular container: it moves behind the last of them and loses its `restartPolicy`; a list of
 * init containers that it leaves empty goes with its key. The edited text is read again; when it does not mean exactly
 * what was intended, the change is refused. Spans are offsets in the pod's document.
 */
export function makeRegular(pod: Pod, container: Container): Migration {
  const { document, initContainersEntry: list } = pod;
  if (!list) return { refused: 'Not offered: there is nothing to move.' };
  const obstacle = findObstacle(pod, list, container);
  if (obstacle) return { refused: `Not offered: ${obstacle}.` };
  try {
    const edits = compose(openPage(document), pod, list, container);
    const title = `Move '${nameOf(container)}' to containers, without restartPolicy`;
    const step = { title, also: [], review: false, edits };
    if (means(document, applyEdits(document.text, edits), intendedValue(pod, container)))
      return { steps: [step], stays: [] };
  } catch (error) {
    if (error instanceof CannotEdit) return { refused: `Not offered: ${error.message}.` };
    // A RangeError says that edits overlap: a layout in which no line belongs to one thing alone.
    if (!(error instanceof RangeError)) throw error;
  }
  const isTied = document.aliases.size > 0;
  return {
    refused: `Not offered: ${isTied ? 'an anchor and its alias tie these lines to others' : 'the edited text would not mean the same'}.`,
  };
}

/** What stands in the way, as half a sentence. */
function findObstacle(pod: Pod, list: Entry, container: Container): string | undefined {
  const { document, spec, containersEntry } = pod;
  if (!containersEntry) return 'a pod needs a regular container';
  if (isAliasNode(containersEntry.written)) return 'the list of containers is an alias';
  if (isAliasNode(list.written)) return 'the list of init containers is an alias';
  if (containersEntry.map !== spec) return 'the list of containers comes from a merge key';
  if (list.map !== spec) return 'the list of init containers comes from a merge key';
  if (isAliasNode(container.item)) return `'${nameOf(container)}' is an alias`;
  for (const name of POLICY) {
    const found = entry(document, container.map, name);
    if (found && found.map !== container.map) return `'${nameOf(container)}' takes its ${name} from a merge key`;
  }
  return undefined;
}

function compose(page: Page, pod: Pod, list: Entry, container: Container): Edit[] {
  const changes = POLICY.flatMap((name) => removeEntry(page, container.map, name));
  const taken = takeItems(page, list, [container.index], changes);
  const target = { name: 'containers', source: list, target: pod.containersEntry, place: 'after' } as const;
  const added = putItems(page, taken.pieces, target);
  const isEmptied = asSeq(pod.document, list.value)?.items.length === 1;
  if (!isEmptied) return [...taken.removals, ...added];
  if (isFlow(list.value as YamlSeq) || isFlow(list.map)) {
    return [...removeEntry(page, list.map, 'initContainers'), ...added];
  }
  return withoutKey(page, list, taken, added);
}

/** The edits that take the only item of a block list away, and its key with it. */
function withoutKey({ lines }: Page, list: Entry, { removals }: Taken, added: readonly Edit[]): Edit[] {
  const line = lines.lineAt(spanOf(list.key).start);
  const [start, below] = [lines.start(line), lines.start(line + 1)];
  const [item] = removals;
  // Only at the end of a text without a final line ending an item takes the line ending before it.
  if (!item || item.span.start >= below) return [{ span: { start, end: below }, text: '' }, ...removals, ...added];
  const end = item.span.end;
  const here = added.find(({ span }) => span.start === start);
  if (!here) return [{ span: { start: lines.end(line - 1), end }, text: '' }, ...added];
  return [{ span: { start, end }, text: here.text.trimEnd() }];
}

function intendedValue(pod: Pod, container: Container): unknown {
  const root = plain(pod.document.value());
  let spec = root as Record<string, unknown> | undefined;
  for (const step of pod.path) spec = spec?.[step] as Record<string, unknown> | undefined;
  const list = spec?.initContainers;
  if (!spec || !Array.isArray(list)) return undefined;
  const [moved] = list.splice(container.index, 1) as Record<string, unknown>[];
  if (!moved) return undefined;
  for (const name of POLICY) delete moved[name];
  if (list.length === 0) delete spec.initContainers;
  spec.containers = [...((spec.containers as unknown[] | null | undefined) ?? []), moved];
  return root;
}
