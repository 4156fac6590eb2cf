import type { Clue } from './clues.ts';

/** How much an item of evidence says. `weak` says nothing alone. */
export type Strength = 'proof' | 'strong' | 'fair' | 'weak';

/** From where an item is read: what an ablation takes away as a whole. */
export type Source = 'markers' | 'catalogue' | 'scripts' | 'names' | 'fields';

/** A line of the table by which a container is judged. */
interface Row {
  readonly speaks: 'for' | 'against';
  readonly strength: Strength;
  readonly sources: readonly Source[];
  /** What it is, for the documentation. */
  readonly title: string;
}

const speaksFor = (strength: Strength, sources: string, title: string): Row => row('for', strength, sources, title);
const against = (strength: Strength, sources: string, title: string): Row => row('against', strength, sources, title);

function row(speaks: Row['speaks'], strength: Strength, sources: string, title: string): Row {
  return { speaks, strength, sources: sources.split(' ') as Source[], title };
}

/**
 * What speaks for a container being a sidecar, and against it, the weightiest first: an item against takes away every item
 * for that stands below it.
 */
// biome-ignore format: a table, one item a line
export const EVIDENCE = {
  'main': against('proof', 'markers', 'a controller\'s annotation names it as the main container'),
  'marker': speaksFor('proof', 'markers', 'a controller\'s annotation or variable marks it as a sidecar'),
  'handshake': speaksFor('proof', 'scripts', 'another container kills it, asks it to quit, or tells it by a file that the work is done'),
  'one-shot': against('strong', 'catalogue scripts', 'its arguments or variables make it end: `-exit-after-auth`, `--one-time`, `METHOD=LIST`'),
  'client': against('strong', 'catalogue scripts', 'it runs a client out of a server\'s image: `pg_dump`, `redis-cli`'),
  'parallel': against('strong', 'fields', 'every container runs the same program of the same image: work in parallel'),
  'helper': speaksFor('strong', 'catalogue', 'a known helper runs as a daemon with these arguments'),
  'used': speaksFor('strong', 'scripts', 'a container that ends connects to its port on localhost'),
  'service': speaksFor('strong', 'catalogue', 'a server that tests and jobs use runs as a daemon'),
  'gpu': against('strong', 'fields', 'it alone has the pod\'s GPUs'),
  'default': against('strong', 'markers', 'the annotation `kubectl.kubernetes.io/default-container` names it'),
  'endless': speaksFor('strong', 'scripts', 'its command never returns: `tail -F`, `sleep infinity`, `while true`'),
  'task': against('fair', 'scripts', 'its arguments name a task: `migrate`, `backup`, `test`'),
  'server': speaksFor('fair', 'scripts', 'its command starts a server: `serve`, `--listen`, `0.0.0.0`, `gunicorn`'),
  'either': speaksFor('fair', 'catalogue', 'a server that may be the work itself runs as a daemon'),
  'ends': against('fair', 'scripts', 'its script comes to an end'),
  'idles': speaksFor('fair', 'scripts', 'its script idles for ever when all is done'),
  'program': speaksFor('fair', 'names', 'it is called like a known helper: `cloudsql-proxy`, `fluent-bit`'),
  'tool': against('weak', 'catalogue', 'its image holds a tool that runs once, a shell or a language'),
  'same-image': against('weak', 'fields', 'another container runs the same image'),
  'namesake': against('weak', 'names', 'it is called like its workload'),
  'probes': speaksFor('weak', 'fields', 'it is probed: nobody asks a task whether it is ready'),
  'ports': speaksFor('weak', 'fields', 'it listens on a port'),
  'variables': speaksFor('weak', 'fields', 'its variables tell it where to listen, or set up a server: `MYSQL_ROOT_PASSWORD`'),
  'hook': speaksFor('weak', 'fields', 'it has a `preStop` hook: somebody expects to stop it'),
  'left': speaksFor('weak', 'scripts', 'another container connects to a port on localhost, and only this one is left to listen there'),
  'reader': speaksFor('weak', 'fields', 'it only reads a volume into which another container writes'),
  'name': speaksFor('weak', 'names', 'its name or image has a helper\'s word: `proxy`, `sidecar`, `exporter`'),
} satisfies Readonly<Record<string, Row>>;

/** What an item of evidence is: a line of the table. */
export type EvidenceKind = keyof typeof EVIDENCE;

const ORDER = new Map(Object.keys(EVIDENCE).map((kind, index) => [kind, index]));

/** How far down in the table a kind stands, counted from 0. */
export function orderOf(kind: EvidenceKind): number {
  return ORDER.get(kind) ?? ORDER.size;
}

/** One fact that speaks for a container being a sidecar, or against it. */
export interface Evidence extends Clue {
  readonly kind: EvidenceKind;
}
