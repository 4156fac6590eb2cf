import {
  type Assignment,
  type Command,
  forEachChild,
  type ParsedScript,
  type Pipeline,
  parse,
  type Statement,
  type SyntaxNode,
  type Word,
} from 'unbash';
import type { Container } from '../kube/pod.ts';
import type { Span } from '../text.ts';
import type { Text } from '../yaml/read.ts';

export type {
  AndOr,
  Command,
  CommandNode,
  CompoundList,
  If,
  PipelineNode,
  Script,
  Statement,
  SyntaxNode,
  Word,
} from 'unbash';
export { forEachChild, parse };

/** One simple command of a script. */
export interface ShellCommand {
  readonly node: Command;
  /** Where it stands in the script's text; for a command in a `trap` handler that is no plain text, the handler. */
  readonly span: Span;
  /** The program and its arguments; what is only known at run time stays as written (`$NAME`). */
  readonly words: readonly string[];
  /** The command as written. */
  readonly text: string;
  /** The pipeline that it is part of as written; the command itself when it is in none. */
  readonly pipeline: string;
  /** Whether the script goes on without waiting for it (`&`). */
  readonly background: boolean;
  /** Targets of `>` and `>>`. */
  readonly writes: readonly string[];
  /** What the names of the `for` loops around it and variables assigned once stand for. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** A `while` or `until` loop. */
export interface ShellLoop {
  readonly node: SyntaxNode;
  readonly kind: 'while' | 'until';
  /** Where it stands in the script's text. */
  readonly span: Span;
  /** The condition as written. */
  readonly condition: string;
  readonly commands: readonly ShellCommand[];
  /** Whether the body can leave the loop: `break`, `exit`, `return`. */
  readonly leaves: boolean;
  readonly background: boolean;
  /** The commands of the script that come after the loop, at any depth. */
  readonly after: readonly ShellCommand[];
}

/** What a `trap` runs: its text is shell too. */
export interface Handler {
  readonly script: ParsedScript;
  readonly text: string;
  /** Where the handler's text starts in the script; undefined when quoting makes it another text than is written. */
  readonly offset: number | undefined;
  readonly commands: readonly ShellCommand[];
}

/** What a container's shell runs. */
export interface ShellScript {
  readonly text: string;
  /** The scalar that holds the script. */
  readonly source: Text;
  /** Statements at the script's top level. */
  readonly statements: readonly Statement[];
  /** Whether the text is no complete shell; what was understood is there all the same. */
  readonly isBroken: boolean;
  readonly commands: readonly ShellCommand[];
  readonly loops: readonly ShellLoop[];
  /** Handlers by their `trap` command. */
  readonly handlers: ReadonlyMap<Command, Handler>;
  /** The last command that the script waits for, when it stands at the script's top level. */
  readonly last: ShellCommand | undefined;
}

/** A script, and the shell that a container runs it with. */
export interface ShellCall extends ShellScript {
  /** Flags of the shell before the script, such as `-ec`. */
  readonly flags: readonly string[];
  /** What follows the script: `$0`, `$1` … */
  readonly positional: readonly Text[];
}

/** Longer scripts are not read: nobody keeps one in a manifest, and reading must stay quick. */
const MAX_SCRIPT_LENGTH = 50_000;

const SHELLS = /^(?:.*\/)?(?:ba|da|a|k)?sh$/;

/** The program and arguments of a container, wrappers such as `tini --`, `exec`, `env` and `timeout 5` taken off. */
export function argvOf(container: Container): readonly Text[] {
  return unwrapArgv([...(container.command ?? []), ...(container.args ?? [])]);
}

/** An argv without the programs that only start another one. */
export function unwrapArgv(argv: readonly Text[]): readonly Text[] {
  for (;;) {
    const name = baseName(argv[0]?.value ?? '');
    const rest = argv.slice(1);
    if (/^(?:tini|dumb-init|catatonit|nohup|exec|env|nice|su-exec|gosu)$/.test(name)) argv = skipOptions(rest);
    else if (name === 'timeout') argv = skipTimeout(rest);
    else return behindOthers(argv);
  }
}

/** Programs that run a shell somewhere else, or as somebody else's business. */
const ELSEWHERE = /^(?:kubectl|oc|docker|podman|nerdctl|crictl|ssh|nsenter|chroot|su|xargs|find|watch|parallel)$/;

/** A shell with its script behind a program that only prepares for it: `vault-env -- sh -c …`. */
function behindOthers(argv: readonly Text[]): readonly Text[] {
  if (ELSEWHERE.test(baseName(argv[0]?.value ?? ''))) return argv;
  const at = argv.findIndex(
    ({ value }, index) => SHELLS.test(value) && /^-[a-z]*c$/.test(argv[index + 1]?.value ?? ''),
  );
  return at > 0 ? argv.slice(at) : argv;
}

function skipOptions(argv: readonly Text[]): readonly Text[] {
  const first = argv.findIndex(({ value }) => !value.startsWith('-') && !/^\w+=/.test(value));
  return first < 0 ? [] : argv.slice(first);
}

/** `timeout` takes a signal and a second time as values of its options. */
function skipTimeout(argv: readonly Text[]): readonly Text[] {
  let at = 0;
  while (argv[at]?.value.startsWith('-'))
    at += /^-(?:s|k)$|^--(?:signal|kill-after)$/.test(argv[at]?.value ?? '') ? 2 : 1;
  return argv.slice(at + 1);
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The script that an argv has a shell run (`sh -c …`); undefined when it runs something else. Never throws. */
export function readScript(argv: readonly Text[]): ShellCall | undefined {
  const [shell, ...rest] = unwrapArgv(argv);
  if (!shell || !SHELLS.test(shell.value)) return undefined;
  const flag = rest.findIndex(({ value }) => /^-[a-z]*c$/.test(value));
  const flags = rest.slice(0, flag + 1).map(({ value }) => value);
  if (flag < 0 || flags.some((value) => !/^[-+]|^pipefail$|^(?:err|no)\w+$/.test(value))) return undefined;
  // `--` ends the options.
  const at = rest[flag + 1]?.value === '--' ? flag + 2 : flag + 1;
  const source = rest[at];
  return source && { ...parseScript(source), flags, positional: rest.slice(at + 1) };
}

/** Reads a shell script; `args` are `$1`, `$2` …. What does not parse gives what was understood. */
export function parseScript(source: Text, args: readonly string[] = []): ShellScript {
  const text = source.value;
  let script: ParsedScript | undefined;
  const known = new Map(args.map((arg, index) => [String(index + 1), [arg]]));
  const walker = new Walker(text, 0, undefined, known);
  if (text.length <= MAX_SCRIPT_LENGTH) {
    try {
      script = parse(text);
      walker.visit(script, { background: false, values: new Map(), depth: 0 });
    } catch {
      // Broken input: no finding rather than a wrong one.
      script = undefined;
    }
  }
  const loops = walker.loops.map(({ index, ...loop }) => ({ ...loop, after: walker.commands.slice(index) }));
  return {
    text,
    source,
    statements: script?.commands ?? [],
    isBroken: !script || (script.errors?.length ?? 0) > 0,
    commands: walker.commands,
    loops,
    handlers: walker.handlers,
    last: walker.last,
  };
}

interface Scope {
  readonly background: boolean;
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly depth: number;
  readonly pipeline?: Pipeline;
  /** Inside `$( )`: part of a command, and none of the script's own. */
  readonly isNested?: boolean;
}

class Walker {
  readonly commands: ShellCommand[] = [];
  readonly loops: (Omit<ShellLoop, 'after'> & { index: number })[] = [];
  readonly handlers = new Map<Command, Handler>();
  last: ShellCommand | undefined;
  readonly #text: string;
  /** Where `#text` starts in the script; undefined when its places are not those of the script. */
  readonly #offset: number | undefined;
  readonly #place: Span | undefined;
  readonly #assigned: Map<string, readonly string[]>;
  #snapshot: ReadonlyMap<string, readonly string[]> | undefined;

  constructor(text: string, offset: number | undefined, place?: Span, assigned = new Map<string, readonly string[]>()) {
    this.#text = text;
    this.#offset = offset;
    this.#place = place;
    this.#assigned = assigned;
  }

  visit(node: SyntaxNode, scope: Scope): void {
    if (scope.depth > 200) return;
    const inside = { ...scope, depth: scope.depth + 1 };
    const children = (each: Scope) => forEachChild(node, (child) => this.visit(child, each));
    if (node.type === 'Statement') {
      children({ ...inside, background: scope.background || node.background === true });
    } else if (node.type === 'CommandExpansion' || node.type === 'ProcessSubstitution') {
      children({ ...inside, isNested: true });
    } else if (node.type === 'Pipeline') {
      children({ ...inside, pipeline: node });
    } else if (node.type === 'Command') {
      this.#command(node, scope);
      children(inside);
    } else if (node.type === 'While') {
      const from = this.commands.length;
      children(inside);
      const commands = this.commands.slice(from);
      this.loops.push({
        node,
        kind: node.kind,
        span: this.#span(node),
        condition: this.#text.slice(node.clause.pos, node.clause.end),
        commands,
        leaves: commands.some(({ words }) => /^(?:break|exit|return)$/.test(words[0] ?? '')),
        background: scope.background,
        index: this.commands.length,
      });
      if (!scope.background && !scope.isNested) this.last = undefined;
    } else if (node.type === 'For') {
      const items = (node.wordlist ?? []).flatMap((word) => expand(word.value, this.#assigned)).flatMap(fields);
      children({ ...inside, values: new Map(scope.values).set(node.name.value, items) });
    } else {
      children(inside);
    }
  }

  #command(node: Command, { background, values, pipeline, isNested }: Scope): void {
    for (const part of node.prefix) if (part.type === 'Assignment') this.#assign(part);
    if (!node.name) return;
    const args = node.args.map((arg) => (arg.type === 'Word' ? arg.value : arg.text));
    const command: ShellCommand = {
      node,
      span: this.#span(node),
      words: [node.name.value, ...args],
      text: this.#text.slice(node.pos, node.end),
      pipeline: pipeline ? this.#text.slice(pipeline.pos, pipeline.end) : this.#text.slice(node.pos, node.end),
      background,
      writes: node.redirects.flatMap((each) =>
        each.type === 'Redirect' && /^(?:>|>>|>\||&>)$/.test(each.operator) && each.target ? each.target.value : [],
      ),
      values: this.#known(values),
    };
    this.commands.push(command);
    if (!background && !isNested) this.last = command;
    if (node.name.value === 'trap') this.#trap(node);
  }

  /** The variables as they are known here; shared between commands until one is assigned. */
  #known(values: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, readonly string[]> {
    if (values.size > 0) return new Map([...this.#assigned, ...values]);
    this.#snapshot ??= new Map(this.#assigned);
    return this.#snapshot;
  }

  #trap(node: Command): void {
    const [word] = node.args;
    if (word?.type !== 'Word' || !/\s/.test(word.value)) return;
    const raw = word.text.slice(1, -1);
    const isPlain =
      raw === word.value && (word.text.startsWith("'") || (word.text.startsWith('"') && !/[\\`]/.test(raw)));
    const offset = isPlain && this.#offset !== undefined ? this.#offset + word.pos + 1 : undefined;
    let script: ParsedScript;
    const walker = new Walker(word.value, offset, this.#span(word), this.#assigned);
    try {
      script = parse(word.value);
      walker.visit(script, { background: false, values: new Map(), depth: 100 });
    } catch {
      return;
    }
    this.handlers.set(node, { script, text: word.value, offset, commands: walker.commands });
  }

  #span({ pos, end }: SyntaxNode): Span {
    if (this.#offset === undefined) return this.#place ?? { start: 0, end: 0 };
    return { start: this.#offset + pos, end: this.#offset + end };
  }

  #assign(part: Assignment): void {
    if (part.value.type !== 'Word') return;
    this.#snapshot = undefined;
    // Assigned twice, it stands for either.
    const before = this.#assigned.get(part.name) ?? [];
    if (before.length < MAX_EXPANSIONS) this.#assigned.set(part.name, [...before, part.value.value]);
  }
}

function fields(text: string): string[] {
  return text.split(/\s+/).filter((each) => each !== '');
}

/** How many texts a word may stand for before the rest is left out. */
const MAX_EXPANSIONS = 32;

/** A word with the variables that are known put in: every text that it may stand for. */
export function expand(word: string, values: ReadonlyMap<string, readonly string[]>): readonly string[] {
  let texts: readonly string[] = [word];
  for (const [written, name = ''] of [...word.matchAll(/\$\{?(\w+)\}?/g)].slice(0, MAX_EXPANSIONS)) {
    const known = values.get(name);
    if (!known) continue;
    texts = texts.flatMap((text) => known.map((value) => text.replace(written, () => value))).slice(0, MAX_EXPANSIONS);
  }
  return texts;
}

/** The words of a word list or argument as they stand, when no variable, glob or substitution is in them. */
export function literal(word: Word): string | undefined {
  const isPlain = (part: { readonly type: string; readonly parts?: readonly unknown[] | undefined }): boolean =>
    /^(?:Literal|SingleQuoted)$/.test(part.type) ||
    (part.type === 'DoubleQuoted' && (part.parts as { type: string }[]).every(isPlain));
  if (word.parts?.some((part) => !isPlain(part))) return undefined;
  return word.text.startsWith('~') ? undefined : word.value;
}
