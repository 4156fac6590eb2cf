import { atLeast, NATIVE_SIDECARS_SINCE } from '../kube/version.ts';
import { podsOf } from '../kube/workload.ts';
import { marksOf, openRequests } from '../sidecar/injected.ts';
import { offeredBy, told } from '../sidecar/injectors.ts';
import { spanOf } from '../yaml/read.ts';
import type { Rule } from './rule.ts';

/** A pod asks for a sidecar that is put in when the pod is created, and does not say that it is to be native. */
export const injectedSidecar: Rule = {
  id: 'injected-sidecar',
  title: 'A sidecar that is injected keeps the Job from completing',
  severity: () => 'info',

  *check({ pod, workarounds, versions }) {
    // Before native sidecars no annotation helps. What ends an injected sidecar is told of by itself.
    if (!atLeast(versions.lowest, NATIVE_SIDECARS_SINCE)) return;
    if (workarounds.some(({ kind, to }) => /^(?:quit|wrapper|killer)$/.test(kind) && to.length === 0)) return;
    const metadata = [...pod.path.slice(0, -1), 'metadata'];
    const marks = marksOf(pod);
    const hasAnnotations = marks.some(({ field }) => field === 'annotations');
    for (const { injector, mark } of openRequests(marks)) {
      const offered = offeredBy(injector);
      if (!offered) continue;
      const { annotation } = offered;
      const { name, nativeWith, nativeSince } = injector;
      const isDone = nativeSince !== undefined && atLeast(versions.lowest, nativeSince);
      yield {
        message: `${name} puts a sidecar into ${podsOf(pod.workload)}. It is a regular container, which keeps them running when the work has ended${nativeWith ? `, except with ${nativeWith}` : ''}. What lets them end: the pod annotation ${told(offered)}.`,
        span: { start: spanOf(mark.entry.key).start, end: spanOf(mark.entry.written ?? mark.entry.key).end },
        confidence: 'certain',
        ...(isDone ? { severity: 'hint' as const } : {}),
        mend: () => ({
          title: `Add the annotation ${annotation}: "true"`,
          safe: false,
          changes: [
            hasAnnotations
              ? { kind: 'add', path: [...metadata, 'annotations', annotation], value: 'true', behind: [] }
              : {
                  kind: 'add',
                  path: [...metadata, 'annotations'],
                  value: { [annotation]: 'true' },
                  behind: ['labels', 'namespace', 'name'],
                },
          ],
        }),
      };
    }
  },
};
