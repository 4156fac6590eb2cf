import { baseName, type Command, forEachChild, type Statement, type SyntaxNode } from './script.ts';

/** Commands that do no work of their own: they go with what they serve. */
const QUIET = /^(?:sleep|true|false|:|test|\[|local|pgrep|pidof|ps|seq)$/;

/** Commands that only print. */
const PRINTING = /^(?:echo|printf|date|ls|stat|cat)$/;

/** Commands that only pass on what they read: no work inside a pipe or `$( )`. */
const FILTER = /^(?:grep|egrep|awk|sed|tr|cut|head|tail|wc|tee|jq)$/;

/** What stands around a node. */
interface Around {
  readonly loop: boolean;
  readonly function: boolean;
  readonly pipe: boolean;
}

const NOTHING: Around = { loop: false, function: false, pipe: false };

/** Whether a command does no work of its own. `isAct` tells the commands that are taken out. */
export function isPlumbing(command: Command, isAct: (node: SyntaxNode) => boolean): boolean {
  return isPlumbingIn(command, isAct, NOTHING);
}

/** Whether a command does nothing but print. */
export function isPrinting(node: SyntaxNode): boolean {
  return node.type === 'Command' && node.name !== undefined && PRINTING.test(baseName(node.name.value));
}

function isPlumbingIn(command: Command, isAct: (node: SyntaxNode) => boolean, around: Around): boolean {
  if (!hasQuietTargets(command.redirects)) return false;
  const inside = substitutions(command);
  if (!inside.every(serves(isAct, { ...NOTHING, pipe: true }))) return false;
  if (!command.name) return true;
  // What it prints is not what it served.
  let printsAct = false;
  everyNode(inside, (node) => {
    printsAct ||= isAct(node);
  });
  if (printsAct) return false;
  const name = baseName(command.name.value);
  const words = command.args.map((word) => (word.type === 'Word' ? word.value : ''));
  if (name === 'exec') return words.length === 0;
  if (/^(?:break|continue)$/.test(name)) return around.loop;
  if (name === 'return') return around.function && (words.length === 0 || words[0] === '0');
  if (!FILTER.test(name)) return QUIET.test(name) || PRINTING.test(name);
  const writes = name === 'tee' ? words.some((word) => !word.startsWith('-')) : name === 'sed' && words.some(isInPlace);
  return around.pipe && !writes && !(name === 'tail' && words.some((word) => /^-\d*n?\d*[fF]$|^--follow/.test(word)));
}

function isInPlace(word: string): boolean {
  return /^-\w*i|^--in-place/.test(word);
}

function hasQuietTargets(redirects: Command['redirects']): boolean {
  return redirects.every((each) => each.type === 'Redirect' && isQuietTarget(each.target?.value));
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
export function serves(isAct: (node: SyntaxNode) => boolean, outside: Around = NOTHING): (node: SyntaxNode) => boolean {
  const check = (node: SyntaxNode, around: Around): boolean => {
    const all = (nodes: readonly SyntaxNode[], inner = around) => nodes.every((each) => check(each, inner));
    const inLoop = { ...around, loop: true };
    if (isAct(node)) return true;
    switch (node.type) {
      case 'Command':
        return isPlumbingIn(node, isAct, around);
      case 'Statement':
        return check(node.command, around);
      case 'AndOr':
      case 'CompoundList':
        return all(node.commands);
      case 'Pipeline':
        return all(node.commands, node.commands.length > 1 ? { ...around, pipe: true } : around);
      case 'If':
        return all([node.clause, node.then, ...node.elif, ...(node.else ? [node.else] : [])]);
      case 'Elif':
        return all([node.clause, node.then]);
      case 'While':
        return all([node.clause, node.body], inLoop);
      case 'For':
        return all((node.wordlist ?? []).flatMap(substitutions), { ...around, pipe: true }) && check(node.body, inLoop);
      case 'Subshell':
      case 'BraceGroup':
      case 'CaseItem':
        return check(node.body, around);
      case 'Function':
        return check(node.body, { ...NOTHING, function: true });
      case 'Case':
        return all(substitutions(node.word)) && all(node.items);
      case 'Redirected':
        return hasQuietTargets(node.redirects) && check(node.command, around);
      case 'TestCommand':
      case 'ArithmeticCommand':
        return all(substitutions(node), { ...around, pipe: true });
      default:
        return false;
    }
  };
  return (node) => check(node, outside);
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
  const code = withoutComments(text).replace(new RegExp(`(^|[\\s;(&|])${name}=`, 'gm'), '$1');
  return new RegExp(`(?<!\\w)${name}(?!\\w)`).test(code);
}

/** A shell text without its comments: a `#` in quotes begins none. */
function withoutComments(text: string): string {
  let code = '';
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const c = text[at] ?? '';
    if (quote === '' && c === '#' && /^$|[\s;&|(]/.test(text[at - 1] ?? '')) {
      while (at + 1 < text.length && text[at + 1] !== '\n') at += 1;
      continue;
    }
    if (c === '\\' && quote !== "'") {
      code += c + (text[at + 1] ?? '');
      at += 1;
      continue;
    }
    if (c === quote) quote = '';
    else if (quote === '' && (c === '"' || c === "'")) quote = c;
    code += c;
  }
  return code;
}
