import { type Branch, branchAt } from '../helm/actions.ts';
import { expand } from '../helm/include.ts';
import { isTemplate, type Masked, mask } from '../helm/mask.ts';
import { isPrinted, scopesOf } from '../helm/scopes.ts';
import { type Define, includeWith, indexTemplates } from '../helm/templates.ts';
import { ROOT } from '../helm/values.ts';
import { once } from '../once.ts';
import type { Span } from '../text.ts';
import { conditionsAt } from '../yaml/guards.ts';
import { readYaml, type YamlDocument } from '../yaml/read.ts';
import type { ChartFiles } from './files.ts';

/** A text's chart, and where the text lies in it. */
export interface InChart {
  readonly files: ChartFiles;
  /** Path in the chart. */
  readonly path: string;
}

/** Where a span of what was read comes from. */
export interface Place {
  /** In the template: the part itself, or the action that puts it there. */
  readonly span: Span;
  /**
   * Where it is spelled out, when that is a named template: the file as the host names it, the span in it, and what the
   * template holds.
   */
  readonly define:
    | { readonly name: string; readonly file: string; readonly span: Span; readonly template: Define | undefined }
    | undefined;
}

/** A document of a template that was made readable: one text to find things in. */
export interface TemplateDocument {
  /** With named templates put in and values filled in. Its spans are not those of the template. */
  readonly document: YamlDocument;
  /** Where a span of `document` comes from. */
  place(span: Span): Place;
  /**
   * The template with its actions hidden, to be edited: its spans are those of the template. Undefined when it does not
   * parse.
   */
  edited(): YamlDocument | undefined;
}

/** Whether a condition holds wherever the chart is installed; undefined when that differs or nobody knows. */
export type Decide = (condition: string) => boolean | undefined;

const NO_TEMPLATES = indexTemplates(new Map());

/**
 * Reads a document of a template; without its chart no named template is put in and no value is known. Undefined when the
 * text is none: it has no actions in its structure, and is YAML in spite of others. `known` is the text masked, by those
 * who have it already, `decide` what is known of conditions.
 */
export function readTemplateDocument(
  text: string,
  chart: InChart | undefined,
  known?: Masked,
  decide?: Decide,
): TemplateDocument | undefined {
  if (!text.includes('{{')) return undefined;
  const masked = known?.source === text ? known : mask(text);
  if (!isTemplate(masked) && readYaml(text).error === undefined) return undefined;
  return readMasked(masked, chart, decide);
}

function readMasked(masked: Masked, chart: InChart | undefined, decide: Decide | undefined): TemplateDocument {
  const text = masked.source;
  const templates = chart?.files.templates ?? NO_TEMPLATES;
  const values = chart && { chart: chart.files.chartOf(chart.path) };
  const view = expand(masked, { templates, ...values, ...(decide && { decide }) });
  const document = readYaml(view.text);
  if (document.error !== undefined) {
    const written = ({ start, end }: Span) => text.slice(start, end);
    const hidden = { ...readYaml(masked.text), written, branchAt: (offset: number) => branchIn(masked, offset) };
    return { document: hidden, place: (span) => ({ span, define: undefined }), edited: () => undefined };
  }
  const placed = (span: Span) => {
    const { define, span: own } = view.origin(span);
    return { span: own, define, named: define && templates.get(define.name) };
  };
  const written = (span: Span) => {
    const { define, span: own } = placed(span);
    const { start, end } = define?.span ?? own;
    return (define ? (chart?.files.files.get(define.file) ?? '') : text).slice(start, end);
  };
  const inBranch = (offset: number) => {
    const { define, named, span } = placed({ start: offset, end: offset + 1 });
    const inner = define && named && branchIn(named.masked, define.span.start - named.body.start);
    return inner ?? branchIn(masked, span.start);
  };
  const conditions = (offset: number) => {
    const { define, named, span } = placed({ start: offset, end: offset + 1 });
    const inner = define && named ? conditionsAt(named.masked, define.span.start - named.body.start) : [];
    return [...conditionsAt(masked, span.start), ...inner];
  };
  const scopes = once(() => values && scopesOf(values.chart, masked, ROOT, includeWith(values.chart, templates)));
  const startOf = (offset: number) => placed({ start: offset, end: offset + 1 }).span.start;
  const printed = (offset: number, around: number) => {
    const known = scopes();
    return known && isPrinted(masked, startOf(offset), startOf(around), known);
  };
  const seen = { ...document, written, branchAt: inBranch, conditionsAt: conditions, isPrinted: printed };
  return {
    document: seen,
    edited: () => openTemplate(masked, seen, (span) => unlessNamed(placed(span)), chart, decide),
    place(span) {
      const { define, named, span: own } = placed(span);
      return {
        span: own,
        define: define && { ...define, template: named, file: `${chart?.files.root ?? ''}${define.file}` },
      };
    },
  };
}

function unlessNamed({ span, define }: { readonly span: Span; readonly define: unknown }): Span | undefined {
  return define ? undefined : span;
}

function openTemplate(
  masked: Masked,
  seen: YamlDocument,
  placeOf: (span: Span) => Span | undefined,
  chart: InChart | undefined,
  decide: Decide | undefined,
): YamlDocument | undefined {
  const document = readYaml(masked.text);
  if (document.error !== undefined) return undefined;
  const text = masked.source;
  const written = ({ start, end }: Span) => text.slice(start, end);
  const read = (edited: string) => readMasked(mask(edited), chart, decide).edited();
  const see = (edited: string, known: Decide) => readMasked(mask(edited), chart, known).document;
  return { ...document, text, written, template: { masked, seen, placeOf, read, see } };
}

function branchIn(masked: Masked, offset: number): Branch | undefined {
  const block = masked.blockAt(offset);
  return block && branchAt(block, offset);
}
