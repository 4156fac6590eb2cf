import { type InChart, type Place, readTemplateDocument, type TemplateDocument } from './chart/document.ts';
import { type Told, tellWritten } from './chart/tell.ts';
import type { AnalyzeOptions } from './finding.ts';
import { migrationOf } from './fix/document.ts';
import type { Fix, Refusal } from './fix/fix.ts';
import { type Found, place } from './fix/found.ts';
import { editOf } from './fix/template.ts';
import type { Masked } from './helm/mask.ts';
import { versionCondition } from './kube/capabilities.ts';
import { type ConfigMaps, readConfigMap } from './kube/config-map.ts';
import { type Container, isPartial, type Pod, readPods } from './kube/pod.ts';
import { readService, type Service, selects } from './kube/service.ts';
import { from, stateIn, VERSION_FACTS, type VersionRange } from './kube/version.ts';
import type { Twin } from './migrate/twin.ts';
import { once } from './once.ts';
import { RULES } from './rules/index.ts';
import { patchesFor } from './rules/patches.ts';
import type { PodContext } from './rules/rule.ts';
import { readPod } from './sidecar/reading.ts';
import type { Span } from './text.ts';
import { readYaml, writtenText, type YamlDocument } from './yaml/read.ts';

/**
 * Documents above this many UTF-16 units are skipped. Kubernetes stores no object above 1.5 MiB (etcd's default request
 * limit); a `List` may be larger, but reading one takes longer than a person waits.
 */
const MAX_DOCUMENT_LENGTH = 1.5 * 1024 * 1024;

/** One document by itself: spans are offsets in its own text. */
export interface DocumentAnalysis {
  readonly text: string;
  /** All that it depends on besides the options. */
  readonly key: string;
  readonly contexts: readonly PodContext[];
  readonly found: readonly Found[];
  readonly skipped: string | undefined;
  /** How it was read, when it is a template. */
  readonly template: TemplateDocument | undefined;
  /** Refactorings that were asked for. */
  readonly refactorings: Map<Container, Fix | Refusal | undefined>;
}

/** What the documents of one kind in a file say, for those that ask for it. */
class Neighbours<T> {
  readonly #texts: readonly string[];
  readonly #asks: (document: string) => boolean;
  readonly #read: (text: string) => readonly T[];
  #items: readonly T[] | undefined;

  constructor(
    documents: readonly string[],
    kind: RegExp,
    asks: (document: string) => boolean,
    read: (text: string) => readonly T[],
  ) {
    this.#asks = asks;
    this.#read = read;
    this.#texts = documents.some(asks) ? documents.filter((each) => kind.test(each)) : [];
  }

  /** What else an analysis of a document depends on. */
  keyFor(document: string): string {
    return this.#asks(document) ? this.#texts.join('') : '';
  }

