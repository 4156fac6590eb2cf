import type { Span } from '../text.ts';
import {
  type CommandNode,
  forEachChild,
  type PipelineNode,
  parse,
  type Script,
  type Statement,
  type SyntaxNode,
} from './script.ts';

/** A word of a command: what the shell makes of it, and where it stands, quotes included. */
export interface PlacedWord {
  /** What is only known at run time stays as written (`$NAME`). */
  readonly value: string;
  readonly span: Span;
}

/** A simple command with its place. A mere assignment has no words. */
export interface PlacedCommand {
  readonly words: readonly PlacedWord[];
  readonly span: Span;
}

/** One part of a script's top level: what stands between `&&`, `||`, `;` and line ends. */
export interface Link {
  readonly span: Span;
  /** What joins it to the link before it; a line end is a `;`. */
  readonly joint: '&&' | '||' | ';';
  /** The command, when the link is nothing but one. */
  readonly command: PlacedCommand | undefined;
}

/** A script as a chain of links. */
export interface Chain {
  readonly links: readonly Link[];
  /** Every simple command, at any depth, in the order of the text. */
  readonly commands: readonly PlacedCommand[];
}

/** Reads a script as a chain. Spans are shifted by `offset`: where the script starts in its file. Never throws. */
export function readChain(script: string, offset: number): Chain {
  const links: Link[] = [];
  const commands: PlacedCommand[] = [];
  for (const statement of read(script)?.commands ?? []) {
    for (const { node, joint } of parts(statement)) {
      const from = commands.length;
      collect(node, offset, commands, 0);
      const alone = node.type === 'Command' && !statement.background;
      const span = { start: node.pos + offset, end: node.end + offset };
      links.push({ span, joint, command: alone ? commands[from] : undefined });
    }
  }
  return { links, commands };
}

function read(script: string): Script | undefined {
  try {
    return parse(script);
  } catch {
    return undefined;
  }
}

function parts({ command }: Statement): { node: CommandNode | PipelineNode; joint: Link['joint'] }[] {
  if (command.type !== 'AndOr') return [{ node: command, joint: ';' }];
  return command.commands.map((node, i) => ({ node, joint: command.operators[i - 1] ?? ';' }));
}

/** Deeper than anybody nests; the stack ends somewhere. */
const MAX_DEPTH = 200;

function collect(node: SyntaxNode, offset: number, commands: PlacedCommand[], depth: number): void {
  if (depth > MAX_DEPTH) return;
  if (node.type === 'Command') {
    const words = [...(node.name ? [node.name] : []), ...node.args].map((word) => ({
      value: word.type === 'Word' ? word.value : word.text,
      span: { start: word.pos + offset, end: word.end + offset },
    }));
    commands.push({ words, span: { start: node.pos + offset, end: node.end + offset } });
  }
  forEachChild(node, (child) => collect(child, offset, commands, depth + 1));
}
