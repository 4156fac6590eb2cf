import { applyEdits, type Edit, type Span } from '../text.ts';
import { type Block, prints } from './actions.ts';
import { evaluate, printedText, thingOf } from './evaluate.ts';
import { asExpression, type Expression, readPipeline } from './expression.ts';
import { type Masked, mask, type PlacedAction } from './mask.ts';
import { scopesOf } from './scopes.ts';
import { includeWith, MAX_INCLUDE_DEPTH, type Templates } from './templates.ts';
import { type Chart, type Known, ROOT, type Scopes } from './values.ts';
import { type Frame, type Run, type View, viewOf } from './view.ts';

/** What a view is built with. */
export interface ExpandOptions {
  readonly templates: Templates;
  /** Without it no value is filled in. */
  readonly chart?: Chart;
  /** Whether a condition holds wherever the chart is installed; undefined when that differs. */
  readonly decide?: (condition: string) => boolean | undefined;
}

const MAX_EXPANSIONS = 500;
/** Longer branches are not empty, in UTF-16 units: nothing is read twice. */
const MAX_EMPTY = 2000;
/** In UTF-16 units; a view beyond it gets filler instead of named templates. */
const MAX_LENGTH = 1.5 * 1024 * 1024;

/**
 * A template with the named templates that it includes as blocks (`{{- include "x" . | nindent 8 }}` on its own line,
 * as a list item, as a value) put in their place, indented as they would be rendered, and with known values filled in.
 * All other actions are filler, both branches of conditions stay.
 *
 * Read the view first. When it does not parse, a named template is unlike what it seems: read `mask(text).text`.
 */
export function expand(template: string | Masked, options: ExpandOptions): View {
  const masked = typeof template === 'string' ? mask(template) : template;
  const chart = options.chart ?? NO_CHART;
  const files = new Set<string>();
  const templates: Pick<Templates, 'get'> = {
    get(name) {
      const define = options.templates.get(name);
      if (define) files.add(define.file);
      return define;
    },
  };
  const include = includeWith(chart, templates);
  const { decide = () => undefined } = options;
  const isFilled = options.chart !== undefined;
  const work: Work = { templates, chart, include, decide, expansions: 0, length: 0, values: isFilled };
  const scopes = scopesOf(chart, masked, ROOT, include);
  return viewOf(expandPart(work, masked, scopes, undefined, []), files);
}

const NO_CHART: Chart = { values: undefined, files: [], metadata: undefined };

interface Work {
  readonly templates: Pick<Templates, 'get'>;
  readonly chart: Chart;
  readonly include: ReturnType<typeof includeWith>;
  /** Whether to fill in values. */
  readonly values: boolean;
  readonly decide: (condition: string) => boolean | undefined;
  expansions: number;
  length: number;
}

function expandPart(
  work: Work,
  masked: Masked,
  scopes: Scopes,
  frame: Frame | undefined,
  stack: readonly string[],
): Run[] {
  const runs: Run[] = [];
  const base = frame?.define.body.start ?? 0;
  const hidden = frame ? new Map<number, number>() : definesToHide(masked);
  const text = withoutEmptyBranches(masked);
  const passed = branchesToPass(masked, work.decide);
  let at = 0;
  const copy = (end: number, isAction: boolean) => {
    if (end <= at) return;
    const source = { start: base + at, end: base + end };
    const shown = text.slice(at, end);
    const isChanged = isAction || shown !== masked.text.slice(at, end);
    runs.push({ text: shown, source, frame, isSame: true, isAction: isChanged, known: undefined });
    at = end;
  };
  for (const action of masked.actions) {
    const { span } = action;
    if (span.start < at) continue;
    copy(span.start, false);
    const source = { start: base + span.start, end: base + span.end };
    const passedEnd = passed.get(span.start);
    if (passedEnd !== undefined) {
      const blank = text.slice(span.start, passedEnd).replace(/\S/g, ' ');
      const whole = { start: base + span.start, end: base + passedEnd };
      runs.push({ text: blank, source: whole, frame, isSame: true, isAction: true, known: undefined });
      at = passedEnd;
      continue;
    }
    const hiddenEnd = hidden.get(span.start);
    if (hiddenEnd !== undefined) {
      at = hiddenEnd;
      continue;
    }
    const put = expandInclude(work, masked, action, scopes, frame?.action ?? source, stack);
    if (put) {
      for (const run of put) runs.push(run);
      at = span.end;
      continue;
    }
    const value = work.values ? printed(masked, action, scopes) : undefined;
    if (value) {
      runs.push({ ...value, source, frame, isSame: false, isAction: true });
      at = span.end;
    } else copy(span.end, true);
  }
  copy(text.length, false);
  return runs;
}

