import type { Place } from '../chart/document.ts';
import { type Block, branchAt } from '../helm/actions.ts';
import type { Masked } from '../helm/mask.ts';
import type { Define } from '../helm/templates.ts';
import { type Container, nameOf, type Pod } from '../kube/pod.ts';
import { applyEdits, type Edit, Lines, type Span } from '../text.ts';
import { conditionsAt, guardsOf, isBare, isTrimmed, printsAt } from '../yaml/guards.ts';
import { plain, sameInTemplate } from '../yaml/meaning.ts';
import { CannotEdit, leadingComments, openPage, type Page, removeLines } from '../yaml/page.ts';
import { putItems } from '../yaml/put-items.ts';
import { asSeq, isFlow, spanOf, type YamlDocument } from '../yaml/read.ts';
import type { Migration } from './migrate.ts';

/** A container that an `include` prints, and how the pod around it is edited. */
export interface Included {
  readonly container: Container;
  /** The pod with named templates put in. */
  readonly seen: Pod;
  /** The same pod as it is written. */
  readonly own: Pod;
  /** Where a span of what was seen comes from. */
  place(span: Span): Place;
}

/**
 * Moves a container that a named template prints: the line with the `include` goes to `initContainers`, and
 * `restartPolicy: Always` is written below it, as the last field of what it prints; where it may print nothing, both stand
 * under the condition that it prints something. The named template stays as it is for all others that include it.
 */
export function moveIncluded(included: Included): Migration {
  try {
    const obstacle = obstacleOf(included);
    if (obstacle) return refuse(`${obstacle}. ${ADVICE}`);
    const edits = editsOf(included);
    const lost = whatIsLost(included, edits);
    if (lost) return refuse(lost);
    const title = `Move the include of '${nameOf(included.container)}' to initContainers, with restartPolicy: Always`;
    return { steps: [{ title, also: [], review: false, edits }], stays: [] };
  } catch (error) {
    if (error instanceof CannotEdit) return refuse(error.message);
    if (error instanceof RangeError) return { refused: 'Not offered: its lines belong to more than it.' };
    throw error;
  }
}

const ADVICE = 'If only Jobs include it, add restartPolicy: Always there and include it under initContainers';

function refuse(reason: string): { readonly refused: string } {
  return { refused: `Not offered: ${reason}.` };
}

function obstacleOf({ container, seen, own, place }: Included): string | undefined {
  const { span, define } = place(spanOf(container.item));
  const template = own.document.template;
  if (!define || !template) return 'nobody knows where it is written';
  const source = own.document.text.slice(span.start, span.end);
  if (!new RegExp(`\\b(?:include|template)\\s+"${escaped(define.name)}"`).test(source)) {
    return `the named template "${define.name}" prints it, and another one includes that`;
  }
  const others = [...seen.containers, ...seen.initContainers].filter(
    (each) => each.item !== container.item && place(spanOf(each.item)).span.start === span.start,
  );
  if (others.length > 0) return `the named template "${define.name}" prints more containers than it`;
  const { template: named } = define;
  if (named && isOneOfMore(named, define.span.start)) {
    return `the named template "${define.name}" prints more containers than it`;
  }
  if (named && conditionAround(named, define.span.start) && !/\binclude\b/.test(source)) {
    return `the named template "${define.name}" prints it under a condition and is not included`;
  }
  if (container.restartPolicy) return `the named template "${define.name}" gives it a restartPolicy already`;
  if (container.has('restartPolicyRules')) return `the named template "${define.name}" gives it restartPolicyRules`;
  if (seen.containers.length < 2) return 'a pod needs a regular container';
  const list = asSeq(own.document, own.containersEntry?.value);
  if (!list || list.items.length === 0 || isFlow(list)) return 'every container comes from a named template';
  if (own.containersEntry?.map !== own.spec) return 'the list of containers comes from a merge key';
  return undefined;
}

/** Whether a named template may print other containers beside one, or it several times. `offset` is its place in the file. */
function isOneOfMore(define: Define, offset: number): boolean {
  const { masked } = define;
  const { length } = masked.text;
  const at = offset - define.body.start;
  const first = masked.text.lastIndexOf('\n', at - 1) + 1;
  const around = conditionAround(define, offset);
  const end = (around && branchAt(around, at)?.body.end) ?? length;
  for (let block = around; block; block = block.parent) if (block.kind === 'range') return true;
  const isAlone = isBare(masked, { start: 0, end: first }) && isBare(masked, { start: end, end: length });
  const dash = masked.text.slice(first, at).indexOf('-');
  return !isAlone || printsAt({ masked, lines: new Lines(masked.text) }, { start: at, end }, dash);
}

