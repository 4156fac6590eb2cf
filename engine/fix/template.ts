import type { InChart, TemplateDocument } from '../chart/document.ts';
import type { ConfigMaps } from '../kube/config-map.ts';
import type { WorkloadKind } from '../kube/kinds.ts';
import { type Container, nameOf } from '../kube/pod.ts';
import { atLeast, NATIVE_SIDECARS_SINCE, parseVersion } from '../kube/version.ts';
import { type Migration, migrate, move } from '../migrate/migrate.ts';
import { type Twin, twinOf } from '../migrate/twin.ts';
import { once } from '../once.ts';
import type { PodContext, Problem, Rule } from '../rules/rule.ts';
import { spanOf } from '../yaml/read.ts';
import { type Fix, type Refusal, titleOf, toFix } from './fix.ts';
import { fixOf, movable } from './manifest.ts';
import { isSafe } from './safe.ts';

/** How a pod of a template is edited: there it is read once more, without what named templates print. */
export interface TemplateEdit {
  /** Undefined when the template cannot be read well enough. */
  twin(): (Twin & { readonly context: PodContext }) | undefined;
  /** Why a container that a named template prints does not move. */
  refuse(title: string, container: Container): Refusal;
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
  return {
    twin: once(() => {
      const document = template.edited();
      const twin = document && twinOf(document, context.pod, kinds, configMaps);
      return twin && { ...twin, context: { ...twin.reading, versions: context.versions, patches: context.patches } };
    }),
    refuse(title, container) {
      const { define } = template.place(spanOf(container.item));
      const where = define ? `the named template "${define.name}" in ${define.file}` : 'a named template';
      return {
        title,
        refused: `Not offered: '${nameOf(container)}' stands in ${where}, which others may include. If only Jobs do, add restartPolicy: Always there and include it under initContainers.`,
      };
    },
    isForNewClusters: isForNewClusters(chart?.files.kubeVersion),
  };
}

/** Whether a constraint on Kubernetes versions (`>=1.29.0-0`) lets in only those that have native sidecars. */
function isForNewClusters(constraint: string | undefined): boolean {
  const minimum = /^\s*(?:>=?|[~^])\s*v?(\d+\.\d+)[^|]*$/.exec(constraint ?? '')?.[1];
  const version = minimum === undefined ? undefined : parseVersion(minimum);
  return version !== undefined && atLeast(version, NATIVE_SIDECARS_SINCE);
}

function unreadable(title: string): Refusal {
  return { title, refused: 'Not offered: with its actions hidden the template is no YAML.' };
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
    const title = titleOf(moves);
    const twin = edit.twin();
    if (!twin) return unreadable(title);
    const own = moves.map(twin.of);
    const missing = moves.find((_, index) => !own[index]);
    if (missing) return edit.refuse(title, missing);
    const migration = move([{ pod: twin.reading.pod, containers: own as Container[] }]);
    return toFix(title, migration, edit.isForNewClusters && isSafe(context, moves));
  }
  if (!mend) return undefined;
  const twin = edit.twin();
  const same = twin && [...rule.check(twin.context)].find((each) => each.mend && each.message === problem.message);
  return same && fixOf(same, twin.context);
}

/** The migration of a pod in a template; undefined when nothing moves. */
export function migrationInTemplate(title: string, context: PodContext, edit: TemplateEdit): Fix | Refusal | undefined {
  const containers = movable(context);
  if (containers.length === 0) return undefined;
  const twin = edit.twin();
  if (!twin) return unreadable(title);
  const own = containers.map(twin.of);
  const missing = containers.find((_, index) => !own[index]);
  if (missing) return edit.refuse(title, missing);
  const migration = migrateTwins([{ twin, containers: own as Container[] }]);
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
  const bare = move(all.map(({ reading, containers }) => ({ pod: reading.pod, containers })));
  const isEnded = all.some(({ reading }) => reading.workarounds.some(({ kind }) => kind !== 'start-wait'));
  if ('refused' in bare || !isEnded) return bare;
  return { ...bare, stays: ['What ended the sidecar stays: named templates print a part of the pod.'] };
}
