import type { ConfigMaps } from '../kube/config-map.ts';
import type { WorkloadKind } from '../kube/kinds.ts';
import { type Container, type Pod, readPods } from '../kube/pod.ts';
import { type Reading, readPod } from '../sidecar/reading.ts';
import { spanOf, type YamlDocument } from '../yaml/read.ts';

/** A pod of a template read once more, to be edited: without what named templates print. */
export interface Twin {
  readonly reading: Reading;
  /** Whether it has all containers: none is printed by a named template. */
  readonly isWhole: boolean;
  /** The container that is written at the same place; undefined for one that a named template prints. */
  of(container: Container): Container | undefined;
}

/** The twin of a pod that was seen in a template. `document` is the template with its actions hidden. */
export function twinOf(
  document: YamlDocument,
  seen: Pod,
  kinds: readonly WorkloadKind[],
  configMaps: ConfigMaps,
): Twin | undefined {
  const { template } = document;
  const at = seen.containersEntry && template?.placeOf(spanOf(seen.containersEntry.key))?.start;
  const own = readPods(document, kinds, configMaps).find(
    ({ containersEntry }) => containersEntry && spanOf(containersEntry.key).start === at,
  );
  if (!own || !template || at === undefined) return undefined;
  const of = ({ list, item }: Container) => {
    const start = template.placeOf(spanOf(item))?.start;
    return own[list].find((each) => spanOf(each.item).start === start);
  };
  const all = [...seen.containers, ...seen.initContainers];
  return { reading: readPod({ ...own, seen }), isWhole: all.every((each) => of(each) !== undefined), of };
}
