import type { Container, Pod } from '../kube/pod.ts';
import {
  type FieldState,
  formatVersions,
  minorsOf,
  stateIn,
  stretchesOf,
  type VersionFact,
  type VersionRange,
} from '../kube/version.ts';
import type { Span } from '../text.ts';
import { type Entry, isAliasNode, type Path, spanOf, type Text, type YamlNode } from '../yaml/read.ts';
import type { Severity } from './rule.ts';

/** The paths of the pod specs that Kubernetes' own API server checks: of a Job, a CronJob and a Pod. */
const CHECKED = new Set(['spec.template.spec', 'spec.jobTemplate.spec.template.spec', 'spec']);
const KINDS = new Set(['Job', 'CronJob', 'ScheduledJob', 'Pod']);

/** Whether Kubernetes' own API server checks the pod as it stands: other kinds bring checks of their own. */
export function isChecked(pod: Pod): boolean {
  return KINDS.has(pod.workload.kind) && CHECKED.has(pathInObject(pod.path).join('.'));
}

/** Whether the pod stands in a template: then what is not there may still come, and `xxxxx` stands for anything. */
export function isTemplated({ document }: Pod): boolean {
  return document.written !== undefined || document.template !== undefined;
}

/** Whether a text is there as it is read, in a template too: no action makes it, and no condition holds it back. */
export function isSure({ document }: Pod, { value, span }: Text): boolean {
  return document.branchAt?.(span.start) === undefined && !(document.written && /x{5}/.test(value));
}

/** A path as the API server writes it: `spec.template.spec.containers[1].name`. */
export function fieldPath(path: Path): string {
  return pathInObject(path).reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? key : `${text}.${key}`),
    '',
  );
}

/** The path from the object on, where it is an item of a List. */
function pathInObject(path: Path): Path {
  return path[0] === 'items' ? pathInObject(path.slice(2)) : path;
}

/** What the API server says of a field, quoted: its path, and the words behind. */
export function says(path: Path, words: string): string {
  return `'${fieldPath(path)}: ${words}'`;
}

/** What a client with strict validation, as kubectl is, is told of a field that is not known. */
export function notKnown(path: Path): string {
  return `'strict decoding error: unknown field "${fieldPath(path)}"'`;
}

/** The place of a `key: value`: of the key alone where the value is no text or an alias. */
export function entrySpan({ key, written }: Entry): Span {
  const { start, end } = spanOf(key);
  const isShort = written !== undefined && !('items' in written) && !isAliasNode(written);
  return { start, end: isShort ? Math.max(end, spanOf(written).end) : end };
}

/** The states of a range in which something holds, as versions: `1.28 to 1.33`. */
export type Told = Partial<Record<FieldState, (versions: string) => string>>;

/** What becomes of a field in a range: a sentence for each stretch of which there is something to say. */
export function tellStates(fact: VersionFact, versions: VersionRange, told: Told): string[] {
  return stretchesOf(versions, (version) => stateIn(fact, version)).flatMap(
    ({ state, versions: stretch }) => told[state]?.(`Kubernetes ${formatVersions(stretch)}`) ?? [],
  );
}

/** The states of a field in a range. */
export function statesIn(fact: VersionFact, versions: VersionRange): ReadonlySet<FieldState> {
  return new Set(minorsOf(versions).map((version) => stateIn(fact, version)));
}

/** What becomes of a field that an API server does not know. */
export function lost(versions: string, path: Path): string {
  return `${versions} does not know it: kubectl is refused with ${notKnown(path)}, and other clients lose it.`;
}

/** What becomes of a field whose feature is off. */
export function dropped(versions: string): string {
  return `${versions} drops it without a word.`;
}

/** A refusal of the object in the server's words. */
export function refuses({ workload }: Pod, versions: string, path: Path, words: string): string {
  return `${versions} refuses the ${workload.kind}: ${says(path, words)}.`;
}

/** How much a field matters that is refused somewhere, or else only lost. */
export function severityOf(states: ReadonlySet<FieldState>): Severity {
  return states.has('rejected') ? 'error' : 'warning';
}

/** The path of a field of a container. */
export function inContainer(pod: Pod, { list, index }: Container, ...more: Path): Path {
  return [...pod.path, list, index, ...more];
}

/** The value of an entry, unless it is null: Kubernetes reads that as if it were not there. */
export function given(found: Entry | undefined): YamlNode | undefined {
  const value = found?.value;
  return value && 'value' in value && value.value === null ? undefined : value;
}
