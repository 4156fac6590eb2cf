import { isNativeSidecar, OPAQUE, READER, textOf } from '../kube/pod.ts';
import { entry, spanOf } from '../yaml/read.ts';
import type { Rule } from './rule.ts';

/** After a migration nothing looks at the processes of other containers any more. */
export const leftoverShareProcessNamespace: Rule = {
  id: 'leftover-share-process-namespace',
  title: 'shareProcessNamespace is left over',
  severity: () => 'hint',

  *check({ pod, roles, workarounds }) {
    const shared = entry(pod.document, pod.spec, 'shareProcessNamespace');
    const all = [...pod.initContainers, ...pod.containers];
    if (!pod.shareProcessNamespace || shared?.map !== pod.spec || all.length < 2) return;
    if (!pod.initContainers.some(isNativeSidecar) || roles.some(({ role }) => role === 'sidecar')) return;
    if (workarounds.some(({ kind }) => /^(?:kill|killer|wrapper)$/.test(kind))) return;
    if (all.some((container) => READER.test(textOf(pod, container)) || OPAQUE.test(textOf(pod, container)))) return;
    yield {
      message: 'Nothing in this pod looks at the processes of other containers any more. shareProcessNamespace can go.',
      span: {
        start: spanOf(shared.key).start,
        end: shared.written ? spanOf(shared.written).end : spanOf(shared.key).end,
      },
      confidence: 'likely',
      tags: ['unnecessary'],
      mend: () => ({
        title: 'Remove shareProcessNamespace',
        safe: false,
        changes: [{ kind: 'remove', path: [...pod.path, 'shareProcessNamespace'] }],
      }),
    };
  },
};
