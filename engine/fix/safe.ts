import type { Container } from '../kube/pod.ts';
import { atLeast, DEFAULT_VERSIONS, NATIVE_SIDECARS_SINCE } from '../kube/version.ts';
import { namedPorts } from '../rules/named-port-to-sidecar.ts';
import { brokenPatches } from '../rules/patches.ts';
import type { PodContext } from '../rules/rule.ts';
import { spanOf } from '../yaml/read.ts';

/** The same pod on clusters that run native sidecars. */
export function onNewClusters(context: PodContext): PodContext {
  return { ...context, versions: DEFAULT_VERSIONS };
}

/**
 * The plain move changes nothing for the work: no doubt about the container, no workaround, a cluster that knows it, no
 * patch elsewhere that would miss the container, no Service that would.
 */
export function isSafe(context: PodContext, moved: readonly Container[]): boolean {
  const { pod, roles, workarounds, clues, versions, patches } = context;
  // Who does something and then idles does the work: moved, it would be stopped when the others have ended.
  const sure = roles.every(
    ({ container, confidence, evidence }) =>
      !moved.includes(container) || (confidence !== 'possible' && evidence[0]?.kind !== 'idles'),
  );
  const bare = workarounds.every(({ kind }) => kind === 'start-wait');
  // What it waits for before it counts as started may be the work, which would start after it.
  const waits = clues.some(({ container, hooks, acts }) => {
    const isHeld = hooks.some(({ name, script }) => name === 'postStart' && script.loops.length > 0);
    const probe = container.field('startupProbe');
    const asked = probe ? pod.document.text.slice(spanOf(probe).start, spanOf(probe).end) : '';
    const asksFile =
      probe !== undefined && (acts.some(({ kind }) => kind === 'wait-for-file') || /\s-[aefrs]\b/.test(asked));
    return moved.includes(container) && (isHeld || asksFile);
  });
  const isKnown = atLeast(versions.lowest, NATIVE_SIDECARS_SINCE);
  const isReached = moved.every((container) => namedPorts(context, container).length === 0);
  return sure && bare && !waits && isKnown && isReached && brokenPatches(patches, moved).length === 0;
}
