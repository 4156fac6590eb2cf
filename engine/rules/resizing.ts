import { type Container, nameOf } from '../kube/pod.ts';
import { atLeast, formatVersions, minorsOf, stateIn, VERSION_FACTS } from '../kube/version.ts';
import { asMap, asSeq, asText, entry, get } from '../yaml/read.ts';
import { entrySpan, given, inContainer, isChecked, isTemplated, lost, refuses, tellStates } from './api.ts';
import type { PodContext, Problem } from './rule.ts';

const FACT = VERSION_FACTS.resizePolicy;
/** From here on the API server's sentence says whose policy it means. */
const SAYS_POD = { major: 1, minor: 36 };

/** What is wrong with the `resizePolicy` of a container: it restarts where nothing may, or the version does not have it. */
export function* resizeProblems({ pod, versions }: PodContext, container: Container, more = ''): Iterable<Problem> {
  const found = entry(pod.document, container.map, 'resizePolicy');
  if (!found || !given(found) || !isChecked(pod) || isTemplated(pod)) return;
  const path = inContainer(pod, container, 'resizePolicy');
  const items = asSeq(pod.document, found.value)?.items ?? [];
  const restarting = items.flatMap((item, index) => {
    const policy = asText(pod.document, get(pod.document, asMap(pod.document, item), 'restartPolicy'));
    return policy?.value === 'RestartContainer' ? index : [];
  });
  const isRefused = pod.restartPolicy === 'Never' && restarting.length > 0;
  const told = tellStates(FACT, versions, {
    unknown: (which) => lost(which, path),
    dropped: (which) => `${which} drops it without a word: in-place resizing is off there.`,
  });
  const working = minorsOf(versions).filter((version) => stateIn(FACT, version) === 'works');
  const [lowest, highest] = [working[0], working.at(-1)];
  if (isRefused && lowest && highest) {
    const whose = atLeast(lowest, SAYS_POD) ? 'pod `restartPolicy`' : '`restartPolicy`';
    const words = `Invalid value: "RestartContainer": must be 'NotRequired' when ${whose} is 'Never'`;
    told.push(refuses(pod, `Kubernetes ${formatVersions({ lowest, highest })}`, path, words));
  }
  if (told.length === 0) return;
  yield {
    message: `Container '${nameOf(container)}' has a resizePolicy. ${told.join(' ')}${isRefused && lowest ? '' : more}`,
    span: entrySpan(found),
    confidence: 'certain',
    severity: isRefused && lowest ? 'error' : 'info',
    container,
    ...(isRefused &&
      lowest && {
        mend: () => ({
          title: `Write NotRequired in the resizePolicy of '${nameOf(container)}'`,
          safe: working.length === minorsOf(versions).length,
          changes: restarting.map((index) => ({
            kind: 'set',
            path: [...path, index, 'restartPolicy'],
            value: 'NotRequired',
          })),
        }),
      }),
  };
}
