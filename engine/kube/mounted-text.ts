import { asMap, asSeq, asText, get } from '../yaml/read.ts';
import type { Container, Pod } from './pod.ts';

/** The text that a container finds at a path, where a ConfigMap of the same file is mounted there. */
export function mountedText(
  { document, spec, configMaps }: Pod,
  container: Container,
  path: string,
): string | undefined {
  for (const { name, mountPath, subPath } of container.volumeMounts) {
    const folder = mountPath.replace(/\/+$/, '');
    const file = path === folder ? subPath : path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
    if (file === undefined) continue;
    const volumes = asSeq(document, get(document, spec, 'volumes'))?.items ?? [];
    const volume = volumes
      .map((each) => asMap(document, each))
      .find((each) => asText(document, get(document, each, 'name'))?.value === name.value);
    const source = asMap(document, get(document, volume, 'configMap'));
    const texts = configMaps.get(asText(document, get(document, source, 'name'))?.value ?? '');
    const items = asSeq(document, get(document, source, 'items'))?.items.map((each) => asMap(document, each));
    const item = items?.find((each) => asText(document, get(document, each, 'path'))?.value === file);
    const key = items ? asText(document, get(document, item, 'key'))?.value : file;
    const found = key === undefined ? undefined : texts?.get(key);
    if (found !== undefined) return found;
  }
  return undefined;
}
