import { type Container, containerSpan, nameOf } from '../kube/pod.ts';
import { inContainer, isChecked, isTemplated, says } from './api.ts';
import type { Rule } from './rule.ts';

/** The containers of a pod share one set of names, init containers and sidecars included. */
export const duplicateContainerName: Rule = {
  id: 'duplicate-container-name',
  title: 'Two containers of a pod have the same name',
  severity: () => 'error',

  *check({ pod }) {
    if (!isChecked(pod) || isTemplated(pod)) return;
    const first = new Map<string, Container>();
    for (const container of [...pod.containers, ...pod.initContainers]) {
      const name = container.name?.value;
      const other = name === undefined ? undefined : first.get(name);
      if (name === undefined || name === '') continue;
      if (!other) {
        first.set(name, container);
        continue;
      }
      const kind = (each: Container) => (each.list === 'containers' ? 'regular' : 'init');
      const also = kind(other) === kind(container) ? `another ${kind(other)} container` : `a ${kind(other)} container`;
      yield {
        message: `The name '${nameOf(container)}' belongs to ${also} too. The API server refuses the ${pod.workload.kind}: ${says(inContainer(pod, container, 'name'), `Duplicate value: "${name}"`)}.`,
        span: containerSpan(container),
        confidence: 'certain',
        container,
        evidence: [{ message: `'${name}' is named here first`, span: containerSpan(other) }],
      };
    }
  },
};
