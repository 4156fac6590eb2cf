import { applyEdits, type Edit, Lines, type Span } from '../text.ts';
import {
  type AndOr,
  baseName,
  type Command,
  type CompoundList,
  forEachChild,
  type Handler,
  type If,
  literal,
  parseScript,
  type ShellScript,
  type Statement,
  type SyntaxNode,
} from './script.ts';

/** A script without some of its commands: edits on the script's text, or why it cannot be done, as half a sentence. */
export type TakenOut =
  | {
      readonly edits: readonly Edit[];
      /** Whether the script used to end with the status of a command that is gone, whatever the work's was. */
      readonly unmasked: boolean;
    }
  | { readonly refused: string };

/** Commands that do no work of their own: they go with what they serve. */
const PLUMBING =
  /^(?:sleep|echo|printf|true|false|:|test|\[|date|ls|stat|break|continue|return|local|pgrep|pidof|ps|grep|egrep|awk|sed|tr|cut|head|tail|wc|tee|jq|cat|shift|exec|seq)$/;

/** A refusal on its way out. */
class CannotTakeOut extends Error {}

/**
 * Takes commands (`acts`, nodes of the script) out of a script, with what served only them: loops, conditions, functions,
 * traps, variables, comments. Everything else stays byte for byte, and the script ends with the status of what stays.
 * `exported` are variables that the commands see: they are never taken for a help of the script's own.
 */
export function takeOut(
  script: ShellScript,
  acts: ReadonlySet<SyntaxNode>,
  exported: ReadonlySet<string> = new Set(),
): TakenOut {
  if (script.isBroken) return { refused: 'its script is no complete shell' };
  try {
    const plan = new Plan(script, acts, exported);
    const edits = plan.edits();
    const after = parseScript({ ...script.source, value: applyEdits(script.text, edits) });
    if (after.isBroken) return { refused: 'the script would not be complete without it' };
    if (!after.commands.some(({ words }) => !/^(?:sleep|true|:|exit|set|trap)$/.test(words[0] ?? ''))) {
      return { refused: 'nothing would be left for the script to do' };
    }
    return { edits, unmasked: plan.unmasked };
  } catch (error) {
    if (error instanceof CannotTakeOut) return { refused: error.message };
    throw error;
  }
}

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

/** What goes from a script and what stays. */
class Plan {
  unmasked = false;
  readonly #script: ShellScript;
  readonly #acts: Set<SyntaxNode>;
  readonly #exported: ReadonlySet<string>;
  /** Functions that hold nothing but acts: calling one is an act. */
  readonly #functions = new Set<string>();
  /** Statements that go whole. */
  readonly #gone = new Set<Statement>();
  /** Parts of `a && b || c` that go. */
  readonly #parts = new Map<AndOr, Set<SyntaxNode>>();
  /** `if work; then act; fi` at the end: the work alone stays. */
  #bared: If | undefined;

  constructor(script: ShellScript, acts: ReadonlySet<SyntaxNode>, exported: ReadonlySet<string>) {
    this.#script = script;
    this.#acts = new Set(acts);
    this.#exported = exported;
    this.#spread();
    this.#mark(script.statements, true);
    this.#dropVariables();
    this.#dropStatus();
    this.#dropVariables();
    this.#refuseReadStatus(script.statements);
    this.#noteMask();
  }

  edits(): Edit[] {
    const edits = this.#listEdits(this.#script.statements, this.#script.text, 0);
    return edits.sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  }

  #isAct = (node: SyntaxNode): boolean => {
    if (this.#acts.has(node)) return true;
    if (node.type !== 'Command' || !node.name) return false;
    if (this.#functions.has(node.name.value)) return true;
    return node.name.value === 'trap' && this.#isGoneTrap(node);
  };

  #serves = serves(this.#isAct);

  /** A trap whose handler does nothing but acts; an EXIT trap may hand on the status. */
  #isGoneTrap(command: Command): boolean {
    const [handler, ...signals] = command.args;
    if (handler?.type !== 'Word') return false;
    if (this.#functions.has(handler.value.trim())) return true;
    const parsed = this.#script.handlers.get(command);
    if (!parsed || (parsed.script.errors?.length ?? 0) > 0) return false;
    const { commands } = parsed.script;
    if (!commands.some((each) => this.#hasAct(each))) return false;
    const isExit = signals.every((each) => /^(?:EXIT|0)$/.test(each.type === 'Word' ? each.value : ''));
    return commands.every((each) => this.#serves(each) || (isExit && isExitCommand(each.command)));
  }

  #hasAct(node: SyntaxNode): boolean {
    if (this.#isAct(node)) return true;
    if (node.type === 'Command') {
      const handler = this.#script.handlers.get(node);
      if (handler?.script.commands.some((each) => this.#hasAct(each))) return true;
    }
    let found = false;
    forEachChild(node, (child) => {
      found ||= this.#hasAct(child);
    });
    return found;
  }

  /** Functions of acts, and commands that only follow up an act: `wait $pid` of a looked up pid. */
  #spread(): void {
    for (let round = 0; round < 4; round++) {
      const before = this.#functions.size + this.#acts.size;
      everyNode(this.#script.statements, (node) => {
        if (node.type === 'Function' && this.#hasAct(node) && this.#serves(node)) this.#functions.add(node.name.value);
      });
      const followed = this.#followedVariables();
      everyNode(this.#script.statements, (node) => {
        if (node.type !== 'Command' || !/^(?:wait|kill)$/.test(node.name?.value ?? '')) return;
        const words = node.args.map((each) => (each.type === 'Word' ? each.value : ''));
        const pids = words.filter((word) => !/^-\w+$/.test(word));
        if (pids.length > 0 && pids.every((word) => followed.has(/^-?\$\{?(\w+)\}?$/.exec(word)?.[1] ?? ''))) {
          this.#acts.add(node);
        }
      });
      if (this.#functions.size + this.#acts.size === before) return;
    }
  }

  /** Variables that hold nothing but the pid of a process that was looked up, or of a helper that goes. */
  #followedVariables(): Set<string> {
    const names = new Map<string, boolean>();
    everyList(this.#script.statements, (list) => {
      for (const [index, { command }] of list.entries()) {
        if (command.type !== 'Command' || command.name) continue;
        for (const part of command.prefix) {
          if (part.type !== 'Assignment' || part.value.type !== 'Word') continue;
          const { value } = part.value;
          const before = list[index - 1];
          const isLooked = /^(?:\$\(|`)\s*(?:pgrep|pidof|ps)\b/.test(value);
          const isHelper = value === '$!' && before !== undefined && this.#hasAct(before) && this.#serves(before);
          names.set(part.name, (names.get(part.name) ?? true) && (isLooked || isHelper));
        }
      }
    });
    return new Set([...names].filter(([, isFollowed]) => isFollowed).map(([name]) => name));
  }

  #mark(list: readonly Statement[], isTop = false): void {
    for (const statement of list) {
      if (!this.#hasAct(statement)) continue;
      if (this.#serves(statement)) this.#gone.add(statement);
      else this.#markInside(statement.command, isTop && statement === list.at(-1));
    }
  }

  #markInside(node: SyntaxNode, isLast = false): void {
    switch (node.type) {
      case 'AndOr':
        this.#markParts(node);
        return;
      case 'If': {
        if (this.#hasAct(node.clause)) throw new CannotTakeOut('the script decides by what it answers');
        const branches = [node.then, ...node.elif, ...(node.else ? [node.else] : [])];
        const isBare =
          isLast && !isNegated(node.clause) && branches.every((each) => this.#hasAct(each) && this.#serves(each));
        if (isBare && node.clause.commands.length === 1) this.#bared = node;
        for (const { clause } of node.elif) {
          if (this.#hasAct(clause)) throw new CannotTakeOut('the script decides by what it answers');
        }
        for (const branch of branches) this.#mark((branch.type === 'Elif' ? branch.then : branch).commands);
        return;
      }
      case 'While':
        if (this.#hasAct(node.clause)) throw new CannotTakeOut('a loop goes on by what it answers');
        this.#mark(node.body.commands);
        if (node.body.commands.every((each) => this.#gone.has(each))) throw new CannotTakeOut('a loop would be empty');
        return;
      case 'For':
      case 'Subshell':
      case 'BraceGroup':
        this.#mark(node.body.commands);
        return;
      case 'Function':
        this.#markInside(node.body);
        return;
      case 'CompoundList':
        this.#mark(node.commands);
        return;
      case 'Redirected':
        this.#markInside(node.command);
        return;
      case 'Case':
        for (const item of node.items) this.#mark(item.body.commands);
        return;
      case 'Command': {
        const handler = this.#script.handlers.get(node);
        if (!handler) break;
        if (handler.offset === undefined) throw new CannotTakeOut('its trap is quoted in an unusual way');
        this.#mark(handler.script.commands);
        return;
      }
    }
    throw new CannotTakeOut('it is part of another command');
  }

  /** `work && act`, `act && exit $x`: the act counts as done. */
  #markParts(node: AndOr): void {
    const gone = new Set<SyntaxNode>();
    this.#parts.set(node, gone);
    const isAct = (each: SyntaxNode) => this.#hasAct(each) && this.#serves(each);
    for (const [index, part] of node.commands.entries()) {
      if (gone.has(part) || !this.#hasAct(part)) continue;
      if (!isAct(part)) {
        this.#markInside(part);
        continue;
      }
      gone.add(part);
      const before = node.operators[index - 1];
      for (let at = index - 1; at > 0 && before === '&&' && isSleep(node.commands[at]); at--) {
        gone.add(node.commands[at] as SyntaxNode);
      }
      if (before === '&&') continue;
      // What stands behind `||` would run only if the act failed.
      let at = index + 1;
      for (; node.operators[at - 1] === '||'; at++) {
        const other = node.commands[at] as SyntaxNode;
        if (!this.#serves(other) && !isExitCommand(other))
          throw new CannotTakeOut('the script goes on by what it answers');
        gone.add(other);
      }
      if (before === '||' && at < node.commands.length && !node.commands.slice(at).every(isAct)) {
        throw new CannotTakeOut('the script goes on by what it answers');
      }
    }
  }

  /** Variables that only served what goes. */
  #dropVariables(): void {
    const all = this.#goneText();
    everyList(this.#script.statements, (list) => {
      for (const statement of list) {
        const { command } = statement;
        if (this.#gone.has(statement) || command.type !== 'Command' || command.name) continue;
        const names = command.prefix.map((part) => (part.type === 'Assignment' ? part.name : undefined));
        const isHelp = names.every((name) => {
          if (name === undefined || this.#exported.has(name)) return false;
          return uses(all.gone, name) && !uses(all.kept, name);
        });
        if (isHelp && isPlumbing(command, this.#isAct)) this.#gone.add(statement);
      }
    });
  }

  /** `RC=$?` and `exit $RC` with nothing between them: a script ends so by itself. */
  #dropStatus(): void {
    const kept = this.#script.statements.filter((each) => !this.#gone.has(each));
    const last = kept.at(-1);
    if (!last) return;
    const parts = this.#keptParts(last);
    const name = exitVariable(parts.at(-1));
    if (name === undefined) return;
    const { kept: text } = this.#goneText();
    if (uses(text.replace(/\bexit\s+["']?\$\{?\w+\}?["']?\s*$/, ''), name)) return;
    if (last.command.type === 'AndOr' && parts.length > 1) {
      if (!savesStatus(parts.at(-2), name)) return;
      const gone = this.#parts.get(last.command) ?? new Set();
      this.#parts.set(last.command, gone);
      if (parts.length < 3) return;
      gone.add(parts.at(-1) as SyntaxNode).add(parts.at(-2) as SyntaxNode);
      return;
    }
    const before = kept.at(-2);
    if (!before || !savesStatus(before.command, name)) return;
    const { statements } = this.#script;
    const saved = statements[statements.indexOf(before) - 1];
    if (saved && this.#gone.has(saved) && this.#hasAct(saved)) return;
    this.#gone.add(last).add(before);
  }

  #keptParts({ command }: Statement): SyntaxNode[] {
    if (command.type !== 'AndOr') return [command];
    const gone = this.#parts.get(command);
    return command.commands.filter((each) => !gone?.has(each));
  }

  /** The text that goes and the text that stays; assignments count as neither use. */
  #goneText(): { gone: string; kept: string } {
    const { text, statements } = this.#script;
    const spans: Span[] = [];
    const collect = (list: readonly Statement[]) => {
      for (const statement of list) {
        if (this.#gone.has(statement)) spans.push({ start: statement.pos, end: statement.end });
        else
          everyNode([statement], (node) => {
            if (node.type !== 'AndOr') return;
            for (const part of this.#parts.get(node) ?? []) spans.push({ start: part.pos, end: part.end });
          });
      }
    };
    everyList(statements, collect);
    spans.sort((a, b) => a.start - b.start);
    let gone = '';
    let kept = '';
    let at = 0;
    for (const { start, end } of spans) {
      if (start < at) continue;
      kept += `${text.slice(at, start)}\n`;
      gone += `${text.slice(start, end)}\n`;
      at = end;
    }
    return { gone, kept: kept + text.slice(at) };
  }

  /** A kept statement that reads the status of one that goes would read another. */
  #refuseReadStatus(statements: readonly Statement[]): void {
    everyList(statements, (list) => {
      for (const [index, statement] of list.entries()) {
        const before = list[index - 1];
        if (!before || this.#gone.has(statement) || !this.#gone.has(before) || !this.#hasAct(before)) continue;
        const text = this.#script.text.slice(statement.pos, statement.end);
        if (!/\$\?|\$\{\?\}/.test(text.split('\n')[0] ?? '') || /^exit\s+["']?\$\?/.test(text)) continue;
        throw new CannotTakeOut('the script reads its exit status');
      }
    });
  }

  #noteMask(): void {
    const { statements, text } = this.#script;
    const last = statements.at(-1);
    if (!last) return;
    const endsWithAct = this.#gone.has(last) && this.#hasAct(last) && last.command.type !== 'Function';
    const isTrap = last.command.type === 'Command' && last.command.name?.value === 'trap';
    this.unmasked = (this.#bared !== undefined || (endsWithAct && !isTrap)) && !/(?:^|\n|;)\s*set\s+-\w*e/.test(text);
  }

  #listEdits(list: readonly Statement[], text: string, offset: number): Edit[] {
    const edits = removeStatements(text, list, (each) => this.#gone.has(each));
    for (const statement of list)
      if (!this.#gone.has(statement)) edits.push(...this.#nodeEdits(statement.command, text));
    return offset === 0
      ? edits
      : edits.map(({ span, text: t }) => ({ span: { start: span.start + offset, end: span.end + offset }, text: t }));
  }

  #nodeEdits(node: SyntaxNode, text: string): Edit[] {
    if (node.type === 'Command') {
      const handler: Handler | undefined = this.#script.handlers.get(node);
      if (!handler || handler.offset === undefined || !this.#hasAct(node)) return [];
      return this.#listEdits(handler.script.commands, handler.text, handler.offset);
    }
    if (node.type === 'AndOr') return this.#partEdits(node, text);
    if (node === this.#bared) {
      const { clause, pos, end } = node as If;
      const [work] = clause.commands as [Statement];
      return [
        { span: { start: pos, end: work.pos }, text: '' },
        { span: { start: work.end, end }, text: '' },
      ];
    }
    const edits: Edit[] = [];
    forEachChild(node, (child) => {
      if (child.type !== 'CompoundList') edits.push(...this.#nodeEdits(child, text));
      else edits.push(...this.#branchEdits(node, child, text));
    });
    return edits;
  }

  /** The list of a branch or body. One that is emptied needs a command, but for `else`. */
  #branchEdits(parent: SyntaxNode, list: CompoundList, text: string): Edit[] {
    const [first, last] = [list.commands[0], list.commands.at(-1)];
    if (!first || !last || !list.commands.every((each) => this.#gone.has(each)))
      return this.#listEdits(list.commands, text, 0);
    if (parent.type === 'CaseItem') return removeStatements(text, list.commands, () => true);
    if (parent.type === 'If' && parent.else === list) {
      const { end } = parent.elif.at(-1) ?? parent.then;
      const from = end + text.slice(end, first.pos).search(/\belse\b/);
      return [{ span: { start: from, end: parent.end - 'fi'.length }, text: '' }];
    }
    return [{ span: { start: first.pos, end: withComment(text, last.end) }, text: ':' }];
  }

  #partEdits(node: AndOr, text: string): Edit[] {
    const gone = this.#parts.get(node);
    const edits: Edit[] = [];
    let isFirst = true;
    for (const [index, part] of node.commands.entries()) {
      const next = node.commands[index + 1];
      const before = node.commands[index - 1];
      if (!gone?.has(part)) {
        edits.push(...this.#nodeEdits(part, text));
        isFirst = false;
      } else if (isFirst && next) edits.push({ span: { start: part.pos, end: next.pos }, text: '' });
      else if (before)
        edits.push({ span: { start: before.end, end: next ? part.end : withComment(text, part.end) }, text: '' });
    }
    return edits;
  }
}

function isNegated({ commands }: CompoundList): boolean {
  const [first] = commands;
  return first?.command.type === 'Pipeline' && first.command.prefixes.some(({ type }) => type === 'Negation');
}

function isSleep(node: SyntaxNode | undefined): boolean {
  return node?.type === 'Command' && node.name?.value === 'sleep';
}

function isExitCommand(node: SyntaxNode): boolean {
  return node.type === 'Command' && node.name?.value === 'exit';
}

/** The variable whose value a script exits with. */
function exitVariable(node: SyntaxNode | undefined): string | undefined {
  if (node?.type !== 'Command' || node.name?.value !== 'exit' || node.args.length !== 1) return undefined;
  const [status] = node.args;
  return status?.type === 'Word' ? /^\$\{?([A-Za-z_]\w*)\}?$/.exec(status.value)?.[1] : undefined;
}

function savesStatus(node: SyntaxNode | undefined, name: string): boolean {
  if (node?.type !== 'Command' || node.name || node.prefix.length !== 1) return false;
  const [part] = node.prefix;
  if (part?.type !== 'Assignment' || part.name !== name || part.value.type !== 'Word') return false;
  return /^(?:\$\?|\$\(\s*echo \$\?\s*\)|`\s*echo \$\?\s*`)$/.test(part.value.value);
}

/** Whether a text uses a variable, comments and the assignments of the variable aside. */
export function uses(text: string, name: string): boolean {
  const code = text.replace(/(^|\s)#.*$/gm, '$1').replace(new RegExp(`(^|[\\s;(&|])${name}=`, 'gm'), '$1');
  return new RegExp(`(?<!\\w)${name}(?!\\w)`).test(code);
}

function everyNode(statements: readonly SyntaxNode[], visit: (node: SyntaxNode) => void): void {
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
function everyList(statements: readonly Statement[], visit: (list: readonly Statement[]) => void): void {
  visit(statements);
  everyNode(statements, (node) => {
    if (node.type === 'CompoundList' || node.type === 'Script') visit(node.commands);
  });
}

/** Edits that remove statements of a list: with their lines where these hold nothing else, with their separator elsewhere. */
export function removeStatements(
  text: string,
  list: readonly Statement[],
  isGone: (statement: Statement) => boolean,
): Edit[] {
  const edits: Edit[] = [];
  const lines = new Lines(text);
  for (let from = 0; from < list.length; from++) {
    if (!isGone(list[from] as Statement)) continue;
    let to = from;
    while (to + 1 < list.length && isGone(list[to + 1] as Statement)) to += 1;
    const [first, last] = [list[from] as Statement, list[to] as Statement];
    edits.push({ span: removal(lines, first, last, list[from - 1], list[to + 1]), text: '' });
    from = to;
  }
  return edits;
}

function removal(
  lines: Lines,
  first: Statement,
  last: Statement,
  before: Statement | undefined,
  after: Statement | undefined,
): Span {
  const { text } = lines;
  const end = endOf(last);
  const top = lines.lineAt(first.pos);
  const bottom = lines.lineAt(Math.max(end - 1, first.pos));
  const startsLine = text.slice(lines.start(top), first.pos).trim() === '';
  const rest = text.slice(end, lines.end(bottom));
  const endsLine = /^\s*;?\s*(?:#.*)?$/.test(rest);
  if (startsLine && endsLine) return wholeLines(lines, top, bottom);
  if (before && lines.lineAt(endOf(before)) === top && text.slice(endOf(before), first.pos).trim() === ';') {
    return { start: endOf(before), end: endsLine ? lines.end(bottom) : end };
  }
  if (after) return { start: first.pos, end: after.pos };
  return before ? { start: endOf(before), end } : { start: first.pos, end };
}

/** The end of what stands at `end`, with the comment behind it on its line. */
function withComment(text: string, end: number): number {
  return end + (/^[ \t]*;?[ \t]+#.*/.exec(text.slice(end))?.[0].length ?? 0);
}

/** The end of a statement, its here-documents included. */
function endOf(statement: Statement): number {
  let end = statement.end;
  everyNode([statement], (node) => {
    if (node.type === 'HereDoc') end = Math.max(end, node.closing?.end ?? node.body.end);
  });
  return end;
}

/** Lines that go, with the remarks above them when the paragraph goes, and never leaving a gap of blank lines. */
function wholeLines(lines: Lines, top: number, bottom: number): Span {
  const isBlank = (line: number) => line < 0 || line >= lines.count || lines.content(line).trim() === '';
  const isComment = (line: number) => line >= 0 && /^\s*#(?!!)/.test(lines.content(line));
  let first = top;
  let last = bottom;
  if (isBlank(bottom + 1)) {
    while (isComment(first - 1)) first -= 1;
    if (isBlank(first - 1)) {
      while (first > 0 && isBlank(first - 1)) first -= 1;
      if (first === 0) while (last + 1 < lines.count - 1 && isBlank(last + 1)) last += 1;
    }
  }
  if (last + 1 < lines.count) return { start: lines.start(first), end: lines.start(last + 1) };
  return { start: first > 0 ? lines.end(first - 1) : 0, end: lines.end(last) };
}

/** The argv of a script that is one plain command; undefined when it needs a shell. */
export function plainArgv(script: ShellScript): string[] | undefined {
  const [statement, ...more] = script.statements;
  const command = statement?.command;
  if (script.isBroken || more.length > 0 || statement?.background || command?.type !== 'Command' || !command.name)
    return undefined;
  if (command.prefix.length > 0 || command.redirects.length > 0) return undefined;
  if (script.text.trim() !== script.text.slice(command.pos, command.end)) return undefined;
  const words = [command.name, ...command.args];
  const argv = words.map((word) => (word.type === 'Word' ? literal(word) : word.text));
  if (argv[0] === 'exec' && argv.length > 1 && !argv[1]?.startsWith('-')) argv.shift();
  if (argv.some((word) => word === undefined) || BUILTIN.test(argv[0] ?? '')) return undefined;
  return argv as string[];
}

const BUILTIN =
  /^(?:\.|:|\[|alias|bg|bind|builtin|caller|cd|command|compgen|complete|declare|dirs|disown|echo|enable|eval|exec|exit|export|false|fc|fg|getopts|hash|help|history|jobs|kill|let|local|logout|mapfile|popd|printf|pushd|pwd|read|readarray|readonly|return|set|shift|shopt|source|suspend|test|time|times|trap|true|type|typeset|ulimit|umask|unalias|unset|wait)$/;
