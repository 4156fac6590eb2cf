import { jobOf } from '../kube/job.ts';
import {
  asText,
  isAliasNode,
  keysOf,
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
    const problems: Problem[] = [];
    collect(pod.document, jobOf(pod)?.spec ?? pod.spec, problems);
    yield* problems;
  },
};

function collect(document: YamlDocument, node: YamlNode | undefined, problems: Problem[]): void {
  if (!node || isAliasNode(node)) return;
  for (const item of ownSeq(node)?.items ?? []) collect(document, item as YamlNode, problems);
  const map = ownMap(node);
  if (!map) return;
  for (const { value } of map.items) collect(document, value as YamlNode, problems);
  const keys = keysOf(map);
  if (new Set(keys).size === keys.length) return;
  const seen = new Map<string, YamlNode>();
  for (const { key } of ownEntries(document, map)) {
    const name = asText(document, key)?.value ?? '';
    const first = seen.get(name);
    if (first && name !== '<<') {
      problems.push({
        message: `'${name}' is written twice here. kubectl is refused with 'strict decoding error: yaml: … key "${name}" already set in map'; for other clients the last one counts. Keep one.`,
        span: spanOf(key),
        confidence: 'certain',
        evidence: [{ message: `'${name}' is written here first`, span: spanOf(first) }],
      });
    }
    seen.set(name, key);
  }
}
