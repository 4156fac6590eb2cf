import { applyEdits, type Edit, Lines, type Span } from '../text.ts';
import { HARMLESS_SIGNAL } from './handshake.ts';
import { everyList, everyNode, isPlumbing, isPrinting, serves, uses } from './plumbing.ts';
import { removeStatements, withComment } from './remove.ts';
import {
  type AndOr,
  type Command,
  type CompoundList,
  forEachChild,
  type Handler,
  type If,
  parseScript,
  type ShellCall,
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

const ERREXIT = /(?:^|\n|;)[ \t]*set[ \t]+-\w*e/;

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
  if (script.isBroken) return { refused: 'it is no complete shell' };
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
    // Edits overlap: a layout in which the commands share more than a line.
    if (error instanceof RangeError) return { refused: 'the commands around it cannot be told apart' };
    throw error;
  }
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
  /** Parts behind `||` in whose place `:` stays: they made up for a failure. */
  readonly #held = new Set<SyntaxNode>();
  /** Whether the script ends when a command fails. */
  readonly #endsOnFailure: boolean;
  /** The last act, in whose place `:` stays: what is last then is a question, and no work. */
  #closing: Statement | undefined;
  /** `if work; then act; fi` at the end: the work alone stays. */
  #bared: If | undefined;

  constructor(script: ShellScript, acts: ReadonlySet<SyntaxNode>, exported: ReadonlySet<string>) {
    this.#script = script;
    this.#acts = new Set(acts);
    this.#exported = exported;
    const flags = (script as Partial<ShellCall>).flags ?? [];
    this.#endsOnFailure = ERREXIT.test(script.text) || flags.some((flag) => /^-\w*e/.test(flag));
    this.#spread();
    this.#mark(script.statements, true);
    this.#dropVariables();
    this.#dropStatus();
    this.#dropVariables();
    this.#refuseReadStatus(script.statements);
    this.#refuseReadVariables();
    this.#refuseNamedFunctions();
    this.#noteMask();
  }

  edits(): Edit[] {
    const edits = this.#listEdits(this.#script.statements, this.#script.text, 0);
    this.#refuseHereDocuments(edits);
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
    const saved = new Set(commands.flatMap(({ command: each }) => savedStatus(each) ?? []));
    const handsOn = (each: SyntaxNode) => isExit && isExitCommand(each) && isHandedOn(each, saved);
    return commands.every((each) => this.#serves(each) || handsOn(each.command));
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
        if (words.some((word) => HARMLESS_SIGNAL.test(word))) return;
        const pids = words.filter((word) => !/^-\w+$/.test(word));
        if (pids.length > 0 && pids.every((word) => followed.has(/^-?\$\{?(\w+)\}?$/.exec(word)?.[1] ?? ''))) {
          this.#acts.add(node);
        }
      });
      if (this.#functions.size + this.#acts.size === before) return;
    }
  }

  /** A here-document stands behind the line of its command: lines that lose a part would lose it. */
  #refuseHereDocuments(edits: readonly Edit[]): void {
    const lines = new Lines(this.#script.text);
    everyNode(this.#script.statements, (node) => {
      if (node.type !== 'HereDoc') return;
      const line = lines.lineAt(node.pos);
      const isCut = edits.some(
        ({ span }) => lines.lineAt(span.start) <= line && line <= lines.lineAt(Math.max(span.start, span.end - 1)),
      );
      if (isCut) throw new CannotTakeOut('a here-document stands on its line');
    });
  }

  /** A function that goes may be called by its name as a word: `retry quit`. */
  #refuseNamedFunctions(): void {
    const { kept } = this.#goneText();
    for (const name of this.#functions) {
      if (uses(kept, name)) throw new CannotTakeOut('another command gets it as a word');
    }
  }

  /** Variables that hold nothing but the pid of a process that was looked up, or of a helper that goes. */
  #followedVariables(): Set<string> {
    const names = new Map<string, boolean>();
    const used = new Set<string>();
    for (const act of this.#acts) {
      const words = act.type === 'Command' ? act.args : [];
      for (const word of words) {
        const name = word.type === 'Word' ? /^-?\$\{?(\w+)\}?$/.exec(word.value)?.[1] : undefined;
        if (name !== undefined) used.add(name);
      }
    }
    everyList(this.#script.statements, (list) => {
      for (const [index, { command }] of list.entries()) {
        if (command.type !== 'Command' || command.name) continue;
        for (const part of command.prefix) {
          if (part.type !== 'Assignment' || part.value.type !== 'Word') continue;
          const { value } = part.value;
          const before = list[index - 1];
          const isLooked = used.has(part.name) && /^(?:\$\(|`)\s*(?:\/\S+\/)?(?:pgrep|pidof|ps)\b/.test(value);
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
      if (this.#serves(statement) && !this.#printsBefore(statement.command)) this.#gone.add(statement);
      else this.#markInside(statement.command, isTop && statement === list.at(-1));
      const { command } = statement;
      const gone = command.type === 'AndOr' ? this.#parts.get(command) : undefined;
      if (command.type === 'AndOr' && command.commands.every((each) => gone?.has(each) && !this.#held.has(each))) {
        this.#gone.add(statement);
      }
    }
  }

  /** `echo done && act`: what it prints before stays. */
  #printsBefore(node: SyntaxNode): boolean {
    if (node.type !== 'AndOr') return false;
    const act = node.commands.findIndex((each) => this.#hasAct(each));
    return node.commands.slice(0, act).some(isPrinting);
  }

  #markInside(node: SyntaxNode, isLast = false): void {
    switch (node.type) {
      case 'AndOr':
        this.#markParts(node, isLast);
        return;
      case 'If': {
        if (this.#hasAct(node.clause)) throw new CannotTakeOut('the script decides by what it answers');
        const branches = [node.then, ...node.elif, ...(node.else ? [node.else] : [])];
        const isBare =
          isLast &&
          !isNegated(node.clause) &&
          !node.clause.commands.some(isQuestion) &&
          branches.every((each) => this.#hasAct(each) && this.#serves(each));
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
  #markParts(node: AndOr, isLast: boolean): void {
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
      const isEnd = isLast && index === node.commands.length - 1;
      // Behind `||` it made up for a failure, and behind `&&` it kept `set -e` from ending the script.
      if (
        (before === '||' || (before === '&&' && this.#endsOnFailure && index === node.commands.length - 1)) &&
        !isEnd
      ) {
        this.#held.add(part);
        continue;
      }
      for (let at = index - 1; at > 0 && before === '&&' && this.#isLeadIn(node, at, part); at--) {
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
    }
  }

  /** Whether a part in front of an act only prepares it: a pause, or a variable that nothing else uses. */
  #isLeadIn({ commands }: AndOr, index: number, act: SyntaxNode): boolean {
    const part = commands[index];
    if (part?.type !== 'Command') return false;
    if (part.name) return part.name.value === 'sleep';
    const { text } = this.#script;
    const others = `${text.slice(0, part.pos)}\n${text.slice(act.end)}`;
    return part.prefix.every((each) => each.type === 'Assignment' && !uses(others, each.name)) && this.#serves(part);
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
    const code = text.replace(/(^|\s)#.*$/gm, '$1');
    if (uses(code.replace(/\bexit\s+["']?\$\{?\w+\}?["']?\s*$/, ''), name)) return;
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
        const first = firstCommand(statement);
        const text = this.#script.text.slice(first.pos, first.end);
        if (!/\$\?|\$\{\?\}/.test(text) || /^exit\s+["']?\$\?/.test(text)) continue;
        throw new CannotTakeOut('the script reads its exit status');
      }
    });
  }

  /** A kept statement that reads a variable which only a statement that goes has set would read nothing. */
  #refuseReadVariables(): void {
    const { kept } = this.#goneText();
    const set = new Set<string>();
    everyList(this.#script.statements, (list) => {
      everyNode(
        list.filter((each) => this.#gone.has(each)),
        (node) => {
          if (node.type === 'Assignment') set.add(node.name);
        },
      );
    });
    for (const name of set) {
      const isSetElsewhere = new RegExp(`(?:^|[\\s;(&|])${name}=`, 'm').test(kept);
      if (!isSetElsewhere && uses(kept, name)) throw new CannotTakeOut('the script reads a variable that it sets');
    }
  }

  #noteMask(): void {
    const { statements } = this.#script;
    const last = statements.at(-1);
    if (!last) return;
    const endsWithAct = this.#gone.has(last) && this.#hasAct(last) && last.command.type !== 'Function';
    const isTrap = last.command.type === 'Command' && last.command.name?.value === 'trap';
    this.unmasked = (this.#bared !== undefined || (endsWithAct && !isTrap)) && !this.#endsOnFailure;
    const kept = statements.filter((each) => !this.#gone.has(each)).at(-1);
    if (endsWithAct && !isTrap && kept && isQuestion(this.#keptParts(kept)[0] ?? kept)) {
      this.#closing = last;
      this.unmasked = false;
    }
  }

  #listEdits(list: readonly Statement[], text: string, offset: number): Edit[] {
    const edits = removeStatements(text, list, (each) => this.#gone.has(each) && each !== this.#closing);
    const closing = list.find((each) => each === this.#closing);
    if (closing) edits.push({ span: { start: closing.pos, end: closing.end }, text: ':' });
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
      } else if (this.#held.has(part)) {
        edits.push({ span: { start: part.pos, end: part.end }, text: ':' });
        isFirst = false;
      } else if (isFirst && next) edits.push({ span: { start: part.pos, end: next.pos }, text: '' });
      else if (before)
        edits.push({ span: { start: before.end, end: next ? part.end : withComment(text, part.end) }, text: '' });
    }
    return edits;
  }
}

/** The command of a node that runs first. */
function firstCommand(node: SyntaxNode): SyntaxNode {
  if (node.type === 'Command') return node;
  let first: SyntaxNode | undefined;
  forEachChild(node, (child) => {
    if (child.type !== 'Word') first ??= child;
  });
  return first ? firstCommand(first) : node;
}

/** Whether a command only asks something: its status is no outcome of work. */
function isQuestion(node: SyntaxNode): boolean {
  const inner = node.type === 'Statement' ? node.command : node;
  if (inner.type === 'TestCommand' || inner.type === 'ArithmeticCommand') return true;
  if (inner.type === 'Pipeline') return inner.prefixes.some(({ type }) => type === 'Negation');
  return (
    inner.type === 'Command' && /^(?:test|\[|grep|egrep|diff|cmp|pgrep|pidof|which|type)$/.test(inner.name?.value ?? '')
  );
}

function isNegated({ commands }: CompoundList): boolean {
  const [first] = commands;
  return first?.command.type === 'Pipeline' && first.command.prefixes.some(({ type }) => type === 'Negation');
}

/** The variable that a statement saves the status in. */
function savedStatus(node: SyntaxNode): string | undefined {
  const [part] = node.type === 'Command' && !node.name ? node.prefix : [];
  const name = part?.type === 'Assignment' ? part.name : undefined;
  return name !== undefined && savesStatus(node, name) ? name : undefined;
}

/** Whether an `exit` in a handler ends with the status that there was before. */
function isHandedOn(node: SyntaxNode, saved: ReadonlySet<string>): boolean {
  const [word] = node.type === 'Command' ? node.args : [];
  return word === undefined || saved.has(exitVariable(node) ?? '');
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
