import { baseName, type Command, forEachChild, type Statement, type SyntaxNode } from './script.ts';

/** Commands that do no work of their own: they go with what they serve. */
const PLUMBING =
  /^(?:sleep|echo|printf|true|false|:|test|\[|date|ls|stat|break|continue|return|local|pgrep|pidof|ps|grep|egrep|awk|sed|tr|cut|head|tail|wc|tee|jq|cat|shift|exec|seq)$/;

/** Whether a command does no work of its own. `isAct` tells the commands that are taken out. */
export function isPlumbing(command: Command, isAct: (node: SyntaxNode) => boolean): boolean {
  if (command.redirects.some((each) => each.type !== 'Redirect' || !isQuietTarget(each.target?.value))) return false;
  const inside = substitutions(command);
  if (!inside.every(serves(isAct))) return false;
  if (!command.name) return true;
  // What it prints is not what it served.
  let printsAct = false;
  everyNode(inside, (node) => {
    printsAct ||= isAct(node);
  });
  if (printsAct) return false;
  const name = baseName(command.name.value);
  if (name === 'exec') return command.args.length === 0;
  return PLUMBING.test(name);
}

function isQuietTarget(target: string | undefined): boolean {
  return target === undefined || /^(?:\/dev\/(?:null|stdout|stderr|tcp\/.*)|&?\d+|-)$/.test(target);
}

/** The scripts in `$( )` and backticks below a node. */
function substitutions(node: SyntaxNode): Statement[] {
  const found: Statement[] = [];
  const visit = (each: SyntaxNode) => {
    if (each.type === 'Statement') found.push(each);
    else forEachChild(each, visit);
  };
  forEachChild(node, visit);
  return found;
}

/** Whether a node consists of acts and plumbing alone. */
export function serves(isAct: (node: SyntaxNode) => boolean): (node: SyntaxNode) => boolean {
  const check = (node: SyntaxNode): boolean => {
    if (isAct(node)) return true;
    switch (node.type) {
      case 'Command':
        return isPlumbing(node, isAct);
      case 'Statement':
        return check(node.command);
      case 'AndOr':
      case 'Pipeline':
      case 'CompoundList':
        return node.commands.every(check);
      case 'If':
        return [node.clause, node.then, ...node.elif, ...(node.else ? [node.else] : [])].every(check);
      case 'Elif':
      case 'While':
        return check(node.clause) && check(node.type === 'While' ? node.body : node.then);
      case 'For':
        return (node.wordlist ?? []).every((word) => substitutions(word).every(check)) && check(node.body);
      case 'Subshell':
      case 'BraceGroup':
      case 'Function':
      case 'CaseItem':
        return check(node.body);
      case 'Case':
        return node.items.every(check);
      case 'Redirected':
        return check(node.command);
      case 'TestCommand':
      case 'ArithmeticCommand':
        return true;
      default:
        return false;
    }
  };
  return check;
}

/** Visits nodes and all below them. */
export function everyNode(statements: readonly SyntaxNode[], visit: (node: SyntaxNode) => void): void {
  for (const node of statements) {
    visit(node);
    const children: SyntaxNode[] = [];
    forEachChild(node, (child) => {
      children.push(child);
    });
    everyNode(children, visit);
  }
}

/** Every list of statements: the top level, branches, bodies. */
export function everyList(statements: readonly Statement[], visit: (list: readonly Statement[]) => void): void {
  visit(statements);
  everyNode(statements, (node) => {
    if (node.type === 'CompoundList' || node.type === 'Script') visit(node.commands);
  });
}

/** Whether a text uses a variable, comments and the assignments of the variable aside. */
export function uses(text: string, name: string): boolean {
  const code = text.replace(/(^|\s)#.*$/gm, '$1').replace(new RegExp(`(^|[\\s;(&|])${name}=`, 'gm'), '$1');
  return new RegExp(`(?<!\\w)${name}(?!\\w)`).test(code);
}
