import { applyEdits, type Edit } from '../text.ts';
import { HARMLESS_SIGNAL, startedWords } from './handshake.ts';
import { isBuiltin, plainArgv } from './plain.ts';
import { everyNode, isPlumbing, serves, uses } from './plumbing.ts';
import { removeStatements } from './remove.ts';
import {
  baseName,
  type Command,
  expand,
  parseScript,
  type ShellScript,
  type Statement,
  type SyntaxNode,
} from './script.ts';

/** A wrapper script reduced to what starts the sidecar's own program, or why it cannot be, as half a sentence. */
export type Unwrapped = { readonly edits: readonly Edit[] } | { readonly refused: string };

/** Commands of a watcher: they wait, look, and end the child or the shell. */
const WATCHING = /^(?:wait|kill|exit|rm|touch|mkdir|trap|inotifywait|set|disown|jobs)$/;

/** What is known around a script. */
export interface Surroundings {
  /** The files that it waits for: others are none of a watcher's business. */
  readonly signs: readonly string[];
  /** Variables that its program sees. */
  readonly exported: ReadonlySet<string>;
}

/**
 * Takes the watcher out of a script that starts a program in the background, waits for a sign that the work is done, and
 * ends it: what comes before stays, the program becomes the last command (`exec program …`), everything after it goes.
 * A script that starts its program in the foreground loses the watchers that it started before.
 */
export function unwrap(script: ShellScript, { signs, exported }: Surroundings): Unwrapped {
  if (script.isBroken) return { refused: 'it is no complete shell' };
  const { statements, text } = script;
  const isWatcher = watcherOf(script, signs);
  const isWatching = serves(isWatcher);
  const programs = statements.filter((each) => isProgram(each, isWatcher) && !isWatching(each));
  const background = programs.filter((each) => each.background);
  if (background.length > 1) return { refused: 'it starts several programs' };
  const last = programs.at(-1);
  const started = background[0] ?? (last && !last.background && !isSetup(last) ? last : undefined);
  if (!started) return { refused: 'it starts no program that would be left' };
  if (!isProgramOfItsOwn(script, started)) return { refused: 'it starts its program by a function of the shell' };
  if (holdsHereDocument(started)) return { refused: 'a here-document feeds its program' };
  const at = statements.indexOf(started);
  const after = statements.slice(at + 1);
  if (!after.every(isWatching)) return { refused: 'it does other work after it has started the program' };

  const gone = new Set<Statement>(after);
  for (const statement of statements.slice(0, at)) if (isWatching(statement) && watches(statement)) gone.add(statement);
  for (const statement of statements.slice(0, at).reverse()) {
    if (isHelp(statement, statements, gone, { text, exported })) gone.add(statement);
  }
  const keepsTrap = statements
    .slice(0, at)
    .some((each) => !gone.has(each) && each.command.type === 'Command' && each.command.name?.value === 'trap');
  if (keepsTrap) return { refused: 'its trap would be lost with the shell' };
  // Options of the shell go with it, where the program needs none.
  const options = statements
    .slice(0, at)
    .filter((each) => !gone.has(each) && each.command.type === 'Command' && each.command.name?.value === 'set');
  const without = editsFor(script, started, new Set([...gone, ...options]));
  const isPlain = plainArgv(parseScript({ ...script.source, value: applyEdits(text, without) })) !== undefined;
  const trimmed = isPlain ? without : editsFor(script, started, gone);
  if (parseScript({ ...script.source, value: applyEdits(text, trimmed) }).isBroken) {
    return { refused: 'it would not be complete without the watcher' };
  }
  return { edits: trimmed };
}

function editsFor(script: ShellScript, started: Statement, gone: ReadonlySet<Statement>): Edit[] {
  const { statements, text } = script;
  const isBefore = (each: Statement) => gone.has(each) && each.pos < started.pos;
  const edits = [...removeStatements(text, statements, isBefore), ...startEdits(started)];
  const end = text.trimEnd().length;
  if (started.end < end) edits.push({ span: { start: started.end, end }, text: '' });
  edits.sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  return trimEdits(
    text,
    edits,
    statements.find((each) => !gone.has(each)),
  );
}

/** Whether a script does work of its own after it has started a program in the background. */
export function worksAfter(script: ShellScript, program: SyntaxNode): boolean {
  const { statements } = script;
  const at = statements.findIndex(({ command }) => command === program);
  const isWatching = serves(watcherOf(script, undefined));
  return at >= 0 && statements.slice(at + 1).some((each) => !each.background && !isWatching(each) && isWork(each));
}

/** Loops and conditions that ask the program something are part of watching it. */
function isWork({ command }: Statement): boolean {
  return command.type === 'Command' || command.type === 'AndOr' || command.type === 'Pipeline';
}

