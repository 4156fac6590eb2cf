import type {
  Because,
  Holdup,
  Interval,
  LifecycleEvent,
  LifecycleLink,
  LifecyclePod,
  Outcome,
  Run,
  Settled,
} from './lifecycle.ts';
import { atLeast, DEFAULT_VERSIONS, NATIVE_SIDECARS_SINCE } from './version.ts';

/** How a pod ended, or that it never does. A failed pod may be followed by another. */
export type PodEnd =
  | Outcome
  | {
      readonly verdict: 'failed';
      readonly at: number;
      readonly container: string | undefined;
      readonly reason: 'Error' | 'DeadlineExceeded';
    };

/** What one pod tells of a container. */
interface Lane {
  readonly intervals: Interval[];
  /** How many events are told. */
  told: number;
  restarts: number;
}

/** What a pod is made of, and when. */
export interface PodStart {
  readonly pod: LifecyclePod;
  readonly containers: readonly Settled[];
  /** Which of the Job's pods it is. */
  readonly index: number;
  readonly at: number;
  /** How often each container was started in the pods before. */
  readonly starts: readonly number[] | undefined;
}

interface Actor extends Settled {
  readonly index: number;
  readonly lane: Lane;
  state: 'waiting' | 'running' | 'backoff' | 'done';
  /** Whether what waits for it may have started. */
  hasStarted: boolean;
  /** Its program waits for other containers. */
  isBlocked: boolean;
  /** Whether its preStop hook has run, or there is none. */
  isReady: boolean;
  isTold: boolean;
  /** When its program last started; what was planned before is void. */
  startedAt: number;
  epoch: number;
  /** How many times it came to an end lately: the length of the next backoff follows. */
  failures: number;
  exitCode: number;
}

interface Planned {
  readonly at: number;
  readonly actor: Actor | undefined;
  readonly epoch: number;
  readonly act: () => void;
}

/** How long a start takes, and how long the Job controller takes to see what the kubelet reports. */
const START = 1;
const REACTION = 1;
/** After a run of this length the next backoff is short again. Source: the Kubernetes documentation on the pod lifecycle. */
const STEADY = 600;
/** What is left for SIGTERM when the grace period is over. Source: `minimumGracePeriodInSeconds` of the kubelet. */
const LEAST_GRACE = 2;
/** How many restarts of one container tell that the next are like them, and how many are played at all. */
const ENOUGH_RESTARTS = 3;
const MOST_RESTARTS = 5000;
/** How much of a container is told before it is told to stop. */
const MOST_INTERVALS = 40;
const MOST_EVENTS = 100;

/** One pod as the kubelet runs it, from the first start to the last exit. */
export class PodRun {
  readonly events: LifecycleEvent[] = [];
  readonly links: LifecycleLink[] = [];
  readonly starts: number[];
  readonly #start: PodStart;
  readonly #actors: Actor[];
  readonly #byName: ReadonlyMap<string, Actor>;
  readonly #grace: number;
  readonly #queue: Planned[] = [];
  #now: number;
  /** The container that must have ended or started before the next one starts. */
  #next = 0;
  #restarts = 0;
  #lastExit: Actor | undefined;
  #stoppingSince: number | undefined;
  /** What the pod comes to when all its containers have stopped. */
  #verdict: ((at: number) => PodEnd) | undefined;
  #end: PodEnd | undefined;

