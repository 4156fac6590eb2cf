import type { Span } from '../text.ts';
import { type Block, type Branch, branchAt } from './actions.ts';
import { conditionOf, distinct, evaluate, evaluateThing, holds, printedText } from './evaluate.ts';
import type { Masked } from './mask.ts';
import { type Chart, type Known, type Origin, ROOT, type Scope, type Scopes, type Thing } from './values.ts';

const MAX_CHAIN = 50;

/**
 * The scopes of a template, or of the body of a named template that is called with `dot`. `.` follows `with`; in a
 * `range`, and in a `define`, it is unknown. Variables are known when they are assigned exactly once. Without `include`
 * nothing is known of named templates.
 */
export function scopesOf(
  chart: Chart,
  masked: Masked,
  dot: Thing | undefined = ROOT,
  include: Scope['include'] = () => undefined,
): Scopes {
  const assignments = assignmentsIn(masked);
  const dots = new Map<Branch, Thing | undefined>();
  const variables = new Map<string, Thing | undefined>();

  const { deciding, defines } = readBlocks(masked);

  const scopeAt = (offset: number): Scope => {
    const block = masked.blockAt(offset);
    const isElsewhere = block !== undefined && defines.has(block);
    return {
      chart,
      dot: isElsewhere ? undefined : dotIn(block && (decider(block, offset) ?? deciding.get(block))),
      dollar: isElsewhere ? undefined : dot,
      variable: (name) => (isElsewhere ? undefined : variableAt(name, offset)),
      include,
    };
  };
  const dotIn = (branch: Branch | undefined): Thing | undefined => {
    if (!branch) return dot;
    const { kind, source, span } = branch.action;
    if (kind === 'range') return undefined;
    return remember(dots, branch, () => evaluateThing(conditionOf(source), scopeAt(span.start)));
  };
  const variableAt = (name: string, offset: number): Thing | undefined => {
    const found = assignments.get(name);
    if (!found || offset <= found.at) return undefined;
    return remember(variables, name, () => evaluateThing(found.source, scopeAt(found.at)));
  };
  // Working one out may need others; a chain without end is unknown.
  let depth = 0;
  const remember = <K>(known: Map<K, Thing | undefined>, key: K, work: () => Thing | undefined): Thing | undefined => {
    if (known.has(key) || depth > MAX_CHAIN) return known.get(key);
    depth += 1;
    known.set(key, work());
    depth -= 1;
    return known.get(key);
  };
  return scopeAt;
}

/** For each block the branch around it that decides what `.` is, and the blocks that are part of a `define`. */
function readBlocks({ blocks }: Masked): { deciding: Map<Block, Branch | undefined>; defines: Set<Block> } {
  const deciding = new Map<Block, Branch | undefined>();
  const defines = new Set<Block>();
  for (const block of blocks) {
    const { parent, kind, span } = block;
    deciding.set(block, parent && (decider(parent, span.start) ?? deciding.get(parent)));
    if (kind === 'define' || kind === 'block' || (parent && defines.has(parent))) defines.add(block);
  }
  return { deciding, defines };
}

/** The branch of a block that holds the offset, when it changes what `.` is. */
function decider(block: Block, offset: number): Branch | undefined {
  const branch = branchAt(block, offset);
  return branch && /^(?:with|range|else\s+with)\b/.test(branch.action.source) ? branch : undefined;
}

/** The variables that are assigned exactly once, with the expression and where it stands. */
function assignmentsIn(masked: Masked): Map<string, { source: string; at: number }> {
  const found = new Map<string, { source: string; at: number }>();
  const changed = new Set<string>();
  for (const { source, span, kind } of masked.actions) {
    const assignment = /^(?:(?:else\s+)?(?:if|with|range)\s+)?(\$\w+)(\s*,\s*\$\w+)?\s*:?=(?!=)/.exec(source);
    const name = assignment?.[1];
    if (!assignment || name === undefined) continue;
    const second = assignment[2]?.replace(/^[\s,]+/, '');
    if (second !== undefined) changed.add(second);
    if (kind === 'range' || found.has(name)) changed.add(name);
    found.set(name, { source: source.slice(assignment[0].length), at: span.start });
  }
  for (const name of changed) found.delete(name);
  return found;
}

/**
 * Whether a template that prints what stands at `around` prints what stands at an offset too, as far as the conditions
 * around that say; undefined when one of them is unknown and none fails.
 */
export function isPrinted(masked: Masked, offset: number, around: number, scopes: Scopes): boolean | undefined {
  let all: boolean | undefined = true;
  for (let block = masked.blockAt(offset); block; block = block.parent) {
    if (block.span.start <= around && around < block.span.end) break;
    const printed = block.kind === 'if' || block.kind === 'with' ? isTaken(block, offset, scopes) : undefined;
    if (printed === false) return false;
    all &&= printed;
  }
  return all;
}

/** Whether the branch that holds the offset is the first one whose condition holds. */
function isTaken(block: Block, offset: number, scopes: Scopes): boolean | undefined {
  const own = branchAt(block, offset);
  let isKnown = true;
  for (const branch of block.branches) {
    const { source, span } = branch.action;
    const truth = source === 'else' ? true : holds(source, scopes(span.start))?.value;
    if (branch === own) return truth === false ? false : isKnown ? truth : undefined;
    if (truth === true) return false;
    isKnown &&= truth === false;
  }
  return undefined;
}

/**
 * Works out the scalar that a span of the template holds, text and actions together: `"{{ .repo }}:{{ .tag }}"`.
 * Undefined when an action in it is unknown, prints nothing or reaches over the span's end.
 */
export function resolveScalar(masked: Masked, span: Span, scopes: Scopes): (Known & { value: string }) | undefined {
  let text = '';
  let at = span.start;
  let trim = false;
  const origins: Origin[] = [];
  const literal = (end: number, trimEnd: boolean) => {
    const part = masked.source.slice(at, end);
    const trimmed = trim ? part.trimStart() : part;
    text += trimEnd ? trimmed.trimEnd() : trimmed;
  };
  for (const { span: own, source, kind, trimLeft, trimRight } of masked.actionsIn(span)) {
    if (own.start < span.start || own.end > span.end || kind !== 'value') return undefined;
    const known = evaluate(source, scopes(own.start));
    const printed = known && printedText(known.value);
    if (!known || printed === undefined) return undefined;
    literal(own.start, trimLeft);
    text += printed;
    origins.push(...known.origins);
    at = own.end;
    trim = trimRight;
  }
  literal(span.end, false);
  const value = unquoted(text);
  return value === undefined ? undefined : { value, origins: distinct(origins) };
}

/** The value of a scalar as it is written; undefined for what only a YAML reader can tell. */
function unquoted(text: string): string | undefined {
  const mark = text[0];
  if (mark !== '"' && mark !== "'") return /^[[\]{}&*!|>%@`#]|[:#]\s|\s#|:$|\n/.test(text) ? undefined : text;
  const inner = text.slice(1, -1);
  if (text.length < 2 || text.at(-1) !== mark || inner.includes(mark) || /[\\\n]/.test(inner)) return undefined;
  return inner;
}
