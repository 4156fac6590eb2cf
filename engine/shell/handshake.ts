import type { Span } from '../text.ts';
import { baseName, expand, type ShellCommand, type ShellScript, type SyntaxNode } from './script.ts';

/** What a script does to another container of its pod. */
export interface Act {
  /** `reload`: a signal that does not end its process, or a look whether it is there. */
  readonly kind: 'kill' | 'quit' | 'signal-file' | 'wait-for-file' | 'reload';
  /** Kill and reload: names of processes; quit: URLs; files: paths. Empty for "every process". */
  readonly targets: readonly string[];
  /** The command as written, on one line. */
  readonly text: string;
  /** Where it stands in the script's text. */
  readonly span: Span;
  /** The command or loop that does it. */
  readonly node: SyntaxNode;
  /** Whether the command is about something else as well: another process, another file. */
  readonly isMixed?: boolean;
}

const PORT = String.raw`(?::(?:\d+|\$\{?\w+\}?))?`;
const END = String.raw`(?=$|[?#\s"'\x60;|&)])`;
/** A local address with exactly the path of a quit endpoint; behind a variable only the path that nothing else has. */
const QUIT_URL = new RegExp(
  String.raw`(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])${PORT}\/(?:quitquitquit|v1\.0\/shutdown|shutdown|graceful_shutdown|agent\/v1\/quit)${END}` +
    String.raw`|\$\{?\w+\}?${PORT}\/quitquitquit${END}`,
);

/** Signals that do not end a process: reload, user-defined, and the test whether it is there. */
export const HARMLESS_SIGNAL = /^-?(?:s )?(?:SIG)?(?:HUP|USR1|USR2|WINCH|CONT|0|1|10|12)$/i;

/** Programs that only start another one, with how many words each takes before it. */
const STARTERS: Readonly<Record<string, number>> = { exec: 0, sudo: 0, command: 0, nohup: 0, busybox: 0, timeout: 1 };

/** What a script does to other containers. Nothing where the text is no complete shell. */
export function acts(script: ShellScript): Act[] {
  if (script.isBroken) return [];
  const handled = [...script.handlers.values()].flatMap(({ commands }) => commands);
  return [...[...script.commands, ...handled].flatMap((command) => act(command, script.text)), ...waits(script)];
}

/** The words of a command without the programs that only start it: `exec`, `sudo -n`, `timeout 5`. */
export function startedWords(words: readonly string[]): readonly string[] {
  for (;;) {
    const takes = STARTERS[baseName(words[0] ?? '')];
    if (takes === undefined) return words;
    let at = 1;
    while (words[at]?.startsWith('-')) at += /^-[sku]$/.test(words[at] ?? '') ? 2 : 1;
    words = words.slice(at + takes);
  }
}

