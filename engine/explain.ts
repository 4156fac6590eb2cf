import { readTemplateDocument } from './chart/document.ts';
import type { Analysis, PodAt } from './finding.ts';
import { KINDS, kindOf, SILENT_KINDS, silentKind } from './kube/kinds.ts';
import { containerSpan, isNativeSidecar, nameOf } from './kube/pod.ts';
import { podTemplates, type Workload } from './kube/workload.ts';
import type { PodContext } from './rules/rule.ts';
import type { Confidence, InitRole, Role } from './sidecar/classify.ts';
import type { Clue } from './sidecar/clues.ts';
import { EVIDENCE, type EvidenceKind, orderOf, type Strength } from './sidecar/evidence.ts';
import { contains, type Span, shift } from './text.ts';
import {
  asMap,
  asSeq,
  asText,
  get,
  ownMap,
  ownSeq,
  readYaml,
  spanOf,
  type YamlDocument,
  type YamlNode,
} from './yaml/read.ts';
import { splitDocuments } from './yaml/split.ts';

/** An item of evidence. Spans are offsets in the analysed text. */
export interface ExplainedItem extends Clue {
  readonly kind: EvidenceKind;
  readonly speaks: 'for' | 'against';
  readonly strength: Strength;
  /** Whether a weightier item against takes it away. */
  readonly isTakenAway: boolean;
}

/** What a container is, and why. */
export interface ExplainedContainer {
  /** As written, or `#2` for the second of a list when it has none. */
  readonly name: string;
  readonly list: 'containers' | 'initContainers';
  readonly span: Span;
  readonly role: 'sidecar' | 'native sidecar' | 'killer' | 'main' | 'work' | 'init container';
  /** How sure a finding about it is; undefined when there is none. */
  readonly confidence: Confidence | undefined;
  /** The role in words: "a sidecar, likely". */
  readonly verdict: string;
  /** For and against, the weightiest first. */
  readonly items: readonly ExplainedItem[];
}

/** A pod and all its containers, in the order in which they start. */
export interface ExplainedPod {
  readonly workload: Workload;
  /** The workload's place: that of its first container. */
  readonly span: Span;
  readonly containers: readonly ExplainedContainer[];
}

/** A workload or document about which nothing is said, and why: half a sentence. */
export interface ExplainedSilence {
  /** Its kind; undefined when the document has none or does not parse. */
  readonly kind: string | undefined;
  readonly span: Span;
  readonly reason: string;
  /** The places of its containers' names. */
  readonly names: readonly Span[];
}

/** Why something is reported, and why not. */
export interface Explanation {
  readonly pods: readonly ExplainedPod[];
  readonly silences: readonly ExplainedSilence[];
}

/**
 * What speaks for and against each container of a text, and why other objects are silent. With an offset only the pod or
 * the silent object that is written there, or its whole document where none is.
 */
export function explain(analysis: Analysis, offset?: number): Explanation {
  const documents = splitDocuments(analysis.text);
  const at = offset === undefined ? undefined : documents.findLast(({ start }) => start <= offset);
  const parts = (at ? [at] : documents).map((part) => explainDocument(analysis, part));
  const pods = parts.flatMap((part) => part.pods);
  const silences = parts.flatMap((part) => part.silences);
  const isHere = ({ whole }: Placed) => offset === undefined || contains(whole, offset);
  const isAny = pods.some(isHere) || silences.some(isHere);
  return {
    pods: pods.filter((each) => !isAny || isHere(each)).map(({ whole, ...pod }) => pod),
    silences: silences.filter((each) => !isAny || isHere(each)).map(({ whole, ...silence }) => silence),
  };
}

interface Placed {
  readonly whole: Span;
}

interface Part {
  readonly pods: readonly (ExplainedPod & Placed)[];
  readonly silences: readonly (ExplainedSilence & Placed)[];
}

function explainDocument(analysis: Analysis, { start, end }: Span): Part {
  const skipped = analysis.skipped.find(({ span }) => span.start === start);
  if (skipped) {
    const { span, reason } = skipped;
    return { pods: [], silences: [{ kind: undefined, span, reason, names: [], whole: span }] };
  }
  const at = analysis.podAt(start);
  const pods = at?.start === start ? podsAt(at) : [];
  return { pods, silences: silencesOf(analysis.text.slice(start, end), start, pods) };
}

function podsAt({ pods, place, tell }: PodAt): Part['pods'] {
  return pods.map((context) => ({
    ...explainPod(context, { place, tell: (message) => tell(message, context) }),
    whole: place(spanOf(context.pod.spec)),
  }));
}

/** How what was read of a document becomes what a person reads: see `PodAt`. */
interface Reader {
  place(span: Span): Span;
  tell(message: string): string;
}

const AS_READ: Reader = { place: (span) => span, tell: (message) => message };

