import { type Container, nameOf } from '../kube/pod.ts';
import { storageLimit } from '../kube/storage.ts';
import { stateIn, VERSION_FACTS } from '../kube/version.ts';
import { compose } from '../migrate/compose.ts';
import { move, obstacleToMove } from '../migrate/migrate.ts';
import { LIMIT_HELD_SINCE } from '../rules/ephemeral-storage-limit.ts';
import { namedPorts, PORTS_FOUND_SINCE } from '../rules/named-port-to-sidecar.ts';
import { brokenPatches } from '../rules/patches.ts';
import type { PodContext, Problem } from '../rules/rule.ts';
import { quitHookOf } from '../sidecar/quit-hook.ts';
import { type Fix, type Refusal, titleOf, toFix } from './fix.ts';
import { isSafe } from './safe.ts';

/** No container. */
export const NONE: ReadonlySet<Container> = new Set();

/** The fix of one problem in a manifest; undefined when its rule has none. */
export function fixOf({ moves, mend }: Problem, context: PodContext): Fix | Refusal | undefined {
  if (moves) {
    const title = titleOf(moves);
    const obstacle = obstacleToMove(context, moves);
    if (obstacle) return { title, refused: `Not offered: ${obstacle}.` };
    const fix = toFix(title, move([{ pod: context.pod, containers: moves, reading: context }]), isSafe(context, moves));
    return withStays(withLosses(fix, context, moves), keptHooks(context, moves));
  }
  if (!mend) return undefined;
  const { title, safe, changes } = mend();
  const outcome = compose([{ pod: context.pod, moved: [], dropped: [], parts: [changes] }]);
  if ('refused' in outcome) return { title, refused: outcome.refused };
  const edits = outcome.parts.flat();
  return { title, edits, safe, steps: [{ title, also: [], review: false, edits }], stays: [] };
}

/** Hooks that a mere move takes along although they end a sidecar too early. */
function keptHooks(context: PodContext, moved: readonly Container[]): string[] {
  const hooked = context.clues.filter((clues) => moved.includes(clues.container) && quitHookOf(context, clues));
  return hooked.map(
    ({ name }) => `The preStop hook of '${name}' stays, and makes it quit as soon as the pod is told to stop.`,
  );
}

/** A fix that says what else stays. */
function withStays(fix: Fix | Refusal, stays: readonly string[]): Fix | Refusal {
  return 'refused' in fix || stays.length === 0 ? fix : { ...fix, stays: [...fix.stays, ...stays] };
}

/** A fix that says what is lost by a move: patches elsewhere that miss a container, and limits that no longer hold. */
export function withLosses(fix: Fix | Refusal, context: PodContext, moved: readonly Container[]): Fix | Refusal {
  const broken = brokenPatches(context.patches, moved).map((each) => each.stays);
  const isHeld = stateIn(VERSION_FACTS.ephemeralStorageLimit, context.versions.lowest) === 'works';
  const limited = isHeld ? [] : moved.filter((container) => storageLimit(context.pod, container));
  const loose = limited.map(
    (container) =>
      `The ephemeral-storage limit of '${nameOf(container)}' stays, but before Kubernetes ${LIMIT_HELD_SINCE} the kubelet does not hold native sidecars to it.`,
  );
  const missed = moved.flatMap((container) => namedPorts(context, container));
  const unreached = missed.map(
    ({ port, service, container }) =>
      `Service '${service}' looks for port '${port.value}' of '${container}' by its name, and before Kubernetes ${PORTS_FOUND_SINCE} does not find it in a native sidecar. Write the port's number there.`,
  );
  return withStays(fix, [...broken, ...loose, ...unreached]);
}

/** The regular containers that a migration moves: those that are sidecars beyond doubt, or else all that may be. */
export function movable({ roles }: PodContext, kept: ReadonlySet<Container> = NONE): readonly Container[] {
  const sidecars = roles.filter(({ role, container }) => role === 'sidecar' && !kept.has(container));
  const sure = sidecars.filter(({ confidence }) => confidence !== 'possible');
  return (sure.length > 0 ? sure : sidecars).map(({ container }) => container);
}
