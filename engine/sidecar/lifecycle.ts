import { jobOf } from '../kube/job.ts';
import type { LifecycleContainer, LifecyclePod, Run } from '../kube/lifecycle.ts';
import { type Container, isNativeSidecar, nameOf, type Pod, sharesProcesses } from '../kube/pod.ts';
import type { KubernetesVersion } from '../kube/version.ts';
import { leaks } from '../shell/leaks.ts';
import { asMap, asText, get, type YamlDocument, type YamlMap } from '../yaml/read.ts';
import { awaited } from './awaited.ts';
import type { Clues } from './clues.ts';
import { type Need, needsOf, ownNeeds } from './needs.ts';
import { deafTo } from './process-one.ts';
import type { Reading } from './reading.ts';
import type { Workaround } from './workarounds.ts';

/** What is assumed of the programs of a pod: all goes well, the work fails at each attempt, each sidecar crashes once. */
export type Scenario = 'success' | 'failure' | 'sidecar-crash';

/** How long probes, hooks, and timers that do not tell are assumed to take, in seconds. */
const ASSUMED = { probe: 3, hook: 1, timer: 120 } as const;

/** How long programs of a pod are assumed to run, in seconds: well within its deadlines. */
export function assumedFor(pod: Pod): Readonly<Record<'work' | 'failing' | 'crash' | 'init', number>> {
  const { deadline, podDeadline } = deadlinesOf(pod);
  const work = Math.max(1, Math.min(60, Math.floor(Math.min(deadline ?? 240, podDeadline ?? 240) / 4)));
  const share = (parts: number) => Math.max(1, Math.floor(work / parts));
  return { work, failing: share(3), crash: share(2.4), init: share(12) };
}

function deadlinesOf(pod: Pod): Pick<LifecyclePod, 'deadline' | 'podDeadline'> {
  const deadline = jobOf(pod)?.number('activeDeadlineSeconds');
  const podDeadline = numberIn(pod.document, pod.spec, 'activeDeadlineSeconds');
  return { ...(deadline !== undefined && { deadline }), ...(podDeadline !== undefined && { podDeadline }) };
}

/**
 * The model's input for a pod that was read: its fields as written, and of its programs what the roles and workarounds
 * say. Containers are named uniquely, in the order init containers, regular containers; `names` gives theirs.
 */
export function lifecycleOf(
  reading: Reading,
  { scenario, version }: { readonly scenario: Scenario; readonly version: KubernetesVersion },
): { readonly pod: LifecyclePod; readonly names: ReadonlyMap<Container, string> } {
  const { pod, roles } = reading;
  const { document, spec } = pod;
  const all = [...pod.initContainers, ...pod.containers];
  const taken = new Set<string>();
  const names = new Map(
    all.map((container) => {
      let name = nameOf(container);
      for (let count = 2; taken.has(name); count++) name = `${nameOf(container)} (${count})`;
      taken.add(name);
      return [container, name];
    }),
  );
  const works = roles.filter(({ role }) => role === 'main' || role === 'unknown').map(({ container }) => container);
  const model = new Model(reading, scenario, names, works);
  const job = jobOf(pod);
  const grace = numberIn(document, spec, 'terminationGracePeriodSeconds');
  const backoffLimit = job?.number('backoffLimit');
  return {
    names,
    pod: {
      initContainers: pod.initContainers.map((each) => model.container(each)),
      containers: pod.containers.map((each) => model.container(each)),
      restartPolicy: pod.restartPolicy === 'OnFailure' ? 'OnFailure' : 'Never',
      isJob: job !== undefined,
      version,
      ...(grace !== undefined && { grace }),
      ...deadlinesOf(pod),
      ...(backoffLimit !== undefined && { backoffLimit }),
    },
  };
}

class Model {
  readonly #reading: Reading;
  readonly #scenario: Scenario;
  readonly #names: ReadonlyMap<Container, string>;
  readonly #works: readonly Container[];
  readonly #assumed: ReturnType<typeof assumedFor>;

  constructor(
    reading: Reading,
    scenario: Scenario,
    names: ReadonlyMap<Container, string>,
    works: readonly Container[],
  ) {
    this.#reading = reading;
    this.#scenario = scenario;
    this.#names = names;
    this.#works = works;
    this.#assumed = assumedFor(reading.pod);
  }

