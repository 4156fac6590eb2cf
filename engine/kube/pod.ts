import { contains, type Span } from '../text.ts';
import {
  asMap,
  asSeq,
  asText,
  asTexts,
  type Entry,
  entry,
  get,
  ownEntries,
  type Path,
  spanOf,
  type Text,
  type YamlDocument,
  type YamlMap,
  type YamlNode,
} from '../yaml/read.ts';
import type { ConfigMaps } from './config-map.ts';
import type { WorkloadKind } from './kinds.ts';
import { podTemplates, type Workload } from './workload.ts';

/** One environment variable with a plain value; `value` is undefined when it comes from elsewhere (`valueFrom`). */
export interface EnvironmentVariable {
  readonly name: Text;
  readonly value: Text | undefined;
}

/** One `volumeMounts` entry. */
export interface VolumeMount {
  /** Its place in the list, counted from 0. */
  readonly index: number;
  readonly name: Text;
  readonly mountPath: string;
  readonly subPath: string | undefined;
  readonly readOnly: boolean;
}

/** One of the pod's volumes. */
export interface Volume {
  /** Its place in the list, counted from 0. */
  readonly index: number;
  readonly name: Text;
  /** What kind of volume it is: `emptyDir`, `configMap` … */
  readonly source: string | undefined;
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
  readonly volumeMounts: readonly VolumeMount[];
  /** The user that it runs as, where the container says so itself. */
  readonly runAsUser: string | undefined;
  /** `ports[].containerPort`, numbers only. */
  readonly ports: readonly number[];
  /** The same by `ports[].name`. */
  readonly portNames: ReadonlyMap<string, number>;
  /** Names of fields present: `livenessProbe`, `readinessProbe`, `startupProbe`, `lifecycle` … */
  has(field: string): boolean;
  /** The value of a field of the container. */
  field(name: string): YamlNode | undefined;
}

/** A pod as a workload's template describes it. */
export interface Pod {
  readonly document: YamlDocument;
  /**
   * The same pod with named templates put in, when this one is read of a template to edit it: it may have more containers.
   */
  readonly seen?: Pod;
  readonly workload: Workload;
  /** The workload's map. */
  readonly object: YamlMap;
  /** The pod spec. */
  readonly spec: YamlMap;
  /** Keys and indexes from the document's root to the pod spec. */
  readonly path: Path;
  readonly restartPolicy: string | undefined;
  readonly shareProcessNamespace: boolean;
  readonly volumes: readonly Volume[];
  /** The ConfigMaps of the same file. */
  readonly configMaps: ConfigMaps;
  readonly containers: readonly Container[];
  readonly initContainers: readonly Container[];
  /** Undefined only where a pod has init containers and nothing else, and is no patch. */
  readonly containersEntry: Entry | undefined;
  readonly initContainersEntry: Entry | undefined;
  /** Annotations of the workload and of the pod template; the latter win. */
  readonly annotations: ReadonlyMap<string, Annotation>;
}

/** An annotation's value, and the keys that lead to it from the document's root. */
export interface Annotation {
  readonly value: Text;
  readonly path: Path;
}

/** The pods of a document's workloads that have a list of containers. `extraKinds`: kinds besides the known ones. */
export function readPods(
  document: YamlDocument,
  extraKinds: readonly WorkloadKind[] = [],
  configMaps: ConfigMaps = new Map(),
): Pod[] {
  return podTemplates(document, extraKinds).flatMap(({ workload, object, objectPath, template, path }) => {
    const spec = asMap(document, get(document, template, 'spec'));
    const containersEntry = entry(document, spec, 'containers');
    const initContainersEntry = entry(document, spec, 'initContainers');
    // A patch that adds an init container has no restartPolicy.
    const isWhole = initContainersEntry && entry(document, spec, 'restartPolicy');
    if (!spec || !(containersEntry || isWhole)) return [];
    return {
      document,
      workload,
      object,
      spec,
      path: [...path, 'spec'],
      restartPolicy: asText(document, get(document, spec, 'restartPolicy'))?.value,
      shareProcessNamespace: isTrue(asText(document, get(document, spec, 'shareProcessNamespace'))),
      configMaps,
      volumes: readVolumes(document, spec),
      containers: readContainers(document, 'containers', containersEntry?.value),
      initContainers: readContainers(document, 'initContainers', initContainersEntry?.value),
      containersEntry,
      initContainersEntry,
      annotations: new Map([...annotations(document, object, objectPath), ...annotations(document, template, path)]),
    };
  });
}

