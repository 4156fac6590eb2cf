import { asMap, asSeq, asText, get, type Path, readYaml, type YamlMap, type YamlNode } from '../yaml/read.ts';

/** What a patch is for, where its kustomization says so. Names, kinds and namespaces are regular expressions. */
export interface PatchTarget {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly annotationSelector?: string;
}

/** A patch as a kustomization names it. */
export interface PatchEntry {
  /** The file that holds it, as written; undefined when the kustomization holds it itself. */
  readonly path: string | undefined;
  /** The text, and the keys that lead to it, of a patch inside the kustomization. */
  readonly inline: { readonly text: string; readonly at: Path } | undefined;
  readonly target: PatchTarget | undefined;
  /** Whether it applies when names and namespaces have changed already. */
  readonly isLate: boolean;
}

/** What a `kustomization.yaml` says, as far as it matters for containers. */
export interface Kustomization {
  /** Files and folders, as written. */
  readonly resources: readonly string[];
  readonly components: readonly string[];
  /** In the order in which they apply. */
  readonly patches: readonly PatchEntry[];
  readonly namePrefix: string;
  readonly nameSuffix: string;
  readonly namespace: string | undefined;
}

/** The names that kustomize knows its file by. */
export const KUSTOMIZATION_NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** Whether a path or URI is that of a kustomization, by its name. */
export function isKustomization(path: string): boolean {
  return KUSTOMIZATION_NAMES.includes(path.slice(path.lastIndexOf('/') + 1));
}

/** Reads a kustomization. Never throws: what cannot be read says nothing. */
export function readKustomization(text: string): Kustomization {
  const document = readYaml(text);
  const root = document.error === undefined ? asMap(document, document.root) : undefined;
  const items = (name: string) => asSeq(document, get(document, root, name))?.items ?? [];
  const texts = (name: string) => items(name).flatMap((item) => asText(document, item)?.value ?? []);
  const textIn = (map: YamlMap | undefined, name: string) => asText(document, get(document, map, name))?.value;
  const targetOf = (map: YamlMap | undefined): PatchTarget | undefined => {
    const target = asMap(document, get(document, map, 'target'));
    if (!target) return undefined;
    const names = ['group', 'version', 'kind', 'name', 'namespace', 'labelSelector', 'annotationSelector'] as const;
    return Object.fromEntries(
      names.flatMap((name) => {
        const value = textIn(target, name);
        return value ? [[name, value]] : [];
      }),
    );
  };
  const entries = (list: string, isLate: boolean): PatchEntry[] =>
    items(list).flatMap((item, index) => {
      const map = asMap(document, item as YamlNode);
      const patch = textIn(map, 'patch');
      const path = textIn(map, 'path');
      if (patch === undefined && path === undefined) return [];
      const inline = patch === undefined ? undefined : { text: patch, at: [list, index, 'patch'] };
      return { path: inline ? undefined : path, inline, target: targetOf(map), isLate };
    });
  const merges = items('patchesStrategicMerge').flatMap((item, index): PatchEntry[] => {
    const value = asText(document, item)?.value;
    if (value === undefined) return [];
    const isInline = /\n|^\s*\{/.test(value);
    return [
      {
        path: isInline ? undefined : value,
        inline: isInline ? { text: value, at: ['patchesStrategicMerge', index] } : undefined,
        target: undefined,
        isLate: false,
      },
    ];
  });
  return {
    // Before there were resources, bases had a list of their own.
    resources: [...texts('resources'), ...texts('bases')],
    components: texts('components'),
    patches: [...merges, ...entries('patches', false), ...entries('patchesJson6902', true)],
    namePrefix: textIn(root, 'namePrefix') ?? '',
    nameSuffix: textIn(root, 'nameSuffix') ?? '',
    namespace: textIn(root, 'namespace'),
  };
}
