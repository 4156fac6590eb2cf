import { asMap, asSeq, asText, get, nodeAt, ownEntries, type YamlDocument } from '../yaml/read.ts';
import type { Pod } from './pod.ts';

/** A Service that finds its pods by labels. */
export interface Service {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly selector: ReadonlyMap<string, string>;
  /** The names of ports to which its own lead: `targetPort` where it is no number. */
  readonly targets: readonly string[];
}

/** The Service of a document; none when it is something else or selects no pods. */
export function readService(document: YamlDocument): Service[] {
  const root = asMap(document, document.root);
  const metadata = asMap(document, get(document, root, 'metadata'));
  const spec = asMap(document, get(document, root, 'spec'));
  const name = asText(document, get(document, metadata, 'name'))?.value;
  const selector = textsIn(document, get(document, spec, 'selector'));
  const kind = asText(document, get(document, root, 'kind'))?.value;
  if (kind !== 'Service' || name === undefined || selector.size === 0) return [];
  const targets = (asSeq(document, get(document, spec, 'ports'))?.items ?? []).flatMap((item) => {
    const target = asText(document, get(document, asMap(document, item), 'targetPort'))?.value;
    return target === undefined || /^\d+$/.test(target) ? [] : target;
  });
  return [{ name, namespace: asText(document, get(document, metadata, 'namespace'))?.value, selector, targets }];
}

/** Whether a Service selects the pods of a template, as far as their file tells. */
export function selects({ selector, namespace }: Service, { document, workload, path }: Pod): boolean {
  const metadata = asMap(document, nodeAt(document, [...path.slice(0, -1), 'metadata']));
  const labels = textsIn(document, get(document, metadata, 'labels'));
  const isKnown = (text: string | undefined) => text === undefined || !/x{5,}/.test(text);
  return (
    [...selector].every(([key, each]) => isKnown(each) && labels.get(key) === each) &&
    (namespace === workload.namespace || namespace === undefined || workload.namespace === undefined)
  );
}

function textsIn(document: YamlDocument, node: unknown): Map<string, string> {
  const map = asMap(document, node);
  return new Map(
    (map ? ownEntries(document, map) : []).flatMap(({ key, value }) => {
      const [name, text] = [asText(document, key), asText(document, value)];
      return name && text ? [[name.value, text.value] as const] : [];
    }),
  );
}
