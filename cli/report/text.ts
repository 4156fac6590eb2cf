import { styleText } from 'node:util';
import { Lines, type Severity, type Span } from '../../engine/index.ts';
import type { Checked } from './checked.ts';

const COLOURS = { error: 'red', warning: 'yellow', info: 'blue', hint: 'gray' } as const;

/** The report for people: a line and a code frame for each finding, and a summary. */
export function reportText(checked: readonly Checked[], colour: boolean): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  const out: string[] = [];
  const counts: Record<Severity, number> = { error: 0, warning: 0, info: 0, hint: 0 };
  for (const { path, analysis } of checked) {
    if (analysis.findings.length === 0 && analysis.skipped.length === 0) continue;
    const lines = new Lines(analysis.text);
    const place = (span: Span, file?: string) => {
      const at = file === undefined ? lines : new Lines(analysis.textOf(file) ?? '');
      const { line, character } = at.position(span.start);
      return `${file ?? path}:${line + 1}:${character + 1}`;
    };
    for (const { document, span, reason } of analysis.skipped) {
      out.push(`${place(span)} document ${document} was not checked: ${reason}`, '');
    }
    for (const { severity, message, rule, span, evidence, source } of analysis.findings) {
      counts[severity] += 1;
      const from = source === undefined ? '' : ` (${source})`;
      out.push(`${place(span)}${from} ${paint(COLOURS[severity], severity)} ${message} (${rule})`);
      out.push(...frame(lines, span, (text) => paint(COLOURS[severity], text)));
      for (const each of evidence) out.push(`  ${paint('gray', `${place(each.span, each.file)} ${each.message}`)}`);
      out.push('');
    }
  }
  const documents = checked.reduce((sum, { analysis }) => sum + analysis.documents, 0);
  const found = (Object.keys(counts) as Severity[]).filter((severity) => counts[severity] > 0);
  const what = found.map((severity) =>
    severity === 'info' ? `${counts.info} info` : plural(counts[severity], severity),
  );
  out.push(
    `${plural(checked.length, 'file')}, ${plural(documents, 'document')}: ${what.join(', ') || 'nothing found'}`,
  );
  return `${out.join('\n')}\n`;
}

/** The line of a finding with a marker under it. */
function frame(lines: Lines, span: Span, paint: (text: string) => string): string[] {
  const { line, character } = lines.position(span.start);
  const content = lines.content(line);
  if (content.length > 200) return [];
  const number = String(line + 1);
  const length = Math.max(1, Math.min(span.end, lines.end(line)) - span.start);
  const gap = content.slice(0, character).replace(/[^\t]/g, ' ');
  return [`  ${number} | ${content}`, `  ${' '.repeat(number.length)} | ${gap}${paint('^'.repeat(length))}`];
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
