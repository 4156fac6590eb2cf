import { isPlumbing, serves } from './plumbing.ts';
import type { ShellCall, Statement, SyntaxNode } from './script.ts';
import { forEachChild } from './script.ts';

/**
 * Why a command of a script is skipped when the work before it fails, as half a sentence; undefined when it is reached
 * in any case, as far as can be told. `acts` are the commands of its kind: one of them on the other way is enough.
 */
export function leaks(script: ShellCall, act: SyntaxNode, acts: ReadonlySet<SyntaxNode>): string | undefined {
  const inHandler = [...script.handlers.values()].some(({ script: handler }) =>
    handler.commands.some((each) => holds(each, acts)),
  );
  if (inHandler || trapsFunction(script, acts)) return undefined;
  const path = pathTo(script.statements, act);
  const [top] = path;
  if (!top) return undefined;
  return onTheWay(path, acts) ?? before(script, top as Statement, acts);
}

const isWork = (node: SyntaxNode, acts: ReadonlySet<SyntaxNode>): boolean => !serves((each) => acts.has(each))(node);

function holds(node: SyntaxNode, acts: ReadonlySet<SyntaxNode>): boolean {
  if (acts.has(node)) return true;
  let found = false;
  forEachChild(node, (child) => {
    found ||= holds(child, acts);
  });
  return found;
}

/** `trap cleanup EXIT` where the function holds one of the acts. */
function trapsFunction({ statements }: ShellCall, acts: ReadonlySet<SyntaxNode>): boolean {
  const names = statements.flatMap(({ command }) =>
    command.type === 'Function' && holds(command, acts) ? [command.name.value] : [],
  );
  return statements.some(({ command }) => {
    if (command.type !== 'Command' || command.name?.value !== 'trap') return false;
    const [handler] = command.args;
    return handler?.type === 'Word' && names.includes(handler.value.trim());
  });
}

/** The nodes from a top-level statement down to a node. */
function pathTo(nodes: readonly SyntaxNode[], wanted: SyntaxNode): SyntaxNode[] {
  for (const node of nodes) {
    if (node === wanted) return [node];
    const children: SyntaxNode[] = [];
    forEachChild(node, (child) => {
      children.push(child);
    });
    const rest = pathTo(children, wanted);
    if (rest.length > 0) return [node, ...rest];
  }
  return [];
}

function onTheWay(path: readonly SyntaxNode[], acts: ReadonlySet<SyntaxNode>): string | undefined {
  for (const [index, node] of path.entries()) {
    const next = path[index + 1];
    if (node.type === 'AndOr' && next) {
      const at = node.commands.indexOf(next as never);
      const work = node.commands.slice(0, at).find((each) => isWork(each, acts));
      const isAnd = node.operators[at - 1] === '&&' && !node.operators.slice(0, at).includes('||');
      const isElse = node.commands
        .slice(at + 1)
        .some((each, k) => node.operators[at + k] === '||' && holds(each, acts));
      if (work && isAnd && !isElse) return "it runs only when the work before '&&' has succeeded";
    }
    if (node.type === 'If' && next) {
      const negated = node.clause.commands.some(({ command }) => isNegated(command));
      const branches = [node.then, ...node.elif.map(({ then }) => then), ...(node.else ? [node.else] : [])];
      const isSafe = branches.some((each) => each !== next && holds(each, acts));
      const onSuccess = negated ? next === node.else : next === node.then;
      if (onSuccess && isWork(node.clause, acts) && !isSafe)
        return "it runs only when the 'if' around it has succeeded";
    }
    if (node.type === 'Function') return undefined;
  }
  return undefined;
}

/** What in front of a top-level statement may end the script. */
function before(script: ShellCall, statement: Statement, acts: ReadonlySet<SyntaxNode>): string | undefined {
  let errexit = script.flags.some((flag) => /^-\w*e/.test(flag));
  for (const each of script.statements) {
    if (each === statement) return undefined;
    const { command } = each;
    if (command.type === 'Command' && command.name?.value === 'set') {
      const words = command.args.map((arg) => (arg.type === 'Word' ? arg.value : ''));
      if (words.some((word) => /^-\w*e/.test(word)) || /-o errexit/.test(words.join(' '))) errexit = true;
      if (words.some((word) => /^\+\w*e/.test(word))) errexit = false;
      continue;
    }
    const stops = /^(?:Command|Pipeline|Subshell|BraceGroup|Redirected)$/.test(command.type);
    if (errexit && stops && !each.background && !isNegated(command) && isWorkOrPlain(command, acts)) {
      return "'set -e' ends the script before it when the work fails";
    }
    if (command.type === 'If' && leavesEarly(command, acts)) return 'the script exits before it when the work fails';
    if (command.type === 'AndOr' && leavesEarly(command, acts)) return 'the script exits before it when the work fails';
  }
  return undefined;
}

function isNegated(node: SyntaxNode): boolean {
  return node.type === 'Pipeline' && node.prefixes.some(({ type }) => type === 'Negation');
}

function isWorkOrPlain(node: SyntaxNode, acts: ReadonlySet<SyntaxNode>): boolean {
  if (node.type === 'Command' && (!node.name || isPlumbing(node, (each) => acts.has(each)))) return false;
  return isWork(node, acts) && !holds(node, acts) && !/^(?:trap|export|cd|mkdir|\.|source)$/.test(nameOf(node));
}

function nameOf(node: SyntaxNode): string {
  return node.type === 'Command' ? (node.name?.value ?? '') : '';
}

/** Whether a branch ends the script with a status other than 0, and no act is in it. */
function leavesEarly(node: SyntaxNode, acts: ReadonlySet<SyntaxNode>): boolean {
  if (holds(node, acts)) return false;
  let found = false;
  const visit = (each: SyntaxNode) => {
    if (each.type === 'Function' || each.type === 'Subshell') return;
    if (each.type === 'Command' && each.name?.value === 'exit') {
      const [status] = each.args;
      if (status?.type !== 'Word' || status.value !== '0') found = true;
    }
    forEachChild(each, visit);
  };
  visit(node);
  return found && isWork(node, acts);
}
