import { applyEdits, type Edit } from '../text.ts';
import { startedWords } from './handshake.ts';
import { plainArgv } from './plain.ts';
import { isPlumbing, serves, uses } from './plumbing.ts';
import { removeStatements } from './remove.ts';
import { baseName, type Command, parseScript, type ShellScript, type Statement, type SyntaxNode } from './script.ts';

/** A wrapper script reduced to what starts the sidecar's own program, or why it cannot be, as half a sentence. */
export type Unwrapped = { readonly edits: readonly Edit[] } | { readonly refused: string };

/** Commands of a watcher: they wait, look, and end the child or the shell. */
const WATCHING = /^(?:wait|kill|exit|rm|touch|mkdir|trap|inotifywait|set|return|disown|jobs)$/;

/**
 * Takes the watcher out of a script that starts a program in the background, waits for a sign that the work is done, and
 * ends it: what comes before stays, the program becomes the last command (`exec program …`), everything after it goes.
 * A script that starts its program in the foreground loses the watchers that it started before.
 */
export function unwrap(script: ShellScript): Unwrapped {
  if (script.isBroken) return { refused: 'its script is no complete shell' };
  const { statements, text } = script;
  const isWatching = serves(isWatcher);
  const programs = statements.filter((each) => isProgram(each) && !isWatching(each));
  const background = programs.filter((each) => each.background);
  if (background.length > 1) return { refused: 'its script starts several programs' };
  const last = programs.at(-1);
  const started = background[0] ?? (last && !last.background && !isSetup(last) ? last : undefined);
  if (!started) return { refused: 'its script starts no program that would be left' };
  const at = statements.indexOf(started);
  const after = statements.slice(at + 1);
  if (!after.every(isWatching)) return { refused: 'its script does other work after it has started the program' };

  const gone = new Set<Statement>(after);
  for (const statement of statements.slice(0, at)) if (isWatching(statement) && watches(statement)) gone.add(statement);
  for (const statement of statements.slice(0, at).reverse()) {
    if (isHelp(statement, statements, gone, text)) gone.add(statement);
  }
  // Options of the shell go with it, where the program needs none.
  const options = statements
    .slice(0, at)
    .filter((each) => !gone.has(each) && each.command.type === 'Command' && each.command.name?.value === 'set');
  const without = editsFor(script, started, new Set([...gone, ...options]));
  const isPlain = plainArgv(parseScript({ ...script.source, value: applyEdits(text, without) })) !== undefined;
  const trimmed = isPlain ? without : editsFor(script, started, gone);
  if (parseScript({ ...script.source, value: applyEdits(text, trimmed) }).isBroken) {
    return { refused: 'its script would not be complete without the watcher' };
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
export function worksAfter({ statements }: ShellScript, program: SyntaxNode): boolean {
  const at = statements.findIndex(({ command }) => command === program);
  const isWatching = serves(isWatcher);
  return at >= 0 && statements.slice(at + 1).some((each) => !each.background && !isWatching(each) && isWork(each));
}

/** Loops and conditions that ask the program something are part of watching it. */
function isWork({ command }: Statement): boolean {
  return command.type === 'Command' || command.type === 'AndOr' || command.type === 'Pipeline';
}

function isWatcher(node: SyntaxNode): boolean {
  return node.type === 'Command' && WATCHING.test(baseName(node.name?.value ?? '')) && writesNothing(node);
}

/** Whether a watcher writes nothing but its own files: no output goes into a file by a redirection. */
function writesNothing(command: Command): boolean {
  return command.redirects.every((each) => each.type === 'Redirect');
}

/** A simple command that is neither plumbing nor watching: it may be the program that the script is for. */
function isProgram({ command }: Statement): boolean {
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
function isHelp(statement: Statement, all: readonly Statement[], gone: ReadonlySet<Statement>, text: string): boolean {
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
