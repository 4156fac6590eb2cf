import { type Analysis, type Finding, formatVersion, Lines, type Span } from '../../engine/index.ts';
import type { Checked } from './checked.ts';

/** The JSON report, version 1, as docs/json-output.schema.json describes it. Scripts depend on it. */
export function reportJson(checked: readonly Checked[]): string {
  const files = checked.map(({ path, analysis, versions, origin }) => {
    const lines = new Lines(analysis.text);
    return {
      path,
      kubernetes: {
        lowest: formatVersion(versions.lowest),
        highest: formatVersion(versions.highest),
        source: origin.source,
        ...(origin.file !== undefined && { file: origin.file }),
      },
      findings: analysis.findings.map((finding) => findingOf(finding, lines, analysis)),
      suppressed: analysis.suppressed.map(({ finding, reason }) => ({
        ...findingOf(finding, lines, analysis),
        reason,
      })),
      skipped: analysis.skipped.map(({ document, reason }) => ({ document, reason })),
    };
  });
  const summary = {
    files: files.length,
    documents: checked.reduce((sum, { analysis }) => sum + analysis.documents, 0),
    findings: files.reduce((sum, { findings }) => sum + findings.length, 0),
  };
  return `${JSON.stringify({ version: 1, files, summary }, null, 2)}\n`;
}

function findingOf(finding: Finding, lines: Lines, analysis: Analysis) {
  const rangeIn = (at: Lines, span: Span) => ({ start: at.position(span.start), end: at.position(span.end) });
  const range = (span: Span) => rangeIn(lines, span);
  const fix = finding.fix();
  const fixable = fix !== undefined && 'edits' in fix;
  return {
    rule: finding.rule,
    severity: finding.severity,
    confidence: finding.confidence,
    message: finding.message,
    document: finding.document,
    workload: {
      kind: finding.workload.kind,
      name: finding.workload.name ?? null,
      namespace: finding.workload.namespace ?? null,
    },
    ...(finding.source !== undefined && { source: finding.source }),
    container: finding.container ?? null,
    range: range(finding.span),
    evidence: finding.evidence.map(({ message, span, file }) =>
      file === undefined
        ? { message, range: range(span) }
        : { message, file, range: rangeIn(new Lines(analysis.textOf(file) ?? ''), span) },
    ),
    fixable,
    safe: fixable && fix.safe,
  };
}
