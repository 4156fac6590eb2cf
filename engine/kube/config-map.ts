import { asMap, asText, get, ownEntries, type YamlDocument, type YamlMap } from '../yaml/read.ts';

/** The texts of ConfigMaps by the ConfigMap's name and the text's key. */
export type ConfigMaps = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** The ConfigMap of a document; none when it is something else. */
export function readConfigMap(document: YamlDocument): [name: string, texts: ReadonlyMap<string, string>][] {
  const root = asMap(document, document.root);
  const text = (map: YamlMap | undefined, name: string) => asText(document, get(document, map, name))?.value;
  const name = text(asMap(document, get(document, root, 'metadata')), 'name');
  const data = asMap(document, get(document, root, 'data'));
  if (text(root, 'kind') !== 'ConfigMap' || name === undefined || !data) return [];
  const texts = ownEntries(document, data).flatMap(({ key, value }) => {
    const [own, content] = [asText(document, key)?.value, asText(document, value)?.value];
    return own === undefined || content === undefined ? [] : [[own, content] as const];
  });
  return [[name, new Map(texts)]];
}
