import { type Container, isNativeSidecar, type Pod, wordsIn } from '../kube/pod.ts';
import type { Clues } from '../sidecar/clues.ts';
import type { Reading } from '../sidecar/reading.ts';
import type { Workaround } from '../sidecar/workarounds.ts';
import { plain } from '../yaml/meaning.ts';
import { type Change, patched } from '../yaml/patch.ts';
import type { Path } from '../yaml/read.ts';

/** The steps of a migration, in their order. The first is never left out; the others stand each for itself. */
export type StepName = 'move' | 'script' | 'namespace' | 'users' | 'markers';

/** Something that a migration does, and the step that it belongs to. */
export interface Piece {
  readonly step: StepName;
  /** In the imperative: "Remove shareProcessNamespace". */
  readonly title: string;
  readonly changes: readonly Change[];
  /** Whether nothing else depends on it: it may stay out when its lines cannot be edited. */
  readonly isExtra?: boolean;
}

/** A migration of one pod while it is put together. */
export interface Draft {
  readonly reading: Reading;
  readonly pod: Pod;
  /** The sidecars that move. */
  readonly moved: readonly Clues[];
  /** Those and the ones that are native already. */
  readonly sidecars: readonly Clues[];
  readonly pieces: Piece[];
  /** Containers that go. */
  readonly dropped: Container[];
  /** What stays although it looks needless, and why: whole sentences. */
  readonly stays: string[];
  /** Workarounds that are taken out. */
  readonly done: Set<Workaround>;
  /** Sidecars whose script no longer waits for a sign. */
  readonly unwrapped: Set<Clues>;
  /** Whether the work would wait for ever, or fail, if the script step were left out. */
  isTied: boolean;
}

/** Begins the migration of a pod. */
export function openDraft(reading: Reading, moved: readonly Clues[]): Draft {
  return {
    reading,
    pod: reading.pod,
    moved,
    sidecars: [...moved, ...reading.clues.filter(({ container }) => isNativeSidecar(container))],
    pieces: [],
    dropped: [],
    stays: [],
    done: new Set(),
    unwrapped: new Set(),
    isTied: false,
  };
}

/** The path of a container, or of a field of it. */
export function pathOf(pod: Pod, container: Container, ...more: Path): Path {
  return [...pod.path, container.list, container.index, ...more];
}

/** Where the lines of a container go: those of moved ones belong to the move. */
export function stepOf(draft: Draft, clues: Clues): 'move' | 'script' {
  return draft.moved.includes(clues) ? 'move' : 'script';
}

/** A container as it will be, as plain data. */
function futureOf(draft: Draft, container: Container): Record<string, unknown> {
  const changes = draft.pieces.flatMap((piece) => piece.changes);
  let value = patched(plain(draft.pod.document.value()), changes) as never;
  for (const key of pathOf(draft.pod, container)) value = value?.[key] as never;
  return (value as Record<string, unknown> | undefined) ?? {};
}

/** What a container will run and be told, as one text. */
export function wordsOf(draft: Draft, container: Container): string {
  return wordsIn(futureOf(draft, container));
}

/** The names of containers as people read them: 'a', 'b' and 'c'. */
export function names(clues: Iterable<{ readonly name: string }>): string {
  const all = [...new Set([...clues].map(({ name }) => `'${name}'`))];
  return all.length < 2 ? (all[0] ?? '') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}
