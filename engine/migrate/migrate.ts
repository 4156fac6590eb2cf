import type { Container, Pod } from '../kube/pod.ts';
import { awaited, type EarlyPlace, earlyPlace } from '../sidecar/awaited.ts';
import { ownNeeds } from '../sidecar/needs.ts';
import type { Reading } from '../sidecar/reading.ts';
import type { Edit } from '../text.ts';
import type { Change } from '../yaml/patch.ts';
import { compose } from './compose.ts';
import { type Draft, names, openDraft, type Piece, type StepName } from './draft.ts';
import type { PodChange } from './pod-change.ts';
import { dropKillers } from './steps/killers.ts';
import { quietScripts } from './steps/main-script.ts';
import { removeMarkers } from './steps/markers.ts';
import { removeNamespace } from './steps/namespace.ts';
import { removeQuitFlags, removeQuitHooks } from './steps/quit-hooks.ts';
import { restoreArgv } from './steps/sidecar-argv.ts';
import { removeUsers } from './steps/users.ts';
import { removeVolumes } from './steps/volumes.ts';
import { removeWrappers } from './steps/wrappers.ts';

/** One thing that a fix does. */
export interface Step {
  /** What it does, in the imperative: "Remove shareProcessNamespace". */
  readonly title: string;
  /** What else its edits do, because it cannot be taken apart from it. */
  readonly also: readonly string[];
  /** Whether a person should look at it before it is applied; shown unticked in a preview. */
  readonly review: boolean;
  readonly edits: readonly Edit[];
}

/** A migration: its steps, and what stays although it looks needless; or why there is none. */
export type Migration =
  | { readonly steps: readonly Step[]; readonly stays: readonly string[] }
  | { readonly refused: string };

/** Regular containers of one pod that become native sidecars. */
export interface Move {
  readonly pod: Pod;
  readonly containers: readonly Container[];
  /** What was read of the pod, where it tells what waits for the containers. */
  readonly reading?: Reading;
}

/**
 * Makes regular containers native sidecars and leaves everything else as it is, in one change to their document: each
 * moves behind the last init container of its pod, or before the one that waits for it, in their order, and gets
 * `restartPolicy: Always`. All pods must be of one document; spans are offsets in it.
 */
export function move(moves: readonly Move[]): Migration {
  const containers = moves.flatMap((each) => each.containers);
  if (containers.length === 0) return { refused: 'Not offered: there is nothing to move.' };
  const changes = moves.map(({ pod, containers, reading }) => ({
    pod,
    moved: containers,
    early: reading && earlyPlace(reading, containers),
    dropped: [],
    parts: [[]],
  }));
  const outcome = compose(changes);
  if ('refused' in outcome) return outcome;
  return {
    steps: [{ title: titleOfMove(containers), also: [], review: false, edits: outcome.parts.flat() }],
    stays: [],
  };
}

/** Takes the sidecars of a pod out of its regular containers, and everything that ended them by hand out of the pod. */
interface Plan {
  readonly draft: Draft;
  /** The steps that stand each for itself; the move is the first. */
  readonly steps: readonly { readonly name: StepName; readonly pieces: readonly Piece[] }[];
}

/** A pod to migrate, and which of its regular containers become native sidecars. */
export interface PodMove {
  readonly reading: Reading;
  readonly containers: readonly Container[];
  /** What else is mended on the way, where the migration leaves it alone. */
  readonly mends?: readonly Mending[];
}

/** A change of its own, and what it does, in the imperative. */
export interface Mending {
  readonly title: string;
  readonly changes: readonly Change[];
}

/**
 * Migrates pods of one document: their sidecars become native, and what ended them by hand goes, in one change. What
 * cannot be taken out stays, as long as the Job cannot hang by it, and `stays` says why. Undefined when there is nothing
 * to do.
 */
