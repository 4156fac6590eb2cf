import type { Container } from '../../kube/pod.ts';
import type { Change } from '../../yaml/patch.ts';
import { asMap, asText, get } from '../../yaml/read.ts';
import { type Draft, pathOf } from '../draft.ts';

/**
 * Takes out user ids that only made the kill allowed: a process may signal another one of the same user, or any as root.
 * `runAsNonRoot` goes with the id that made it hold: without a number the kubelet refuses an image that runs as root or
 * by a user's name.
 */
export function removeUsers(draft: Draft): void {
  const { pod, reading } = draft;
  const kills = reading.workarounds.filter(({ kind }) => kind === 'kill');
  if (!pod.shareProcessNamespace || kills.length === 0 || !kills.every((each) => draft.done.has(each))) return;
  if (!draft.pieces.some(({ step }) => step === 'namespace')) return;
  const pairs = new Set<Container>();
  for (const { clues, to } of kills) {
    if (draft.dropped.includes(clues.container)) continue;
    const own = clues.container.runAsUser;
    for (const { container } of to) {
      if (own === '0' && container.runAsUser === undefined) pairs.add(clues.container);
      if (own !== undefined && own === container.runAsUser) pairs.add(clues.container).add(container);
    }
  }
  if (pairs.size === 0) return;
  const podContext = asMap(pod.document, get(pod.document, pod.spec, 'securityContext'));
  if (asText(pod.document, get(pod.document, podContext, 'runAsNonRoot'))?.value === 'true') {
    draft.stays.push('runAsUser stays: the pod has runAsNonRoot.');
    return;
  }
  const fallback = asText(pod.document, get(pod.document, podContext, 'runAsUser'))?.value;
  const changes: Change[] = [...pairs].flatMap((container) =>
    ['runAsUser', 'runAsNonRoot']
      .filter(
        (field) => get(pod.document, asMap(pod.document, container.field('securityContext')), field) !== undefined,
      )
      .map((field) => ({ kind: 'remove' as const, path: pathOf(pod, container, 'securityContext', field) })),
  );
  const who = [...pairs].map(({ name }) => `'${name?.value ?? ''}'`).join(' and ');
  const then = pairs.size > 1 ? 'they run' : 'it runs';
  const user = fallback === undefined ? `its image's own user` : `user ${fallback}`;
  draft.pieces.push({
    isExtra: true,
    step: 'users',
    title: `Remove runAsUser from ${who}: ${then} as ${pairs.size > 1 && fallback === undefined ? "their images' own users" : user}`,
    changes,
  });
}