/**
 * The text without branches that hold nothing but `[]`, `{}` or the like: spaces instead. Beside the list of another
 * branch that is no YAML, and it says nothing.
 */
function withoutEmptyBranches({ blocks, text }: Masked): string {
  const bodies: Span[] = [];
  const alternatives = new Set<Block>();
  for (const block of blocks) {
    if (block.branches.length > 1 || (block.parent && alternatives.has(block.parent))) alternatives.add(block);
    else continue;
    for (const { body } of block.branches) {
      const value = body.end - body.start < MAX_EMPTY ? text.slice(body.start, body.end).trim() : '';
      if (/^(?:\[\s*\]|\{\s*\}|null|""|'')$/.test(value)) bodies.push(body);
    }
  }
  const edits: Edit[] = [];
  for (const span of bodies.sort((a, b) => a.start - b.start)) {
    const isInside = span.start < (edits.at(-1)?.span.end ?? 0);
    if (!isInside) edits.push({ span, text: text.slice(span.start, span.end).replace(/\S/g, ' ') });
  }
  return applyEdits(text, edits);
}

/**
 * Where branches begin and end that no cluster prints, from the action that opens one to the next `else` or `end`: their
 * condition holds nowhere, or one before it holds everywhere.
 */
function branchesToPass({ blocks }: Masked, decide: (condition: string) => boolean | undefined): Map<number, number> {
  const passed = new Map<number, number>();
  for (const { kind, branches } of blocks) {
    if (kind !== 'if') continue;
    let isOver = false;
    for (const { action, body } of branches) {
      const holds = action.kind === 'else' ? true : decide(action.source.replace(/^(?:else\s+)?if\b/, ''));
      if (isOver || holds === false) passed.set(action.span.start, body.end);
      isOver ||= holds === true;
    }
  }
  return passed;
}

/**
 * Named templates print nothing where they are defined: where each begins and ends. None when the file holds nothing
 * else, so that it can be read at all.
 */
function definesToHide({ blocks, text }: Masked): Map<number, number> {
  const defines = new Map<number, number>();
  let isOnlyDefines = true;
  let at = 0;
  for (const { kind, parent, span } of blocks) {
    if (kind !== 'define' || parent) continue;
    defines.set(span.start, span.end);
    isOnlyDefines &&= isVoid(text.slice(at, span.start));
    at = span.end;
  }
  return isOnlyDefines && isVoid(text.slice(at)) ? new Map() : defines;
}

