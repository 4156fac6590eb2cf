import type { Container, Pod } from '../kube/pod.ts';
import { plainArgv } from '../shell/plain.ts';
import { baseName, readScript, type ShellCall, unwrapArgv } from '../shell/script.ts';
import { applyEdits, type Edit } from '../text.ts';
import type { Change } from '../yaml/patch.ts';
import type { Text } from '../yaml/read.ts';
import { pathOf } from './draft.ts';

/** The words of a container: `command` and behind it `args`. */
export function wordsOfContainer({ command, args }: Container): readonly Text[] {
  return [...(command ?? []), ...(args ?? [])];
}

/**
 * Changes that give a container another argv. What stood in `command` and what in `args` stays apart where there were
 * both: the program in `command`, the rest in `args`. `lead` is how many words belong before the program (`tini --`).
 */
function setArgv(pod: Pod, container: Container, argv: readonly string[], lead = 0): Change[] {
  const { command, args } = container;
  const at = (field: string) => pathOf(pod, container, field);
  if (!command) return [{ kind: 'set', path: at('args'), value: argv }];
  if (!args) return [{ kind: 'set', path: at('command'), value: argv }];
  const rest = argv.slice(lead + 1);
  return [
    { kind: 'set', path: at('command'), value: argv.slice(0, lead + 1) },
    rest.length > 0 ? { kind: 'set', path: at('args'), value: rest } : { kind: 'remove', path: at('args') },
  ];
}

/** Whether the script of a container is written in its own fields: one in a ConfigMap may be run by others too. */
export function isOwnScript(container: Container, script: ShellCall): boolean {
  return wordsOfContainer(container).some(
    ({ node, value }) => node === script.source.node && value === script.source.value,
  );
}

/**
 * Changes that edit the script of a container. Where nothing is left of it but one plain command that needs no shell,
 * the container runs that command itself; `keepsShell` says that it stays a script all the same. `dropsTimer`: a `timeout`
 * around the shell goes with it.
 */
export function setScript(
  pod: Pod,
  container: Container,
  script: ShellCall,
  edits: readonly Edit[],
  { keepsShell, dropsTimer = false }: { readonly keepsShell: boolean; readonly dropsTimer?: boolean },
): Change[] {
  const after = applyEdits(script.text, edits);
  const words = wordsOfContainer(container);
  const shell = words.length - unwrapArgv(words).length;
  const lead = words.slice(0, shell).map(({ value }) => value);
  const kept = dropsTimer && lead.some((word) => baseName(word) === 'timeout') ? [] : lead;
  const isLogin = script.flags.some((flag) => /^-\w*l/.test(flag));
  if (!keepsShell && !isLogin) {
    const positional = script.positional.map(({ value }) => value).slice(1);
    const isPassed = /^\s*(?:exec\s+)?"?\$@"?\s*$/.test(after) && positional.length > 0;
    const parsed = readScript([...words.slice(0, words.indexOf(script.source)), { ...script.source, value: after }]);
    const argv = isPassed ? positional : parsed && plainArgv(parsed);
    if (argv) return setArgv(pod, container, [...kept, ...argv], kept.length);
  }
  const index = words.indexOf(script.source);
  const inCommand = container.command?.length ?? 0;
  const [field, at] = index < inCommand ? ['command', index] : ['args', index - inCommand];
  return [{ kind: 'rewrite', path: pathOf(pod, container, field, at), edits }];
}

/** Changes that take words out of a container's argv: the words of `command` and of `args` stay where they are. */
export function dropWords(pod: Pod, container: Container, from: number, to: number): Change[] | undefined {
  const words = wordsOfContainer(container);
  const inCommand = container.command?.length ?? 0;
  if (to - from >= words.length) return undefined;
  const at = (field: string, index: number) => pathOf(pod, container, field, index);
  const drop = (index: number): Change => ({
    kind: 'remove',
    path: index < inCommand ? at('command', index) : at('args', index - inCommand),
  });
  const indexes = Array.from({ length: to - from }, (_, index) => from + index);
  const next = words[to];
  if (from > 0 || to < inCommand || inCommand === 0 || !next) return indexes.map(drop);
  // The program behind the wrapper moves up, or the image's entrypoint would run.
  const moved: Change = { kind: 'set', path: pathOf(pod, container, 'command'), value: [next.value] };
  return [moved, ...indexes.filter((index) => index >= inCommand).map(drop), drop(to)];
}