  container(container: Container): LifecycleContainer {
    const clues = this.#reading.clues.find((each) => each.container === container);
    const own = this.#own(container, clues);
    const policy = container.restartPolicy?.value ?? '';
    return {
      name: this.#name(container),
      ...(/^(?:Always|Never|OnFailure)$/.test(policy) && { restartPolicy: policy }),
      ...this.#hooks(container, clues),
      ...own,
      ...(clues && ignoresSigterm(this.#reading.pod, clues) && { stop: {} }),
    };
  }

  #name(container: Container): string {
    return this.#names.get(container) ?? nameOf(container);
  }

  /** What its program does. */
  #own(container: Container, clues: Clues | undefined): Partial<LifecycleContainer> {
    const isCrashing = this.#scenario === 'sidecar-crash';
    const daemon: Run[] = isCrashing ? [{ seconds: this.#assumed.crash, exitCode: 1 }, {}] : [{}];
    if (isNativeSidecar(container)) {
      const hooks = clues?.hooks.filter(({ name }) => name === 'postStart') ?? [];
      const needs = hooks.flatMap(({ script }) => needsOf(script));
      return { runs: daemon, ...(clues && this.#waits(clues, needs)) };
    }
    if (container.list === 'initContainers') return this.#init(container);
    const role = this.#reading.roles.find((each) => each.container === container)?.role;
    if (role === 'killer') return { runs: [{}], endsWith: { names: this.#workNames, onFailureToo: true } };
    if (role !== 'sidecar') {
      const isFailing = this.#scenario === 'failure' && container === this.#works[0];
      const run = isFailing ? { seconds: this.#assumed.failing, exitCode: 1 } : { seconds: this.#assumed.work };
      return { runs: [run], stop: { seconds: 1, exitCode: 143 } };
    }
    const timer = this.#reading.workarounds.find((each) => each.kind === 'timer' && each.clues === clues);
    if (timer) {
      const words = [...(container.command ?? []), ...(container.args ?? [])].map(({ value }) => value).join(' ');
      const isTold = timer.script !== undefined || words.includes('--preserve-status');
      return { runs: [{ seconds: secondsIn(words) ?? ASSUMED.timer, exitCode: isTold ? 0 : 124 }] };
    }
    const endsWith = clues && this.#endedBy(clues);
    return { runs: daemon, ...(endsWith && { endsWith }) };
  }

  #init(container: Container): Partial<LifecycleContainer> {
    const { initRoles, initClues } = this.#reading;
    const neverExits = initRoles.find((each) => each.container === container)?.neverExits;
    const clues = initClues.find((each) => each.container === container);
    return {
      runs: [neverExits === 'certain' || neverExits === 'likely' ? {} : { seconds: this.#assumed.init }],
      ...(clues && this.#waits(clues, ownNeeds(clues))),
    };
  }

  /** Who must have started for what it waits for without end; nobody where one that starts before it may bring it about. */
  #waits(clues: Clues, needs: readonly Need[]): Pick<LifecycleContainer, 'waitsFor'> {
    const waitsFor = needs.flatMap((need) => {
      const by = awaited(this.#reading, clues, need)?.by.map(({ container }) => container) ?? [];
      const isVain = by.every((each) => each.list === 'containers' || each.index > clues.container.index);
      return isVain && by[0] ? this.#name(by[0]) : [];
    });
    return waitsFor.length > 0 ? { waitsFor } : {};
  }

  get #workNames(): readonly string[] {
    return this.#works.map((each) => this.#name(each));
  }

  /** Who ends a regular sidecar by hand. */
  #endedBy(clues: Clues): LifecycleContainer['endsWith'] {
    const { workarounds, roles } = this.#reading;
    const own = workarounds.find(({ kind, clues: at }) => (kind === 'marker' || kind === 'wrapper') && at === clues);
    if (own) return { names: this.#workNames, onFailureToo: true };
    const acts = workarounds.filter(
      ({ kind, to, hook, clues: from }) =>
        !hook && from !== clues && to.includes(clues) && /^(?:kill|quit|signal|killer)$/.test(kind),
    );
    const [first] = acts;
    if (!first) return undefined;
    const isKiller = roles.some(({ container, role }) => container === first.clues.container && role === 'killer');
    if (isKiller) return { names: this.#workNames, onFailureToo: true };
    return { names: [this.#name(first.clues.container)], onFailureToo: !acts.every(isLeaking) };
  }

  #hooks(container: Container, clues: Clues | undefined): Partial<LifecycleContainer> {
    const { document } = this.#reading.pod;
    const lifecycle = asMap(document, container.field('lifecycle'));
    const preStop = asMap(document, get(document, lifecycle, 'preStop'));
    const isQuitting = this.#reading.workarounds.some(
      ({ kind, clues: at, to, hook }) =>
        at === clues && to.includes(at) && (kind === 'quit' || kind === 'kill') && hook?.name !== 'postStart',
    );
    const sleep = numberIn(document, asMap(document, get(document, preStop, 'sleep')), 'seconds');
    const script = clues?.hooks.find(({ name }) => name === 'preStop')?.script.text ?? '';
    const otherProbe = (['livenessProbe', 'readinessProbe'] as const).find((name) => container.has(name));
    return {
      ...(container.has('startupProbe') && { startupProbe: { passesAfter: ASSUMED.probe } }),
      ...(otherProbe && { otherProbe }),
      ...(get(document, lifecycle, 'postStart') && { postStart: ASSUMED.hook }),
      ...(preStop && { preStop: sleep ?? secondsIn(script) ?? ASSUMED.hook }),
      ...(preStop && isQuitting && { quitsOnPreStop: true }),
    };
  }
}

function isLeaking({ clues: { script }, act }: Workaround): boolean {
  return script !== undefined && act !== undefined && leaks(script, act.node, new Set([act.node])) !== undefined;
}

/** Whether a program ignores SIGTERM for sure. */
function ignoresSigterm(pod: Pod, clues: Clues): boolean {
  const deaf = sharesProcesses(pod) ? undefined : deafTo(clues);
  return deaf !== undefined && deaf.by !== 'perhaps';
}

function numberIn(document: YamlDocument, map: YamlMap | undefined, name: string): number | undefined {
  const text = asText(document, get(document, map, name))?.value ?? '';
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** `sleep 30`, `timeout -s TERM 5m`. */
function secondsIn(text: string): number | undefined {
  const [, count, unit = 's'] = /\b(?:sleep|timeout)\s+(?:-\S+\s+|(?:SIG)?[A-Z]+\s+)*(\d+)([smh]?)\b/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (unit === 'h' ? 3600 : unit === 'm' ? 60 : 1);
}