  constructor(start: PodStart) {
    this.#start = start;
    this.#now = start.at;
    this.#grace = start.pod.grace ?? 30;
    this.starts = start.containers.map((_, index) => start.starts?.[index] ?? 0);
    this.#actors = start.containers.map((each, index) => ({
      ...each,
      index,
      lane: { intervals: [], told: 0, restarts: 0 },
      state: 'waiting',
      hasStarted: false,
      isBlocked: false,
      isReady: true,
      isTold: false,
      startedAt: 0,
      epoch: 0,
      failures: 0,
      exitCode: 0,
    }));
    this.#byName = new Map(this.#actors.map((each) => [each.spec.name, each]));
  }

  /** In the order of the containers. */
  get lanes(): readonly Lane[] {
    return this.#actors.map(({ lane }) => lane);
  }

  /** Plays to the end, or to where nothing new happens. */
  play(): PodEnd {
    const { deadline, podDeadline } = this.#start.pod;
    if (deadline !== undefined) this.#plan(deadline - this.#now, undefined, () => this.#failJob('DeadlineExceeded'));
    if (podDeadline !== undefined)
      this.#plan(podDeadline, undefined, () => this.#failPod('DeadlineExceeded', undefined));
    this.#startNext(undefined, 0);
    while (!this.#end) {
      const planned = this.#queue.shift();
      if (!planned) return this.#heldUp();
      if (planned.actor && planned.epoch !== planned.actor.epoch) continue;
      this.#now = planned.at;
      planned.act();
    }
    return this.#end;
  }

  #plan(seconds: number, actor: Actor | undefined, act: () => void): void {
    const at = this.#now + Math.max(0, seconds);
    let place = this.#queue.length;
    while (place > 0 && (this.#queue[place - 1]?.at ?? 0) > at) place -= 1;
    this.#queue.splice(place, 0, { at, actor, epoch: actor?.epoch ?? 0, act });
  }

  /** Starts the container whose turn it is; `by` made way for it. */
  #startNext(by: Actor | undefined, delay: number): void {
    const actor = this.#actors[this.#next];
    if (!actor || this.#isStopping) return;
    if (actor.spec.pulls === false) {
      // A missing image holds up init containers alone: others start beside it.
      if (actor.kind === 'regular container') this.#goOn(by, delay);
      return;
    }
    this.#plan(delay, actor, () => {
      if (by) this.links.push({ ...this.#stamp(), kind: 'gate', from: by.index, to: actor.index });
      this.#begin(actor, by);
    });
  }

  #goOn(by: Actor | undefined, delay: number): void {
    this.#next += 1;
    this.#startNext(by, delay);
  }

  #stamp(): { readonly at: number; readonly pod: number } {
    return { at: this.#now, pod: this.#start.index };
  }

  #tell(actor: Actor, kind: LifecycleEvent['kind'], exitCode?: number): void {
    const { lane, index } = actor;
    lane.told += 1;
    if (lane.told > MOST_EVENTS && !this.#isStopping) return;
    const code = exitCode !== undefined && { exitCode };
    this.events.push({ lane: index, ...this.#stamp(), kind, attempt: lane.restarts, ...code });
  }

  get #isStopping(): boolean {
    return this.#stoppingSince !== undefined;
  }

  /** Ends the container's current interval, and begins another. */
  #enter(actor: Actor, state: Interval['state'] | undefined): void {
    const { intervals } = actor.lane;
    const last = intervals.at(-1);
    if (last && last.to === undefined) {
      if (intervals.length >= MOST_INTERVALS && state !== 'stopping' && state !== undefined) return;
      intervals.pop();
      const isSeen = last.from < this.#now || (last.state === 'running' && state !== 'stopping');
      if (isSeen) intervals.push({ ...last, to: this.#now });
    }
    if (state) intervals.push({ from: this.#now, to: undefined, state, pod: this.#start.index });
  }

  #begin(actor: Actor, by: Actor | undefined): void {
    actor.state = 'running';
    actor.isReady = true;
    actor.isTold = false;
    actor.startedAt = this.#now;
    this.starts[actor.index] = (this.starts[actor.index] ?? 0) + 1;
    this.#tell(actor, 'start');
    this.#enter(actor, 'starting');
    actor.isBlocked = this.#awaited(actor) !== undefined;
    if (!actor.isBlocked) this.#runProgram(actor, by);
  }

  /** The first container that another waits for in vain. */
  #awaited({ spec }: Actor): string | undefined {
    return spec.waitsFor?.find((name) => !this.#byName.get(name)?.hasStarted);
  }

  #runProgram(actor: Actor, by: Actor | undefined): void {
    const { postStart = 0, startupProbe: probe, runs } = actor.spec;
    const { seconds, exitCode = 0 } = nth(runs, (this.starts[actor.index] ?? 1) - 1);
    if (seconds !== undefined) this.#plan(seconds, actor, () => this.#exit(actor, exitCode));
    const afterHook = () => {
      // The kubelet starts regular containers one by one, each when the hook of the one before has run.
      const isTurn = actor.kind === 'regular container' && actor.index === this.#next;
      if (isTurn) this.#goOn(by, 0);
      if (!probe) this.#becomeStarted(actor);
    };
    if (postStart > 0) this.#plan(postStart, actor, afterHook);
    else afterHook();
    if (!probe) return;
    const { passesAfter, givesUpAfter = Number.POSITIVE_INFINITY } = probe;
    if (passesAfter !== undefined && passesAfter <= givesUpAfter) {
      this.#plan(postStart + passesAfter, actor, () => this.#becomeStarted(actor));
    } else if (givesUpAfter < Number.POSITIVE_INFINITY) {
      this.#plan(postStart + givesUpAfter, actor, () => {
        if (!this.#isStopping) this.#signal(actor, this.#grace);
      });
    }
  }

  #becomeStarted(actor: Actor): void {
    if (this.#isStopping || actor.isTold) return;
    if (actor.kind !== 'init container') this.#tell(actor, 'started');
    this.#enter(actor, 'running');
    actor.hasStarted = true;
    for (const each of this.#actors) {
      if (!each.isBlocked || this.#awaited(each) !== undefined) continue;
      each.isBlocked = false;
      this.#runProgram(each, this.#actors[this.#next - 1]);
    }
    if (actor.kind === 'native sidecar' && actor.index === this.#next) this.#goOn(actor, START);
  }

  #exit(actor: Actor, exitCode: number): void {
    actor.epoch += 1;
    actor.isBlocked = false;
    actor.exitCode = exitCode;
    this.#lastExit = actor;
    this.#tell(actor, 'exit', exitCode);
    if (this.#isStopping) {
      this.#enter(actor, undefined);
      actor.state = 'done';
      this.#askTurns();
      this.#checkEnd();
      return;
    }
    if (isRestarted(actor, exitCode)) {
      this.#restartLater(actor);
    } else {
      this.#enter(actor, undefined);
      actor.state = 'done';
    }
    this.#endOthers();
    if (actor.state !== 'done') return;
    if (actor.kind === 'regular container') this.#checkWork();
    else if (exitCode === 0) this.#goOn(actor, START);
    else this.#failPod('Error', actor.spec.name);
  }

  /** What somebody does by hand when the work has ended. */
  #endOthers(): void {
    for (const each of this.#actors) {
      const { endsWith } = each.spec;
      if (!endsWith || each.state !== 'running') continue;
      const isOver = endsWith.names.every((name) => {
        const { state, exitCode = 0 } = this.#byName.get(name) ?? {};
        const hasEnded = state === 'done' || state === 'backoff';
        return hasEnded && (exitCode === 0 || endsWith.onFailureToo);
      });
      if (isOver) this.#plan(1, each, () => this.#exit(each, 0));
    }
  }

  /** The pod has done its work when all regular containers have ended for good. */
  #checkWork(): void {
    const regular = this.#actors.filter(({ kind }) => kind === 'regular container');
    if (regular.some(({ state }) => state !== 'done')) return;
    const failed = regular.find(({ exitCode }) => exitCode !== 0);
    this.#verdict = failed
      ? (at) => ({ verdict: 'failed', at, container: failed.spec.name, reason: 'Error' })
      : (at) => ({ verdict: 'completes', at });
    this.#stop();
  }

  #restartLater(actor: Actor): void {
    if (this.#now - actor.startedAt >= STEADY) actor.failures = 0;
    const delay = actor.failures === 0 ? 0 : Math.min(10 * 2 ** (actor.failures - 1), 300);
    actor.failures += 1;
    actor.state = 'backoff';
    this.#enter(actor, 'backoff');
    if (this.#restarts >= MOST_RESTARTS) return;
    this.#plan(delay + START, actor, () => {
      actor.lane.restarts += 1;
      this.#restarts += 1;
      this.#begin(actor, undefined);
      this.#checkLimit();
    });
    if (this.#repeatsForEver()) this.#end = this.#heldUp();
  }

  /**
   * Under OnFailure the Job controller sums the restarts of all containers, native sidecars too. Source:
   * `pastBackoffLimitOnFailure` in `pkg/controller/job/job_controller.go`.
   */
  #checkLimit(): void {
    const { restartPolicy, isJob = true, backoffLimit = 6 } = this.#start.pod;
    if (restartPolicy !== 'OnFailure' || !isJob || this.#restarts !== Math.max(1, backoffLimit)) return;
    this.#plan(REACTION, undefined, () => this.#failJob('BackoffLimitExceeded'));
  }

  /** Whether all that is to come are restarts like those before. */
  #repeatsForEver(): boolean {
    const { restartPolicy, isJob = true } = this.#start.pod;
    if (restartPolicy === 'OnFailure' && isJob) return false;
    return this.#queue.every(({ actor, epoch }) => {
      if (!actor) return false;
      if (epoch !== actor.epoch) return true;
      const hasShownAll = (this.starts[actor.index] ?? 0) > (actor.spec.runs?.length ?? 0);
      return actor.lane.restarts >= ENOUGH_RESTARTS && hasShownAll && isRestarted(actor, actor.exitCode);
    });
  }

  #failPod(reason: 'Error' | 'DeadlineExceeded', container: string | undefined): void {
    this.#verdict ??= (at) => ({ verdict: 'failed', at, container, reason });
    this.#stop();
  }

  /** The Job fails and deletes its pod, whatever the pod was about to become. */
  #failJob(reason: 'BackoffLimitExceeded' | 'DeadlineExceeded'): void {
    const most = this.#actors.reduce((one, other) => (other.lane.restarts > one.lane.restarts ? other : one));
    const container = most.lane.restarts > 0 ? most.spec.name : undefined;
    const holdup = reason === 'DeadlineExceeded' ? this.#holdup() : undefined;
    this.#verdict = (at) => ({ verdict: 'fails', at, reason, container, holdup });
    this.#stop();
  }

  /** Every container is told to end: all preStop hooks at once, then SIGTERM to each when its turn comes. */
  #stop(): void {
    if (this.#isStopping) return;
    this.#stoppingSince = this.#now;
    for (const actor of this.#actors) {
      if (actor.state === 'running') this.#runPreStop(actor);
      else {
        this.#enter(actor, undefined);
        actor.epoch += 1;
        actor.state = 'done';
      }
    }
    // The grace period is one for all: who has not had its turn by then gets it now.
    this.#plan(this.#grace, undefined, () => {
      for (const actor of this.#actors) if (actor.state === 'running' && !actor.isTold) this.#signal(actor, 0);
    });
    this.#askTurns();
    this.#checkEnd();
  }

  #runPreStop(actor: Actor): void {
    const { preStop = 0, quitsOnPreStop, stop } = actor.spec;
    if (preStop === 0 && !quitsOnPreStop) return;
    actor.isReady = false;
    this.#tell(actor, 'preStop');
    this.#enter(actor, 'stopping');
    if (quitsOnPreStop) this.#plan(stop?.seconds ?? 1, actor, () => this.#exit(actor, stop?.exitCode ?? 0));
    this.#plan(Math.min(preStop, this.#grace), actor, () => {
      actor.isReady = true;
      this.#askTurns();
    });
  }

  /** Sidecars are told one by one, the last started first, once no regular container runs. 1.28 knows no order. */
  #askTurns(): void {
    const { version = DEFAULT_VERSIONS.lowest } = this.#start.pod;
    const running = this.#actors.filter(({ state }) => state === 'running');
    const isOrdered = atLeast(version, NATIVE_SIDECARS_SINCE);
    const isWorking = running.some(({ kind }) => kind === 'regular container');
    const last = running.findLast(({ kind }) => kind === 'native sidecar');
    for (const actor of running) {
      if (actor.isTold || !actor.isReady) continue;
      if (isOrdered && actor.kind === 'native sidecar' && (isWorking || actor !== last)) continue;
      const { at } = this.#stamp();
      this.#signal(actor, (this.#stoppingSince ?? at) + this.#grace - at);
    }
  }

  #signal(actor: Actor, grace: number): void {
    const { stop = { seconds: 1 } } = actor.spec;
    actor.isTold = true;
    this.#tell(actor, 'SIGTERM');
    this.#enter(actor, 'stopping');
    if (actor.kind === 'native sidecar' && this.#isStopping && this.#lastExit) {
      this.links.push({ ...this.#stamp(), kind: 'stop', from: this.#lastExit.index, to: actor.index });
    }
    if (stop.seconds !== undefined) this.#plan(stop.seconds, actor, () => this.#exit(actor, stop.exitCode ?? 0));
    this.#plan(Math.max(grace, LEAST_GRACE), actor, () => {
      this.#tell(actor, 'SIGKILL');
      this.#exit(actor, 137);
    });
  }

  #checkEnd(): void {
    if (this.#actors.every(({ state }) => state === 'done')) this.#end = this.#verdict?.(this.#now);
  }

  #heldUp(): PodEnd {
    const holdup = this.#holdup();
    return { verdict: holdup.isStart ? 'stuck' : 'endless', holdup };
  }

  #holdup(): Holdup {
    const gate = this.#actors[this.#next];
    if (gate) return { isStart: true, ...this.#reason(gate), containers: [gate.spec.name] };
    const left = this.#actors.filter(({ kind, state }) => kind === 'regular container' && state !== 'done');
    const reasons = left.map((actor) => ({ name: actor.spec.name, ...this.#reason(actor) }));
    const { name: _, ...first } = reasons[0] ?? { name: '', because: 'runs' };
    const alike = reasons.filter(({ because }) => because === first.because);
    return { isStart: first.because === 'image', ...first, containers: alike.map(({ name }) => name) };
  }

  #reason(actor: Actor): { because: Because; waitsFor?: string } {
    const { spec, isDropped, isBlocked, state, lane } = actor;
    if (spec.pulls === false) return { because: 'image' };
    if (isDropped) return { because: 'dropped' };
    const waitsFor = isBlocked ? this.#awaited(actor) : undefined;
    if (waitsFor !== undefined) return { because: 'waits', waitsFor };
    if (spec.startupProbe && !actor.hasStarted) return { because: 'probe' };
    return { because: state === 'backoff' || lane.restarts >= ENOUGH_RESTARTS ? 'restarts' : 'runs' };
  }
}

/** The nth run of a program; the last is repeated. */
function nth(runs: readonly Run[] | undefined, index: number): Run {
  return runs?.[Math.min(index, runs.length - 1)] ?? {};
}

function isRestarted({ kind, policy }: Settled, exitCode: number): boolean {
  if (kind === 'native sidecar') return true;
  // An init container that has done its work is not run again, whatever its policy.
  if (kind === 'init container' && exitCode === 0) return false;
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}
