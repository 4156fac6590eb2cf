import type { Origin } from '../config/settle.ts';
import { type ExplainedItem, explain, explainPod } from '../explain.ts';
import type { Analysis, PodAt } from '../finding.ts';
import { jobOf } from '../kube/job.ts';
import { type Container, containerSpan, isNativeSidecar, nameOf } from '../kube/pod.ts';
import { formatVersions } from '../kube/version.ts';
import { podsOf, type Workload } from '../kube/workload.ts';
import type { PodContext } from '../rules/rule.ts';
import type { Role } from '../sidecar/classify.ts';
import { contains, type Span } from '../text.ts';
import { asMap, type Entry, entry, get, nodeAt, spanOf, type YamlMap } from '../yaml/read.ts';
import { aboutField } from './about.ts';
import { FIELDS, type Field } from './fields.ts';
import { markTopics } from './marks.ts';
import { PAGES } from './pages.ts';
import { VERSION_TABLE } from './stages.ts';
import { paragraphs, type Topic } from './topic.ts';
import { aboutQuit, aboutWorkaround } from './workarounds.ts';

/** What to show at a place: Markdown, and the text it is about. */
export interface Hover {
  readonly markdown: string;
  readonly span: Span;
}

const DEFAULT: Origin = { source: 'default' };

/**
 * The hover at an offset of the analysed text; undefined where there is nothing to say. `origin`: who says the version that
 * counts.
 */
export function hover(analysis: Analysis, offset: number, origin: Origin = DEFAULT): Hover | undefined {
  const at = analysis.podAt(offset);
  if (!at) return aboutSilence(analysis, offset);
  for (const context of at.pods) {
    const isNear = (span: Span) => contains(at.place(span), offset);
    for (const topics of [containerTopics(context), fieldTopics(context, origin, isNear), markTopics(context)]) {
      for (const topic of topics) {
        const found = show(analysis, at, context, topic, offset);
        if (found) return { ...found, markdown: paragraphs(found.markdown, whyNoMove(analysis, offset)) };
      }
    }
  }
  const workaround = aboutWorkaround(analysis, offset);
  if (workaround) return workaround;
  for (const context of at.pods) {
    for (const topic of aboutQuit(context)) {
      const found = show(analysis, at, context, topic, offset);
      if (found) return found;
    }
  }
  return undefined;
}

function show(
  { text }: Analysis,
  { place, tell }: PodAt,
  context: PodContext,
  { span, word, markdown }: Topic,
  offset: number,
): Hover | undefined {
  const there = place(span);
  if (!contains(there, offset)) return undefined;
  // What a named template prints stands elsewhere.
  if (word !== undefined && !text.slice(there.start, there.end).includes(word)) return undefined;
  const told = markdown();
  return told === '' ? undefined : { markdown: tell(told, context), span: there };
}

/** Why the container that is found at an offset does not move, and what to do instead; empty when it does. */
function whyNoMove({ findings }: Analysis, offset: number): string {
  const finding = findings.find(({ rule, span }) => rule === 'non-native-sidecar' && contains(span, offset));
  const fix = finding?.fix();
  return fix && 'refused' in fix ? `**${fix.title}**: ${fix.refused}` : '';
}

