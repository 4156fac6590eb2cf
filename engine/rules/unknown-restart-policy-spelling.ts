import { type Container, nameOf, type Pod } from '../kube/pod.ts';
import { asText, type Entry, entry, keysOf, type Path, type YamlDocument, type YamlMap } from '../yaml/read.ts';
import { entrySpan, inContainer, isChecked, isSure, notKnown } from './api.ts';
import type { Problem, Rule } from './rule.ts';

/** The entry whose key was meant to be `restartPolicy`. */
export function misspelled(document: YamlDocument, map: YamlMap): (Entry & { readonly name: string }) | undefined {
  const name = keysOf(map).find((key) => key !== 'restartPolicy' && /^restart[-_]*polic(?:y|ies)$/i.test(key));
  const found = name === undefined ? undefined : entry(document, map, name);
  return found && name !== undefined ? { ...found, name } : undefined;
}

/** `restartpolicy` is another field for Kubernetes, and one that it does not know. */
export const unknownRestartPolicySpelling: Rule = {
  id: 'unknown-restart-policy-spelling',
  title: 'restartPolicy is spelled in another way',
  severity: () => 'error',

  *check({ pod }) {
    if (!isChecked(pod)) return;
    yield* problemsOf(pod, pod.spec, pod.path, undefined);
    for (const container of [...pod.initContainers, ...pod.containers]) {
      yield* problemsOf(pod, container.map, inContainer(pod, container), container);
    }
  },
};

function* problemsOf(pod: Pod, map: YamlMap, path: Path, container: Container | undefined): Iterable<Problem> {
  const { document } = pod;
  const found = misspelled(document, map);
  const key = found && asText(document, found.key);
  if (!found || !key || !isSure(pod, key)) return;
  const own = [...path, found.name];
  const value = asText(document, found.value);
  // A regular container may have none: renamed it would be refused for that.
  const isWanted = container?.list !== 'containers' && value && isSure(pod, value);
  const isThere = entry(document, map, 'restartPolicy') !== undefined;
  const whose = container ? `Container '${nameOf(container)}'` : `The ${pod.workload.kind}'s pod`;
  yield {
    message: `${whose} has '${found.name}', which Kubernetes does not know. kubectl is refused with ${notKnown(own)}, and other clients lose it. Write restartPolicy.`,
    span: entrySpan(found),
    confidence: 'certain',
    ...(container && { container }),
    ...(isWanted &&
      !isThere && {
        mend: () => ({
          title: `Write restartPolicy instead of ${found.name}`,
          // Without it the API server refuses a Job.
          safe: !container && pod.workload.kind !== 'Pod',
          changes: [{ kind: 'rename', path: own, name: 'restartPolicy' }],
        }),
      }),
  };
}
