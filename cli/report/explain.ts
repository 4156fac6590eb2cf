import { type ExplainedItem, type Explanation, Lines } from '../../engine/index.ts';

/** The explanation for people: each container of each pod with what speaks for and against a sidecar, by weight. */
export function reportExplanation(path: string, text: string, { pods, silences }: Explanation): string {
  const lines = new Lines(text);
  const line = (offset: number) => lines.lineAt(offset) + 1;
  const out: string[] = [];
  for (const { workload, span, containers } of pods) {
    out.push(`${path}:${line(span.start)} ${workload.kind}${workload.name === undefined ? '' : ` '${workload.name}'`}`);
    for (const { name, verdict, items } of containers) {
      out.push(`  ${name}: ${verdict}`);
      for (const item of items) {
        out.push(
          `    ${sign(item).padEnd(9)} ${item.strength.padEnd(7)} ${item.message} (line ${line(item.span.start)})`,
        );
      }
    }
    out.push('');
  }
  for (const { kind, span, reason } of silences) {
    out.push(`${path}:${line(span.start)} ${kind ?? 'this document'} is not checked: ${reason}`, '');
  }
  if (out.length === 0) out.push(`${path}: nothing here has containers`, '');
  return out.join('\n');
}

/** In brackets what a weightier item against takes away. */
function sign({ speaks, isTakenAway }: ExplainedItem): string {
  return isTakenAway ? `(${speaks})` : speaks;
}