/** Why a kind is not checked: at its `kind` and at the names of its containers. */
function aboutSilence(analysis: Analysis, offset: number): Hover | undefined {
  const { text } = analysis;
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  if (!/(?:kind|name)["']?\s*:\s/.test(line)) return undefined;
  for (const { kind, span, names, reason } of explain(analysis, offset).silences) {
    const place = kind === undefined ? undefined : [span, ...names].find((each) => contains(each, offset));
    if (place) return { markdown: `This ${kind} is not checked: ${reason}.`, span: place };
  }
  return undefined;
}

/** Fields of the pod and of what is around it: their keys, and values on the same line. */
function* fieldTopics(context: PodContext, origin: Origin, isNear: (span: Span) => boolean): Iterable<Topic> {
  const { pod, versions } = context;
  const { document } = pod;
  const version = `Kubernetes ${formatVersions(versions)} (${origin.source})`;
  const topicsIn = function* (of: Field['of'], map: YamlMap | undefined, container?: Container): Iterable<Topic> {
    for (const { key, tell, page } of FIELDS.filter((each) => each.of === of)) {
      const found = entry(document, map, key);
      if (!found) continue;
      yield {
        span: spanOfEntry(document.text, found),
        word: key,
        markdown() {
          const told = tell(aboutField(context, found, container));
          return told.length === 0 ? '' : paragraphs(...told, `${version} · ${page}`);
        },
      };
    }
  };
  if (pod.workload.kind === 'CronJob') {
    yield* topicsIn('cronJob', asMap(document, nodeAt(document, pod.path.slice(0, -4))));
  }
  yield* topicsIn('job', jobOf(pod)?.spec);
  yield* topicsIn('pod', pod.spec);
  for (const container of [...pod.initContainers, ...pod.containers]) {
    // A pod may have thousands; in a template what is near stands elsewhere.
    if (!document.written && !isNear(spanOf(container.map))) continue;
    yield* topicsIn('container', container.map, container);
    yield* topicsIn('lifecycle', asMap(document, get(document, container.map, 'lifecycle')), container);
  }
}

/** The key with its value, where that is a text on the same line. */
function spanOfEntry(text: string, { key, written }: Entry): Span {
  const { start, end } = spanOf(key);
  if (!written || 'items' in written) return { start, end };
  const value = spanOf(written);
  const isOneLine = value.end > end && !/[\r\n]/.test(text.slice(start, value.end));
  return { start, end: isOneLine ? value.end : end };
}

/** The names of containers: what each is, and why. */
function* containerTopics(context: PodContext): Iterable<Topic> {
  const { pod } = context;
  for (const container of pod.initContainers) {
    yield { span: containerSpan(container), markdown: () => paragraphs(aboutInit(container), whyTable(context)) };
  }
  for (const role of context.roles) {
    yield {
      span: containerSpan(role.container),
      markdown: () => aboutRegular(role, pod.workload, whyTable(context)),
    };
  }
}

function aboutRegular({ container, role, confidence }: Role, workload: Workload, why: string): string {
  const name = `**${nameOf(container)}**`;
  if (role !== 'sidecar') {
    return paragraphs(
      `${name} is a regular container: ${podsOf(workload)} ${workload.kind === 'Pod' ? 'runs' : 'run'} until it has ended.`,
      why,
    );
  }
  const verb = confidence === 'possible' ? 'may keep' : 'keeps';
  return paragraphs(
    `${name} is a regular container and ${verb} ${podsOf(workload)} running when the work is done.`,
    why,
    'As a native sidecar (an init container with `restartPolicy: Always`) it starts before the work and is stopped after it.',
    VERSION_TABLE,
    PAGES.sidecars,
  );
}

function aboutInit(container: Container): string {
  if (isNativeSidecar(container)) return aboutNative(container);
  return `**${nameOf(container)}** is an init container: the next container starts when it has ended.`;
}

/** Nobody reads more containers in a hover. */
const MAX_ROWS = 20;

/** What speaks for and against each container of a pod, as a Markdown table. */
function whyTable(context: PodContext): string {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const told = (items: readonly ExplainedItem[], speaks: ExplainedItem['speaks']) =>
    items
      .filter((each) => each.speaks === speaks)
      .map(({ message, strength, isTakenAway }) => cell(`${strength}: ${isTakenAway ? `~~${message}~~` : message}`))
      .join('<br>');
  const { containers } = explainPod(context);
  const rows = containers
    .slice(0, MAX_ROWS)
    .map(
      ({ name, verdict, items }) =>
        `| ${cell(name)} | ${verdict} | ${told(items, 'for')} | ${told(items, 'against')} |`,
    );
  const more = containers.length > MAX_ROWS ? [`| and ${containers.length - MAX_ROWS} more | | | |`] : [];
  return ['| container | is | for a sidecar | against |', '|---|---|---|---|', ...rows, ...more].join('\n');
}

function aboutNative(container: Container): string {
  return paragraphs(
    `**${nameOf(container)}** is a native sidecar: it starts before the regular containers, runs beside them and is stopped after they have ended.`,
    VERSION_TABLE,
    PAGES.sidecars,
  );
}