/** The innermost condition in a named template around an offset of its file. */
function conditionAround({ masked, body }: Define, offset: number): Block | undefined {
  return masked.blockAt(offset - body.start);
}

/** What an action prints, as an expression: without what only indents it. */
function printedBy({ actionsIn }: Masked, span: Span): string | undefined {
  return actionsIn(span)[0]?.source.replace(/\s*\|\s*n?indent\s+\d+\s*$/, '');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function editsOf({ container, seen, own, place }: Included): Edit[] {
  const page = openPage(own.document);
  const { masked } = own.document.template ?? {};
  const { containersEntry } = own;
  if (!masked || !containersEntry) throw new CannotEdit('nobody knows where it is written');
  const { span, define } = place(spanOf(container.item));
  const { lines } = page;
  const [start, end] = [lines.lineAt(span.start), lines.lineAt(span.end - 1)];
  const isAlone = /^\s*(?:-\s*)?$/.test(own.document.text.slice(lines.start(start), span.start));
  if (!isAlone || own.document.text.slice(span.end, lines.end(end)).trim() !== '') {
    throw new CannotEdit('its include shares a line with other text');
  }
  const [dash, key] = columnsOf(seen.document, container);
  const sheet = { masked, lines };
  const guarded = guardsOf(sheet, spanOf(containersEntry.key).start, span.start, start, end);
  if (guarded.obstacle) throw new CannotEdit(guarded.obstacle);
  const first = leadingComments(page, guarded.first, lines.lineAt(spanOf(containersEntry.key).end), dash);
  const rows = rowsOf(page, first, guarded.last);
  const test = define?.template && conditionAround(define.template, define.span.start) && printedBy(masked, span);
  const margin = ' '.repeat(dash);
  const opening = guarded.opening > 0 ? start - first : 0;
  rows.splice(end - first + 1, 0, `${' '.repeat(key)}restartPolicy: Always`, ...(test ? [`${margin}{{- end }}`] : []));
  if (test) rows.splice(opening, 0, `${margin}{{- if ${test} | trim }}`);
  const piece = {
    text: rows.join(page.newline),
    column: dash,
    span: { start: lines.start(first), end: lines.start(guarded.last + 1) },
    opening: test ? opening + 1 : opening,
  };
  const target = { name: 'initContainers', source: containersEntry, target: own.initContainersEntry };
  const edits = putItems(page, [piece], { ...target, place: 'before' });
  return [...edits, removeLines(lines, first, guarded.last)];
}

function rowsOf({ lines }: Page, first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => lines.content(first + index));
}

/** The columns at which the container's dash and its fields are printed. */
function columnsOf({ text }: YamlDocument, { map, item }: Container): [dash: number, key: number] {
  const start = spanOf(map).start;
  const line = text.lastIndexOf('\n', start - 1) + 1;
  const dash = text.indexOf('-', line);
  if (spanOf(item).start !== start || dash < 0 || dash >= start || text.slice(dash + 1, start).trim() !== '') {
    throw new CannotEdit('the named template prints it in an unusual way');
  }
  return [dash - line, start - line];
}

/** Why the edits may change more than is meant, as half a sentence. */
function whatIsLost({ container, seen, own }: Included, edits: readonly Edit[]): string | undefined {
  const { template, text } = own.document;
  if (!template) return 'nobody knows where it is written';
  const { masked } = template;
  if (edits.some((edit) => isTrimmed(masked, edit) || /-\}\}\s*$/.test(edit.text))) {
    return 'a template action beside its lines trims white space';
  }
  const conditions = [edits[0]?.span.start ?? 0, spanOf(own.containersEntry?.key ?? own.spec).start].map((offset) =>
    conditionsAt(masked, offset).join('\n'),
  );
  if (conditions[0] !== conditions[1]) return 'the lists stand under different conditions';
  const after = template.read(applyEdits(text, edits));
  const intended = plain(template.seen.value());
  let spec = intended as Record<string, unknown> | undefined;
  for (const step of seen.path) spec = spec?.[step] as Record<string, unknown> | undefined;
  if (!after?.template || !spec || !Array.isArray(spec.containers)) return 'the edited text would not mean the same';
  const [moved] = spec.containers.splice(container.index, 1) as Record<string, unknown>[];
  const init = (spec.initContainers as unknown[] | null | undefined) ?? [];
  spec.initContainers = [...init, { ...moved, restartPolicy: 'Always' }];
  return sameInTemplate(after.template.seen.value(), intended)
    ? undefined
    : 'with the named templates put in it would not mean the same';
}