export function migrate(pods: readonly PodMove[]): Migration | undefined {
  const early = pods
    .map(({ reading, containers }) => waitsBefore(reading, containers, earlyPlace(reading, containers)))
    .find((each) => each);
  if (early) return { refused: `Not offered: ${early}.` };
  const plans = pods.map(planOf).filter(({ steps }) => steps.length > 0);
  if (plans.length === 0) return undefined;
  const waiting = plans.flatMap(({ draft }) => stillWaits(draft))[0];
  if (waiting) return { refused: `Not offered: ${waiting}.` };
  let reason = '';
  // Steps that share lines are one step; what cannot be edited stays, as long as nothing depends on it.
  for (const attempt of [
    plans,
    plans.map(joined),
    plans.map(editable),
    ...(plans.length > 1 ? [plans.flatMap(alone)] : []),
  ]) {
    const outcome = compose(attempt.map(changeOf));
    const stays = attempt.flatMap(({ draft }) => draft.stays);
    if (!('refused' in outcome)) return { steps: stepsOf(attempt, outcome.parts), stays };
    reason ||= outcome.refused;
  }
  const obstacle = pods.map(({ reading, containers }) => obstacleToMove(reading, containers)).find((each) => each);
  if (obstacle) return { refused: `Not offered: ${obstacle}.` };
  // The move alone never hangs a Job.
  const bare = move(pods.map(({ reading, containers }) => ({ pod: reading.pod, containers, reading })));
  if ('refused' in bare) return bare;
  return { ...bare, stays: [reason.replace(/^Not offered: /, 'What ended the sidecar stays: ')] };
}

/** The plan of one of several pods as far as it goes by itself. */
function alone(plan: Plan): Plan[] {
  const { draft } = plan;
  for (const attempt of [joined(plan), editable(plan)])
    if (!('refused' in compose([changeOf(attempt)]))) return [attempt];
  const containers = draft.moved.map(({ container }) => container);
  if (containers.length === 0 || obstacleToMove(draft.reading, containers)) return [];
  const kept = [...draft.stays];
  kept.push('What ended the sidecar stays: its lines cannot be edited.');
  return [
    { draft: { ...draft, dropped: [], stays: kept }, steps: [{ name: 'move', pieces: draft.pieces.slice(0, 1) }] },
  ];
}

/** The same plan as one step. */
function joined({ draft, steps }: Plan): Plan {
  return { draft, steps: [{ name: 'move', pieces: steps.flatMap(({ pieces }) => pieces) }] };
}

/** The same plan without what nothing depends on and cannot be edited. */
function editable({ draft, steps }: Plan): Plan {
  const isEditable = ({ changes, isExtra }: Piece) =>
    !isExtra || !('refused' in compose([{ pod: draft.pod, moved: [], dropped: [], parts: [changes] }]));
  const all = steps.flatMap(({ pieces }) => pieces);
  const left = all.filter((piece) => !isEditable(piece));
  const kept = [...draft.stays];
  for (const { title } of left) kept.push(`Not done: ${title}. Its lines cannot be edited alone.`);
  return joined({
    draft: { ...draft, stays: kept },
    steps: [{ name: 'move', pieces: all.filter((piece) => !left.includes(piece)) }],
  });
}

/**
 * Why moving containers and nothing else would break the work, as half a sentence. `place`: whether they may stand before
 * an init container that waits for them, or only behind the last one.
 */
export function obstacleToMove(
  reading: Reading,
  containers: readonly Container[],
  place: 'early' | 'last' = 'early',
): string | undefined {
  const early = place === 'early' ? earlyPlace(reading, containers) : undefined;
  return waitsBefore(reading, containers, early) ?? waitsByName(reading, containers)[0];
}

/** An init container that waits for a container which moves, where that would start behind it: too late. */
function waitsBefore(
  reading: Reading,
  containers: readonly Container[],
  place: EarlyPlace | undefined,
): string | undefined {
  const { initClues, workarounds } = reading;
  const waiting = initClues.find((clues) => {
    const waits = workarounds.filter((each) => each.kind === 'start-wait' && each.clues === clues);
    if (waits.length === 0) return false;
    const isBefore = (container: Container) =>
      place !== undefined && clues.container.index >= place.before && place.containers.includes(container);
    const known = ownNeeds(clues).flatMap((need) => awaited(reading, clues, need)?.by ?? []);
    const waited = known.length > 0 ? known : waits.flatMap(({ to }) => to);
    return waited.some(({ container }) => containers.includes(container) && !isBefore(container));
  });
  return waiting ? `the init container '${waiting.name}' waits for it and would still start first` : undefined;
}

/** What kubexit would still wait for after the migration. */
function stillWaits({ reading, moved, done }: Draft): string[] {
  const left = reading.clues.filter((clues) =>
    reading.workarounds.some((each) => each.kind === 'wrapper' && each.clues === clues && !done.has(each)),
  );
  const containers = moved.map(({ container }) => container);
  return waitsByName({ ...reading, clues: left }, containers);
}

