import { baseName, expand, parseScript, type ShellCommand, type ShellScript } from './script.ts';

/** What a script does to another container of its pod. */
export interface Act {
  readonly kind: 'kill' | 'quit' | 'signal-file' | 'wait-for-file';
  /** Kill: names of processes; quit: URLs; files: paths. Empty for "every process". */
  readonly targets: readonly string[];
  /** The command as written, on one line. */
  readonly text: string;
}

const QUIT_URL =
  /(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|\$\{?\w+\}?)(?::(\d+|\$\{?\w+\}?))?\S*\/(?:quitquitquit|shutdown|graceful_shutdown|agent\/v1\/quit|quit)\b/;

/** Signals that do not end a process: reload, user-defined, and the test whether it is there. */
const HARMLESS_SIGNAL = /^-?(?:s )?(?:SIG)?(?:HUP|USR1|USR2|WINCH|CONT|0|1|10|12)$/i;

/** What a script does to other containers. */
export function acts(script: ShellScript): Act[] {
  const all = [...script.commands, ...script.commands.flatMap(trapped)];
  return [...all.flatMap((command) => act(command)), ...waits(script)];
}

/** The text behind `trap` is shell too. */
function trapped(command: ShellCommand): readonly ShellCommand[] {
  const [name, handler] = command.words;
  if (name !== 'trap' || !handler || !/\s/.test(handler)) return [];
  const source = { value: handler, span: { start: 0, end: 0 }, node: undefined as never };
  return parseScript(source).commands.map((each) => ({ ...each, values: command.values }));
}

function act(command: ShellCommand): Act[] {
  const words = command.words.flatMap((word) => expand(word, command.values));
  const name = baseName(words[0] ?? '');
  const args = words.slice(1);
  const text = command.text.replace(/\s+/g, ' ').trim();
  if (name === 'pkill' || name === 'killall') {
    const signal = args.find((arg, i) => /^-(?!f$|x$|o$|n$|e$|q$|w$|u$)/.test(arg) || args[i - 1] === '-s');
    if (signal !== undefined && HARMLESS_SIGNAL.test(signal)) return [];
    const targets = args.filter((arg, i) => !arg.startsWith('-') && args[i - 1] !== '-s' && args[i - 1] !== '-u');
    return targets.length > 0 ? [{ kind: 'kill', targets: targets.map(program), text }] : [];
  }
  if (name === 'kill') {
    const signal = args[0]?.startsWith('-') ? (args[0] === '-s' ? args[1] : args[0]) : undefined;
    if (signal !== undefined && HARMLESS_SIGNAL.test(signal)) return [];
    const looked = [...command.text.matchAll(/(?:pidof|pgrep)((?:\s+-\w+)*)\s+["']?([\w./$-]+)/g)].map(
      (m) => m[2] ?? '',
    );
    const targets = looked.flatMap((target) => expand(target, command.values)).map(program);
    if (targets.length > 0) return [{ kind: 'kill', targets, text }];
    return args.at(-1) === '-1' && args.length > 1 ? [{ kind: 'kill', targets: [], text }] : [];
  }
  const url = words.find((word) => QUIT_URL.test(word)) ?? QUIT_URL.exec(text)?.[0];
  if (url && /^(?:curl|wget|http|nc|printf|echo|exec)$/.test(name)) return [{ kind: 'quit', targets: [url], text }];
  if (name === 'pilot-agent' && args.includes('quitquitquit')) {
    return [{ kind: 'quit', targets: ['http://localhost:15020/quitquitquit'], text }];
  }
  const files = [...(name === 'touch' ? args.filter((arg) => !arg.startsWith('-')) : []), ...command.writes]
    .flatMap((file) => expand(file, command.values))
    .filter((file) => file.startsWith('/') && !file.startsWith('/dev/') && !file.startsWith('/proc/'));
  return files.length > 0 ? [{ kind: 'signal-file', targets: files, text }] : [];
}

/** A pattern such as `[h]aproxy` or a path, as the program's name. */
function program(target: string): string {
  return baseName(target.replace(/[[\]^$"']/g, ''));
}

/** Loops that test for a file, in their condition or with `if` in their body. */
function waits(script: ShellScript): Act[] {
  return script.loops.flatMap((loop) => {
    const tests = [loop.condition, ...loop.commands.map(({ text }) => text)].join('\n');
    const files = [...tests.matchAll(/(?:\[\[?|test)\s+(?:!\s+)?-[efs]\s+["']?([^\s"'\]]+)/g)].map((m) => m[1] ?? '');
    const values = loop.commands[0]?.values ?? new Map();
    const targets = files.flatMap((file) => expand(file, values)).filter((file) => file.startsWith('/'));
    const text = `${loop.kind} ${loop.condition.replace(/\s+/g, ' ').trim()}`;
    return targets.length > 0 ? [{ kind: 'wait-for-file' as const, targets, text }] : [];
  });
}

/** Why a script never returns, as people say it; undefined when it may. */
export function neverReturns(script: ShellScript): string | undefined {
  for (const loop of script.loops) {
    const endless =
      (loop.kind === 'while' &&
        /^\s*(?:true|:|\[\s*1\s*\]|\[\s+true\s+\]|1|\/bin\/true|sleep [\d.]+)\s*;?\s*$/.test(loop.condition)) ||
      (loop.kind === 'until' && /^\s*(?:false)\s*;?\s*$/.test(loop.condition));
    if (endless && !loop.leaves && !loop.background) return `${loop.kind} ${loop.condition.trim()}`;
  }
  for (const command of script.commands) {
    if (command.background) continue;
    const why = commandNeverReturns(command.words);
    if (why) return why;
  }
  return undefined;
}

/** Why a command never returns, as people say it; undefined when it may. */
export function commandNeverReturns(words: readonly string[]): string | undefined {
  const [first = '', ...args] = words[0] === 'exec' ? words.slice(1) : words;
  const name = baseName(first);
  const text = [name, ...args].join(' ');
  if (
    name === 'tail' &&
    args.some((arg) => /^-(?:\d*n?\d*[fF]|-follow.*|-retry)$/.test(arg) || /^-[a-z0-9+]*[fF]$/.test(arg))
  ) {
    return args.some((arg) => arg.startsWith('--pid')) ? undefined : short(text);
  }
  if (name === 'sleep' && /^(?:infinity|inf|infinite|\d{6,}[smhd]?|[1-9]\d{3,}[hd]|[3-9]\d{2}d)$/.test(args[0] ?? ''))
    return short(text);
  if (name === 'nginx' && /daemon off/.test(text)) return short(text);
  if (name === 'httpd-foreground' || (/^(?:httpd|apache2ctl)$/.test(name) && /FOREGROUND/.test(text)))
    return short(text);
  if (/^pause$/.test(name)) return short(text);
  return undefined;
}

function short(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}
