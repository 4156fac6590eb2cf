import {
  type CodeDescription,
  type Diagnostic,
  DiagnosticSeverity,
  DiagnosticTag,
  type Range,
  type TextDocumentEdit,
  TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Edit, Finding, Severity, Span, Tag } from '../engine/index.ts';

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

/** LSP's diagnostic of a finding; the evidence becomes related information where the client shows it. */
export function toDiagnostic(document: TextDocument, finding: Finding, related: boolean): Diagnostic {
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
    diagnostic.relatedInformation = finding.evidence.map(({ message, span }) => ({
      message,
      location: { uri: document.uri, range: toRange(document, span) },
    }));
  }
  return diagnostic;
}

/** LSP's workspace edit: tied to the document's version where the client knows versions. */
export function toWorkspaceEdit(document: TextDocument, edits: readonly Edit[], versioned: boolean): WorkspaceEdit {
  const changes = edits.map(({ span, text }) => TextEdit.replace(toRange(document, span), text));
  if (!versioned) return { changes: { [document.uri]: changes } };
  const textDocument = { uri: document.uri, version: document.version };
  return { documentChanges: [{ textDocument, edits: changes } satisfies TextDocumentEdit] };
}
