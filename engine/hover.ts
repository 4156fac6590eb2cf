import { type ExplainedItem, explain, explainPod } from './explain.ts';
import type { Analysis, Finding } from './finding.ts';
import type { Fix, Refusal } from './fix/fix.ts';
import { type Container, containerSpan, isNativeSidecar, nameOf } from './kube/pod.ts';
import { SIDECAR_STAGES } from './kube/version.ts';
import { podsOf, type Workload } from './kube/workload.ts';
import type { PodContext } from './rules/rule.ts';
import type { Role } from './sidecar/classify.ts';
import { contains, type Span } from './text.ts';
import { entry, spanOf } from './yaml/read.ts';

/** What to show at a place: Markdown, and the text it is about. */
export interface Hover {
  readonly markdown: string;
  readonly span: Span;
}

const DOCUMENTATION = 'https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/';

/** Which Kubernetes versions have native sidecars, as a Markdown table. */
const VERSION_TABLE = [
  '| Kubernetes | native sidecars |',
  '|---|---|',
  ...SIDECAR_STAGES.map(({ since, state, meaning }) => `| ${since} | ${state}: ${meaning} |`),
].join('\n');

const LINK = `[Sidecar containers in the Kubernetes documentation](${DOCUMENTATION})`;

/** The hover at an offset of the analysed text; undefined where there is nothing to say. */
export function hover(analysis: Analysis, offset: number): Hover | undefined {
  const at = analysis.podAt(offset);
  if (!at) return aboutSilence(analysis, offset);
  for (const context of at.pods) {
    for (const { span, markdown } of topics(context)) {
      const place = at.place(span);
      if (contains(place, offset)) return { markdown: at.tell(markdown(), context), span: place };
    }
  }
  return aboutWorkaround(analysis, offset);
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

/** What a workaround does today, and the step of the migration that takes it out. */
function aboutWorkaround({ findings }: Analysis, offset: number): Hover | undefined {
  const finding = findings.find(({ rule, span }) => rule !== 'non-native-sidecar' && contains(span, offset));
  const migration = finding?.migration();
  if (!finding || !migration) return undefined;
  return { markdown: paragraphs(finding.message, whatBecomes(finding, migration)), span: finding.span };
}

function whatBecomes({ span }: Finding, migration: Fix | Refusal): string {
  if ('refused' in migration) return `**${migration.title}**: ${migration.refused}`;
  const { steps, stays, title } = migration;
  const meets = (each: Span) => each.start < span.end && span.start < each.end;
  const at = steps.findIndex(({ edits }) => edits.some((edit) => meets(edit.span)));
  const step = steps[at];
  if (!step) return stays.map((each) => `- ${each}`).join('\n');
  const what = [step.title, ...step.also].map((each) => `- ${each}`).join('\n');
  return `Step ${at + 1} of "${title}" changes it:\n\n${what}`;
}

interface Topic {
  readonly span: Span;
  markdown(): string;
}

function* topics(context: PodContext): Iterable<Topic> {
  const { pod } = context;
  if (pod.initContainersEntry) {
    yield { span: spanOf(pod.initContainersEntry.key), markdown: () => aboutInitContainers(pod.workload) };
  }
  for (const container of pod.initContainers) {
    const policy = entry(pod.document, container.map, 'restartPolicy');
    if (policy && policy.map === container.map) {
      const end = policy.written ? spanOf(policy.written).end : spanOf(policy.key).end;
      yield {
        span: { start: spanOf(policy.key).start, end },
        markdown: () => aboutRestartPolicy(container, pod.workload),
      };
    }
  }
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
    LINK,
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

function aboutInitContainers(workload: Workload): string {
  return paragraphs(
    '**Init containers** start one after the other, before the regular containers.',
    `One with \`restartPolicy: Always\` is a **native sidecar**: the next one starts as soon as it has started, it runs beside the work, and it does not keep ${podsOf(workload, 'the')} from completing.`,
    VERSION_TABLE,
    LINK,
  );
}

function aboutRestartPolicy(container: Container, { kind }: Workload): string {
  const value = container.restartPolicy?.value;
  const meaning =
    value === 'Always'
      ? `makes **${nameOf(container)}** a native sidecar: it keeps running beside the regular containers, is restarted when it exits, and is stopped once they have ended. It does not keep the ${kind} from completing.`
      : `leaves **${nameOf(container)}** an ordinary init container: the pod waits until it has ended. Only \`Always\` makes it a native sidecar.`;
  return paragraphs(`\`restartPolicy: ${value ?? ''}\` ${meaning}`, VERSION_TABLE, LINK);
}

function aboutNative(container: Container): string {
  return paragraphs(
    `**${nameOf(container)}** is a native sidecar: it starts before the regular containers, runs beside them and is stopped after they have ended.`,
    VERSION_TABLE,
    LINK,
  );
}

function paragraphs(...parts: string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}
