import { kindOf } from '../kube/kinds.ts';
import { plain } from '../yaml/meaning.ts';
import { type Path, readYaml } from '../yaml/read.ts';
import { splitDocuments } from '../yaml/split.ts';
import { applyMerge, applyOperation, isMap, readOperations, type Value } from './apply.ts';
import {
  isKustomization,
  KUSTOMIZATION_NAMES,
  type Kustomization,
  type PatchEntry,
  readKustomization,
} from './kustomization.ts';
import { folderOf, resolvePath } from './path.ts';
import { type Identity, selects } from './target.ts';

/** Texts by path or URI, with forward slashes: kustomizations and all that they name. */
export type KustomizeFiles = ReadonlyMap<string, string>;

/** A workload that a patch changes, as it is right before. */
export interface Target extends Identity {
  /** The file that brings it in. */
  readonly file: string;
  /** The files of the patches that have changed it already. */
  readonly changedBy: readonly string[];
  readonly value: Readonly<Value>;
  /** Keys and indexes from the object to its pod specs. */
  readonly pods: readonly Path[];
  /** Whether kustomize joins its lists by name: it is one of Kubernetes' own kinds. */
  readonly isOwn: boolean;
}

/** One document of a patch, as one kustomization uses it. */
export interface PatchUse {
  /** The file whose text holds the patch. */
  readonly file: string;
  /** In a kustomization, the keys that lead to the patch's text. */
  readonly inline: Path | undefined;
  /** The patch's whole text. */
  readonly text: string;
  /** The document of it, counted from 0. */
  readonly document: number;
  readonly kind: 'merge' | 'json';
  /** The document as plain data. */
  readonly value: unknown;
  readonly kustomization: string;
  /** The workloads whose pods run to completion that it changes. */
  readonly targets: readonly Target[];
}

/** What the kustomizations among some files do. */
export interface Kustomize {
  readonly files: KustomizeFiles;
  /** Files that are patches. */
  readonly partial: ReadonlySet<string>;
  /** Files that are resources. */
  readonly resources: ReadonlySet<string>;
  /** Every use of a patch; those of a base come before those of its overlays. */
  readonly patches: readonly PatchUse[];
  /** Files that are named and not there, or may be. */
  readonly missing: readonly string[];
}

interface Resource extends Identity {
  readonly file: string;
  readonly changedBy: string[];
  readonly value: Value;
}

/** Reads the kustomizations among some files, and follows what they name. Cycles, remote and missing files hold nothing. */
export function readKustomize(files: KustomizeFiles): Kustomize {
  const tree = new Tree(files);
  for (const path of [...files.keys()].filter(isKustomization).sort()) tree.build(path);
  const { partial, resources, patches, missing } = tree;
  return { files, partial, resources, patches, missing: [...missing].filter((path) => !files.has(path)) };
}

class Tree {
  readonly partial = new Set<string>();
  readonly resources = new Set<string>();
  readonly patches: PatchUse[] = [];
  readonly missing = new Set<string>();
  readonly #files: KustomizeFiles;
  readonly #built = new Map<string, readonly Resource[]>();
  readonly #read = new Map<string, readonly unknown[]>();
  readonly #open = new Set<string>();

  constructor(files: KustomizeFiles) {
    this.#files = files;
  }

