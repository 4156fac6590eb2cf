import {
  asMap,
  asSeq,
  asText,
  get,
  ownEntries,
  type Path,
  writtenText,
  type YamlDocument,
  type YamlMap,
  type YamlNode,
} from '../yaml/read.ts';
import { kindOf, type WorkloadKind } from './kinds.ts';

/** What a pod belongs to, as written in the manifest. */
export interface Workload {
  readonly kind: string;
  readonly name: string | undefined;
  readonly namespace: string | undefined;
}

/** A workload's pods as messages name them: "this JobSet's pods", "the Pod". */
export function podsOf({ kind }: Workload, article: 'this' | 'the' = 'this'): string {
  return kind === 'Pod' ? `${article} Pod` : `${article} ${kind}'s pods`;
}

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

/**
 * The pod templates of a document, those in `List`, `JobList` and its like included, in their order. `extraKinds` are
 * kinds besides the known ones; they win over a known kind of the same name.
 */
export function podTemplates(document: YamlDocument, extraKinds: readonly WorkloadKind[] = []): PodTemplate[] {
  const found: PodTemplate[] = [];
  const seen = new Set<YamlMap>();
  const templates = new Set<YamlMap>();
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
    const known = kindOf(versionOf(apiVersion, kind), kind, extraKinds);
    if (!known) return;
    const metadata = asMap(document, get(document, object, 'metadata'));
    const workload: Workload = {
      kind,
      name: nameIn(document, metadata, 'name'),
      namespace: nameIn(document, metadata, 'namespace'),
    };
    for (const at of known.templates.flatMap((steps) => follow(document, object, path, steps))) {
      // An alias to a template that was seen already is the same lines again.
      if (templates.has(at.template) || !allows(document, known, at.template)) continue;
      templates.add(at.template);
      found.push({ workload, object, objectPath: path, ...at });
    }
  };
  visit(document.root, []);
  return found;
}

function nameIn(document: YamlDocument, metadata: YamlMap | undefined, key: string): string | undefined {
  const text = asText(document, get(document, metadata, key));
  return text && writtenText(document, text);
}

/** In a template an `apiVersion` may be known after rendering only: then a Job is the one that everybody means. */
function versionOf(apiVersion: string, kind: string): string {
  return /^x{5,}$/.test(apiVersion) && /^(?:Cron)?Job$/.test(kind) ? 'batch/v1' : apiVersion;
}

function allows(document: YamlDocument, { restartPolicies }: WorkloadKind, template: YamlMap): boolean {
  if (!restartPolicies) return true;
  const spec = asMap(document, get(document, template, 'spec'));
  return restartPolicies.includes(asText(document, get(document, spec, 'restartPolicy'))?.value ?? '');
}

function follow(
  document: YamlDocument,
  from: YamlMap,
  start: Path,
  steps: string,
): { template: YamlMap; path: Path }[] {
  let at: { node: YamlNode | undefined; path: Path }[] = [{ node: from, path: start }];
  for (const step of steps === '' ? [] : steps.split('.')) {
    at = at.flatMap(({ node, path }) => {
      if (step !== '*')
        return {
          node: get(document, asMap(document, node), step),
          path: [...path, step],
        };
      const map = asMap(document, node);
      if (map) {
        return ownEntries(document, map).flatMap(({ key, value }) => {
          const name = asText(document, key)?.value;
          return name === undefined ? [] : { node: value, path: [...path, name] };
        });
      }
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
