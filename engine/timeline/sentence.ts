import type { Holdup, Lifecycle } from '../kube/lifecycle.ts';
import { type Container, isNativeSidecar } from '../kube/pod.ts';
import { formatVersion } from '../kube/version.ts';
import type { PodContext } from '../rules/rule.ts';

/** What becomes of the workload, in a sentence. */
export function sentenceOf(life: Lifecycle, context: PodContext, names: ReadonlyMap<Container, string>): string {
  const { outcome } = life;
  switch (outcome.verdict) {
    case 'completes':
      return completes(life, context, names);
    case 'fails': {
      const { reason, container, holdup } = outcome;
      if (reason === 'DeadlineExceeded') {
        const why = holdup
          ? `${list(holdup.containers)} ${holdup.isStart ? 'had not started' : 'had not ended'}`
          : 'the pods kept failing';
        return `Fails with DeadlineExceeded: ${why}.`;
      }
      const why = container === undefined ? 'its pods failed' : failing(container, life);
      return reason === 'Error' ? `Fails: ${why}.` : `Fails with BackoffLimitExceeded: ${why}.`;
    }
    case 'endless':
      return `Runs for ever${endless(outcome.holdup, context, names)}.`;
    case 'stuck':
      return `Never starts: ${stuck(outcome.holdup, context)}.`;
    case 'rejected':
      return `The API server refuses it: ${outcome.message}.`;
  }
}

function completes(
  { lanes, pods }: Lifecycle,
  { roles, workarounds }: PodContext,
  names: ReadonlyMap<Container, string>,
): string {
  const isWork = ({ role }: { readonly role: string }) => role === 'main' || role === 'unknown';
  const works = roles.filter(isWork).map(({ container }) => names.get(container) ?? '');
  const when = `when ${list(works)} ${works.length > 1 ? 'have' : 'has'} ended`;
  const native = lanes.filter(({ kind }) => kind === 'native sidecar').map(({ name }) => name);
  const byHand = roles.filter((role) => !isWork(role)).map(({ container }) => names.get(container) ?? '');
  const restarted = lanes.filter(({ kind, restarts }) => kind === 'native sidecar' && restarts > 0);
  const are = (all: readonly string[]) => (all.length > 1 ? 'are' : 'is');
  const failed = pods > 2 ? ` after ${pods - 1} failed pods` : pods > 1 ? ' after a failed pod' : '';
  if (native.length > 0) {
    const first = restarted.length > 0 ? 'restarted, and ' : '';
    return `Completes${failed}: ${list(native)} ${are(native)} ${first}stopped ${when}.`;
  }
  // A timer does not know when the work has ended.
  const isTimed = workarounds.some(({ kind }) => kind === 'timer');
  if (isTimed && byHand.length > 0) return `Completes${failed}: ${list(byHand)} ${are(byHand)} ended by a timer.`;
  return byHand.length > 0
    ? `Completes${failed}: ${list(byHand)} ${are(byHand)} ended by hand ${when}.`
    : `Completes${failed} ${when}.`;
}

function failing(container: string, { lanes, pods }: Lifecycle): string {
  const lane = lanes.find(({ name }) => name === container);
  const restarts = lane?.restarts ?? 0;
  if (pods > 1) return `${container} failed in each of ${pods} pods`;
  if (restarts === 0) return `${container} failed`;
  const times = `${container} was restarted ${restarts === 1 ? 'once' : `${restarts} times`}`;
  return lane?.kind === 'native sidecar' ? `${times}, and restarts of sidecars count` : times;
}

function endless(holdup: Holdup, { roles }: PodContext, names: ReadonlyMap<Container, string>): string {
  const { containers, because } = holdup;
  const all = list(containers);
  const verb = containers.length > 1 ? 'never end' : 'never ends';
  if (because === 'restarts') return `: ${all} ${containers.length > 1 ? 'are' : 'is'} restarted whenever it has ended`;
  const isDoubtful = roles.some(
    ({ container, confidence }) => confidence === 'possible' && containers.includes(names.get(container) ?? ''),
  );
  return isDoubtful ? ` if ${all} ${verb} by ${containers.length > 1 ? 'themselves' : 'itself'}` : `: ${all} ${verb}`;
}

function stuck({ containers: [name = ''], because, waitsFor }: Holdup, { versions, pod }: PodContext): string {
  switch (because) {
    case 'dropped':
      return `Kubernetes ${formatVersion(versions.lowest)} drops the restartPolicy of ${name}, an init container that never ends`;
    case 'waits':
      return `${name} waits for ${waitsFor}, which starts after it`;
    case 'probe':
      return `the startup probe of ${name} never passes`;
    case 'image':
      return `the image of ${name} cannot be pulled`;
    case 'restarts':
      return `${name} fails again and again`;
    case 'runs': {
      const isSidecar = pod.initContainers.some((each) => each.name?.value === name && isNativeSidecar(each));
      return isSidecar ? `${name} does not get ready` : `the init container ${name} never ends`;
    }
  }
}

/** "a, b and c". */
function list(names: readonly string[]): string {
  const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} others`] : names;
  return shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}` : (shown[0] ?? 'nothing');
}

/** `45s`, `8m40s`, `2h5m`. */
export function duration(seconds: number): string {
  if (seconds < 120) return `${seconds}s`;
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (hours > 48) return `${Math.round(hours / 24)} days`;
  return [
    hours > 0 ? `${hours}h` : '',
    minutes > 0 ? `${minutes}m` : '',
    hours === 0 && rest > 0 ? `${rest}s` : '',
  ].join('');
}
