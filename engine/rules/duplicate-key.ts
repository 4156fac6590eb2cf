import { jobOf } from '../kube/job.ts';
import {
  asText,
  isAliasNode,
  ownEntries,
  ownMap,
  ownSeq,
  spanOf,
  type YamlDocument,
  type YamlNode,
} from '../yaml/read.ts';
import { isChecked, isTemplated } from './api.ts';
import type { Problem, Rule } from './rule.ts';

/** A key that is written twice in the spec of a Job or its pod: the last one counts, or nothing does. */
export const duplicateKey: Rule = {
  id: 'duplicate-key',
  title: 'A key is written twice',
  severity: () => 'warning',

  *check({ pod }) {
    if (!isChecked(pod) || isTemplated(pod)) return;
    yield* twice(pod.document, jobOf(pod)?.spec ?? pod.spec);
  },
};

function* twice(document: YamlDocument, node: YamlNode | undefined): Iterable<Problem> {
  if (!node || isAliasNode(node)) return;
  for (const item of ownSeq(node)?.items ?? []) yield* twice(document, item as YamlNode);
  const map = ownMap(node);
  const seen = new Map<string, YamlNode>();
  for (const { key, written } of map ? ownEntries(document, map) : []) {
    const name = asText(document, key)?.value ?? '';
    const first = seen.get(name);
    if (first && name !== '<<') {
      yield {
        message: `'${name}' is written twice here. kubectl is refused with 'strict decoding error: yaml: … key "${name}" already set in map'; for other clients the last one counts. Keep one.`,
        span: spanOf(key),
        confidence: 'certain',
        evidence: [{ message: `'${name}' is written here first`, span: spanOf(first) }],
      };
    }
    seen.set(name, key);
    yield* twice(document, written);
  }
}
