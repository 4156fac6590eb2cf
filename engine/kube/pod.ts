import type { Span } from '../text.ts';
import {
  asMap,
  asSeq,
  asText,
  asTexts,
  type Entry,
  entry,
  get,
  ownEntries,
  spanOf,
  type Text,
  type YamlDocument,
  type YamlMap,
  type YamlNode,
} from '../yaml/read.ts';
import { type Path, podTemplates, type Workload } from './workload.ts';

/** One environment variable with a plain value; `value` is undefined when it comes from elsewhere (`valueFrom`). */
export interface EnvironmentVariable {
  readonly name: Text;
  readonly value: Text | undefined;
}

/** A container of a pod, with the fields that say what it does. Absent fields are undefined or empty. */
export interface Container {
  readonly list: 'containers' | 'initContainers';
  /** Its place in the list, counted from 0. */
  readonly index: number;
  /** The list's item as it stands (an alias is not resolved). */
  readonly item: YamlNode;
  readonly map: YamlMap;
  readonly name: Text | undefined;
  readonly image: Text | undefined;
  readonly command: readonly Text[] | undefined;
  readonly args: readonly Text[] | undefined;
  readonly env: readonly EnvironmentVariable[];
  readonly restartPolicy: Text | undefined;
  /** `ports[].containerPort`, numbers only. */
  readonly ports: readonly number[];
  /** Names of fields present: `livenessProbe`, `readinessProbe`, `startupProbe`, `lifecycle` … */
  has(field: string): boolean;
  /** The value of a field of the container. */
  field(name: string): YamlNode | undefined;
}

/** A pod as a workload's template describes it. */
export interface Pod {
  readonly document: YamlDocument;
  readonly workload: Workload;
  /** The pod spec. */
  readonly spec: YamlMap;
  /** Keys and indexes from the document's root to the pod spec. */
  readonly path: Path;
  readonly restartPolicy: string | undefined;
  readonly shareProcessNamespace: boolean;
  readonly containers: readonly Container[];
  readonly initContainers: readonly Container[];
  readonly containersEntry: Entry;
  readonly initContainersEntry: Entry | undefined;
  /** Annotations of the workload and of the pod template; the latter win. */
  readonly annotations: ReadonlyMap<string, Text>;
}

/** The pods of a document's Jobs and CronJobs that have a list of containers. */
export function readPods(document: YamlDocument): Pod[] {
  return podTemplates(document).flatMap(({ workload, object, template, path }) => {
    const spec = asMap(document, get(document, template, 'spec'));
    const containersEntry = entry(document, spec, 'containers');
    if (!spec || !containersEntry) return [];
    const initContainersEntry = entry(document, spec, 'initContainers');
    return {
      document,
      workload,
      spec,
      path: [...path, 'spec'],
      restartPolicy: asText(document, get(document, spec, 'restartPolicy'))?.value,
      shareProcessNamespace: isTrue(asText(document, get(document, spec, 'shareProcessNamespace'))),
      containers: readContainers(document, 'containers', containersEntry.value),
      initContainers: readContainers(document, 'initContainers', initContainersEntry?.value),
      containersEntry,
      initContainersEntry,
      annotations: new Map([...annotations(document, object), ...annotations(document, template)]),
    };
  });
}

function readContainers(document: YamlDocument, list: Container['list'], node: YamlNode | undefined): Container[] {
  return (asSeq(document, node)?.items ?? []).flatMap((item, index) => {
    const map = asMap(document, item);
    if (!map) return [];
    const field = (name: string) => get(document, map, name);
    return {
      list,
      index,
      item: item as YamlNode,
      map,
      name: asText(document, written(document, map, 'name')),
      image: asText(document, written(document, map, 'image')),
      command: asTexts(document, field('command')),
      args: asTexts(document, field('args')),
      env: (asSeq(document, field('env'))?.items ?? []).flatMap((each) => {
        const variable = asMap(document, each);
        const name = asText(document, get(document, variable, 'name'));
        return name ? { name, value: asText(document, get(document, variable, 'value')) } : [];
      }),
      restartPolicy: asText(document, written(document, map, 'restartPolicy')),
      ports: (asSeq(document, field('ports'))?.items ?? []).flatMap((each) => {
        const port = Number(asText(document, get(document, asMap(document, each), 'containerPort'))?.value);
        return Number.isInteger(port) ? port : [];
      }),
      has: (name: string) => field(name) !== undefined,
      field,
    };
  });
}

/** As it stands, so that a finding lies on the alias and not on its anchor. */
function written(document: YamlDocument, map: YamlMap, name: string): YamlNode | undefined {
  return entry(document, map, name)?.written;
}

function annotations(document: YamlDocument, object: YamlMap): [string, Text][] {
  const metadata = asMap(document, get(document, object, 'metadata'));
  const map = asMap(document, get(document, metadata, 'annotations'));
  if (!map) return [];
  return ownEntries(document, map).flatMap(({ key, value }) => {
    const name = asText(document, key);
    const text = asText(document, value);
    return name && text ? [[name.value, text] as [string, Text]] : [];
  });
}

/** YAML 1.1 booleans, as kubectl reads them. */
function isTrue(text: Text | undefined): boolean {
  return text !== undefined && /^(?:true|yes|on|y)$/i.test(text.value);
}

/** Whether the container is a native sidecar: an init container with `restartPolicy` exactly `Always`. */
export function isNativeSidecar(container: Container): boolean {
  return container.list === 'initContainers' && container.restartPolicy?.value === 'Always';
}

/** The container's name as written, or `#2` for the second of a list when it has none. */
export function nameOf(container: Container): string {
  return container.name?.value ?? `#${container.index + 1}`;
}

/** Where to point when the container is meant: at its name, or at its first line when it has none. */
export function containerSpan(container: Container): Span {
  return container.name?.span ?? firstKey(container) ?? spanOf(container.item);
}

function firstKey(container: Container): Span | undefined {
  const key = container.map.items[0]?.key as YamlNode | undefined;
  return key ? spanOf(key) : undefined;
}
