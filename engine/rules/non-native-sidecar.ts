import { type Container, containerSpan, isNativeSidecar, nameOf, type Pod } from '../kube/pod.ts';
import { podsOf } from '../kube/workload.ts';
import { EVIDENCE, type Evidence } from '../sidecar/evidence.ts';
import { spanOf, type YamlNode } from '../yaml/read.ts';
import { hangsOnOld } from './old-versions.ts';
import { brokenPatches } from './patches.ts';
import { restartPolicyProblems } from './restart-policy-on-regular-container.ts';
import type { Rule } from './rule.ts';

/** A regular container that does not end by itself keeps the pods of a Job running for ever. */
export const nonNativeSidecar: Rule = {
  id: 'non-native-sidecar',
  title: 'A sidecar among the regular containers keeps the Job from completing',
  severity: (confidence) => (confidence === 'possible' ? 'info' : 'warning'),

  *check(context) {
    const { pod, roles, patches, versions } = context;
    const onOld = hangsOnOld(pod, versions);
    const others = roles.filter(({ role }) => role !== 'sidecar' && role !== 'killer');
    for (const { role, container, confidence, evidence } of roles) {
      if (role !== 'sidecar' || isGuarded(pod, container)) continue;
      // What its restartPolicy does is told instead.
      if (restartPolicyProblems(context, container).length > 0) continue;
      const name = `Container '${nameOf(container)}'`;
      const ended = `after ${work(others.map((other) => nameOf(other.container)))} finished`;
      yield {
        message:
          confidence === 'possible'
            ? `${name} may keep ${podsOf(pod.workload)} running ${ended}. If it never ends by itself, make it a native sidecar.${onOld}`
            : `${name} keeps ${podsOf(pod.workload)} running ${ended}. Make it a native sidecar.${onOld}`,
        span: containerSpan(container),
        confidence,
        container,
        evidence: [...telling(evidence), ...brokenPatches(patches, [container]).map(({ evidence: each }) => each)],
        moves: [container],
      };
    }
  },
};

/**
 * Whether a template prints the container as a native sidecar instead, where the cluster's version is another one, or by
 * the chart's own values.
 */
function isGuarded({ document, spec, initContainers }: Pod, container: Container): boolean {
  const { name, item } = container;
  const asksVersion = (offset: number) => document.conditionsAt?.(offset).some((each) => each.includes('.KubeVersion'));
  const isPrinted = (node: YamlNode) => document.isPrinted?.(spanOf(node).start, spanOf(spec).start);
  return initContainers.some(
    (each) =>
      isNativeSidecar(each) &&
      name !== undefined &&
      each.name?.value === name.value &&
      ([item, each.item].some((node) => asksVersion(spanOf(node).start)) ||
        (isPrinted(item) === false && isPrinted(each.item) !== false)),
  );
}

/** What a finding shows: weak items only where there is nothing else. `explain` shows all. */
function telling(evidence: readonly Evidence[]): readonly Evidence[] {
  const more = evidence.filter(({ kind }) => EVIDENCE[kind].strength !== 'weak');
  return more.length > 0 ? more : evidence;
}

/** The containers that do the work, with their verb. */
function work([first, second, ...more]: readonly string[]): string {
  if (more.length > 0) return 'the others have';
  return second ? `'${first}' and '${second}' have` : `'${first}' has`;
}
