import { type ConfigMaps, readConfigMap } from '../engine/kube/config-map.ts';
import { readPods } from '../engine/kube/pod.ts';
import type { Source } from '../engine/sidecar/evidence.ts';
import { readPod } from '../engine/sidecar/reading.ts';
import { readYaml } from '../engine/yaml/read.ts';
import { splitDocuments } from '../engine/yaml/split.ts';

/** A container about which an analysis would warn. */
export interface Warned {
  /** The document's index in the text, counted from 0. */
  readonly document: number;
  readonly workload: { readonly kind: string; readonly name: string | undefined };
  /** As written, or `#2` for the second of a list when it has none. */
  readonly container: string;
}

/** The containers of a text that are taken for sidecars when evidence is left out: what an ablation measures. */
export function sidecarsWithout(text: string, without: readonly Source[]): Warned[] {
  const documents = splitDocuments(text).map(({ start, end }) => readYaml(text.slice(start, end)));
  const readable = documents.map((document) => (document.error === undefined ? document : undefined));
  const configMaps: ConfigMaps = new Map(
    readable.flatMap((document) => (document ? [...readConfigMap(document)] : [])),
  );
  return readable.flatMap((document, index) =>
    (document ? readPods(document, [], configMaps) : []).flatMap((pod) =>
      readPod(pod, {}, new Set(without)).roles.flatMap(({ role, confidence, container }) =>
        role === 'sidecar' && confidence !== 'possible'
          ? { document: index, workload: pod.workload, container: container.name?.value ?? `#${container.index + 1}` }
          : [],
      ),
    ),
  );
}
