import type { Analysis, PodAt } from './finding.ts';
import { playLifecycle } from './kube/play-lifecycle.ts';
import { containerSpan, isNativeSidecar, nameOf } from './kube/pod.ts';
import type { Workload } from './kube/workload.ts';
import type { PodContext } from './rules/rule.ts';
import { lifecycleOf } from './sidecar/lifecycle.ts';
import type { Span } from './text.ts';
import { asMap, entry, nodeAt, spanOf } from './yaml/read.ts';
import { splitDocuments } from './yaml/split.ts';

/** A pod as editors mark it. Spans are offsets in the analysed text. */
export interface PodOutline {
  readonly workload: Workload;
  /** Where the workload begins: its first key. */
  readonly head: Span;
  /** The key of the pod spec. */
  readonly spec: Span;
  /** An offset in the pod, for `timeline` and `summary`. */
  readonly offset: number;
  readonly initContainers: readonly StartHint[];
}

/** When an init container starts. */
export interface StartHint {
  /** The container's name. */
  readonly span: Span;
  /** "starts 1st". */
  readonly label: string;
  /** What the next container waits for, as a sentence. */
  readonly meaning: string;
}

/** The pods of a text in their order, with the places of what is said about them. */
export function outline(analysis: Analysis): PodOutline[] {
  return documentsOf(analysis).flatMap(({ pods, place, tell }) =>
    pods.map((context) => {
      const { pod } = context;
      const { document, path, object, spec, workload, initContainers, containers } = pod;
      const head = object.items[0]?.key as Parameters<typeof spanOf>[0] | undefined;
      const key = entry(document, asMap(document, nodeAt(document, path.slice(0, -1))), 'spec')?.key ?? spec;
      const [first] = [...containers, ...initContainers];
      return {
        workload,
        head: place(spanOf(head ?? object)),
        spec: place(spanOf(key)),
        offset: place(first ? containerSpan(first) : spanOf(spec)).start,
        initContainers: initContainers.map((container, index) => ({
          span: place(containerSpan(container)),
          label: `starts ${ordinal(index + 1)}`,
          meaning: tell(
            isNativeSidecar(container)
              ? `The next container starts as soon as '${nameOf(container)}' has started.`
              : `The next container starts when '${nameOf(container)}' has ended.`,
            context,
          ),
        })),
      };
    }),
  );
}

/** What is worth knowing of the pod at an offset, in a few words; undefined where none is written. */
export function summary(analysis: Analysis, offset: number): string | undefined {
  const at = analysis.podAt(offset);
  const context = at && podIn(at, offset);
  if (!context) return undefined;
  const { pod, roles, versions } = context;
  const { outcome } = playLifecycle(lifecycleOf(context, { scenario: 'success', version: versions.lowest }).pod);
  const native = pod.initContainers.filter(isNativeSidecar).length;
  const sidecars = roles.filter(({ role }) => role === 'sidecar');
  const regular = sidecars.filter(({ confidence }) => confidence !== 'possible').length;
  const isDoubtful = outcome.verdict === 'endless' && regular === 0 && sidecars.length > 0;
  const completes = isDoubtful ? 'perhaps not' : VERDICTS[outcome.verdict];
  const { kind } = pod.workload;
  return `${countSidecars(native, regular)} · ${kind === 'CronJob' ? 'Job' : kind} completes: ${completes}`;
}

const VERDICTS = {
  completes: 'yes',
  fails: 'no, it fails',
  endless: 'no',
  stuck: 'no, it never starts',
  rejected: 'no, the API server rejects it',
} as const;

function countSidecars(native: number, regular: number): string {
  const all = native + regular;
  if (all === 0) return 'no sidecars';
  if (regular === 0) return native === 1 ? '1 native sidecar' : `${native} native sidecars`;
  if (all === 1) return '1 sidecar, not native';
  return `${all} sidecars, ${native === 0 ? 'none' : native} native`;
}

function podIn({ pods, place }: PodAt, offset: number): PodContext | undefined {
  return pods.find(({ pod }) =>
    [...pod.containers, ...pod.initContainers].some((each) => place(containerSpan(each)).start === offset),
  );
}

function documentsOf(analysis: Analysis): PodAt[] {
  const found = splitDocuments(analysis.text).flatMap(({ start }) => analysis.podAt(start) ?? []);
  return found.filter(({ start }, index) => start !== found[index - 1]?.start);
}

function ordinal(number: number): string {
  const teen = Math.floor(number / 10) % 10 === 1;
  return `${number}${teen ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th')}`;
}