  for(document: string): readonly T[] {
    if (this.#texts.length === 0 || !this.#asks(document)) return [];
    this.#items ??= this.#texts.flatMap(this.#read);
    return this.#items;
  }
}

/** Documents of the same file that say more about a pod. */
export interface Around {
  readonly configMaps: ConfigMaps;
  readonly services: readonly Service[];
  /** Whether the file is a template that nobody wants judged. */
  readonly isUnrendered: boolean;
}

/** The ConfigMaps of a file, for the documents that mount one. */
export function configMapsOf(documents: readonly string[], read: (text: string) => YamlDocument) {
  const asks = (document: string) => document.includes('ontainers') && /\bconfigMap\b/.test(document);
  return new Neighbours(documents, /kind:\s*["']?ConfigMap\b/, asks, (text) => readConfigMap(read(text)));
}

/** The Services of a file, for the documents with ports, where a cluster may miss those of native sidecars. */
export function servicesOf(
  documents: readonly string[],
  read: (text: string) => YamlDocument,
  { lowest }: VersionRange,
) {
  const isOld = stateIn(VERSION_FACTS.namedPort, lowest) !== 'works';
  const asks = (document: string) => isOld && document.includes('ontainers') && /\bports\b/.test(document);
  return new Neighbours(documents, /kind:\s*["']?Service\b/, asks, (text) => readService(read(text)));
}

/** Reads one document and finds what its pods have. `masked`: the whole text masked, where it is known. */
export function analyzeDocument(
  text: string,
  masked: Masked | undefined,
  versions: VersionRange,
  { rules = {}, kinds = [], patches = [], sidecars = {}, mains = {}, chart }: AnalyzeOptions,
  { configMaps, services, isUnrendered }: Around,
): DocumentAnalysis {
  const nothing = {
    text,
    key: text,
    contexts: [],
    found: [],
    skipped: undefined,
    template: undefined,
    refactorings: new Map(),
  };
  if (!mayHoldPods(text, chart)) return nothing;
  if (isUnrendered) {
    return { ...nothing, skipped: 'it is a Helm template, and helm.enabled is false; check what Helm renders from it' };
  }
  if (text.length > MAX_DOCUMENT_LENGTH) {
    return {
      ...nothing,
      skipped: 'it is larger than 1.5 MiB; check its parts one by one',
    };
  }
  const template = readTemplateDocument(text, chart, masked, versionCondition(from(versions)));
  const document = template?.document ?? readYaml(text);
  if (document.error !== undefined) {
    // Named templates without a kind are no manifest: what they print may be anything.
    if (template && !/\bkind["']?\s*:/.test(text)) return nothing;
    return { ...nothing, skipped: `it does not parse: ${document.error}` };
  }
  const pods = readPods(document, kinds, configMaps).filter((pod) => !isPartial(pod));
  const contexts = pods.map((pod) => ({
    ...readPod(pod, { sidecars, mains }),
    versions,
    patches: patchesFor(patches, pod),
    services: services.filter((service) => selects(service, pod)),
  }));
  const found: Found[] = [];
  for (const context of contexts) {
    const edit = template && editOf(template, context, { kinds, chart, configMaps });
    const migration = once(() => migrationOf(context, edit));
    for (const rule of RULES) {
      const severity = rules[rule.id];
      if (severity === 'off') continue;
      for (const problem of rule.check(context)) {
        found.push(place({ rule, severity, problem, context, migration, edit }));
      }
    }
  }
  return { ...nothing, contexts, found: template ? oncePerPlace(found, template) : found, template };
}

/**
 * A named template that an `include` puts in, or two of them in the branches of a condition, may print a container in
 * several ways. What holds for each of them is told once.
 */
function oncePerPlace(found: readonly Found[], template: TemplateDocument): Found[] {
  const told = new Map<PodContext, Set<string>>();
  return found.filter(({ rule, problem, context }) => {
    const { start, end } = template.place(problem.span).span;
    const known = told.get(context) ?? new Set();
    const key = `${rule.id} ${start} ${end} ${problem.message}`;
    told.set(context, known);
    return !known.has(key) && known.add(key);
  });
}

/** What `helm template` writes above a document. */
export function sourceOf(document: string): string | undefined {
  return /^(?:---[^\n]*\n)?# Source: (\S+\/templates\/\S+)\r?\n/.exec(document)?.[1];
}

/** Whether a document is worth reading. A named template may bring the whole pod. */
function mayHoldPods(text: string, chart: InChart | undefined): boolean {
  return text.includes('ontainers') || (chart !== undefined && /\{\{-?\s*(?:include|template)\b/.test(text));
}

/** Where a span of what was read of a document stands in it. */
export function placeIn({ template }: DocumentAnalysis, span: Span): Place {
  return template?.place(span) ?? { span, define: undefined };
}

/** A sentence about a pod with what is written in place of filler. `twin`: the same pod to be edited, where it was read. */
export function tell({ template }: DocumentAnalysis, message: string, { pod }: PodContext, twin?: Twin): string {
  return template ? tellWritten(message, [...textsIn(pod), ...(twin ? textsIn(twin.reading.pod) : [])]) : message;
}

/** The same for a sentence about any pod of a document. */
export function tellAny({ template, contexts, found }: DocumentAnalysis, message: string): string {
  if (!template) return message;
  const twins = new Set(found.flatMap(({ edit }) => edit?.twin()?.reading.pod ?? []));
  return tellWritten(message, [...contexts.map(({ pod }) => pod), ...twins].flatMap(textsIn));
}

/** The texts of a pod that sentences tell. */
function textsIn({ document, containers, initContainers }: Pod): Told[] {
  const texts = [...containers, ...initContainers].flatMap(({ name, image, command, args }) => [
    ...(name ? [name] : []),
    ...(image ? [image] : []),
    ...(command ?? []),
    ...(args ?? []),
  ]);
  return texts.map(({ value, span }) => ({ value, written: writtenText(document, { value, span }) }));
}
