import { containerSpan, isNativeSidecar } from '../kube/pod.ts';
import { names } from '../migrate/draft.ts';
import type { Clue, Clues } from '../sidecar/clues.ts';
import type { Workaround } from '../sidecar/workarounds.ts';
import { Lines } from '../text.ts';
import type { PodContext, Problem, Severity, Tag } from './rule.ts';

export { names };

/** The workarounds of some kinds, at most one for each line that they stand on. */
export function workaroundsOf({ workarounds, pod }: PodContext, ...kinds: Workaround['kind'][]): Workaround[] {
  const seen = new Set<string>();
  const lines = new Lines(pod.document.text);
  return workarounds.filter(({ kind, span }) => {
    if (!kinds.includes(kind)) return false;
    const key = `${kind}/${lines.lineAt(span.start)}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** Whether the containers that a workaround is about are native sidecars already. */
function isSettled({ to }: Workaround): boolean {
  return to.length > 0 && to.every(({ container }) => isNativeSidecar(container));
}

/** How a workaround is reported: it explains the sidecar beside it, or is left over once that is native. */
export function told(workaround: Workaround): {
  severity: Severity;
  tags: readonly Tag[];
  confidence: Problem['confidence'];
} {
  return isSettled(workaround)
    ? { severity: 'hint', tags: ['unnecessary'], confidence: 'certain' }
    : { severity: 'info', tags: [], confidence: 'certain' };
}

/** Points at the containers that a workaround is about. */
export function about({ pod }: PodContext, to: readonly Clues[]): Clue[] {
  return to.map(({ container, name }) => ({
    message: isNativeSidecar(container)
      ? `'${name}' is a native sidecar`
      : `'${name}' keeps this ${pod.workload.kind}'s pods running`,
    span: containerSpan(container),
  }));
}

/** What becomes of a workaround, as a sentence. */
export function outlook(workaround: Workaround): string {
  return isSettled(workaround)
    ? 'A native sidecar is stopped when the work has ended: this can go.'
    : 'A native sidecar is stopped when the work has ended: migrate the pod, and this can go.';
}
