import { type Job, jobOf } from '../kube/job.ts';
import { type Container, isNativeSidecar, nameOf } from '../kube/pod.ts';
import type { PodContext } from '../rules/rule.ts';
import { asMap, asText, type Entry, get, type YamlNode } from '../yaml/read.ts';

/** A field of a pod that a hover is about, and what is known of the pod. */
export interface About {
  readonly context: PodContext;
  /** What completes when the pod does: `Job`, also that of a CronJob. */
  readonly kind: string;
  readonly job: Job | undefined;
  /** The container that the field stands in. */
  readonly container: Container | undefined;
  /** The field's value when it is a text that is known before rendering. */
  readonly value: string | undefined;
  readonly node: YamlNode | undefined;
  readonly natives: readonly Container[];
  /** The regular containers that are sidecars, not only perhaps. */
  readonly keepers: readonly Container[];
  /** The other regular containers. */
  readonly mains: readonly Container[];
}

/** What hovers on a pod's fields need to know. */
export function aboutField(context: PodContext, { value: node }: Entry, container?: Container): About {
  const { pod, roles } = context;
  const keepers = roles.filter(({ role, confidence }) => role === 'sidecar' && confidence !== 'possible');
  const job = jobOf(pod);
  return {
    context,
    kind: job ? 'Job' : pod.workload.kind,
    job,
    container,
    value: known(asText(pod.document, node)?.value),
    node,
    natives: pod.initContainers.filter(isNativeSidecar),
    keepers: keepers.map((role) => role.container),
    mains: pod.containers.filter((each) => !keepers.some((role) => role.container === each)),
  };
}

/** In a template `xxxxx` stands for what is known after rendering only. */
function known(value: string | undefined): string | undefined {
  return value !== undefined && /x{5}/.test(value) ? undefined : value;
}

/** The text of a field below the one that the hover is about. */
export function below({ context: { pod }, node }: About, name: string): string | undefined {
  return known(asText(pod.document, get(pod.document, asMap(pod.document, node), name))?.value);
}

/** Whether a field stands below the one that the hover is about. */
export function has({ context: { pod }, node }: About, name: string): boolean {
  return get(pod.document, asMap(pod.document, node), name) !== undefined;
}

/** A number of the Job's spec, or what counts when it is left out; undefined when it is known after rendering only. */
export function jobNumber({ job }: About, name: string, otherwise?: number): number | undefined {
  return job?.field(name) === undefined ? otherwise : job.number(name);
}

/** Names of containers in bold, as a list in words. */
export function names(containers: readonly Container[]): string {
  const all = containers.slice(0, MAX_NAMES).map((each) => `**${nameOf(each)}**`);
  const rest = containers.length - all.length;
  if (rest > 0) all.push(`${rest} more`);
  return all.length < 2 ? (all[0] ?? '') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}

/** Nobody reads more names in a sentence. */
const MAX_NAMES = 6;

/** The verb for so many. */
export function verb(containers: readonly unknown[], one: string, many: string): string {
  return containers.length === 1 ? one : many;
}

/** A piece of YAML in a sentence. */
export function code(text: string): string {
  return `\`${text.replaceAll('`', '').replace(/\s+/g, ' ').slice(0, 80)}\``;
}
