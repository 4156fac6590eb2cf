import type { Pod } from '../kube/pod.ts';
import { asMap, asText, type Entry, get, nodeAt, ownEntries } from '../yaml/read.ts';
import { INJECTORS, type Injector } from './injectors.ts';

/** A label or annotation of a pod. */
export interface Mark {
  readonly name: string;
  /** Undefined when it is known after rendering only. */
  readonly value: string | undefined;
  readonly field: 'annotations' | 'labels';
  readonly entry: Entry;
}

/** The labels and annotations of a pod itself, not of its workload: only these reach an injector. */
export function marksOf(pod: Pod): Mark[] {
  const { document } = pod;
  const metadata = asMap(document, nodeAt(document, [...pod.path.slice(0, -1), 'metadata']));
  return (['labels', 'annotations'] as const).flatMap((field) => {
    const map = asMap(document, get(document, metadata, field));
    if (!map) return [];
    return ownEntries(document, map).flatMap((entry) => {
      const name = asText(document, entry.key)?.value;
      const value = asText(document, entry.value)?.value ?? '';
      return name === undefined ? [] : { name, value: /x{5,}/.test(value) ? undefined : value, field, entry };
    });
  });
}

/** The injector that a label or annotation belongs to. */
export function injectorOf(name: string): Injector | undefined {
  return INJECTORS.find(
    ({ asks, settings = [] }) => Object.hasOwn(asks, name) || settings.some(({ annotation }) => annotation === name),
  );
}

/** An injector that a pod asks for its sidecar. */
export interface Asked {
  readonly injector: Injector;
  /** What asks. */
  readonly mark: Mark;
}

/**
 * The injectors that put a sidecar into a pod beyond doubt, and of which the pod does not say what becomes of it: nothing
 * about it is switched off, set or known after rendering only.
 */
export function openRequests(marks: readonly Mark[]): Asked[] {
  return INJECTORS.flatMap((injector) => {
    const asking = marks.filter(({ name }) => Object.hasOwn(injector.asks, name));
    const [mark] = asking;
    const isAsked = asking.every(({ name, value }) => value !== undefined && injector.asks[name]?.test(value));
    return mark && isAsked && !isSettled(injector, marks) ? { injector, mark } : [];
  });
}

/** Whether a pod says what becomes of an injector's sidecar, or whether it has one at all is unsure. */
export function isSettled({ settings = [], unsure = [] }: Injector, marks: readonly Mark[]): boolean {
  const settling = settings.flatMap(({ annotation, leavesOpen }) => (leavesOpen ? [] : annotation));
  return marks.some(({ name }) => settling.includes(name) || unsure.includes(name));
}

/** Whether the value of an annotation or label switches something off. */
export function isOff(value: string): boolean {
  return /^(?:false|disabled|no|off)$/i.test(value);
}