  /** What a kustomization builds, as far as it holds pods that run to completion. */
  build(path: string): readonly Resource[] {
    const built = this.#built.get(path);
    if (built) return built;
    if (this.#open.has(path)) return [];
    const text = this.#files.get(path) ?? '';
    // What a component changes comes from those who use it.
    const isComponent = /^kind:\s*["']?Component\b/m.test(text);
    const found = this.#apply(path, []);
    if (!isComponent) this.#built.set(path, found);
    return found;
  }

  #apply(path: string, given: readonly Resource[]): readonly Resource[] {
    if (this.#open.has(path)) return given;
    this.#open.add(path);
    const kustomization = readKustomization(this.#files.get(path) ?? '');
    const folder = folderOf(path);
    let found = [...given, ...kustomization.resources.flatMap((each) => this.#resource(folder, each))];
    for (const each of kustomization.components) {
      const component = this.#kustomizationAt(resolvePath(folder, each));
      if (component !== undefined) found = [...this.#apply(component, found)];
    }
    const patch = (entry: PatchEntry) => this.#patch(path, entry, found);
    kustomization.patches.filter(({ isLate }) => !isLate).forEach(patch);
    for (const resource of found) rename(resource, kustomization);
    kustomization.patches.filter(({ isLate }) => isLate).forEach(patch);
    this.#open.delete(path);
    return found;
  }

  #resource(folder: string, written: string): Resource[] {
    const path = resolvePath(folder, written);
    if (path === undefined) return [];
    if (!this.#files.has(path)) {
      const inner = this.#kustomizationAt(path);
      if (inner === undefined) return [];
      // Each user changes its own copy.
      return this.build(inner).map((each) => ({
        ...each,
        names: [...each.names],
        namespaces: [...each.namespaces],
        changedBy: [...each.changedBy],
        value: plain(each.value) as Value,
      }));
    }
    if (isKustomization(path)) return [];
    this.resources.add(path);
    return this.#documents(path, this.#files.get(path) ?? '').flatMap((value) => resourcesIn(value, path));
  }

  #kustomizationAt(path: string | undefined): string | undefined {
    if (path === undefined) return undefined;
    const candidates = KUSTOMIZATION_NAMES.map((name) => `${path}/${name}`);
    const found = candidates.find((each) => this.#files.has(each));
    if (found !== undefined) return found;
    const isFile = /\.(?:ya?ml|json)$/.test(path);
    for (const each of isFile ? [path] : candidates) this.missing.add(each);
    return undefined;
  }

  #patch(kustomization: string, { path, inline, target }: PatchEntry, found: readonly Resource[]): void {
    const file = inline ? kustomization : resolvePath(folderOf(kustomization), path ?? '');
    if (file === undefined) return;
    const text = inline?.text ?? this.#files.get(file);
    if (text === undefined) {
      this.missing.add(file);
      return;
    }
    if (!inline) this.partial.add(file);
    for (const [document, value] of this.#documents(`${file} ${inline?.at.join() ?? ''}`, text).entries()) {
      const operations = readOperations(value);
      if (!operations && !isMap(value)) continue;
      const chosen = found.filter((each) => selects(target, operations ? undefined : (value as Value), each));
      const targets = chosen.flatMap((each) => targetOf(each));
      const use = { file, inline: inline?.at, text, document, value, kustomization, targets };
      this.patches.push({ ...use, kind: operations ? 'json' : 'merge' });
      for (const { value: object, apiVersion, changedBy } of chosen) {
        changedBy.push(file);
        if (operations) operations.every((operation) => applyOperation(object, operation));
        else applyMerge(object, withoutIdentity(value as Value), isOwn(apiVersion));
      }
    }
  }

  #documents(key: string, text: string): readonly unknown[] {
    const known = this.#read.get(key);
    const values =
      known ??
      splitDocuments(text).map(({ start, end }) => {
        const document = readYaml(text.slice(start, end));
        return document.error === undefined ? plain(document.value()) : undefined;
      });
    this.#read.set(key, values);
    return values.map(plain);
  }
}

/** A patch never renames what it changes, and may say anything where its target is told. */
function withoutIdentity({ apiVersion, kind, metadata, ...rest }: Value): Value {
  if (!isMap(metadata)) return rest;
  const { name, namespace, ...more } = metadata;
  return { ...rest, metadata: more };
}

function resourcesIn(value: unknown, file: string): Resource[] {
  if (!isMap(value)) return [];
  if (String(value.kind).endsWith('List') && Array.isArray(value.items)) {
    return value.items.flatMap((item) => resourcesIn(item, file));
  }
  const [apiVersion, kind] = [String(value.apiVersion ?? ''), String(value.kind ?? '')];
  const metadata = isMap(value.metadata) ? value.metadata : {};
  if (!kindOf(apiVersion, kind, []) || typeof metadata.name !== 'string') return [];
  const namespace = typeof metadata.namespace === 'string' ? metadata.namespace : undefined;
  return [{ file, value, apiVersion, kind, names: [metadata.name], namespaces: [namespace], changedBy: [] }];
}

function rename(resource: Resource, { namePrefix, nameSuffix, namespace }: Kustomization): void {
  if (namePrefix !== '' || nameSuffix !== '') {
    (resource.names as string[]).push(`${namePrefix}${resource.names.at(-1)}${nameSuffix}`);
  }
  if (namespace !== undefined) (resource.namespaces as (string | undefined)[]).push(namespace);
}

function targetOf({ file, value, apiVersion, kind, names, namespaces, changedBy }: Resource): Target[] {
  const templates = kindOf(apiVersion, kind, [])?.templates ?? [];
  const pods = templates.flatMap((steps) => follow(value, steps === '' ? [] : steps.split('.'), []));
  if (pods.length === 0) return [];
  const identity = { apiVersion, kind, names: [...names], namespaces: [...namespaces] };
  return [
    { ...identity, file, changedBy: [...changedBy], value: plain(value) as Value, pods, isOwn: isOwn(apiVersion) },
  ];
}

/** The pod specs that a kind's template path leads to. */
function follow(value: unknown, steps: readonly string[], path: Path): Path[] {
  const [step, ...more] = steps;
  if (typeof value !== 'object' || value === null) return [];
  if (step === undefined) return isMap((value as Value).spec) ? [[...path, 'spec']] : [];
  const keys = step !== '*' ? [step] : Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return keys.flatMap((key) => follow((value as Value)[key], more, [...path, key]));
}

function isOwn(apiVersion: string): boolean {
  return /^(?:batch|extensions)\/|^v1$/.test(apiVersion);
}