/** Whether a text holds nothing but comments and separators. */
function isVoid(text: string): boolean {
  return text.split('\n').every((line) => /^\s*(?:#.*|---.*)?$/.test(line));
}

function expandInclude(
  work: Work,
  masked: Masked,
  action: PlacedAction,
  scopes: Scopes,
  outermost: Span,
  stack: readonly string[],
): Run[] | undefined {
  const { span, place, wholeLine, trimLeft, source } = action;
  const isBlock = place !== 'quoted' && place !== 'comment' && isBlank(masked.text.slice(span.start, span.end));
  const call = isBlock ? readInclude(source) : undefined;
  if (!call) return undefined;
  const scope = scopes(span.start);
  const name = thingOf(call.name, scope);
  const define = name?.kind === 'data' ? work.templates.get(String(name.known.value)) : undefined;
  if (!define || stack.length >= MAX_INCLUDE_DEPTH || stack.includes(define.name)) return undefined;
  if (work.expansions >= MAX_EXPANSIONS || work.length + define.masked.text.length > MAX_LENGTH) return undefined;
  work.expansions += 1;
  work.length += define.masked.text.length;
  const frame: Frame = { define, action: outermost };
  const dot = call.dot && thingOf(call.dot, scope);
  const innerScopes = scopesOf(work.chart, define.masked, dot, work.include);
  let runs = expandPart(work, define.masked, innerScopes, frame, [...stack, define.name]);
  for (const step of call.steps) runs = step(runs, frame);
  // `{{- include "x" . | indent 8 }}` is written for what begins with a line ending; other text would be joined to the
  // line before, which nobody means.
  const isJoined = wholeLine && trimLeft && call.steps.length > 0 && !beginsWithLine(runs);
  return isJoined ? [made('\n', frame, frame.define.body.start), ...runs] : runs;
}

/** Changes what a named template prints, as a function behind `|` does. */
type Step = (runs: readonly Run[], frame: Frame) => Run[];

interface IncludeCall {
  readonly name: Expression;
  readonly dot: Expression | undefined;
  /** In the order they are applied. */
  readonly steps: readonly Step[];
}

/** Deeper indentation is no YAML that anybody wrote. */
const MAX_INDENT = 200;

/** Reads `include "x" . | nindent 8` and the like; undefined when something else is done to what is printed. */
function readInclude(source: string): IncludeCall | undefined {
  if (!/\b(?:include|template)\b/.test(source)) return undefined;
  const pipeline = readPipeline(source);
  let at = pipeline && asExpression(pipeline);
  const steps: Step[] = [];
  while (at?.kind === 'call') {
    const { name, args } = at;
    if (name === 'include' || name === 'template') {
      const [called, dot] = args;
      return called && args.length <= 2 ? { name: called, dot, steps: steps.reverse() } : undefined;
    }
    const [first] = args;
    if (name === 'indent' || name === 'nindent') {
      const depth = first?.kind === 'literal' && typeof first.value === 'number' ? first.value : -1;
      if (args.length !== 2 || depth < 0 || depth > MAX_INDENT) return undefined;
      steps.push((runs, frame) => indented(runs, frame, depth, name === 'nindent'));
    } else if (name === 'trim') steps.push(trimmed);
    else if (name === 'tpl' && args.length === 2) {
      at = first;
      continue;
    } else if (name !== 'print' && name !== 'toString') return undefined;
    at = args.at(-1);
  }
  return undefined;
}

function made(text: string, frame: Frame, offset: number): Run {
  const source = { start: offset, end: offset };
  return { text, source, frame, isSame: false, isAction: false, known: undefined };
}

function indented(runs: readonly Run[], frame: Frame, depth: number, onNewLine: boolean): Run[] {
  const pad = ' '.repeat(depth);
  const result = [made(onNewLine ? `\n${pad}` : pad, frame, frame.define.body.start)];
  for (const run of runs) {
    let at = 0;
    for (let end = run.text.indexOf('\n'); end >= 0; end = run.text.indexOf('\n', at)) {
      const line = part(run, at, end + 1);
      result.push(line, made(pad, run.frame ?? frame, line.source.end));
      at = end + 1;
    }
    if (at < run.text.length) result.push(part(run, at, run.text.length));
  }
  return result;
}

function trimmed(runs: readonly Run[]): Run[] {
  let first = 0;
  let last = runs.length - 1;
  while (first <= last && isBlank(runs[first]?.text ?? '')) first += 1;
  while (last >= first && isBlank(runs[last]?.text ?? '')) last -= 1;
  const kept = runs.slice(first, last + 1);
  const [begin] = kept;
  if (begin) kept[0] = part(begin, begin.text.length - begin.text.trimStart().length, begin.text.length);
  const end = kept.at(-1);
  if (end) kept[kept.length - 1] = part(end, 0, end.text.trimEnd().length);
  return kept;
}

/** A part of a run, as offsets in its text. */
function part(run: Run, from: number, to: number): Run {
  if (from === 0 && to === run.text.length) return run;
  const { source, isSame } = run;
  const own = isSame ? { start: source.start + from, end: source.start + to } : source;
  return { ...run, text: run.text.slice(from, to), source: own };
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}

/** Whether nothing but white space stands before the first line ending. */
function beginsWithLine(runs: readonly Run[]): boolean {
  for (const { text } of runs) {
    if (/^[ \t\r]*\n/.test(text)) return true;
    if (!isBlank(text)) return false;
  }
  return false;
}

/** What an action prints, when that is known and can stand where the action stands without changing the structure. */
function printed(
  masked: Masked,
  { span, place, kind, source }: PlacedAction,
  scopes: Scopes,
): { text: string; known: Known } | undefined {
  if (!prints(kind) || place === 'comment' || masked.text[span.start] !== 'x') return undefined;
  const known = evaluate(source, scopes(span.start));
  const text = known && printedText(known.value);
  if (!known || text === undefined) return undefined;
  const isPlain = /^[\w./:@+,=%~ -]+$/.test(text) && !/^[ @%,:-]|: |[: ]$/.test(text);
  const isAlone = isEdge(masked.text[span.start - 1]) && isEdge(masked.text[span.end]);
  const fits =
    place === 'scalar'
      ? !/[\r\n]/.test(text)
      : isPlain || (place === 'plain' && isAlone && /^(?:"[\w./:@+,=%~ -]*"|'[\w./:@+,=%~ -]*')$/.test(text));
  return fits ? { text, known } : undefined;
}

/** What may stand beside a quoted string. */
function isEdge(c: string | undefined): boolean {
  return c === undefined || /[\s,[\]]/.test(c);
}
