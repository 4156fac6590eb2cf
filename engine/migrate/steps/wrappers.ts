import type { Container } from '../../kube/pod.ts';
import { baseName } from '../../shell/script.ts';
import type { Clues } from '../../sidecar/clues.ts';
import { WRAPPER, WRAPPER_VARIABLE } from '../../sidecar/markers.ts';
import { dropWords, wordsOfContainer } from '../argv.ts';
import { type Draft, pathOf, stepOf } from '../draft.ts';

/** Takes programs that run the work and end the sidecar afterwards out of every argv, with their variables. */
export function removeWrappers(draft: Draft): void {
  const removed: string[] = [];
  for (const clues of draft.reading.clues) {
    if (draft.dropped.includes(clues.container)) continue;
    const program = removeWrapper(draft, clues);
    if (program) removed.push(program);
  }
  if (removed.length > 0) removeCopier(draft, removed);
}

function removeWrapper(draft: Draft, clues: Clues): string | undefined {
  const { pod, reading } = draft;
  const { container, name } = clues;
  const words = wordsOfContainer(container).map(({ value }) => value);
  const at = words.findIndex((word) => WRAPPER.test(baseName(word)));
  const program = words[at];
  const variables = container.env.flatMap((variable, index) =>
    WRAPPER_VARIABLE.test(variable.name.value) ? index : [],
  );
  const found = reading.workarounds.filter((each) => each.clues === clues && each.kind === 'wrapper');
  if (at > 0 && at >= (container.command?.length ?? 0)) return undefined;
  if (program === undefined && variables.length === 0) return undefined;
  let to = at + 1;
  while (words[to]?.startsWith('-')) {
    const isEnd = words[to] === '--';
    to += /^--?(?:t|timeout|p|port|backoff)$/.test(words[to] ?? '') ? 2 : 1;
    if (isEnd) break;
  }
  const changes = program === undefined ? [] : dropWords(pod, container, at, to);
  if (!changes) {
    draft.stays.push(`'${name}' keeps ${baseName(program ?? '')}: the command behind it is in its image.`);
    return undefined;
  }
  for (const index of variables) changes.push({ kind: 'remove', path: pathOf(pod, container, 'env', index) });
  const what = program === undefined ? 'variables of a wrapper' : baseName(program);
  draft.pieces.push({ step: stepOf(draft, clues), title: `Remove ${what} from '${name}'`, changes });
  // Its two halves wait for each other.
  if (/kubexit/.test(program ?? '') || variables.length > 0) draft.isTied = true;
  for (const each of found) draft.done.add(each);
  return program;
}

/** The init container that does nothing but copy the wrapper into a volume. */
function removeCopier(draft: Draft, programs: readonly string[]): void {
  for (const container of draft.pod.initContainers) {
    if (!copies(container, programs)) continue;
    draft.dropped.push(container);
    draft.pieces.push({
      step: 'move',
      title: `Remove '${container.name?.value ?? ''}', which only copied ${baseName(programs[0] ?? '')}`,
      changes: [],
    });
    draft.isTied = true;
  }
}

function copies(container: Container, programs: readonly string[]): boolean {
  const text = wordsOfContainer(container)
    .map(({ value }) => value)
    .join(' ')
    .trim();
  const copied = /^(?:(?:\/bin\/)?(?:ba|a)?sh -e?c )?(?:\/bin\/)?(?:cp|install)(?: -\S+)* \S+ (\S+)$/.exec(text);
  return (
    copied !== null &&
    programs.some((program) => baseName(text).includes(baseName(program)) || program.startsWith(copied[1] ?? '-'))
  );
}
