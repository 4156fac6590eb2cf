import { OPAQUE, READER } from '../../kube/pod.ts';
import { entry } from '../../yaml/read.ts';
import { type Draft, wordsOf } from '../draft.ts';

/** Takes `shareProcessNamespace` out when what killed through it is gone and nothing else looks at other processes. */
export function removeNamespace(draft: Draft): void {
  const { pod, reading } = draft;
  const shared = entry(pod.document, pod.spec, 'shareProcessNamespace');
  if (!pod.shareProcessNamespace || shared?.map !== pod.spec) return;
  const used = reading.workarounds.filter(({ kind }) => /^(?:kill|killer|wrapper)$/.test(kind));
  if (!used.every((each) => draft.done.has(each))) return;
  const containers = [...pod.initContainers, ...pod.containers].filter((each) => !draft.dropped.includes(each));
  const words = containers.map((container) => wordsOf(draft, container));
  if (used.length === 0 && words.some((each) => OPAQUE.test(each))) {
    draft.stays.push('shareProcessNamespace stays: a script that is not in this manifest may need it.');
    return;
  }
  if (words.some((each) => READER.test(each))) {
    if (used.length > 0) draft.stays.push('shareProcessNamespace stays: something else in the pod looks at processes.');
    return;
  }
  draft.pieces.push({
    isExtra: true,
    step: 'namespace',
    title: 'Remove shareProcessNamespace',
    changes: [{ kind: 'remove', path: [...pod.path, 'shareProcessNamespace'] }],
  });
}
