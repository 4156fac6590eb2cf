import type { Container, Pod } from '../kube/pod.ts';
import type { Clues, Handshake } from './clues.ts';
import { always, isTimed } from './endless.ts';
import { EVIDENCE, type Evidence, type EvidenceKind, orderOf, type Source, type Strength } from './evidence.ts';
import { connect, type Gathered, gather } from './gather.ts';
import type { Named } from './named.ts';

/** How sure a statement about a container is. */
export type Confidence = 'certain' | 'likely' | 'possible';

/** What a regular container is for. */
export interface Role {
  readonly container: Container;
  /**
   * `main`: a marker says so; `sidecar`: it helps and does not end by itself; `killer`: it exists only to end another;
   * `unknown`: taken for work.
   */
  readonly role: 'main' | 'sidecar' | 'killer' | 'unknown';
  readonly confidence: Confidence;
  /** What speaks for a sidecar, the weightiest first. */
  readonly evidence: readonly Evidence[];
  /** What speaks against one, the weightiest first. */
  readonly against: readonly Evidence[];
  /** Whether it is taken for work only because another container looks more like a sidecar. */
  readonly isWeakest: boolean;
}

/** What is left of a container's evidence after what speaks against it: how much it says, and its weightiest item. */
interface Standing {
  readonly strength: Strength;
  readonly kind: EvidenceKind;
}

const NOTHING: ReadonlySet<Source> = new Set();
const STRENGTHS: readonly Strength[] = ['proof', 'strong', 'fair', 'weak'];
const CONFIDENCE = { proof: 'certain', strong: 'likely', fair: 'likely', weak: 'possible' } as const;

/** Kinds that name what the container serves: even a bare Pod is then meant to end. */
const ALWAYS_BESIDE: readonly EvidenceKind[] = ['marker', 'handshake', 'used'];
/** Kinds that make a container a sidecar beside other servers too. */
const NEVER_THE_WORK: readonly EvidenceKind[] = [...ALWAYS_BESIDE, 'helper'];

/**
 * The role of each regular container of a pod, in their order, by the table in `evidence.ts`:
 *
 * 1. An item against takes away every item for that stands below it.
 * 2. Of what is left the weightiest decides: proof is certain, strong and fair are likely. Weak items of two kinds are
 *    together fair; one alone says nothing, but for a name, which makes it possible.
 * 3. The containers of which the least is left are the work: at least one is never a sidecar, and where all look alike
 *    nothing is said.
 * 4. Where something is left of every container the pod may be meant to run for ever; so may a bare Pod. There all but
 *    what is never the work is only possible.
 */
export function classify(
  pod: Pod,
  clues: readonly Clues[],
  handshakes: readonly Handshake[],
  killers: ReadonlySet<Clues>,
  named: Named = {},
  without: ReadonlySet<Source> = NOTHING,
): Role[] {
  const alone = gather(pod, clues, handshakes, without, named);
  const gathered = connect(alone, ({ items, clues: each }) => !standing(items) && !killers.has(each), without);
  const working = gathered.filter((each) => !killers.has(each.clues));
  const isServing = working.every(({ items }) => standing(items) !== undefined);
  // Who keeps its container open for a look is no server.
  const left = new Map(gathered.map((each) => [each, standing(each.items, isServing ? ['idles'] : [])]));
  const lowest = Math.max(...working.map((each) => rank(left.get(each))));
  return gathered.map((each) => {
    const { container } = each.clues;
    const known = { container, ...sides(each), isWeakest: false };
    const isMain = each.items[0]?.kind === 'main';
    if (killers.has(each.clues) && !isMain) return { ...known, role: 'killer', confidence: 'certain' };
    if (isMain) return { ...known, role: 'main', confidence: 'certain' };
    const own = left.get(each);
    if (!own || rank(own) >= lowest) {
      return { ...known, role: 'unknown', confidence: 'possible', isWeakest: own !== undefined };
    }
    const isBare = pod.workload.kind === 'Pod';
    const isSure = isBare ? ALWAYS_BESIDE.includes(own.kind) : !isServing || NEVER_THE_WORK.includes(own.kind);
    return { ...known, role: 'sidecar', confidence: isSure ? CONFIDENCE[own.strength] : 'possible' };
  });
}

/** An init container that is no native sidecar, and whether it ever ends. */
export interface InitRole {
  readonly container: Container;
  /** How sure it is that it never ends; undefined when nothing says so. */
  readonly neverExits: Confidence | undefined;
  readonly evidence: readonly Evidence[];
  readonly against: readonly Evidence[];
}

/** What tells of an init container whether it ends: a name, a port or a neighbour tells nothing. */
const ABOUT_ENDING: readonly EvidenceKind[] = [
  ...(['one-shot', 'client', 'helper', 'service', 'endless', 'task', 'server', 'either', 'ends', 'idles'] as const),
];

/** Which init containers never end, in their order, by the same table. */
export function classifyInit(pod: Pod, clues: readonly Clues[]): InitRole[] {
  return gather(pod, clues, [], NOTHING).map((each) => {
    const items = each.items.filter(({ kind }) => ABOUT_ENDING.includes(kind));
    const left = isTimed(each.clues) ? undefined : standing(items);
    const isEndless = left?.kind === 'endless' || left?.kind === 'idles';
    const isSure = isEndless && always(each.clues);
    // An image such as nginx's may be the base of anything.
    const guess = left?.kind === 'either' ? 'possible' : 'likely';
    const neverExits = isSure ? 'certain' : left && !isEndless ? guess : undefined;
    return { container: each.clues.container, neverExits, ...sides({ ...each, items }) };
  });
}

/** What speaks for and against a container, apart. */
function sides({ items }: Gathered): Pick<Role, 'evidence' | 'against'> {
  return {
    evidence: items.filter(({ kind }) => EVIDENCE[kind].speaks === 'for'),
    against: items.filter(({ kind }) => EVIDENCE[kind].speaks === 'against'),
  };
}

/** What is left of items in the order of the table. */
function standing(items: readonly Evidence[], but: readonly EvidenceKind[] = []): Standing | undefined {
  const kinds = items.map(({ kind }) => kind).filter((kind) => !but.includes(kind));
  const cut = kinds.findIndex((kind) => EVIDENCE[kind].speaks === 'against');
  const left = cut < 0 ? kinds : kinds.slice(0, cut);
  const [kind] = left;
  if (kind === undefined) return undefined;
  const { strength } = EVIDENCE[kind];
  if (strength !== 'weak') return { strength, kind };
  if (new Set(left).size > 1) return { strength: 'fair', kind };
  return kind === 'name' ? { strength, kind } : undefined;
}

/** Lower is weightier. */
function rank(own: Standing | undefined): number {
  return own ? STRENGTHS.indexOf(own.strength) * 100 + orderOf(own.kind) : Number.POSITIVE_INFINITY;
}
