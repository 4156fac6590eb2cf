import { isNativeSidecar } from '../kube/pod.ts';
import { leaks } from '../shell/leaks.ts';
import type { Workaround } from '../sidecar/workarounds.ts';
import type { Rule } from './rule.ts';
import { about, names, workaroundsOf } from './story.ts';

/** What ends the sidecar is skipped when the work fails: the Job hangs exactly when something went wrong. */
export const workaroundLeaksOnFailure: Rule = {
  id: 'workaround-leaks-on-failure',
  title: 'A sidecar is not ended when the work fails',
  severity: () => 'warning',

  *check(context) {
    // With OnFailure the work is started again in the same pod, and needs its sidecar.
    if (context.pod.restartPolicy === 'OnFailure') return;
    const sidecars = context.roles.filter(({ role }) => role === 'sidecar').map(({ container }) => container);
    const told = new Set<unknown>();
    for (const workaround of workaroundsOf(context, 'kill', 'quit', 'signal')) {
      const { clues, to, span, act, hook } = workaround;
      const { script, container } = clues;
      const isDone = to.some((each) => isNativeSidecar(each.container)) || sidecars.includes(container);
      const isKnown = to.length === 0 || to.some((each) => sidecars.includes(each.container));
      if (!script || !act || hook || isDone || !isKnown || told.has(script) || isNativeSidecar(container)) continue;
      const acts = context.workarounds.filter((each) => each.clues === clues && isSame(each, workaround));
      const reason = leaks(script, act.node, new Set(acts.flatMap((each) => each.act?.node ?? [])));
      if (!reason) continue;
      told.add(script);
      const ended = to.length > 0 ? names(to) : 'the sidecar';
      yield {
        message: `When the work fails, nothing ends ${ended}: ${reason}. The ${context.pod.workload.kind} then hangs.`,
        span,
        confidence: 'certain',
        container,
        evidence: about(context, to),
      };
    }
  },
};

function isSame({ kind, hook }: Workaround, other: Workaround): boolean {
  return !hook && kind === other.kind;
}
