import { type Container, containerSpan, isNativeSidecar, type Pod } from '../kube/pod.ts';
import { atLeast, NATIVE_SIDECARS_SINCE } from '../kube/version.ts';
import { podsOf } from '../kube/workload.ts';
import { answers, questionOf, startedOf } from '../sidecar/probe.ts';
import { entry, spanOf } from '../yaml/read.ts';
import type { Mend, Rule } from './rule.ts';

/** A probe asks at the pod's address, where its program does not answer. */
export const unreachableStartupProbe: Rule = {
  id: 'unreachable-startup-probe',
  title: 'A probe asks where the program does not answer',
  severity: () => 'warning',

  *check({ pod, clues, versions }) {
    for (const each of clues) {
      const { container, name, daemon } = each;
      if (!daemon) continue;
      const isNative = isNativeSidecar(container);
      if (isNative && !atLeast(versions.lowest, NATIVE_SIDECARS_SINCE)) continue;
      for (const field of ['startupProbe', 'livenessProbe'] as const) {
        const question = questionOf(pod, container, field);
        const started = question && startedOf(pod, each);
        const answer = started && answers(daemon.family, started, question);
        if (answer?.verdict !== 'fails') continue;
        const blocks = isNative && field === 'startupProbe';
        const outcome = blocks
          ? `so ${podsOf(pod.workload)} never get to the work`
          : 'so the kubelet stops the container again and again';
        const key = entry(pod.document, container.map, field)?.key;
        const { flag, why } = answer;
        yield {
          message: `The ${field} of '${name}' asks at the pod's address, and ${why}: it cannot succeed, ${outcome}.${flag ? ` Add ${flag}.` : ''}`,
          span: key ? spanOf(key) : containerSpan(container),
          confidence: 'likely',
          container,
          evidence: [daemon.clue],
          ...(flag === undefined ? {} : withFlag(pod, container, flag)),
        };
      }
    }
  },
};

/** The fix that adds an argument, where the container spells its own out. */
function withFlag(pod: Pod, container: Container, flag: string): { mend?: () => Mend } {
  const list = container.args ? 'args' : 'command';
  const words = container[list]?.map(({ value }) => value) ?? [];
  if (words.length === 0 || words.includes('--')) return {};
  return {
    mend: () => ({
      title: `Add ${flag}`,
      safe: false,
      changes: [{ kind: 'set', path: [...pod.path, container.list, container.index, list], value: [...words, flag] }],
    }),
  };
}
