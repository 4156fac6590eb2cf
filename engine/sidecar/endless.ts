import { commandNeverReturns, neverReturns } from '../shell/handshake.ts';
import { baseName, type ShellScript, type SyntaxNode } from '../shell/script.ts';
import type { Clues } from './clues.ts';

/** Whether a program never returns whatever happens: not only in a branch of its script. */
export function always({ script, argv }: Clues): boolean {
  if (!script) return commandNeverReturns(argv.map(({ value }) => value)) !== undefined;
  const nodes = surelyRun(script);
  const commands = script.commands.filter(({ node }) => nodes.has(node));
  const loops = script.loops.filter(({ node }) => nodes.has(node));
  return !script.isBroken && neverReturns({ ...script, commands, loops }) !== undefined;
}

/** What a script runs when nothing fails. */
export function surelyRun({ statements }: ShellScript): ReadonlySet<SyntaxNode> {
  return new Set(statements.flatMap((each) => (each.background ? [] : sureNodes(each.command))));
}

/** What runs of a statement when nothing fails. */
function sureNodes(node: SyntaxNode): SyntaxNode[] {
  if (node.type === 'Pipeline') return node.commands.flatMap(sureNodes);
  if (node.type !== 'AndOr') return [node];
  return node.operators.every((operator) => operator === '&&') ? node.commands.flatMap(sureNodes) : [];
}

/** Whether whoever reads an endless output stops at what it looks for: `tail -f log | grep -m1 ready`. */
export function isCutShort({ text }: ShellScript): boolean {
  return /\|\s*(?:grep\s+(?:-\w*[mq]|--max-count|--quiet)|head\b|sed\s[^|\n]*q\b|awk\s[^|\n]*\bexit\b)/.test(text);
}

/** Whether a timer ends the program. */
export function isTimed({ container, script }: Clues): boolean {
  const words = [...(container.command ?? []), ...(container.args ?? [])].map(({ value }) => value);
  const started = script?.commands.map(({ words: [program = ''] }) => program) ?? [];
  return [...words, ...started].some((word) => baseName(word) === 'timeout');
}
