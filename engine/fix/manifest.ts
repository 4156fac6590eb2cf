import type { Container } from '../kube/pod.ts';
import { compose } from '../migrate/compose.ts';
import { move, obstacleToMove } from '../migrate/migrate.ts';
import { brokenPatches } from '../rules/patches.ts';
import type { OverlayPatch, PodContext, Problem } from '../rules/rule.ts';
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
    return withPatches(fix, context.patches, moves);
  }
  if (!mend) return undefined;
  const { title, safe, changes } = mend();
  const outcome = compose([{ pod: context.pod, moved: [], dropped: [], parts: [changes] }]);
  if ('refused' in outcome) return { title, refused: outcome.refused };
  const edits = outcome.parts.flat();
  return { title, edits, safe, steps: [{ title, also: [], review: false, edits }], stays: [] };
}

/** A fix that says which patches elsewhere miss what it moves. */
export function withPatches(
  fix: Fix | Refusal,
  patches: readonly OverlayPatch[],
  moved: readonly Container[],
): Fix | Refusal {
  const stays = brokenPatches(patches, moved).map((each) => each.stays);
  return 'refused' in fix || stays.length === 0 ? fix : { ...fix, stays: [...fix.stays, ...stays] };
}

/** The regular containers that a migration moves: those that are sidecars beyond doubt, or else all that may be. */
export function movable({ roles }: PodContext, kept: ReadonlySet<Container> = NONE): readonly Container[] {
  const sidecars = roles.filter(({ role, container }) => role === 'sidecar' && !kept.has(container));
  const sure = sidecars.filter(({ confidence }) => confidence !== 'possible');
  return (sure.length > 0 ? sure : sidecars).map(({ container }) => container);
}
