import { asMap, asSeq, asText, get, type Path, type YamlDocument, type YamlMap, type YamlNode } from '../yaml/read.ts';

/** What a pod belongs to, as written in the manifest. */
export interface Workload {
  readonly kind: string;
  readonly name: string | undefined;
  readonly namespace: string | undefined;
}

/** Where a workload of a kind keeps its pod spec. */
interface WorkloadKind {
  readonly group: string;
  readonly kind: string;
  /** Keys from the object to the pod template; `*` stands for every item of a sequence. */
  readonly template: readonly string[];
}

/** Kinds whose pods run to completion. Source: the Kubernetes API reference of batch/v1. */
const KINDS: readonly WorkloadKind[] = [
  { group: 'batch', kind: 'Job', template: ['spec', 'template'] },
  {
    group: 'batch',
    kind: 'CronJob',
    template: ['spec', 'jobTemplate', 'spec', 'template'],
  },
];

/** A pod template found in a document, and the workload that it belongs to. */
export interface PodTemplate {
  readonly workload: Workload;
  readonly object: YamlMap;
  /** Keys and indexes from the document's root to the object. */
  readonly objectPath: Path;
  /** The map that holds `metadata` and `spec` of the pod. */
  readonly template: YamlMap;
  /** Keys and indexes from the document's root to the template. */
  readonly path: Path;
}

/** The pod templates of a document, those in `List`, `JobList` and `CronJobList` included, in their order. */
export function podTemplates(document: YamlDocument): PodTemplate[] {
  const found: PodTemplate[] = [];
  const seen = new Set<YamlMap>();
  const visit = (node: YamlNode | undefined, path: Path, listed?: { apiVersion: string; kind: string }): void => {
    const object = asMap(document, node);
    if (!object || seen.has(object)) return;
    seen.add(object);
    const apiVersion = asText(document, get(document, object, 'apiVersion'))?.value ?? listed?.apiVersion ?? '';
    const kind = asText(document, get(document, object, 'kind'))?.value ?? listed?.kind ?? '';
    if (kind.endsWith('List')) {
      const items = asSeq(document, get(document, object, 'items'))?.items ?? [];
      const item = kind === 'List' ? undefined : { apiVersion, kind: kind.slice(0, -'List'.length) };
      for (const [index, each] of items.entries()) visit(each as YamlNode, [...path, 'items', index], item);
      return;
    }
    const known = KINDS.find((k) => k.kind === kind && k.group === apiVersion.split('/')[0]);
    if (!known) return;
    const metadata = asMap(document, get(document, object, 'metadata'));
    const workload: Workload = {
      kind,
      name: asText(document, get(document, metadata, 'name'))?.value,
      namespace: asText(document, get(document, metadata, 'namespace'))?.value,
    };
    for (const at of follow(document, object, path, known.template)) {
      found.push({ workload, object, objectPath: path, ...at });
    }
  };
  visit(document.root, []);
  return found;
}

function follow(
  document: YamlDocument,
  from: YamlMap,
  start: Path,
  steps: readonly string[],
): { template: YamlMap; path: Path }[] {
  let at: { node: YamlNode | undefined; path: Path }[] = [{ node: from, path: start }];
  for (const step of steps) {
    at = at.flatMap(({ node, path }) => {
      if (step !== '*')
        return {
          node: get(document, asMap(document, node), step),
          path: [...path, step],
        };
      const items = asSeq(document, node)?.items ?? [];
      return items.map((item, index) => ({
        node: item as YamlNode,
        path: [...path, index],
      }));
    });
  }
  return at.flatMap(({ node, path }) => {
    const template = asMap(document, node);
    return template ? { template, path } : [];
  });
}
