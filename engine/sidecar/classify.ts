import type { Container, Pod } from '../kube/pod.ts';
import type { Span } from '../text.ts';
import { isOneShotImage } from './catalog.ts';
import type { Clues, Handshake } from './clues.ts';
import { markerOf } from './markers.ts';

/** How sure a statement about a container is. */
export type Confidence = 'certain' | 'likely' | 'possible';

/** One fact that speaks for a container being a sidecar. */
export interface Evidence {
  /** A short sentence for people, without a full stop: "the image 'haproxy:2.9' runs until it is stopped". */
  readonly message: string;
  readonly span: Span;
}

/** What a regular container is for. */
export interface Role {
  readonly container: Container;
  /**
   * `main`: a marker says so; `sidecar`: it helps and does not end by itself; `killer`: it exists only to end another;
   * `unknown`: taken for work.
   */
  readonly role: 'main' | 'sidecar' | 'killer' | 'unknown';
  readonly confidence: Confidence;
  /** The strongest first. */
  readonly evidence: readonly Evidence[];
}

/** A name that people give to helpers. Never more than a hint. */
const HELPER_NAME =
  /(?:^|[-_.])(?:sidecar|proxy|envoy|log-?(?:shipper|forwarder|router|tailer)|fluent-?(?:bit|d)|exporter|dind|agent|tunnel)(?:$|[-_.])/i;

interface Candidate {
  readonly clues: Clues;
  /** How strongly the container looks like a sidecar; the weakest of a pod is taken for its work. */
  readonly rank: number;
  readonly confidence: Confidence;
  readonly evidence: readonly Evidence[];
}

/**
 * The role of each regular container of a pod, in their order. Evidence by strength:
 *
 * | rank | evidence | confidence |
 * |---|---|---|
 * | 7 | a marker names it | certain |
 * | 6 | another container kills it, asks it to quit, or signals it by a file | certain |
 * | 5 | a helper's program runs as a daemon | likely |
 * | 4 | its command never returns | likely |
 * | 3 | a server that tests and jobs use runs as a daemon | likely |
 * | 2 | a server that may be the work itself runs as a daemon | likely |
 * | 1 | it listens on ports and has probes | likely |
 * | 0.5 | its name alone | possible |
 *
 * In a bare Pod `likely` is no more than `possible`.
 *
 * The containers of the lowest rank in a pod are its work, whatever they are: at least one is never a sidecar, and
 * where all look alike nothing is said.
 */
export function classify(
  pod: Pod,
  clues: readonly Clues[],
  handshakes: readonly Handshake[],
  killers: ReadonlySet<Clues>,
): Role[] {
  const [first] = clues;
  const alike = first !== undefined && clues.length > 1 && clues.every((each) => sameProgram(each, first));
  const candidates = clues.map((each) => candidate(pod, each, { all: clues, alike, handshakes }));
  const working = candidates.filter((each) => !killers.has(each.clues));
  const lowest = Math.min(...working.map(({ rank }) => rank));
  return candidates.map(({ clues: each, rank, confidence, evidence }) => {
    const { container } = each;
    if (killers.has(each)) return { container, role: 'killer', confidence: 'certain', evidence };
    if (markerOf(pod, container)?.role === 'main') return { container, role: 'main', confidence: 'certain', evidence };
    if (rank <= lowest || rank === 0) return { container, role: 'unknown', confidence: 'possible', evidence };
    return { container, role: 'sidecar', confidence, evidence };
  });
}

/** What a container is compared with. */
interface Surroundings {
  readonly all: readonly Clues[];
  /** Whether all containers run the same program: parallel work, not one task and its helpers. */
  readonly alike: boolean;
  readonly handshakes: readonly Handshake[];
}

function candidate(pod: Pod, clues: Clues, { all, alike, handshakes }: Surroundings): Candidate {
  const { container, daemon, endless } = clues;
  const found: { rank: number; confidence: Confidence; evidence: Evidence }[] = [];
  const add = (rank: number, confidence: Confidence, evidence: Evidence) => found.push({ rank, confidence, evidence });

  const marker = markerOf(pod, container);
  if (marker?.role === 'main') return { clues, rank: 0, confidence: 'possible', evidence: [marker.clue] };
  if (marker) add(7, 'certain', marker.clue);
  for (const { to, clue, act } of handshakes) {
    if (to !== clues) continue;
    if (act.kind === 'signal-file' ? wrapsDaemon(clues) : true) add(6, 'certain', clue);
  }
  if (daemon && !alike) {
    const rank = daemon.family.role === 'helper' ? 5 : daemon.family.role === 'service' ? 3 : 2;
    add(rank, 'likely', daemon.clue);
  }
  if (endless) add(4, 'likely', endless);
  if (found.length === 0 && !clues.script && !alike) {
    const served = servesRequests(clues, all);
    if (served) add(1, 'likely', served);
  }
  if (
    found.length === 0 &&
    !alike &&
    container.name &&
    HELPER_NAME.test(container.name.value) &&
    !clues.script &&
    !clues.image &&
    !(container.image && isOneShotImage(container.image.value))
  ) {
    add(0.5, 'possible', { message: `it is called '${container.name.value}'`, span: container.name.span });
  }
  found.sort((a, b) => b.rank - a.rank);
  const best = found[0];
  const confidence = best?.confidence ?? 'possible';
  return {
    clues,
    rank: best?.rank ?? 0,
    // A bare Pod may be meant to run until somebody deletes it; that it should end shows only where something ends it.
    confidence: pod.workload.kind === 'Pod' && confidence === 'likely' ? 'possible' : confidence,
    evidence: found.map(({ evidence }) => evidence),
  };
}

/** Waiting for a file makes a sidecar only where nothing but waiting follows: else it is work in two steps. */
function wrapsDaemon({ script, daemon }: Clues): boolean {
  if (!script) return false;
  if (daemon || script.commands.some(({ background }) => background)) return true;
  const idle = /^(?:exit|echo|rm|kill|sleep|true|:|break|date|printf|wait|cat|test|\[|\[\[|return|pkill|killall)$/;
  const looped = new Set(script.loops.flatMap(({ commands }) => commands));
  if (script.commands.some((command) => !looped.has(command) && !idle.test(command.words[0] ?? ''))) return false;
  return script.loops.some(
    (loop) =>
      loop.after.every(({ words }) => idle.test(words[0] ?? '')) &&
      loop.commands.some(({ words }) => words[0] === 'sleep'),
  );
}

function sameProgram(a: Clues, b: Clues): boolean {
  return a.container.image?.value === b.container.image?.value && a.argv[0]?.value === b.argv[0]?.value;
}

/** Ports together with probes: nobody asks a task whether it is ready. */
function servesRequests({ container }: Clues, all: readonly Clues[]): Evidence | undefined {
  const asked = (each: Container) =>
    each.ports.length > 0 && (each.has('livenessProbe') || each.has('readinessProbe') || each.has('startupProbe'));
  if (!asked(container) || all.every((other) => asked(other.container))) return undefined;
  const span = container.name?.span ?? { start: 0, end: 0 };
  return { message: `it listens on port ${container.ports[0]} and is probed`, span };
}
