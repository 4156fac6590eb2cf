import { type Assignment, type Command, forEachChild, parse, type SyntaxNode, type Word } from 'unbash';
import type { Container } from '../kube/pod.ts';
import type { Text } from '../yaml/read.ts';

/** One simple command of a script. */
export interface ShellCommand {
  /** The program and its arguments; what is only known at run time stays as written (`$NAME`). */
  readonly words: readonly string[];
  /** The command as written. */
  readonly text: string;
  /** Whether the script goes on without waiting for it (`&`). */
  readonly background: boolean;
  /** Targets of `>` and `>>`. */
  readonly writes: readonly string[];
  /** What the names of the `for` loops around it and variables assigned once stand for. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** A `while` or `until` loop. */
export interface ShellLoop {
  readonly kind: 'while' | 'until';
  /** The condition as written. */
  readonly condition: string;
  readonly commands: readonly ShellCommand[];
  /** Whether the body can leave the loop: `break`, `exit`, `return`. */
  readonly leaves: boolean;
  readonly background: boolean;
  /** The commands of the script that come after the loop, at any depth. */
  readonly after: readonly ShellCommand[];
}

/** What a container's shell runs. */
export interface ShellScript {
  readonly text: string;
  /** The scalar that holds the script. */
  readonly source: Text;
  readonly commands: readonly ShellCommand[];
  readonly loops: readonly ShellLoop[];
  /** The last command that the script waits for, when it stands at the script's top level. */
  readonly last: ShellCommand | undefined;
}

/** Longer scripts are not read: nobody keeps one in a manifest, and reading must stay quick. */
const MAX_SCRIPT_LENGTH = 200_000;

const SHELLS = /^(?:.*\/)?(?:ba|da|a|k|z)?sh$/;

/** The program and arguments of a container, wrappers such as `tini --`, `exec`, `env` and `timeout 5` taken off. */
export function argvOf(container: Container): readonly Text[] {
  let argv: readonly Text[] = [...(container.command ?? []), ...(container.args ?? [])];
  for (;;) {
    const name = baseName(argv[0]?.value ?? '');
    const rest = argv.slice(1);
    if (/^(?:tini|dumb-init|catatonit|nohup|exec|env|nice|su-exec|gosu)$/.test(name)) argv = skipOptions(rest);
    else if (name === 'timeout') argv = skipTimeout(rest);
    else return argv;
  }
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

/** The script that a container's shell runs (`sh -c …`); undefined when it runs something else. Never throws. */
export function readScript(container: Container): ShellScript | undefined {
  const [shell, ...rest] = argvOf(container);
  if (!shell || !SHELLS.test(shell.value)) return undefined;
  const flag = rest.findIndex(({ value }) => /^-[a-z]*c$/.test(value));
  if (flag < 0 || rest.slice(0, flag).some(({ value }) => !/^[-+]|^pipefail$|^(?:err|no)\w+$/.test(value)))
    return undefined;
  const source = rest[flag + 1];
  return source && parseScript(source);
}

/** Reads a shell script. What does not parse gives what was understood. */
export function parseScript(source: Text): ShellScript {
  const text = source.value;
  const walker = new Walker(text);
  if (text.length <= MAX_SCRIPT_LENGTH) {
    try {
      walker.visit(parse(text), false, new Map());
    } catch {
      // Broken input: no finding rather than a wrong one.
    }
  }
  const loops = walker.loops.map(({ index, ...loop }) => ({ ...loop, after: walker.commands.slice(index) }));
  return { text, source, commands: walker.commands, loops, last: walker.last };
}

class Walker {
  readonly commands: ShellCommand[] = [];
  readonly loops: (Omit<ShellLoop, 'after'> & { index: number })[] = [];
  last: ShellCommand | undefined;
  readonly #text: string;
  readonly #assigned = new Map<string, readonly string[]>();

  constructor(text: string) {
    this.#text = text;
  }

  visit(node: SyntaxNode, background: boolean, values: ReadonlyMap<string, readonly string[]>, depth = 0): void {
    if (depth > 200) return;
    if (node.type === 'Statement') {
      const inBackground = background || (node as { background?: boolean }).background === true;
      forEachChild(node, (child) => this.visit(child, inBackground, values, depth + 1));
      return;
    }
    if (node.type === 'Command') {
      this.#command(node, background, values);
    } else if (node.type === 'While') {
      const from = this.commands.length;
      forEachChild(node, (child) => this.visit(child, background, values, depth + 1));
      const commands = this.commands.slice(from);
      this.loops.push({
        kind: node.kind,
        condition: this.#text.slice(node.clause.pos, node.clause.end),
        commands,
        leaves: commands.some(({ words }) => /^(?:break|exit|return)$/.test(words[0] ?? '')),
        background,
        index: this.commands.length,
      });
      if (!background) this.last = undefined;
      return;
    } else if (node.type === 'For') {
      const items = (node.wordlist ?? []).flatMap((word) => literal(word).split(/\s+/));
      const inner = new Map(values).set(node.name.value, items);
      forEachChild(node, (child) => this.visit(child, background, inner, depth + 1));
      return;
    }
    forEachChild(node, (child) => this.visit(child, background, values, depth + 1));
  }

  #command(node: Command, background: boolean, values: ReadonlyMap<string, readonly string[]>): void {
    for (const part of node.prefix) if (part.type === 'Assignment') this.#assign(part);
    if (!node.name) return;
    const args = node.args.map((arg) => (arg.type === 'Word' ? literal(arg) : arg.text));
    const command: ShellCommand = {
      words: [literal(node.name), ...args],
      text: this.#text.slice(node.pos, node.end),
      background,
      writes: node.redirects.flatMap((each) =>
        each.type === 'Redirect' && /^(?:>|>>|>\||&>)$/.test(each.operator) && each.target ? literal(each.target) : [],
      ),
      values: new Map([...this.#assigned, ...values]),
    };
    this.commands.push(command);
    if (!background) this.last = command;
  }

  #assign(part: Assignment): void {
    if (part.value.type !== 'Word') return;
    // Assigned twice, it stands for either.
    this.#assigned.set(part.name, [...(this.#assigned.get(part.name) ?? []), literal(part.value)]);
  }
}

function literal(word: Word): string {
  return word.value;
}

/** A word with the variables that are known put in: every text that it may stand for. */
export function expand(word: string, values: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const match = /\$\{?(\w+)\}?/.exec(word);
  const known = match?.[1] === undefined ? undefined : values.get(match[1]);
  if (!match || !known) return [word];
  return known.map((value) => word.replace(match[0], () => value));
}
