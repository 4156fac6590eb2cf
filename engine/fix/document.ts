import type { Container } from '../kube/pod.ts';
import { compose } from '../migrate/compose.ts';
import { guarded } from '../migrate/guard.ts';
import { type Migration, migrate, move } from '../migrate/migrate.ts';
import type { Mend, PodContext } from '../rules/rule.ts';
import { earlyPlace } from '../sidecar/awaited.ts';
import type { Reading } from '../sidecar/reading.ts';
import type { Change } from '../yaml/patch.ts';
import { type Fix, type FixAllOptions, isSafeFix, MIGRATION_TITLE, type Refusal, titleOf, toFix } from './fix.ts';
import type { Found } from './found.ts';
import { movable, NONE, withLosses } from './manifest.ts';
import { isSafe, onNewClusters } from './safe.ts';
import { migrateTwins, migrationInTemplate, type TemplateEdit } from './template.ts';

/** The migration of one pod; undefined when there is nothing to do. `kept`: containers that stay regular. */
export function migrationOf(
  context: PodContext,
  edit: TemplateEdit | undefined,
  kept: ReadonlySet<Container> = NONE,
): Fix | Refusal | undefined {
  if (edit) return migrationInTemplate(MIGRATION_TITLE, context, edit);
  const containers = movable(context, kept);
  const migration = migrate([{ reading: context, containers }]);
  if (!migration) return undefined;
  const title = containers.length > 0 ? MIGRATION_TITLE : 'Remove what ended the sidecars by hand';
  const safe = containers.length > 0 && isSafe(context, containers);
  return withLosses(toFix(title, migration, safe), context, containers);
}

/** What mends findings of one document: the pods' migrations when unsafe ones are wanted, else what is safe alone. */
export function fixDocument(
  pods: ReadonlyMap<PodContext, readonly Found[]>,
  options: FixAllOptions,
  keptOf: (context: PodContext) => ReadonlySet<Container>,
): Fix | Refusal | undefined {
  const title = '';
  const isTemplate = [...pods.values()].some(([first]) => first?.edit);
  if (isTemplate) return fixTemplate(title, pods, options);
  if (!options.unsafe) {
    const safe = [...pods].flatMap(([context, all]) => {
      const mended = all.filter(({ problem, fix }) => (problem.mend?.().safe ?? true) && isSafeFix(fix()));
      const containers = [...new Set(mended.flatMap(({ problem }) => problem.moves ?? []))];
      return mended.length > 0 ? [{ reading: context, containers, changes: changesOf(mended) }] : [];
    });
    return combine(title, safe, true);
  }
  const migrating = [...pods].flatMap(([context, all]) => {
    const chosen = [...new Set(all.flatMap(({ problem }) => problem.moves ?? []))];
    const isWorkaround = all.some(({ problem }) => !problem.moves && !problem.mend);
    const containers = isWorkaround ? [...new Set([...movable(context, keptOf(context)), ...chosen])] : chosen;
    return [{ reading: context, containers, mends: mendsOf(all) }];
  });
  const migration = migrate(migrating);
  const isUnsafe = migrating.some(({ reading, containers }) => !isSafe(reading as PodContext, containers));
  const first = migration && toFix(title, migration, !isUnsafe);
  const mends = [...pods].flatMap(([context, all]) => {
    const changes = changesOf(all);
    return changes.length > 0 ? [{ reading: context, containers: [], changes }] : [];
  });
  return mends.length > 0 && !(first && 'edits' in first) ? combine(title, mends, false) : first;
}

/** The same for a template. What a named template prints moves by itself, where nothing else of its pod moves. */
function fixTemplate(
  title: string,
  pods: ReadonlyMap<PodContext, readonly Found[]>,
  { unsafe, versionGuard = false }: FixAllOptions,
): Fix | Refusal | undefined {
  let isSafeAll = true;
  const alone: Migration[] = [];
  const moves = [...pods].flatMap(([context, all]) => {
    const mended = all.filter((found) => unsafe || isSafeFix(versionGuard ? found.guarded() : found.fix()));
    const isWorkaround = unsafe && all.some(({ problem }) => !problem.moves && !problem.mend);
    const chosen = [...new Set(mended.flatMap(({ problem }) => problem.moves ?? []))];
    const seen = isWorkaround ? [...new Set([...movable(context), ...chosen])] : chosen;
    const edit = all[0]?.edit;
    const twin = edit?.twin();
    if (!twin || !edit || seen.length === 0) return [];
    const isGuarded = versionGuard && !edit.isForNewClusters;
    isSafeAll &&= (isGuarded || edit.isForNewClusters) && isSafe(isGuarded ? onNewClusters(context) : context, seen);
    const containers = seen.flatMap((each) => twin.of(each) ?? []);
    const included = seen.map((each) => edit.moveIncluded(each)).find((each) => !('refused' in each));
    if (containers.length > 0 && !isGuarded) return [{ twin, containers }];
    const { pod } = twin.reading;
    const single = containers.length > 0 ? move([{ pod, containers, reading: twin.reading }]) : included;
    if (single) alone.push(isGuarded ? guarded(pod.document, single) : single);
    return [];
  });
  const bare = moves.map(({ twin, containers }) => ({ pod: twin.reading.pod, containers, reading: twin.reading }));
  const together = moves.length === 0 ? undefined : unsafe ? migrateTwins(moves) : move(bare);
  const done = [...(together ? [together] : []), ...alone].filter((each) => 'steps' in each);
  if (done.length === 0) return together && toFix(title, together, isSafeAll);
  const steps = done.flatMap((each) => each.steps);
  return toFix(title, { steps, stays: done.flatMap(({ stays }) => stays) }, isSafeAll);
}

function changesOf(all: readonly Found[]): Change[] {
  return mendsOf(all).flatMap(({ changes }) => changes);
}

/** The mends that can be made. Each alone is tried only where they cannot be made together: it reads the document again. */
function mendsOf(all: readonly Found[]): Mend[] {
  const wanted = all.flatMap((found) => {
    const mend = found.problem.mend?.();
    return mend && !mend.isOptional ? [{ found, mend }] : [];
  });
  const [first, ...more] = wanted;
  const changes = wanted.flatMap(({ mend }) => mend.changes);
  const isTogether =
    first &&
    more.length > 0 &&
    'parts' in compose([{ pod: first.found.context.pod, moved: [], dropped: [], parts: [changes] }]);
  const made = isTogether ? wanted : wanted.filter(({ found }) => isMade(found.fix()));
  return made.map(({ mend }) => mend);
}

function isMade(fix: Fix | Refusal | undefined): boolean {
  return fix !== undefined && 'edits' in fix;
}

interface Combined {
  readonly reading: Reading;
  readonly containers: readonly Container[];
  readonly changes: readonly Change[];
}

function combine(title: string, pods: readonly Combined[], safe: boolean): Fix | Refusal | undefined {
  if (pods.length === 0) return undefined;
  const outcome = compose(
    pods.map(({ reading, containers, changes }) => ({
      pod: reading.pod,
      moved: containers,
      early: earlyPlace(reading, containers),
      dropped: [],
      parts: [changes],
    })),
  );
  if ('refused' in outcome) return { title, refused: outcome.refused };
  const steps = pods.map(({ containers }, index) => ({
    title: containers.length > 0 ? titleOf(containers) : 'Remove what is left over',
    also: [],
    review: false,
    edits: outcome.parts[index] ?? [],
  }));
  return { title, edits: outcome.parts.flat(), safe, steps, stays: [] };
}