/** Tells a script's watchers. `signs` are the files that it waits for; undefined: any file may be one. */
function watcherOf(script: ShellScript, signs: readonly string[] | undefined): (node: SyntaxNode) => boolean {
  const folders = signs?.map((file) => file.slice(0, file.lastIndexOf('/') + 1) || file);
  const byNode = new Map(script.commands.map((command) => [command.node as SyntaxNode, command]));
  const isSign = (word: string) =>
    word.startsWith('-') || folders === undefined || folders.some((each) => word.startsWith(each));
  const isWatcher = (node: SyntaxNode): boolean => {
    if (node.type !== 'Command' || !node.name || !writesNothing(node)) return false;
    const name = baseName(node.name.value);
    const command = byNode.get(node);
    const words = (command?.words.slice(1) ?? []).flatMap((word) => expand(word, command?.values ?? new Map()));
    if (!WATCHING.test(name)) return false;
    if (name === 'kill')
      return !words.some((word) => HARMLESS_SIGNAL.test(word)) || words.some((word) => /^-(?:s )?0$/.test(word));
    if (/^(?:rm|touch|mkdir|inotifywait)$/.test(name)) return words.every((word) => !/^\//.test(word) || isSign(word));
    return name !== 'trap' || isWatchingTrap(script, node, serves(isWatcher));
  };
  return isWatcher;
}

/** Whether what a trap runs only watches. */
function isWatchingTrap(
  { handlers, statements }: ShellScript,
  node: Command,
  isWatching: (node: SyntaxNode) => boolean,
): boolean {
  const parsed = handlers.get(node);
  if (parsed) return parsed.script.commands.every(isWatching);
  const [word] = node.args;
  const text = word?.type === 'Word' ? word.value.trim() : '';
  if (text === '' || text === '-' || /^(?:exit|wait|true|:)$/.test(text)) return true;
  return statements.some(
    ({ command }) => command.type === 'Function' && command.name.value === text && isWatching(command.body),
  );
}

/** Whether a statement starts a program, and no function or word of the shell. */
function isProgramOfItsOwn({ statements }: ShellScript, { command }: Statement): boolean {
  const words =
    command.type === 'Command'
      ? [command.name?.value ?? '', ...command.args.map((each) => (each.type === 'Word' ? each.value : ''))]
      : [];
  const name = startedWords(words)[0] ?? '';
  if (isBuiltin(name)) return false;
  return !statements.some((each) => each.command.type === 'Function' && each.command.name.value === name);
}

function holdsHereDocument(statement: Statement): boolean {
  let found = false;
  everyNode([statement], ({ type }) => {
    found ||= type === 'HereDoc';
  });
  return found;
}

/** Whether a watcher writes nothing but its own files: no output goes into a file by a redirection. */
function writesNothing(command: Command): boolean {
  return command.redirects.every((each) => each.type === 'Redirect');
}

/** A simple command that is neither plumbing nor watching: it may be the program that the script is for. */
function isProgram({ command }: Statement, isWatcher: (node: SyntaxNode) => boolean): boolean {
  return (
    command.type === 'Command' && command.name !== undefined && !isPlumbing(command, isWatcher) && !isWatcher(command)
  );
}

/** Programs that prepare and end: never what a container is for. */
function isSetup({ command }: Statement): boolean {
  const name = command.type === 'Command' ? baseName(command.name?.value ?? '') : '';
  return /^(?:mkdir|cp|mv|chmod|chown|envsubst|export|source|\.|ln|cd|umask|ulimit|unset|install)$/.test(name);
}

/** Whether a statement before the program waits for the end of the work: a helper in the background, or a trap. */
function watches({ background, command }: Statement): boolean {
  if (background) return true;
  return command.type === 'Command' && command.name?.value === 'trap';
}

/** A variable or function that only what goes used. */
function isHelp(
  statement: Statement,
  all: readonly Statement[],
  gone: ReadonlySet<Statement>,
  { text, exported }: { readonly text: string; readonly exported: ReadonlySet<string> },
): boolean {
  if (gone.has(statement)) return false;
  const { command } = statement;
  const names =
    command.type === 'Function'
      ? [command.name.value]
      : command.type === 'Command' && !command.name
        ? command.prefix.map((part) => (part.type === 'Assignment' ? part.name : ''))
        : [];
  const slices = (wanted: boolean) =>
    all
      .filter((each) => each !== statement && gone.has(each) === wanted)
      .map(({ pos, end }) => text.slice(pos, end))
      .join('\n');
  if (/(?:^|\n|;)[ \t]*set[ \t]+-\w*a|allexport/.test(text) || names.some((name) => exported.has(name))) return false;
  return names.length > 0 && names.every((name) => uses(slices(true), name) && !uses(slices(false), name));
}

/** `program … &` becomes `exec program …`; a timer before it goes. */
function startEdits({ command: node, end }: Statement): Edit[] {
  const command = node as Command;
  const name = command.name as NonNullable<Command['name']>;
  const edits: Edit[] = [];
  const words = [name, ...command.args];
  const values = words.map((word) => (word.type === 'Word' ? word.value : word.text));
  const started = startedWords(values);
  const program = words[values.length - started.length] ?? name;
  const isTimed = values.slice(0, values.length - started.length).some((word) => baseName(word) === 'timeout');
  const isExec = name.value === 'exec';
  if (isTimed) edits.push({ span: { start: name.pos, end: program.pos }, text: 'exec ' });
  else if (!isExec) edits.push({ span: { start: name.pos, end: name.pos }, text: 'exec ' });
  if (node.end < end) edits.push({ span: { start: node.end, end: Math.max(end, node.end) }, text: '' });
  return edits;
}

/** A script begins with its first command or the remark above it, not with blank lines; what stays at its end goes. */
function trimEdits(text: string, edits: readonly Edit[], first: Statement | undefined): Edit[] {
  if (!first) return [...edits];
  const result = applyEdits(text, edits);
  const lead = /^(?:[ \t]*\n)+/.exec(result)?.[0].length ?? 0;
  if (lead === 0) return [...edits];
  // Blank lines at the start are there only when what stood before them is gone.
  const start = edits.find(({ span }) => span.start === 0);
  if (!start) return [{ span: { start: 0, end: lead }, text: '' }, ...edits];
  return edits.map((edit) =>
    edit === start ? { span: { start: 0, end: edit.span.end + lead }, text: edit.text } : edit,
  );
}
