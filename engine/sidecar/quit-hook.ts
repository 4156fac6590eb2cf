import { sharesProcesses } from '../kube/pod.ts';
import { HARMLESS_SIGNAL, startedWords } from '../shell/handshake.ts';
import { baseName, type ShellCommand } from '../shell/script.ts';
import type { Span } from '../text.ts';
import { type Clues, isProcessOf, placeOf } from './clues.ts';
import type { Reading } from './reading.ts';

/** The command or call of a preStop hook that makes its container quit. */
export interface QuitHook {
  /** As written, on one line. */
  readonly text: string;
  /** Where it stands in the document. */
  readonly span: Span;
}

/** Commands of programs that make a running one of theirs quit. Source: the programs' own documentation. */
const QUITTING: readonly RegExp[] = [
  /^(?:cloud[-_]sql[-_]proxy|alloydb-auth-proxy) (?:.* )?shutdown$/,
  /^linkerd-await (?:.* )?(?:-S|--shutdown)(?: |$)/,
  /^(?:nginx|openresty) (?:.* )?-s ?(?:quit|stop)$/,
  /^(?:httpd|apache2?ctl) (?:.* )?(?:graceful-stop|stop)$/,
  /^(?:redis|valkey)-cli (?:.* )?shutdown(?: |$)/i,
  /^(?:mysql|mariadb-)admin (?:.* )?shutdown$/,
  /^pg_ctl (?:.* )?stop(?: |$)/,
];

/**
 * What makes a container quit in its own preStop hook; undefined when the hook only drains, waits or sleeps, and when it
 * first waits for something: then it may quit at the right time.
 */
export function quitHookOf(
  { pod, workarounds }: Pick<Reading, 'pod' | 'workarounds'>,
  clues: Clues,
): QuitHook | undefined {
  const asked = workarounds.find((each) => each.clues === clues && each.text.startsWith('httpGet '));
  if (asked) return asked;
  const hook = clues.hooks.find(({ name }) => name === 'preStop');
  if (!hook || hook.script.isBroken) return undefined;
  const calls = workarounds.filter((each) => each.hook === hook && each.kind === 'quit' && each.to.includes(clues));
  const found = hook.script.commands.find(
    (command) =>
      calls.some(({ act }) => act?.node === command.node) ||
      quits(clues, command, sharesProcesses(pod)) ||
      hook.acts.some(
        ({ kind, node, targets }) =>
          kind === 'kill' && node === command.node && targets.some((target) => isProcessOf(clues, target)),
      ),
  );
  const { loops, commands, statements } = hook.script;
  const waits: readonly Span[] = [
    ...loops.map(({ span }) => span),
    ...commands.flatMap(({ text, span }) => (/\btail\b.*--pid/.test(text) ? span : [])),
    ...statements.flatMap(({ command, pos, end }) => (command.type === 'For' ? { start: pos, end } : [])),
  ];
  if (!found || waits.some(({ start }) => start < found.span.start)) return undefined;
  return { text: found.text.replace(/\s+/g, ' ').trim(), span: placeOf(pod, hook.script, found.span) };
}

function quits({ daemon, image }: Clues, { words, text }: ShellCommand, sharesProcesses: boolean): boolean {
  const [program = '', ...args] = startedWords(words);
  const command = [baseName(program), ...args].join(' ');
  if (QUITTING.some((each) => each.test(command))) return true;
  const { quit } = daemon?.family ?? image ?? {};
  if (quit && /^(?:curl|wget)$/.test(baseName(program)) && text.includes(`:${quit.port}${quit.path}`)) return true;
  // In a shared process namespace process 1 is the pause container's.
  if (sharesProcesses || baseName(program) !== 'kill' || args.at(-1) !== '1') return false;
  const signal = args.length > 1 ? args.slice(0, -1).join(' ') : '';
  return !HARMLESS_SIGNAL.test(signal.replace(/^-s /, ''));
}
