import {
  AnnotatedTextEdit,
  type ChangeAnnotation,
  type CodeDescription,
  type CompletionItem,
  CompletionItemKind,
  type Diagnostic,
  DiagnosticSeverity,
  DiagnosticTag,
  type InlayHint,
  InsertTextMode,
  type Range,
  type TextDocumentEdit,
  TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import {
  type Analysis,
  type Completion,
  type Edit,
  type Finding,
  type Fix,
  type Lanes,
  Lines,
  type Severity,
  type Span,
  type StartHint,
  type Step,
  type Tag,
  type Timeline,
} from '../engine/index.ts';
import type { PlacedLanes, PlacedTimeline } from '../protocol/timeline.ts';

/** The name under which an editor shows the diagnostics. */
export const SOURCE = 'native-sidecars';

const PAGES = 'https://github.com/native-sidecars/native-sidecars/blob/main/docs/rules';

const SEVERITIES: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

const TAGS: Readonly<Record<Tag, DiagnosticTag>> = {
  unnecessary: DiagnosticTag.Unnecessary,
  deprecated: DiagnosticTag.Deprecated,
};

/** The page that explains a rule. */
export function rulePage(rule: string): string {
  return `${PAGES}/${rule}.md`;
}

/** LSP's range of a span. */
export function toRange(document: TextDocument, span: Span): Range {
  return { start: document.positionAt(span.start), end: document.positionAt(span.end) };
}

/** LSP's completions at an offset, in their order. */
export function toCompletions(
  document: TextDocument,
  offset: number,
  completions: readonly Completion[],
): CompletionItem[] {
  return completions.map(({ kind, label, description, insert, start }, index) => ({
    label,
    kind: kind === 'key' ? CompletionItemKind.Property : CompletionItemKind.EnumMember,
    sortText: String(index).padStart(3, '0'),
    textEdit: TextEdit.replace(toRange(document, { start, end: offset }), insert),
    ...(insert.includes('\n') && { insertTextMode: InsertTextMode.asIs }),
    ...(description !== undefined && { documentation: { kind: 'markdown', value: description } }),
  }));
}

/** LSP's diagnostic of a finding; the evidence becomes related information where the client shows it. */
export function toDiagnostic(
  document: TextDocument,
  analysis: Pick<Analysis, 'textOf'>,
  finding: Finding,
  related: boolean,
): Diagnostic {
  const diagnostic: Diagnostic = {
    range: toRange(document, finding.span),
    severity: SEVERITIES[finding.severity],
    source: SOURCE,
    code: finding.rule,
    codeDescription: { href: rulePage(finding.rule) } satisfies CodeDescription,
    message: finding.message,
  };
  if (finding.tags.length > 0) diagnostic.tags = finding.tags.map((tag) => TAGS[tag]);
  if (related && finding.evidence.length > 0) {
    diagnostic.relatedInformation = finding.evidence.map(({ message, span, file }) => {
      const text = file === undefined ? undefined : analysis.textOf(file);
      if (file === undefined || text === undefined) {
        return { message, location: { uri: document.uri, range: toRange(document, span) } };
      }
      const lines = new Lines(text);
      const range = { start: lines.position(span.start), end: lines.position(span.end) };
      return { message, location: { uri: file, range } };
    });
  }
  return diagnostic;
}

/** What the client understands of workspace edits. */
export interface EditSupport {
  readonly versioned: boolean;
  readonly annotated: boolean;
}

/**
 * LSP's workspace edit: tied to the document's version where the client knows versions, and with an annotation for each
 * step where it knows those. The edits stand in the document's order; those at one offset keep theirs.
 */
export function toWorkspaceEdit(document: TextDocument, fix: Fix, support: EditSupport): WorkspaceEdit {
  const edits = [...fix.edits].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  const replace = ({ span, text }: Edit) => TextEdit.replace(toRange(document, span), text);
  if (!support.versioned) return { changes: { [document.uri]: edits.map(replace) } };
  const textDocument = { uri: document.uri, version: document.version };
  if (!support.annotated) return { documentChanges: [{ textDocument, edits: edits.map(replace) }] };
  const steps = new Map(fix.steps.flatMap((step, index) => step.edits.map((edit) => [keyOf(edit), `${index + 1}`])));
  const annotated = edits.map((edit) => {
    const step = steps.get(keyOf(edit));
    return step === undefined
      ? replace(edit)
      : AnnotatedTextEdit.replace(toRange(document, edit.span), edit.text, step);
  });
  return {
    documentChanges: [{ textDocument, edits: annotated } satisfies TextDocumentEdit],
    changeAnnotations: Object.fromEntries(
      fix.steps.map((step, index) => [`${index + 1}`, toAnnotation(step, index === 0 ? fix.stays : [])]),
    ),
  };
}

function toAnnotation({ title, also, review }: Step, stays: readonly string[]): ChangeAnnotation {
  const description = [...also, ...stays].join('; ');
  return { label: title, ...(description && { description }), needsConfirmation: review };
}

function keyOf({ span, text }: Edit): string {
  return `${span.start} ${span.end} ${text}`;
}

/** LSP's inlay hint of what is said behind a container's name. */
export function toInlayHint(document: TextDocument, { span, label, meaning }: StartHint): InlayHint {
  return { position: document.positionAt(span.end), label, tooltip: meaning, paddingLeft: true };
}

/** The timeline with LSP's ranges. */
export function toPlacedTimeline(document: TextDocument, timeline: Timeline): PlacedTimeline {
  const place = (part: Lanes): PlacedLanes => ({
    ...part,
    lanes: part.lanes.map(({ span, ...lane }) => ({ ...lane, range: span && toRange(document, span) })),
  });
  return { ...timeline, before: place(timeline.before), after: timeline.after && place(timeline.after) };
}