function readContainers(document: YamlDocument, list: Container['list'], node: YamlNode | undefined): Container[] {
  return (asSeq(document, node)?.items ?? []).flatMap((item, index) => {
    const map = asMap(document, item);
    if (!map) return [];
    const field = (name: string) => get(document, map, name);
    const ports = (asSeq(document, field('ports'))?.items ?? []).flatMap((each) => {
      const port = asMap(document, each);
      const number = Number(asText(document, get(document, port, 'containerPort'))?.value);
      return Number.isInteger(number) ? { number, name: asText(document, get(document, port, 'name'))?.value } : [];
    });
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
      volumeMounts: readMounts(document, field('volumeMounts')),
      runAsUser: asText(document, get(document, asMap(document, field('securityContext')), 'runAsUser'))?.value,
      ports: ports.map(({ number }) => number),
      portNames: new Map(ports.flatMap(({ name, number }) => (name === undefined ? [] : [[name, number] as const]))),
      has: (name: string) => field(name) !== undefined,
      field,
    };
  });
}

function readMounts(document: YamlDocument, node: YamlNode | undefined): VolumeMount[] {
  return (asSeq(document, node)?.items ?? []).flatMap((item, index) => {
    const map = asMap(document, item);
    const text = (field: string) => asText(document, get(document, map, field));
    const name = text('name');
    const mountPath = text('mountPath')?.value;
    if (!name || mountPath === undefined) return [];
    return { index, name, mountPath, subPath: text('subPath')?.value, readOnly: isTrue(text('readOnly')) };
  });
}

function readVolumes(document: YamlDocument, spec: YamlMap): Volume[] {
  return (asSeq(document, get(document, spec, 'volumes'))?.items ?? []).flatMap((item, index) => {
    const map = asMap(document, item);
    const name = asText(document, get(document, map, 'name'));
    if (!map || !name) return [];
    const keys = ownEntries(document, map).map(({ key }) => asText(document, key)?.value);
    return { index, name, source: keys.find((key) => key !== undefined && key !== 'name') };
  });
}

/**
 * The file that a path means in a container, comparable with those of other containers of the pod: `volume:path` below a
 * mount. Undefined where no volume is mounted: nobody else sees such a file.
 */
export function sharedFile(container: Container, path: string): string | undefined {
  let best: { readonly mount: VolumeMount; readonly folder: string } | undefined;
  for (const mount of container.volumeMounts) {
    // A relative path is taken from the root.
    const folder = `/${mount.mountPath.replace(/^\/+|\/+$/g, '')}`;
    if (path !== folder && !path.startsWith(`${folder}/`)) continue;
    if (!best || folder.length > best.folder.length) best = { mount, folder };
  }
  if (!best) return undefined;
  const { mount, folder } = best;
  const inside = mount.subPath ? `/${mount.subPath.replace(/^\/|\/$/g, '')}` : '';
  return `${mount.name.value}:${inside}${path.slice(folder.length).replace(/\/+/g, '/')}`;
}

/** As it stands, so that a finding lies on the alias and not on its anchor. */
function written(document: YamlDocument, map: YamlMap, name: string): YamlNode | undefined {
  return entry(document, map, name)?.written;
}

function annotations(document: YamlDocument, object: YamlMap, path: Path): [string, Annotation][] {
  const metadata = asMap(document, get(document, object, 'metadata'));
  const map = asMap(document, get(document, metadata, 'annotations'));
  if (!map) return [];
  return ownEntries(document, map).flatMap(({ key, value }) => {
    const name = asText(document, key);
    const text = asText(document, value);
    if (!name || !text) return [];
    return [
      [name.value, { value: text, path: [...path, 'metadata', 'annotations', name.value] }] as [string, Annotation],
    ];
  });
}

