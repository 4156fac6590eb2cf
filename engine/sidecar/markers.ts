import type { Container, Pod } from '../kube/pod.ts';
import { baseName } from '../shell/script.ts';
import type { Span } from '../text.ts';
import type { Path } from '../yaml/read.ts';
import type { Clue } from './clues.ts';

/** What a marker of a controller or wrapper says about a container. */
export interface Marker {
  readonly role: 'main' | 'sidecar';
  readonly clue: Clue;
}

const SIDECAR_VARIABLE = /^(?:KUBEXIT_DEATH_DEPS|KRUISE_TERMINATE_SIDECAR_WHEN_JOB_EXIT(?:_WITH_IMAGE)?)$/;

/** The marker that names a container: set by people for controllers that end sidecars, so it is never a guess. */
export function markerOf(pod: Pod, container: Container): Marker | undefined {
  const variable = container.env.find(({ name }) => SIDECAR_VARIABLE.test(name.value));
  if (variable) {
    return {
      role: 'sidecar',
      clue: { message: `${variable.name.value} marks it as a sidecar`, span: variable.name.span },
    };
  }
  const name = container.name?.value;
  for (const [annotation, role] of [
    ['pod.kubernetes.io/sidecars', 'sidecar'],
    ['nrmitchi.com/sidecars', 'sidecar'],
    ['riskified.com/main_sidecars', 'main'],
  ] as const) {
    const value = pod.annotations.get(annotation)?.value;
    if (name === undefined || !value?.value.split(',').some((each) => each.trim() === name)) continue;
    return { role, clue: { message: `the annotation ${annotation} names it`, span: value.span } };
  }
  return undefined;
}

/** A marker as it is written, and the container that it names. */
export interface WrittenMarker {
  readonly container: string;
  /** The annotation or variable. */
  readonly text: string;
  readonly span: Span;
  /** Keys that lead to the annotation; undefined for a variable of the container. */
  readonly path: Path | undefined;
  /** Every container that the same marker names. */
  readonly names: readonly string[];
}

/** The markers of a pod that name a sidecar, in the order of the pod's containers. */
export function markersOf(pod: Pod): WrittenMarker[] {
  const named = [...pod.annotations].flatMap(([text, { value, path }]) => {
    if (!/^(?:(?:pod\.kubernetes\.io|nrmitchi\.com)\/sidecars|riskified\.com\/main_sidecars)$/.test(text)) return [];
    const given = value.value.split(',').map((name) => name.trim());
    const isMain = text.startsWith('riskified');
    const others = pod.containers.flatMap(({ name }) => (name && !given.includes(name.value) ? name.value : []));
    const names = isMain ? others : given;
    return names.map((container) => ({ container, text, span: value.span, path, names }));
  });
  const set = [...pod.containers, ...pod.initContainers].flatMap((container) =>
    container.env.flatMap(({ name }) => {
      const own = container.name?.value;
      if (own === undefined || !/^KRUISE_TERMINATE_SIDECAR_/.test(name.value)) return [];
      return [{ container: own, text: name.value, span: name.span, path: undefined, names: [own] }];
    }),
  );
  return [...named, ...set];
}

const WRAPPER = /^(?:scuttle|envoy-preflight|linkerd-await|kubexit)$/;

/**
 * The words of an argv that run the work in a program which ends a sidecar afterwards: where they start, and where the
 * work does. `linkerd-await` ends nothing without `--shutdown`.
 */
export function wrapperIn(words: readonly string[]): { readonly from: number; readonly to: number } | undefined {
  const from = words.findIndex((word) => WRAPPER.test(baseName(word)));
  const program = words[from];
  if (program === undefined) return undefined;
  let to = from + 1;
  while (words[to]?.startsWith('-')) {
    const isEnd = words[to] === '--';
    to += /^--?(?:t|timeout|p|port|b|backoff)$/.test(words[to] ?? '') ? 2 : 1;
    if (isEnd) break;
  }
  const options = words.slice(from + 1, to);
  const ends = baseName(program) !== 'linkerd-await' || options.some((word) => /^(?:--shutdown|-S)$/.test(word));
  return ends ? { from, to } : undefined;
}

/** Variables of those programs and of controllers that end sidecars. */
export const WRAPPER_VARIABLE =
  /^(?:KUBEXIT_\w+|KRUISE_TERMINATE_SIDECAR_\w+|ISTIO_QUIT_API|NEVER_KILL_ISTIO\w*|GENERIC_QUIT_ENDPOINTS|SCUTTLE_\w+|ENVOY_ADMIN_API|START_WITHOUT_ENVOY|WAIT_FOR_ENVOY_TIMEOUT|QUIT_WITHOUT_ENVOY_TIMEOUT|LINKERD_AWAIT_DISABLED)$/;
