import type { InChart, TemplateDocument } from '../chart/document.ts';
import { chartVersions } from '../config/chart.ts';
import type { ConfigMaps } from '../kube/config-map.ts';
import type { WorkloadKind } from '../kube/kinds.ts';
import type { Container } from '../kube/pod.ts';
import { atLeast, NATIVE_SIDECARS_SINCE } from '../kube/version.ts';
import { guarded } from '../migrate/guard.ts';
import { moveIncluded } from '../migrate/included.ts';
import { type Migration, migrate, move, obstacleToMove } from '../migrate/migrate.ts';
import { type Twin, twinOf } from '../migrate/twin.ts';
import { once } from '../once.ts';
import type { PodContext, Problem, Rule } from '../rules/rule.ts';
import type { Reading } from '../sidecar/reading.ts';
import { type Fix, type Refusal, titleOf, toFix } from './fix.ts';
import { fixOf, movable } from './manifest.ts';
import { isSafe, onNewClusters } from './safe.ts';

/** How a pod of a template is edited: there it is read once more, without what named templates print. */
export interface TemplateEdit {
  /** Undefined when the template cannot be read well enough. */
  twin(): (Twin & { readonly context: PodContext }) | undefined;
  /** Moves a container that a named template prints. */
  moveIncluded(container: Container): Migration;
  /** Whether the chart is for clusters only that know native sidecars. */
  readonly isForNewClusters: boolean;
}

/** How a pod is edited that was seen in a template. */
export function editOf(
  template: TemplateDocument,
  context: PodContext,
  options: {
    readonly kinds: readonly WorkloadKind[];
    readonly chart: InChart | undefined;
    readonly configMaps: ConfigMaps;
  },
): TemplateEdit {
  const { kinds, chart, configMaps } = options;
  const twin = once(() => {
    const document = template.edited();
    const found = document && twinOf(document, context.pod, kinds, configMaps);
    return found && { ...found, context: { ...context, ...found.reading } };
  });
  return {
    twin,
    moveIncluded(container) {
      const own = twin()?.reading.pod;
      if (!own) return UNREADABLE;
      // An include goes behind the last init container.
      const obstacle = obstacleToMove(context, [container], 'last');
      if (obstacle) return { refused: `Not offered: ${obstacle}.` };
      return moveIncluded({ container, seen: context.pod, own, place: (span) => template.place(span) });
    },
    isForNewClusters: isForNewClusters(chart),
  };
}

/** Whether a chart is for clusters only that know native sidecars. */
function isForNewClusters(chart: InChart | undefined): boolean {
  const { versions } = chartVersions(chart?.files.files.get('Chart.yaml') ?? '');
  return versions !== undefined && atLeast(versions.lowest, NATIVE_SIDECARS_SINCE);
}

const UNREADABLE = { refused: 'Not offered: with its actions hidden the template is no YAML.' };

/** Moves containers of one pod, as they are written or as a named template prints them. */
function moveIn(context: PodContext, containers: readonly Container[], edit: TemplateEdit): TwinMove | Migration {
  const twin = edit.twin();
  if (!twin) return UNREADABLE;
  const own = containers.map(twin.of);
  if (own.every((each) => each !== undefined)) return { twin, containers: own };
  const [only] = containers;
  if (!only || containers.length > 1)
    return { refused: 'Not offered: named templates print some of them. Move them one by one.' };
  const migration = edit.moveIncluded(only);
  return 'refused' in migration || !isEnded(context) ? migration : { ...migration, stays: [STAYS] };
}

/** The fix of one problem in a template; undefined when its rule has none. */
export function fixInTemplate(
  rule: Rule,
  problem: Problem,
  context: PodContext,
  edit: TemplateEdit,
): Fix | Refusal | undefined {
  const { moves, mend } = problem;
  if (moves) {
    const found = moveIn(context, moves, edit);
    const migration =
      'twin' in found
        ? move([{ pod: found.twin.reading.pod, containers: found.containers, reading: found.twin.reading }])
        : found;
    return toFix(titleOf(moves), migration, edit.isForNewClusters && isSafe(context, moves));
  }
  if (!mend) return undefined;
  const twin = edit.twin();
  const same = twin && [...rule.check(twin.context)].find((each) => each.mend && each.message === problem.message);
  return same && fixOf(same, twin.context);
}

/**
 * The move of a problem for charts that old clusters install too: the containers stand in both lists, each under a
 * condition on the cluster's version. Undefined where there is nothing to move or all clusters are new.
 */
export function guardInTemplate(
  { moves }: Problem,
  context: PodContext,
  edit: TemplateEdit,
): Fix | Refusal | undefined {
  const document = edit.twin()?.reading.pod.document;
  if (!moves || !document || edit.isForNewClusters) return undefined;
  const found = moveIn(context, moves, edit);
  const migration =
    'twin' in found
      ? move([{ pod: found.twin.reading.pod, containers: found.containers, reading: found.twin.reading }])
      : found;
  const title = `${titleOf(moves)}, with a version guard`;
  return toFix(
    title,
    guarded(document, migration), // Old clusters get what they got.
    isSafe(onNewClusters(context), moves),
  );
}

/** The migration of a pod in a template; undefined when nothing moves. */
export function migrationInTemplate(title: string, context: PodContext, edit: TemplateEdit): Fix | Refusal | undefined {
  const containers = movable(context);
  if (containers.length === 0) return undefined;
  const found = moveIn(context, containers, edit);
  const migration = 'twin' in found ? migrateTwins([found]) : found;
  return migration && toFix(title, migration, edit.isForNewClusters && isSafe(context, containers));
}

interface TwinMove {
  readonly twin: Twin;
  readonly containers: readonly Container[];
}

/** Where named templates print a part of a pod nobody knows here what waits for what: then containers only move. */
export function migrateTwins(moves: readonly TwinMove[]): Migration | undefined {
  const all = moves.map(({ twin, containers }) => ({ reading: twin.reading, containers }));
  if (moves.every(({ twin }) => twin.isWhole)) return migrate(all);
  const bare = move(all.map(({ reading, containers }) => ({ pod: reading.pod, containers, reading })));
  return 'refused' in bare || !all.some(({ reading }) => isEnded(reading)) ? bare : { ...bare, stays: [STAYS] };
}

const STAYS = 'What ended the sidecar stays: named templates print a part of the pod.';

function isEnded({ workarounds }: Pick<Reading, 'workarounds'>): boolean {
  return workarounds.some(({ kind }) => kind !== 'start-wait');
}
