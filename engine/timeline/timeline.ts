import type { Analysis, PodAt } from '../finding.ts';
import { jobOf } from '../kube/job.ts';
import type { Interval, Lifecycle, LifecycleEvent, LifecycleLink } from '../kube/lifecycle.ts';
import { playLifecycle } from '../kube/play-lifecycle.ts';
import { type Container, containerSpan, isNativeSidecar } from '../kube/pod.ts';
import { formatVersion } from '../kube/version.ts';
import type { PodContext } from '../rules/rule.ts';
import { assumedFor, lifecycleOf, type Scenario } from '../sidecar/lifecycle.ts';
import { contains, type Span } from '../text.ts';
import { spanOf } from '../yaml/read.ts';
import { sentenceOf } from './sentence.ts';

/** The scenarios, with a title for each. */
export const SCENARIOS: readonly { readonly id: Scenario; readonly title: string }[] = [
  { id: 'success', title: 'The work succeeds' },
  { id: 'failure', title: 'The work fails' },
  { id: 'sidecar-crash', title: 'Sidecars crash once' },
];

/** One container's life. Times are seconds since the first container started. */
export interface Lane {
  /** As written. */
  readonly name: string;
  readonly kind: 'init container' | 'native sidecar' | 'regular container';
  readonly list: Container['list'];
  /** Its place in the list, counted from 0. */
  readonly index: number;
  /** Where the container of this name stands in the analysed text. */
  readonly span: Span | undefined;
  readonly intervals: readonly Interval[];
  readonly events: readonly LifecycleEvent[];
  /** As `kubectl get pods` counts them, summed over the pods that are told. */
  readonly restarts: number;
}

/** The lives of a pod's containers, in the order in which they start, and what becomes of the workload. */
export interface Lanes {
  readonly lanes: readonly Lane[];
  /** How many containers are left out, because nobody reads so many. */
  readonly hidden: number;
  readonly links: readonly LifecycleLink[];
  readonly outcome: {
    readonly verdict: 'completes' | 'fails' | 'endless' | 'stuck' | 'rejected';
    /** "Runs for ever: haproxy never ends." */
    readonly sentence: string;
  };
  /** How many pods are made in all; the lanes tell of the first three. */
  readonly pods: number;
  /** When everything has ended, in seconds; undefined: never. */
  readonly end: number | undefined;
}

/** What a cluster does with a pod, today and after its migration: plain data. */
export interface Timeline {
  /** "CronJob nightly-report". */
  readonly title: string;
  readonly scenario: Scenario;
  /** The cluster's version, the oldest of a range: "1.33". */
  readonly version: string;
  readonly before: Lanes;
  /** The pod as its migration would leave it; undefined when there is none. */
  readonly after: Lanes | undefined;
  /** What is assumed, and what else is to be said: whole sentences. */
  readonly notes: readonly string[];
}

/** Nobody reads more lanes. */
const MAX_LANES = 40;

/**
 * What the cluster does with the pod that is written at an offset, or with the first pod of its document; undefined where
 * no pod of a known workload is.
 */
export function timeline(
  analysis: Analysis,
  offset: number,
  { scenario = 'success' }: { readonly scenario?: Scenario } = {},
): Timeline | undefined {
  const at = analysis.podAt(offset);
  const context = at?.pods.find(({ pod }) => contains(at.place(spanOf(pod.spec)), offset)) ?? at?.pods[0];
  if (!at || !context) return undefined;
  const version = context.versions.lowest;
  const spans = new Map<string, Span>();
  for (const container of containersOf(context)) {
    spans.set(at.tell(container.name?.value ?? '', context), at.place(containerSpan(container)));
  }
  const migration = analysis.findings.find(({ pod }) => pod === at.id(context))?.migration();
  const edits = migration && 'edits' in migration ? migration.edits : undefined;
  const next = edits && at.edited(edits);
  const path = context.pod.path.join('/');
  const migrated = next?.pods.find(({ pod }) => pod.path.join('/') === path);
  const { kind, name } = context.pod.workload;
  return {
    title: name === undefined ? kind : `${kind} ${name}`,
    scenario,
    version: formatVersion(version),
    before: lanesOf(at, context, scenario, spans),
    after: next && migrated && lanesOf(next, migrated, scenario, spans),
    notes: [
      assumption(scenario, context),
      ...(scenario === 'failure' && jobOf(context.pod)?.field('podFailurePolicy')
        ? ['The podFailurePolicy is not played: it may end the Job at the first failure, or not count one.']
        : []),
      ...(migration && 'refused' in migration ? [`The migration is not drawn. ${migration.refused}`] : []),
    ],
  };
}

function containersOf({ pod }: PodContext): readonly Container[] {
  return [...pod.initContainers, ...pod.containers];
}

function lanesOf(at: PodAt, context: PodContext, scenario: Scenario, spans: ReadonlyMap<string, Span>): Lanes {
  const { pod, names } = lifecycleOf(context, { scenario, version: context.versions.lowest });
  const life = playLifecycle(pod);
  const all = containersOf(context);
  const tell = (text: string) => at.tell(text, context);
  const lanes = life.lanes.slice(0, MAX_LANES).flatMap(({ name, kind, intervals, restarts }, lane): Lane[] => {
    const container = all[lane];
    if (!container) return [];
    const { list, index } = container;
    const events = life.events.filter((event) => event.lane === lane);
    return [{ name: tell(name), kind, list, index, span: spans.get(tell(name)), intervals, events, restarts }];
  });
  const { verdict } = life.outcome;
  return {
    lanes,
    hidden: Math.max(0, life.lanes.length - lanes.length),
    links: life.links.filter(({ from, to }) => from < lanes.length && to < lanes.length),
    outcome: { verdict, sentence: tell(sentenceOf(life, context, names)) },
    pods: life.pods,
    end: endOf(life),
  };
}

function endOf({ outcome }: Lifecycle): number | undefined {
  return 'at' in outcome ? outcome.at : undefined;
}

function assumption(scenario: Scenario, { pod }: PodContext): string {
  const assumed = assumedFor(pod);
  const work = {
    success: `the work takes ${assumed.work} s`,
    failure: `the work fails after ${assumed.failing} s, at each attempt`,
    'sidecar-crash': `the work takes ${assumed.work} s, and each sidecar crashes once after ${assumed.crash} s`,
  }[scenario];
  const init = pod.initContainers.some((each) => !isNativeSidecar(each)) ? `, init containers ${assumed.init} s` : '';
  return `Assumed: ${work}${init}.`;
}
