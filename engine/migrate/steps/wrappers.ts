import type { Container } from '../../kube/pod.ts';
import { baseName } from '../../shell/script.ts';
import type { Clues } from '../../sidecar/clues.ts';
import { WRAPPER_VARIABLE, wrapperIn } from '../../sidecar/markers.ts';
import { plain } from '../../yaml/meaning.ts';
import type { Change } from '../../yaml/patch.ts';
import type { PlainValue } from '../../yaml/write.ts';
import { dropWords, isOwnScript, setScript, wordsOfContainer } from '../argv.ts';
import { type Draft, pathOf, stepOf } from '../draft.ts';

/** Takes programs that run the work and end the sidecar afterwards out of every argv, with their variables. */
export function removeWrappers(draft: Draft): void {
  const removed: string[] = [];
  for (const clues of draft.reading.clues) {
    if (draft.dropped.includes(clues.container)) continue;
    const program = removeWrapper(draft, clues);
    if (program) removed.push(program);
  }
  if (removed.length === 0) return;
  removeCopier(draft, removed);
  for (const clues of draft.moved) gateStart(draft, clues);
}

/** The wrapper let the work start when the sidecar was ready; a startupProbe that asks the same does so now. */
function gateStart(draft: Draft, { container, name }: Clues): void {
  if (container.has('startupProbe') || !container.has('readinessProbe')) return;
  let probe = draft.pod.document.value() as never;
  for (const key of pathOf(draft.pod, container, 'readinessProbe')) probe = probe?.[key] as never;
  const asked = plain(probe) as { readonly [key: string]: PlainValue } | undefined;
  // One that asks nothing is refused, and would be in both places.
  if (!asked || !['exec', 'grpc', 'httpGet', 'tcpSocket'].some((handler) => asked[handler])) return;
  // One that fails ends the sidecar, where a readinessProbe only waits: it needs patience. Kubernetes wants 1 success.
  const { successThreshold: _, ...rest } = asked;
  const value = { ...rest, failureThreshold: Math.max(60, Number(asked.failureThreshold ?? 0)) };
  const path = pathOf(draft.pod, container, 'startupProbe');
  draft.pieces.push({
    step: 'move',
    title: `Let the work start when '${name}' is ready: a startupProbe that asks what its readinessProbe does`,
    changes: [{ kind: 'add', path, value, behind: ['readinessProbe'] }],
  });
}

function removeWrapper(draft: Draft, clues: Clues): string | undefined {
  const { pod, reading } = draft;
  const { container, name, script } = clues;
  const words = wordsOfContainer(container).map(({ value }) => value);
  const wrapper = wrapperIn(words);
  const variables = container.env.flatMap((variable, index) =>
    WRAPPER_VARIABLE.test(variable.name.value) ? index : [],
  );
  const found = reading.workarounds.filter((each) => each.clues === clues && each.kind === 'wrapper');
  if (found.length === 0) return undefined;
  if (!wrapper && found.some(({ text, script: inside }) => !inside && text.startsWith('KUBEXIT_'))) {
    draft.stays.push(`'${name}' keeps kubexit: the command behind it cannot be told.`);
    return undefined;
  }
  const program = wrapper ? words[wrapper.from] : found[0]?.script && found[0].text;
  const changes = wrapper ? dropWords(pod, container, wrapper.from, wrapper.to) : script ? inScript(draft, clues) : [];
  if (!changes) {
    draft.stays.push(`'${name}' keeps ${baseName(program ?? '')}: the command behind it cannot be told.`);
    return undefined;
  }
  for (const index of variables) changes.push({ kind: 'remove', path: pathOf(pod, container, 'env', index) });
  const named = program === undefined ? 'a wrapper' : baseName(program);
  const what =
    program === undefined ? 'variables of a wrapper' : variables.length > 0 ? `${named} and its variables` : named;
  draft.pieces.push({ step: stepOf(draft, clues), title: `Remove ${what} from '${name}'`, changes });
  // Its two halves wait for each other.
  if (/kubexit/.test(program ?? '')) draft.isTied = true;
  for (const each of found) draft.done.add(each);
  return program;
}

/** The wrapper in a script: `exec linkerd-await --shutdown -- work` becomes `exec work`. */
function inScript(draft: Draft, { container, script }: Clues): Change[] | undefined {
  const isTouched = draft.pieces.some(({ changes }) =>
    changes.some(({ kind, path }) => kind !== 'remove' && lies(draft, container, path)),
  );
  if (!script || isTouched || !isOwnScript(container, script)) return undefined;
  const edits = script.commands.flatMap(({ node, words }) => {
    const at = wrapperIn(words);
    if (!at) return [];
    const wordAt = (index: number) => (index === 0 ? node.name : node.args[index - 1]);
    const [start, end] = [wordAt(at.from)?.pos, wordAt(at.to)?.pos];
    const isLast = script.statements.at(-1)?.command === node && words[0] !== 'exec';
    const text = isLast && draft.moved.some((each) => each.container === container) ? 'exec ' : '';
    return start === undefined || end === undefined ? [] : [{ span: { start, end }, text }];
  });
  return edits.length > 0 ? setScript(draft.pod, container, script, edits, { keepsShell: true }) : undefined;
}

function lies(draft: Draft, container: Container, path: readonly (string | number)[]): boolean {
  return pathOf(draft.pod, container).every((key, index) => path[index] === key);
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
