import type { Container, Pod } from '../kube/pod.ts';
import { applyEdits, type Edit, Lines, lineEnding, type Span } from '../text.ts';
import { means, plain } from '../yaml/meaning.ts';
import { spanOf } from '../yaml/read.ts';
import { NO_REASON } from './directive.ts';

/**
 * The comment that hides a finding of a rule, above its container or else above its own line; undefined where no comment
 * fits. Spans are offsets in the pod's document.
 */
export function commentAbove(pod: Pod, rule: string, span: Span, container: Container | undefined): Edit | undefined {
  const { document } = pod;
  const lines = new Lines(document.text);
  const value = plain(document.value());
  for (const offset of container ? [spanOf(container.item).start, span.start] : [span.start]) {
    const edit = commentLine(lines, offset, rule);
    // Inside a scalar it would be text.
    if (means(document, applyEdits(document.text, [edit]), value)) return edit;
  }
  return undefined;
}

/** A comment line above the line of an offset, indented like it. */
export function commentLine(lines: Lines, offset: number, rule: string): Edit {
  const line = lines.lineAt(offset);
  const start = lines.start(line);
  const indent = /^\s*/.exec(lines.content(line))?.[0] ?? '';
  const text = `${indent}# native-sidecars-ignore ${rule}: ${NO_REASON}${lineEnding(lines.text)}`;
  return { span: { start, end: start }, text };
}

/** The comment that hides all findings of a rule in a file. What must be its first line stays so. */
export function commentOnTop(text: string, rule: string): Edit {
  const at = /^(?:#!.*\r?\n|#[ \t]*(?:syntax|escape|check)=.*\r?\n|%.*\r?\n)*/.exec(text)?.[0].length ?? 0;
  const comment = `# native-sidecars-ignore-file ${rule}: ${NO_REASON}${lineEnding(text)}`;
  return { span: { start: at, end: at }, text: comment };
}
