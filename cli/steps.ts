import type { Analysis, Edit, Finding, Fix, FixAllOptions } from '../engine/index.ts';

/**
 * The steps of a chosen fix as comment lines above its diff: numbered over each pod, and with a line that names the
 * workload when there are findings in several pods.
 */
export function describeSteps(analysis: Analysis, chosen: Fix, options: FixAllOptions): string {
  const isChosen = new Set(chosen.edits.map(keyOf));
  const pods = new Map<string, Finding[]>();
  for (const finding of analysis.findings) pods.set(finding.pod, [...(pods.get(finding.pod) ?? []), finding]);
  const lines: string[] = [];
  for (const findings of pods.values()) {
    const fix = analysis.fixAll(findings, options);
    // What is fine for one pod may be refused for the document that it shares with others.
    if (!fix?.edits.every((edit) => isChosen.has(keyOf(edit)))) continue;
    const { kind, name } = findings[0]?.workload ?? {};
    if (pods.size > 1) lines.push([kind, name].filter(Boolean).join(' '));
    for (const [index, { title, also }] of fix.steps.entries()) {
      const number = `${index + 1}. `;
      lines.push(number + title, ...also.map((each) => `${' '.repeat(number.length)}also: ${each}`));
    }
    lines.push(...fix.stays.map((each) => `   stays: ${each}`));
  }
  return lines.map((line) => `# ${line.replace(/[\r\n]+/g, ' ')}\n`).join('');
}

function keyOf({ span, text }: Edit): string {
  return `${span.start} ${span.end} ${text}`;
}
