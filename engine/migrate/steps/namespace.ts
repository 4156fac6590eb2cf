import { READER } from '../../kube/pod.ts';
import { entry } from '../../yaml/read.ts';
import { type Draft, wordsOf } from '../draft.ts';

/** Takes `shareProcessNamespace` out when what killed through it is gone and nothing else looks at other processes. */
export function removeNamespace(draft: Draft): void {
  const { pod, reading } = draft;
  const shared = entry(pod.document, pod.spec, 'shareProcessNamespace');
  if (!pod.shareProcessNamespace || shared?.map !== pod.spec) return;
  const used = reading.workarounds.filter(({ kind }) => /^(?:kill|killer|wrapper)$/.test(kind));
  if (used.length === 0 || !used.every((each) => draft.done.has(each))) return;
  const containers = [...pod.initContainers, ...pod.containers].filter((each) => !draft.dropped.includes(each));
  if (containers.some((container) => READER.test(wordsOf(draft, container)))) {
    draft.stays.push('shareProcessNamespace stays: something else in the pod looks at processes.');
    return;
  }
  draft.pieces.push({
    step: 'namespace',
    title: 'Remove shareProcessNamespace',
    changes: [{ kind: 'remove', path: [...pod.path, 'shareProcessNamespace'] }],
  });
}
