import { sinceCondition } from '../kube/capabilities.ts';
import { formatVersion, NATIVE_SIDECARS_SINCE } from '../kube/version.ts';
import { applyEdits, type Edit, lineEnding } from '../text.ts';
import { isTrimmed } from '../yaml/guards.ts';
import { sameInTemplate } from '../yaml/meaning.ts';
import type { EditedTemplate, YamlDocument } from '../yaml/read.ts';
import type { Migration } from './migrate.ts';

/**
 * A move in a template, for clusters of every version: the lines stay where they are for those that do not run native
 * sidecars, and stand in the other list for those that do. Nothing is taken away, so old clusters get what they got.
 */
export function guarded({ text, template }: YamlDocument, plainMove: Migration): Migration {
  if ('refused' in plainMove) return plainMove;
  const [step] = plainMove.steps;
  if (!template || !step || plainMove.steps.length > 1) return { refused: 'Not offered: it is more than a move.' };
  const edits: Edit[] = [];
  for (const edit of step.edits) {
    const own = guardEdit(text, template, edit);
    if (!own) return { refused: 'Not offered: its lines cannot stand in both places.' };
    edits.push(...own);
  }
  if (edits.some((edit) => isTrimmed(template.masked, edit))) {
    return { refused: 'Not offered: a template action beside its lines trims white space.' };
  }
  const edited = applyEdits(text, edits);
  const isSame = (isNew: boolean, other: string) => {
    const [is, intended] = [edited, other].map((each) => template.see(each, (asked) => answer(asked, isNew)));
    return is?.error === undefined && sameInTemplate(is?.value(), intended?.value());
  };
  if (!isSame(true, applyEdits(text, step.edits)) || !isSame(false, text)) {
    return { refused: 'Not offered: the edited text would not mean the same.' };
  }
  const title = `${step.title}, from Kubernetes ${formatVersion(NATIVE_SIDECARS_SINCE)} on`;
  return { steps: [{ ...step, title, edits }], stays: plainMove.stays };
}

/** Whether the conditions that are written here hold, on clusters that run native sidecars and on others. */
function answer(condition: string, isNew: boolean): boolean | undefined {
  const asked = condition.trim();
  for (const root of ['', '$'] as const) {
    const own = sinceCondition(NATIVE_SIDECARS_SINCE, root);
    if (asked === own) return isNew;
    if (asked === `not (${own})`) return !isNew;
  }
  return undefined;
}

/** Lines that go get a condition instead, lines that come get the opposite one; undefined for anything else. */
function guardEdit(text: string, template: EditedTemplate, { span, text: put }: Edit): Edit[] | undefined {
  const newline = lineEnding(text);
  const condition = sinceCondition(NATIVE_SIDECARS_SINCE, rootAt(template, span.start));
  const isNew = put !== '';
  const lines = isNew ? put : text.slice(span.start, span.end);
  const pad = /^[\r\n]*([ \t]*)/.exec(lines)?.[1] ?? '';
  const open = `${pad}{{- if ${isNew ? condition : `not (${condition})`} }}`;
  const close = `${pad}{{- end }}`;
  const isBelow = /^\r?\n/.test(lines);
  const isAbove = /\r?\n$/.test(lines) && (span.start === 0 || text[span.start - 1] === '\n');
  if (lines.trim() === '' || isBelow === isAbove || (isNew && span.start !== span.end)) return undefined;
  const [before, behind] = isBelow ? [newline + open, newline + close] : [open + newline, close + newline];
  if (isNew) return [{ span, text: before + put + behind }];
  return [
    { span: { start: span.start, end: span.start }, text: before },
    { span: { start: span.end, end: span.end }, text: behind },
  ];
}

/** What stands before `.Capabilities`: in a `with` or `range` the dot is another thing. */
function rootAt({ masked }: EditedTemplate, offset: number): '' | '$' {
  for (let block = masked.blockAt(offset); block; block = block.parent) if (block.kind !== 'if') return '$';
  return '';
}
