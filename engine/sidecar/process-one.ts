import { commandNeverReturns, neverReturns, startedWords } from '../shell/handshake.ts';
import { isBuiltin } from '../shell/plain.ts';
import { baseName, type ShellCall, type ShellCommand, type SyntaxNode } from '../shell/script.ts';
import type { Span } from '../text.ts';
import { serverWord } from './argv.ts';
import { lookUpProcess, parseImage, runsForEver } from './catalog.ts';
import type { Clues } from './clues.ts';

/**
 * Why a container takes no notice of SIGTERM: the kernel gives a signal to process 1 only if that handles it, and shells
 * without a trap, `tail` and `sleep` do not.
 *
 * `program`: a program without a handler, behind a shell or not; `shell`: a shell in front of what it runs, whichever
 * shell it is; `perhaps`: a shell that most likely stays in front of its last command. Some put the last command of a
 * script in their own place: bash from 5.1, busybox's ash in a script of one line; dash never does.
 */
export interface Deaf {
  readonly by: 'program' | 'shell' | 'perhaps';
  /** The program, or what the shell runs: `while true`, `haproxy`. */
  readonly what: string;
  /** Where it stands, in the script's text; undefined when it is the container's own command. */
  readonly span: Span | undefined;
  /** Where `exec ` puts the program in the shell's place, and changes nothing else. */
  readonly execAt?: number;
}

const SHELL = /^(?:ba|da|a)?sh$/;
/** Neither GNU's nor busybox's handle SIGTERM. */
const WITHOUT_HANDLER = /^(?:tail|sleep)$/;

/** Images without an entrypoint: `args` alone are the command. Source: their Dockerfiles. */
const WITHOUT_ENTRYPOINT = /^(?:busybox|alpine|debian|ubuntu|fedora|rockylinux|almalinux|amazonlinux)$/;

/** Why a container that runs for ever takes no notice of SIGTERM; undefined when it may well do. */
export function deafTo({ container, argv, script }: Clues): Deaf | undefined {
  const hasEntrypoint = !WITHOUT_ENTRYPOINT.test(parseImage(container.image?.value ?? '').path);
  const words = [
    ...(container.command ?? []),
    ...((container.command || !hasEntrypoint) && container.args ? container.args : []),
  ];
  // Where the image's entrypoint or a program such as tini comes first, that is process 1.
  const program = baseName(words[0]?.value ?? '');
  if (!script) {
    const isFirst = argv[0] !== undefined && argv[0] === words[0];
    const isDeaf = isFirst && WITHOUT_HANDLER.test(program) && commandNeverReturns(argv.map(({ value }) => value));
    return isDeaf ? { by: 'program', what: program, span: undefined } : undefined;
  }
  const isOwn = words.includes(script.source);
  if (!SHELL.test(program) || !isOwn || script.isBroken) return undefined;
  // A file that is read in may set a trap.
  const isHandled = script.commands.some(({ words: [first = '', second] }) =>
    first === 'exec'
      ? second !== undefined && !WITHOUT_HANDLER.test(baseName(second))
      : /^(?:trap|source|\.)$/.test(first),
  );
  return isHandled ? undefined : held(script, program);
}

/** What a script is held up by. */
function held(script: ShellCall, shell: string): Deaf | undefined {
  for (const [index, { command: node, background }] of script.statements.entries()) {
    if (background) continue;
    const isLast = index === script.statements.length - 1;
    const isChain = node.type === 'AndOr';
    const parts = isChain ? node.commands : [node];
    for (const [at, part] of parts.entries()) {
      // Behind `||` it may never run.
      if (isChain && at > 0 && node.operators[at - 1] !== '&&') break;
      const loop = script.loops.find((each) => each.node === part);
      const why = loop && neverReturns({ ...script, commands: [], loops: [loop] });
      if (loop && why)
        return { by: 'shell', what: why, span: { ...loop.span, end: loop.span.start + loop.kind.length } };
      const inside = part.type === 'Pipeline' && part.commands.length > 1 ? part.commands : [part];
      const command = script.commands.find((each) => (inside as SyntaxNode[]).includes(each.node) && isEndless(each));
      const started = startedWords(command?.words ?? []);
      if (command) {
        const what = baseName(started[0] ?? '');
        const { span } = command;
        if (part.type !== 'Command') return { by: 'shell', what, span };
        if (WITHOUT_HANDLER.test(what)) return { by: 'program', what, span };
        if (!isLast || at < parts.length - 1) return { by: 'shell', what, span };
        return inFrontOf(script, shell, command, what);
      }
      const isWait = part.type === 'Command' && part.name?.value === 'wait' && isLast;
      const waited = isWait && script.commands.find((each) => each.background && isEndless(each));
      if (waited) return { by: 'shell', what: baseName(startedWords(waited.words)[0] ?? ''), span: waited.span };
    }
  }
  return undefined;
}

function isEndless({ words }: ShellCommand): boolean {
  if (words.some((word) => baseName(word) === 'timeout')) return false;
  const [program = '', ...args] = startedWords(words);
  const family = lookUpProcess(baseName(program), args, [], undefined);
  const isDaemon = family !== undefined && runsForEver(family, args, []);
  return isDaemon || commandNeverReturns(words) !== undefined || serverWord([program, ...args]) !== undefined;
}

/** Whether a shell stays in front of the last command of a script. */
function inFrontOf(script: ShellCall, shell: string, command: ShellCommand, what: string): Deaf | undefined {
  const { node, span, words } = command;
  const hasChildren = script.statements.some(({ background }) => background);
  const isLines = script.text.slice(0, span.start).includes('\n') && script.text.endsWith('\n');
  const stays = shell === 'bash' ? hasChildren || node.redirects.length > 0 : isLines;
  if (script.statements.length < 2 || !stays || words[0] === 'exec') return undefined;
  const functions = script.statements.flatMap(({ command: each }) => (each.type === 'Function' ? each.name.value : []));
  const isExact =
    !hasChildren && node.prefix.length === 0 && !isBuiltin(words[0] ?? '') && !functions.includes(words[0] ?? '');
  return { by: 'perhaps', what, span, ...(isExact && { execAt: span.start }) };
}
