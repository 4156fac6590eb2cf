import type { Span } from '../text.ts';
import type { Define } from './templates.ts';
import type { Known } from './values.ts';

/** A place in a named template. */
export interface DefinePlace {
  readonly name: string;
  readonly file: string;
  /** In the file's text. */
  readonly span: Span;
}

/** Where a part of a view comes from. */
export interface ViewOrigin {
  /**
   * In the template: the part itself, or the action that puts it there (for a part of a named template the outermost
   * `include`, for a value the action that prints it).
   */
  readonly span: Span;
  /** Where it stands when it comes from a named template: the innermost one. */
  readonly define: DefinePlace | undefined;
  /** Whether the template holds the same text, character for character, and no action: it may be edited there. */
  readonly isVerbatim: boolean;
}

/** A value that stands in the view in place of the action that prints it. */
export interface PrintedValue extends Known {
  /** In the view. */
  readonly span: Span;
}

/** A template made readable: a text to parse as YAML, and the way back. */
export interface View {
  readonly text: string;
  /** Where a span of the view comes from. */
  origin(span: Span): ViewOrigin;
  /** Where an offset of the template lies in the view; of an action that is replaced, its replacement's start. */
  offsetOf(offset: number): number;
  /** The values that were filled in, in their order: what is read there holds for the chart's values only. */
  readonly values: readonly PrintedValue[];
  /** Files of the named templates that the view depends on. */
  readonly files: ReadonlySet<string>;
}

/** The body of a named template that is being put in. */
export interface Frame {
  readonly define: Define;
  /** The outermost `include`, in the template. */
  readonly action: Span;
}

/** A run of text in the view. */
export interface Run {
  readonly text: string;
  /** Where it comes from: in the frame's file, in the template when there is no frame. */
  readonly source: Span;
  readonly frame: Frame | undefined;
  /** Whether the source holds the same text; else it stands for the source as a whole. */
  readonly isSame: boolean;
  /** Whether an action stands at the source. */
  readonly isAction: boolean;
  readonly known: Known | undefined;
}

/** Joins the runs of a view. */
export function viewOf(runs: readonly Run[], files: ReadonlySet<string>): View {
  const starts: number[] = [];
  let length = 0;
  const values: PrintedValue[] = [];
  for (const { text, known } of runs) {
    starts.push(length);
    if (known) values.push({ ...known, span: { start: length, end: length + text.length } });
    length += text.length;
  }
  const runAt = (offset: number) => Math.max(0, lastAtOrBefore(starts, offset));
  return {
    text: runs.map(({ text }) => text).join(''),
    values,
    files,
    origin(span) {
      const from = runAt(span.start);
      const to = Math.max(from, runAt(Math.max(span.start, span.end - 1)));
      const [first, last] = [runs[from], runs[to]];
      if (!first || !last) return { span: { start: 0, end: 0 }, define: undefined, isVerbatim: true };
      const begin = sourceOf(first, span, starts[from] ?? 0);
      const end = sourceOf(last, span, starts[to] ?? 0);
      const outer = {
        start: (first.frame?.action ?? begin).start,
        end: (last.frame?.action ?? end).end,
      };
      const isVerbatim =
        runs.slice(from, to + 1).every(({ frame, isSame, isAction }) => !frame && isSame && !isAction) &&
        outer.end - outer.start === span.end - span.start;
      return {
        span: outer,
        define: definePlace(first, begin, last === first || first.frame === last.frame ? end : undefined),
        isVerbatim,
      };
    },
    offsetOf(offset) {
      let low = 0;
      let high = runs.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        const run = runs[middle] as Run;
        if ((run.frame?.action ?? run.source).end <= offset) low = middle + 1;
        else high = middle;
      }
      const run = runs[low];
      if (!run) return length;
      const start = starts[low] ?? 0;
      return run.isSame && !run.frame ? start + Math.max(0, offset - run.source.start) : start;
    },
  };
}

function lastAtOrBefore(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The part of a run's source that a span of the view covers. */
function sourceOf({ source, isSame, text }: Run, span: Span, start: number): Span {
  if (!isSame) return source;
  const from = Math.min(Math.max(span.start - start, 0), text.length);
  const to = Math.min(Math.max(span.end - start, from), text.length);
  return { start: source.start + from, end: source.start + to };
}

function definePlace({ frame, source }: Run, begin: Span, end: Span | undefined): DefinePlace | undefined {
  if (!frame) return undefined;
  const { name, file } = frame.define;
  return { name, file, span: { start: begin.start, end: Math.max(begin.end, end?.end ?? source.end) } };
}