/** kubexit looks for what it waits for among the regular containers, and fails the work when it is not there. */
function waitsByName({ clues: all }: Reading, containers: readonly Container[]): string[] {
  const names = containers.flatMap(({ name, env }) => [
    name?.value,
    env.find((variable) => variable.name.value === 'KUBEXIT_NAME')?.value?.value,
  ]);
  return all.flatMap(({ container, name }) => {
    const waited = container.env.find((variable) => variable.name.value === 'KUBEXIT_BIRTH_DEPS')?.value?.value;
    const waits = waited?.split(',').some((each) => names.includes(each.trim())) && !containers.includes(container);
    return waits ? `kubexit in '${name}' waits for it among the regular containers` : [];
  });
}

function planOf({ reading, containers, mends = [] }: PodMove): Plan {
  const moved = reading.clues.filter(({ container }) => containers.includes(container));
  const draft = openDraft(reading, moved);
  if (draft.sidecars.length > 0) migratePod(draft);
  for (const { title, changes } of mends) {
    if (changes.every((change) => isFree(draft, change))) draft.pieces.push({ step: 'move', title, changes });
  }
  return { draft, steps: stepsIn(draft) };
}

/** Whether a migration leaves alone what a change is about. */
function isFree({ pod, moved, dropped, pieces }: Draft, { path }: Change): boolean {
  const going = [...moved.map(({ container }) => container), ...dropped];
  const own = pieces.flatMap(({ changes }) => changes);
  const meets = (other: readonly (string | number)[]) => {
    const shared = Math.min(path.length, other.length);
    return path.slice(0, shared).join('/') === other.slice(0, shared).join('/');
  };
  return !going.some((each) => lies(pod, each, path)) && !own.some((change) => meets(change.path));
}

function migratePod(draft: Draft): void {
  const { moved } = draft;
  if (moved.length > 0) {
    draft.pieces.push({ step: 'move', title: titleOfMove(moved.map(({ container }) => container)), changes: [] });
  }
  dropKillers(draft);
  restoreArgv(draft);
  removeQuitHooks(draft);
  quietScripts(draft);
  removeQuitFlags(draft);
  removeWrappers(draft);
  removeMarkers(draft);
  removeNamespace(draft);
  removeVolumes(draft);
  removeUsers(draft);
}

/** The order in which steps are told. */
const ORDER: readonly StepName[] = ['move', 'script', 'namespace', 'users', 'markers'];

function stepsIn(draft: Draft): Plan['steps'] {
  // What changes lines that move cannot be left out without the move: then all of it is one step.
  const isWithinMove = ({ changes, step }: Piece) =>
    step !== 'move' &&
    changes.some(({ path }) => draft.moved.some(({ container }) => lies(draft.pod, container, path)));
  const isOne = draft.isTied || draft.pieces.some(isWithinMove);
  const steps = ORDER.map((name) => ({ name, pieces: draft.pieces.filter(({ step }) => step === name) }));
  const filled = steps.filter(({ pieces }) => pieces.length > 0);
  if (filled.length === 0) return [];
  return isOne ? [{ name: 'move', pieces: filled.flatMap(({ pieces }) => pieces) }] : filled;
}

function lies(pod: Pod, container: Container, path: readonly (string | number)[]): boolean {
  return [...pod.path, container.list, container.index].every((key, index) => path[index] === key);
}

function changeOf({ draft, steps }: Plan): PodChange {
  return {
    pod: draft.pod,
    moved: draft.moved.map(({ container }) => container),
    early: earlyPlace(
      draft.reading,
      draft.moved.map(({ container }) => container),
    ),
    dropped: draft.dropped,
    parts: steps.map(({ pieces }) => pieces.flatMap(({ changes }) => changes)),
  };
}

function stepsOf(plans: readonly Plan[], parts: readonly (readonly Edit[])[]): Step[] {
  let at = 0;
  return plans.flatMap(({ steps }) => {
    const isAlone = steps.length === 1;
    return steps.map(({ name, pieces }) => {
      const [first, ...more] = pieces.map(({ title }) => title);
      const isBare = name === 'move' && pieces.length === 1;
      const review = name === 'move' ? isAlone && !isBare : name !== 'markers';
      return { title: first ?? '', also: more, review, edits: parts[at++] ?? [] };
    });
  });
}

function titleOfMove(containers: readonly Container[]): string {
  const all = containers.map(({ name, index }) => ({ name: name?.value ?? `#${index + 1}` }));
  return `Move ${names(all)} to initContainers, with restartPolicy: Always`;
}
