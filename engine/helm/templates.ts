import type { Span } from '../text.ts';
import { findBlocks, scanActions } from './actions.ts';
import { evaluate, holds, printedText } from './evaluate.ts';
import { type Masked, mask } from './mask.ts';
import { scopesOf } from './scopes.ts';
import type { Chart, Known, Origin, Scope, Scopes } from './values.ts';

/** A named template: what stands between `define "name"` and its `end`. */
export interface Define {
  readonly name: string;
  /** Path of the file it stands in, as it was handed in. */
  readonly file: string;
  /** Its body in the file; what the trim markers of `define` and `end` remove is left out. */
  readonly body: Span;
  /** The body by itself: offset 0 is `body.start` in the file. */
  readonly masked: Masked;
}

/** The named templates of a chart and its subcharts. Immutable. */
export interface Templates {
  get(name: string): Define | undefined;
  /** How many there are. */
  readonly size: number;
}

/**
 * Finds the named templates in the files of a chart (path → text: `templates/_helpers.tpl`,
 * `charts/common/templates/_job.tpl` …). Of those with one name the one nearest to the chart's root wins, as in Helm.
 */
export function indexTemplates(files: ReadonlyMap<string, string>): Templates {
  const defines = new Map<string, Define>();
  const depth = (path: string) => path.split('/').length;
  const ordered = [...files].sort(([a], [b]) => depth(b) - depth(a) || (a < b ? -1 : 1));
  for (const [file, text] of ordered) {
    if (!/\b(?:define|block)\b/.test(text)) continue;
    for (const { kind, branches, end } of findBlocks(text, scanActions(text)).blocks) {
      const [first] = branches;
      if ((kind !== 'define' && kind !== 'block') || !first) continue;
      const name = /^(?:define|block)\s+(?:"([^"\\]*)"|`([^`]*)`)/.exec(first.action.source);
      if (!name) continue;
      const body = trimmed(text, first.body, first.action.trimRight, end?.trimLeft ?? false);
      const called = name[1] ?? name[2] ?? '';
      defines.set(called, { name: called, file, body, masked: mask(text.slice(body.start, body.end)) });
    }
  }
  return { get: (name) => defines.get(name), size: defines.size };
}

function trimmed(text: string, { start, end }: Span, left: boolean, right: boolean): Span {
  const body = text.slice(start, end);
  const from = left ? start + body.length - body.trimStart().length : start;
  return { start: from, end: right ? Math.max(from, start + body.trimEnd().length) : end };
}

/** Named templates call each other; deeper calls, and more of them for one text, stay unknown. */
export const MAX_INCLUDE_DEPTH = 8;
const MAX_CALLS = 1000;
const MAX_NESTING = 50;

/**
 * What named templates print, for `scopesOf`: known when everything in them is. Not for templates that print blocks of
 * YAML: those are for `expand`.
 */
export function includeWith(chart: Chart, templates: Pick<Templates, 'get'>): Scope['include'] {
  let calls = 0;
  const running: string[] = [];
  const include: Scope['include'] = (name, dot) => {
    const define = templates.get(name);
    calls += 1;
    if (!define || calls > MAX_CALLS || running.length >= MAX_INCLUDE_DEPTH || running.includes(name)) return undefined;
    running.push(name);
    const { masked } = define;
    const origins: Origin[] = [];
    const value = print(
      masked,
      { start: 0, end: masked.source.length },
      scopesOf(chart, masked, dot, include),
      origins,
    );
    running.pop();
    return value === undefined ? undefined : ({ value, origins } satisfies Known);
  };
  return include;
}

/** What a part of a template prints; undefined when something in it is unknown. */
function print(masked: Masked, span: Span, scopes: Scopes, origins: Origin[], depth = 0): string | undefined {
  if (depth > MAX_NESTING) return undefined;
  let text = '';
  let at = span.start;
  let trim = false;
  const actions = masked.actionsIn(span);
  for (let i = 0; i < actions.length; i++) {
    const action = actions[i] as (typeof actions)[number];
    if (action.span.start < at) continue;
    const literal = masked.source.slice(at, action.span.start);
    const begun = trim ? literal.trimStart() : literal;
    text += action.trimLeft ? begun.trimEnd() : begun;
    at = action.span.end;
    trim = action.trimRight;
    switch (action.kind) {
      case 'comment':
        break;
      case 'silent':
        if (!action.source.startsWith('$')) return undefined;
        break;
      case 'value':
      case 'include':
      case 'template': {
        const known = evaluate(action.source, scopes(action.span.start));
        const printed = known && printedText(known.value);
        if (printed === undefined) return undefined;
        origins.push(...(known?.origins ?? []));
        text += printed;
        break;
      }
      case 'if':
      case 'with': {
        const block = masked.blockAt(action.span.start);
        const printed = block?.end && printBlock(masked, block, scopes, origins, depth + 1);
        if (!block?.end || printed === undefined) return undefined;
        text += printed;
        at = block.span.end;
        trim = block.end.trimRight;
        break;
      }
      default:
        return undefined;
    }
  }
  const rest = masked.source.slice(at, span.end);
  return text + (trim ? rest.trimStart() : rest);
}

/** The branch of an `if` or `with` that is taken. */
function printBlock(
  masked: Masked,
  { branches, end }: Masked['blocks'][number],
  scopes: Scopes,
  origins: Origin[],
  depth: number,
): string | undefined {
  for (const [i, { action, body }] of branches.entries()) {
    if (action.source !== 'else') {
      const condition = holds(action.source, scopes(action.span.start));
      if (!condition) return undefined;
      origins.push(...condition.origins);
      if (!condition.value) continue;
    }
    const next = branches[i + 1]?.action ?? end;
    const taken = trimmed(masked.source, body, action.trimRight, next?.trimLeft ?? false);
    return print(masked, taken, scopes, origins, depth);
  }
  return '';
}
