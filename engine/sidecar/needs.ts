import { baseName, type ShellCommand, type ShellScript } from '../shell/script.ts';
import { startWaits } from '../shell/start-wait.ts';
import type { Span } from '../text.ts';
import type { Clues } from './clues.ts';
import { isTimed, surelyRun } from './endless.ts';

/** Something for which a script waits without end before it goes on. */
export interface Need {
  /** A port on localhost. */
  readonly port?: number;
  /** The path of a file. */
  readonly file?: string;
  /** Where the script waits, in its text. */
  readonly span: Span;
  /** The wait as written, on one line. */
  readonly text: string;
}

/** Commands that neither start nor write what may be waited for. */
const QUIET = /^(?:set|export|echo|printf|date|sleep|:|true|ls|apk|apt-get|apt|yum|dnf|microdnf)$/;

/** A loop that goes on until a file is there, and asks nothing else. */
const UNTIL_FILE = /^\s*(?:\[\[?|test)\s+-[aefrs]\s+["']?([^\s"'\]]+)["']?(?:\s*\]\]?)?\s*;?\s*$/;
const WHILE_NO_FILE =
  /^\s*(?:!\s*(?:\[\[?|test)|(?:\[\[?|test)\s+!)\s+-[aefrs]\s+["']?([^\s"'\]]+)["']?(?:\s*\]\]?)?\s*;?\s*$/;

/** A command that succeeds when a file is there. */
const SHOWS_FILE = /^(?:cat|ls|stat)\s+(\/[^\s"';|&]+)$/;
/** A command that succeeds when somebody listens at a port. */
const ASKS_PORT =
  /^(?:nc|ncat|curl|wget|pg_isready|mysqladmin|redis-cli|grpc_health_probe)\s[^;|&]*(?:localhost|127\.0\.0\.1)[: ](\d{2,5})\b/;

const DEFAULT_PORTS: Readonly<Record<string, number>> = { pg_isready: 5432, mysqladmin: 3306, 'redis-cli': 6379 };

/**
 * What a script waits for without end, whatever happens: not in a branch, not with a counter, and not for what it may have
 * started or written itself.
 */
export function needsOf(script: ShellScript): Need[] {
  const { loops, commands, isBroken } = script;
  if (isBroken || commands.some(({ background }) => background)) return [];
  const sure = surelyRun(script);
  const waits = startWaits(script);
  return loops.flatMap((loop): Need[] => {
    const { condition, kind, span, node } = loop;
    const isQuiet = (command: ShellCommand) => QUIET.test(baseName(command.words[0] ?? ''));
    const before = commands.filter((command) => command.span.start < span.start);
    const body = loop.commands.filter(({ text }) => !condition.includes(text));
    if (!sure.has(node) || loop.leaves || loop.background || ![...before, ...body].every(isQuiet)) return [];
    if (commands.some(({ writes }) => writes.some((file) => file.startsWith('/') && !file.startsWith('/dev/'))))
      return [];
    const text = `${kind} ${condition.replace(/\s+/g, ' ').trim().replace(/\s*;$/, '')}`;
    const file = (kind === 'until' ? UNTIL_FILE : WHILE_NO_FILE).exec(condition)?.[1];
    if (file?.startsWith('/')) return [{ file, span, text }];
    const isPlain = !/\|\||\[|\(\(|\btest\b/.test(condition) && /localhost|127\.0\.0\.1/.test(condition);
    const isUntil = kind === 'until' ? !/^\s*!/.test(condition) : /^\s*!/.test(condition);
    const wait = waits.find((each) => !each.isSleep && each.span.start === span.start);
    const tool = Object.keys(DEFAULT_PORTS).find((each) => condition.includes(each)) ?? '';
    const port = wait?.port ?? DEFAULT_PORTS[tool];
    return isPlain && isUntil && wait && port !== undefined ? [{ port, span, text }] : [];
  });
}

/** What must be there for a command to succeed that is run again and again; undefined for more than one plain command. */
export function askedBy({ text, commands, loops, isBroken }: ShellScript): Pick<Need, 'port' | 'file'> | undefined {
  const plain = text.trim().replace(/\s*\|\|\s*exit 1$/, '');
  if (isBroken || loops.length > 0 || commands.length > 2) return undefined;
  const file = (UNTIL_FILE.exec(plain) ?? SHOWS_FILE.exec(plain))?.[1];
  if (file?.startsWith('/')) return { file };
  const port = ASKS_PORT.exec(plain)?.[1];
  return port === undefined ? undefined : { port: Number(port) };
}

/** What a container's own script waits for before it does anything. */
export function ownNeeds(clues: Clues): Need[] {
  return clues.script && !isTimed(clues) ? needsOf(clues.script) : [];
}
