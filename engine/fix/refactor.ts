import { type Container, isNativeSidecar, nameOf, type Pod } from '../kube/pod.ts';
import { move } from '../migrate/migrate.ts';
import { makeRegular } from '../migrate/regular.ts';
import { type Fix, type Refusal, titleOf, toFix } from './fix.ts';
import type { Found } from './found.ts';

/** A document's findings, and the refactorings that were asked for. */
interface Refactorable {
  readonly found: readonly Found[];
  readonly refactorings: Map<Container, Fix | Refusal | undefined>;
}

/** The move of a container to the other list; undefined where a finding offers it already or there is no other list. */
export function refactor(
  { found, refactorings }: Refactorable,
  pod: Pod,
  container: Container,
  kept: ReadonlySet<Container>,
): Fix | Refusal | undefined {
  if (refactorings.has(container) && !kept.has(container)) return refactorings.get(container);
  let offer: Fix | Refusal | undefined;
  if (isNativeSidecar(container)) {
    offer = toFix(`Make '${nameOf(container)}' a regular container`, makeRegular(pod, container), false);
  } else if (container.list === 'containers' && pod.containers.length > 1) {
    if (kept.has(container)) return toFix(titleOf([container]), move([{ pod, containers: [container] }]), false);
    const isFound = found.some(({ problem }) => problem.moves?.includes(container));
    if (!isFound) offer = toFix(titleOf([container]), move([{ pod, containers: [container] }]), false);
  }
  refactorings.set(container, offer);
  return offer;
}