function act(command: ShellCommand, whole: string): Act[] {
  const words = startedWords(command.words).flatMap((word) => expand(word, command.values));
  const name = baseName(words[0] ?? '');
  const args = words.slice(1);
  const text = command.text.replace(/\\\n/g, ' ').replace(/\s+/g, ' ').trim();
  const found = (kind: Act['kind'], targets: readonly string[]): Act[] => [
    { kind, targets, text, span: command.span, node: command.node },
  ];
  if (name === 'pkill' || name === 'killall') {
    const signal = args.find(
      (arg, i) => /^-(?!f$|x$|o$|n$|e$|q$|w$|u$|i$|I$|P$|ef$|-)/.test(arg) || args[i - 1] === '-s',
    );
    const long = /--signal[= ](\S+)/.exec(args.join(' '))?.[1];
    const targets = args.filter(
      (arg, i) => !arg.startsWith('-') && !/^(?:-s|-u|-P|-g|--signal|--parent)$/.test(args[i - 1] ?? ''),
    );
    if (targets.length === 0) return [];
    return found(HARMLESS_SIGNAL.test(signal ?? long ?? '') ? 'reload' : 'kill', targets.map(program));
  }
  if (name === 'kill' || (name === 'xargs' && args.some((arg) => baseName(arg) === 'kill'))) {
    const options = name === 'xargs' ? args.slice(args.findIndex((arg) => baseName(arg) === 'kill') + 1) : args;
    const signal = options[0]?.startsWith('-') ? (options[0] === '-s' ? options[1] : options[0]) : undefined;
    const looked = [
      ...[command.pipeline, ...args].join('\n').matchAll(/(?:pidof|pgrep|grep)((?:\s+-\w+)*)\s+["']?([\w./[\]$-]+)/g),
    ]
      .map((match) => match[2] ?? '')
      .filter((target) => target !== '-v');
    const targets = [...new Set(looked.flatMap((target) => expand(target, command.values)).map(program))];
    const kind = signal !== undefined && HARMLESS_SIGNAL.test(signal) ? 'reload' : 'kill';
    const others = options.filter(
      (arg, index) =>
        !arg.startsWith('-') && options[index - 1] !== '-s' && !/pidof|grep/.test(arg) && name !== 'xargs',
    );
    if (targets.length > 0) return found(kind, targets).map((each) => ({ ...each, isMixed: others.length > 0 }));
    return kind === 'kill' && args.at(-1) === '-1' && args.length > 1 ? found('kill', []) : [];
  }
  const url =
    words.map((word) => QUIT_URL.exec(word)?.[0]).find((each) => each !== undefined) ?? QUIT_URL.exec(text)?.[0];
  if (url && /^(?:curl|wget|http|https|nc|fetch)$/.test(name)) return found('quit', [url]);
  if (/^(?:printf|echo)$/.test(name) && /\b(?:POST|GET) \/\S*(?:quit|shutdown)/.test(text)) {
    const port = /\/dev\/tcp\/[^/\s]+\/(\d+)/.exec(whole)?.[1];
    const path = / (\/\S*(?:quit|shutdown)\w*)/.exec(text)?.[1] ?? '';
    return found('quit', [`http://localhost${port ? `:${port}` : ''}${path}`]);
  }
  if (name === 'pilot-agent' && args.includes('quitquitquit'))
    return found('quit', ['http://localhost:15020/quitquitquit']);
  if (/^cloud[-_]sql[-_]proxy$/.test(name) && args.includes('shutdown')) {
    return found('quit', ['http://localhost:9091/quitquitquit']);
  }
  // What another program writes into a file is its work.
  const written = /^(?:echo|printf|date|true|:|touch)$/.test(name) ? command.writes : [];
  const files = [...(name === 'touch' ? args.filter((arg) => !arg.startsWith('-')) : []), ...written]
    .flatMap((file) => expand(file, command.values))
    .filter((file) => file.startsWith('/') && !file.startsWith('/dev/') && !file.startsWith('/proc/'));
  return files.length > 0 ? found('signal-file', files) : [];
}

/** A pattern such as `[h]aproxy` or a path, as the program's name. */
function program(target: string): string {
  return baseName(target.replace(/[[\]^$"']/g, ''));
}

/** Loops that wait for a file: they test for it in their condition or with `if` in their body, or watch for it. */
function waits(script: ShellScript): Act[] {
  const looped = script.loops.flatMap((loop) => {
    const tests = [loop.condition, ...loop.commands.map(({ text }) => text), bodyTests(script, loop.span)].join('\n');
    const values = loop.commands[0]?.values ?? new Map();
    const targets = testedFiles(tests)
      .flatMap((file) => expand(file, values))
      .filter((file) => file.startsWith('/'));
    const text = `${loop.kind} ${loop.condition.replace(/\s+/g, ' ').trim()}`;
    if (targets.length === 0) return [];
    const span = placeOfTest(script, loop.span);
    return [{ kind: 'wait-for-file' as const, targets: [...new Set(targets)], text, span, node: loop.node }];
  });
  const watched = script.commands.flatMap((command) => {
    if (baseName(command.words[0] ?? '') !== 'inotifywait') return [];
    const targets = command.words
      .slice(1)
      .flatMap((word) => expand(word, command.values))
      .filter((word) => word.startsWith('/'));
    if (targets.length === 0) return [];
    return [{ kind: 'wait-for-file' as const, targets, text: command.text, span: command.span, node: command.node }];
  });
  return [...looped, ...watched];
}

/** The first test of a loop. */
function placeOfTest({ text }: ShellScript, { start, end }: Span): Span {
  const match = TEST.exec(text.slice(start, end));
  return match ? { start: start + match.index, end: start + match.index + match[0].length } : { start, end };
}

const TEST = /(?:\[\[?|\btest)\s+(?:!\s+)?-[aefrs]\s+["']?[^\s"'\]]+["']?(?:\s*\]\]?)?/;

/** `[[ … ]]` is no command of its own: its text is looked at. */
function bodyTests({ text }: ShellScript, { start, end }: Span): string {
  return [...text.slice(start, end).matchAll(/\[\[[^\]\n]{0,300}\]\]/g)].map(([each]) => each).join('\n');
}

function testedFiles(text: string): string[] {
  const tested = text.matchAll(/(?:\[\[?|test)\s+(?:!\s+)?-[aefrs]\s+["']?([^\s"'\]]+)/g);
  const listed = text.matchAll(/(?:^|[\s!;])(?:cat|ls|stat)\s+["']?(\/[^\s"';|&)>]+)/g);
  return [...tested, ...listed].map((match) => match[1] ?? '');
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
