import { readChain } from '../shell/chain.ts';
import { baseName } from '../shell/script.ts';

/** The packages that bring pkill and killall, by what the package managers call them. */
export type ProcessPackage = 'procps' | 'procps-ng' | 'psmisc';

const PROCPS =
  /^(?:ps|pgrep|pkill|pidof|pidwait|pmap|pwdx|top|watch|free|vmstat|uptime|w|slabtop|tload|skill|snice|sysctl)$/;
const PSMISC = /^(?:killall|fuser|pstree|peekfd|prtstat|pslog)$/;

/** Whether a program comes from a package. */
export function comesFrom(program: string, name: ProcessPackage): boolean {
  return (name === 'psmisc' ? PSMISC : PROCPS).test(program);
}

/** Programs that start the one named behind them. */
const STARTERS =
  /^(?:sudo|doas|exec|env|command|time|timeout|nohup|nice|ionice|chrt|setsid|stdbuf|xargs|eatmydata|tini|dumb-init|catatonit|gosu|su-exec|runuser|su|watch)$/;

/** A program that a command starts, with its arguments. */
export interface Started {
  readonly program: string;
  readonly args: readonly string[];
}

/** Behind so many words of a starter, and that deep, nobody hides a program. */
const MAX_WORDS = 8;
const MAX_DEPTH = 3;

/** The programs that a command's words start: itself, and what is behind `sudo`, in `sh -c` and in `trap`. */
export function programsOf(words: readonly string[], depth = 0): Started[] {
  const program = baseName(words[0] ?? '');
  if (program === '') return [];
  const args = words.slice(1);
  const inner = depth < MAX_DEPTH ? innerOf(program, args) : [];
  return [{ program, args }, ...inner.flatMap((each) => programsOf(each, depth + 1))];
}

function innerOf(program: string, args: readonly string[]): (readonly string[])[] {
  if (STARTERS.test(program)) {
    // Where a starter's options end is not known: each of its words may be the program.
    return args.slice(0, MAX_WORDS).flatMap((word, i) => (/^-|^\w+=/.test(word) ? [] : [args.slice(i)]));
  }
  const flag = args.findIndex((arg) => /^-\w*c$/.test(arg));
  const script = program === 'trap' ? args[0] : program.endsWith('sh') && flag >= 0 ? args[flag + 1] : undefined;
  return script === undefined ? [] : readChain(script, 0).commands.map(({ words }) => words.map(({ value }) => value));
}