/** What is known of one pod. */
export function explainPod(context: PodContext, reader: Reader = AS_READ): ExplainedPod {
  const { place, tell } = reader;
  const { pod, roles, initRoles } = context;
  const init = pod.initContainers.map((container): ExplainedContainer => {
    const head = { name: tell(nameOf(container)), list: container.list, span: place(containerSpan(container)) };
    if (isNativeSidecar(container)) {
      return { ...head, role: 'native sidecar', confidence: undefined, verdict: 'a native sidecar', items: [] };
    }
    const role = initRoles.find((each) => each.container === container);
    const sure = role?.neverExits;
    const verdict = sure ? `an init container that never ends, ${sure}` : 'an init container';
    return { ...head, role: 'init container', confidence: sure, verdict, items: role ? itemsOf(role, reader) : [] };
  });
  const regular = roles.map(
    (role): ExplainedContainer => ({
      name: tell(nameOf(role.container)),
      list: role.container.list,
      span: place(containerSpan(role.container)),
      role: role.role === 'unknown' ? 'work' : role.role,
      confidence: role.role === 'sidecar' ? role.confidence : undefined,
      verdict: verdictOf(role, roles.length === 1),
      items: itemsOf(role, reader),
    }),
  );
  const containers = [...init, ...regular];
  return { workload: pod.workload, span: containers[0]?.span ?? place(spanOf(pod.spec)), containers };
}

function itemsOf({ evidence, against }: Role | InitRole, { place, tell }: Reader): ExplainedItem[] {
  const all = [...evidence, ...against].sort((a, b) => orderOf(a.kind) - orderOf(b.kind));
  const cut = all.findIndex(({ kind }) => EVIDENCE[kind].speaks === 'against');
  return all.map(({ kind, message, span }, index) => {
    const { speaks, strength } = EVIDENCE[kind];
    const isTakenAway = speaks === 'for' && cut >= 0 && index > cut;
    return { kind, message: tell(message), span: place(span), speaks, strength, isTakenAway };
  });
}

function verdictOf({ role, confidence, evidence, against, isWeakest }: Role, isAlone: boolean): string {
  if (role === 'sidecar') return `a sidecar, ${confidence}`;
  if (role === 'main') return 'the main container';
  if (role === 'killer') return 'ends another container and does nothing else';
  if (isAlone) return 'the work: there is no other container';
  if (isWeakest) return 'the work: no container looks less like a sidecar';
  if (evidence.length === 0) return 'the work: nothing speaks for a sidecar';
  return against.length > 0 ? 'the work: more speaks against a sidecar' : 'the work: too little speaks for a sidecar';
}

/** Kinds that hold containers under keys of their own, too: the steps of a Task, the sidecars of a Workflow. */
const SILENT = new RegExp(
  `\\bkind["']?\\s*:\\s*["']?(?:${SILENT_KINDS.flatMap(([, kinds]) => kinds.split(' ')).join('|')})\\b`,
);

/** Why nothing is said about the objects of a document that hold containers and no pod that is explained. */
function silencesOf(text: string, by: number, pods: readonly Placed[]): Part['silences'] {
  if (!text.includes('ontainers') && !SILENT.test(text)) return [];
  const template = readTemplateDocument(text, undefined);
  const document = template?.document ?? readYaml(text);
  const placed = (span: Span) => shift(template?.place(span).span ?? span, by);
  const found: (ExplainedSilence & Placed)[] = [];
  const visit = (node: YamlNode | undefined, depth: number) => {
    const object = asMap(document, node);
    const kind = asText(document, get(document, object, 'kind'));
    if (!object || depth > 3) return;
    if (kind?.value.endsWith('List')) {
      for (const item of asSeq(document, get(document, object, 'items'))?.items ?? [])
        visit(item as YamlNode, depth + 1);
      return;
    }
    const apiVersion = asText(document, get(document, object, 'apiVersion'))?.value ?? '';
    const own = spanOf(object);
    const whole = placed(own);
    const isExplained = pods.some((pod) => whole.start <= pod.whole.start && pod.whole.start < whole.end);
    const isSilent = kind !== undefined && silentKind(apiVersion, kind.value) !== undefined;
    if (isExplained || (!isSilent && !document.text.slice(own.start, own.end).includes('ontainers'))) return;
    const span = placed(kind?.span ?? own);
    const names = namesIn(object, 0).map(placed);
    found.push({ kind: kind?.value, span, reason: reasonOf(document, apiVersion, kind?.value), names, whole });
  };
  visit(document.root, 0);
  return found;
}

/** Where the names of the containers in a node stand. What an alias leads to stands elsewhere. */
function namesIn(node: unknown, depth: number): Span[] {
  const map = ownMap(node);
  const children = (map?.items.map(({ value }) => value) ?? ownSeq(node)?.items ?? []) as unknown[];
  if (depth > 12) return [];
  const own = (map?.items ?? []).flatMap(({ key, value }) => {
    if (!/^(?:initC|c)ontainers$/.test(String((key as { value?: unknown } | null)?.value))) return [];
    return (ownSeq(value)?.items ?? []).flatMap((container) => {
      const name = ownMap(container)?.items.find((each) => (each.key as { value?: unknown } | null)?.value === 'name');
      return name?.value ? spanOf(name.value as YamlNode) : [];
    });
  });
  return [...own, ...children.flatMap((child) => namesIn(child, depth + 1))];
}

function reasonOf(document: YamlDocument, apiVersion: string, kind: string | undefined): string {
  if (kind === undefined) return 'it has no kind';
  const reason = silentKind(apiVersion, kind);
  if (reason) return reason;
  if (kind === 'Pod' && apiVersion === 'v1') return 'only Pods with restartPolicy Never or OnFailure are meant to end';
  if (kindOf(apiVersion, kind, [])) {
    return podTemplates(document).length > 0
      ? 'it is a part of a manifest, such as a patch, and never judged alone'
      : 'no list of containers was found where this kind has it';
  }
  if (!KINDS.some((each) => each.kind === kind)) return 'nobody told what its pods are for';
  return apiVersion === '' ? 'it has no apiVersion' : `no ${kind} of '${apiVersion}' is known`;
}