/** YAML 1.1 booleans, as kubectl reads them. */
function isTrue(text: Text | undefined): boolean {
  return text !== undefined && /^(?:true|yes|on|y)$/i.test(text.value);
}

/** Whether programs of the pod see those of others: then none of them is process 1. */
export function sharesProcesses({ document, spec, shareProcessNamespace }: Pod): boolean {
  return shareProcessNamespace || isTrue(asText(document, get(document, spec, 'hostPID')));
}

/** Whether the container is a native sidecar: an init container with `restartPolicy` exactly `Always`. */
export function isNativeSidecar(container: Container): boolean {
  return container.list === 'initContainers' && container.restartPolicy?.value === 'Always';
}

/**
 * Whether the pod is a part of one: no container has an image, or there is a directive such as `$patch`, as in a strategic
 * merge patch. What is not there may say anything.
 */
export function isPartial({ document, spec, containers, initContainers }: Pod): boolean {
  const all = [...initContainers, ...containers];
  const directs = (map: YamlMap) =>
    ownEntries(document, map).some(({ key }) => asText(document, key)?.value.startsWith('$'));
  return all.every((container) => !container.has('image')) || [spec, ...all.map(({ map }) => map)].some(directs);
}

/** The container's name as written, or `#2` for the second of a list when it has none. */
export function nameOf(container: Container): string {
  return container.name?.value ?? `#${container.index + 1}`;
}

/** Where to point when the container is meant: at its name, or at its first line when it has none. */
export function containerSpan(container: Container): Span {
  return container.name?.span ?? firstKey(container) ?? spanOf(container.item);
}

/** The container that is written at an offset; in block style its lines count as a whole, from the dash on. */
export function containerAt({ document: { text }, initContainers, containers }: Pod, offset: number) {
  return [...initContainers, ...containers].find(({ item }) => {
    const { start, end } = spanOf(item);
    const ink = start + text.slice(start, end).trimEnd().length;
    const line = text.lastIndexOf('\n', start - 1) + 1;
    if (!/^\s*-\s*$/.test(text.slice(line, start))) return contains({ start, end: ink }, offset);
    const next = text.indexOf('\n', ink);
    return contains({ start: line, end: next < 0 ? text.length : next }, offset);
  });
}

function firstKey(container: Container): Span | undefined {
  const key = container.map.items[0]?.key as YamlNode | undefined;
  return key ? spanOf(key) : undefined;
}

/** Words of who looks at processes or signals them: the readers of a shared process namespace. */
export const READER =
  /\b(?:pkill|killall|pgrep|pidof|nsenter|strace|ltrace|gdb|lsns|jcmd|jmap|jstack|jstat|py-spy|rbspy|perf|ps|top|htop)\b|\/proc\/|\bkill\b[^\n;|&]*\s-1\b|--?process[-_.](?:executable[-_.])?name|SYS_PTRACE/i;

/** A script that is not in the manifest: it may do anything. */
export const OPAQUE = /\.(?:ba)?sh\b/;

/** The fields of a container that say what it runs and is told. */
const TELLING = [
  'command',
  'args',
  'env',
  'lifecycle',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'securityContext',
];

/** What a container runs and is told: command, arguments, environment, hooks, probes, capabilities, as one text. */
export function textOf(pod: Pod, container: Container): string {
  let value = pod.document.value() as never;
  for (const key of [...pod.path, container.list, container.index]) value = value?.[key] as never;
  return wordsIn(value);
}

/** The same of a container that is given as plain data. */
export function wordsIn(container: Readonly<Record<string, unknown>> | undefined): string {
  const words: string[] = [];
  const collect = (value: unknown) => {
    if (typeof value === 'string') words.push(value);
    else if (value && typeof value === 'object') for (const each of Object.values(value)) collect(each);
  };
  for (const name of TELLING) collect(container?.[name]);
  return words.join('\n');
}
