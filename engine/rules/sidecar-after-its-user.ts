import { type Container, containerSpan, isNativeSidecar, nameOf } from '../kube/pod.ts';
import { atLeast, NATIVE_SIDECARS_SINCE } from '../kube/version.ts';
import { podsOf } from '../kube/workload.ts';
import { awaited } from '../sidecar/awaited.ts';
import type { Clues } from '../sidecar/clues.ts';
import { callsOf, portsOf } from '../sidecar/gather.ts';
import { type Hold, holdsOf } from '../sidecar/holds.ts';
import type { PodContext, Problem, Rule } from './rule.ts';

/** An init container uses a native sidecar that stands behind it: when it needs the sidecar, nobody is there. */
export const sidecarAfterItsUser: Rule = {
  id: 'sidecar-after-its-user',
  title: 'An init container uses a native sidecar that starts after it',
  severity: (confidence) => (confidence === 'certain' ? 'error' : confidence === 'likely' ? 'warning' : 'info'),

  *check(context) {
    if (!atLeast(context.versions.lowest, NATIVE_SIDECARS_SINCE)) return;
    const { pod } = context;
    const all = usesOf(context);
    for (const use of all) {
      const { user, hold, by, what, isSure, span } = use;
      const late = by.find(({ container }) => isNativeSidecar(container));
      if (!late) continue;
      const who = !hold
        ? `Init container '${user.name}' connects to`
        : hold.asker === 'script'
          ? `Init container '${user.name}' waits for`
          : `The ${hold.asker}${hold.asker === 'postStart' ? ' hook' : ''} of '${user.name}' waits for`;
      const outcome = hold ? `: ${podsOf(pod.workload)} never get past it` : '';
      const first = all.find((each) => each.by.includes(late)) ?? use;
      const obstacle = obstacleTo(context, late, first);
      yield {
        message: `${who} ${what}, and '${late.name}' starts after it${outcome}. Put '${late.name}' before '${first.user.name}'${obstacle ? `, unless it needs what is done there: ${obstacle}` : ''}.`,
        span,
        confidence: !hold ? 'possible' : isSure && hold.asker !== 'startupProbe' ? 'certain' : 'likely',
        container: user.container,
        evidence: [{ message: `'${late.name}' stands behind it`, span: containerSpan(late.container) }],
        ...(by.length === 1 && !obstacle ? reorder(context, late, first) : {}),
      };
    }
  },
};

/** A place where an init container uses what only containers behind it bring about. */
interface Use extends Pick<Hold, 'by' | 'what' | 'isSure' | 'span'> {
  readonly user: Clues;
  /** How it waits; undefined where it merely connects. */
  readonly hold: Hold | undefined;
}

/** The uses in the order of their containers. */
function usesOf(context: PodContext): Use[] {
  const users = [...context.initClues, ...context.clues.filter(({ container }) => isNativeSidecar(container))];
  const ordered = users.sort((a, b) => a.container.index - b.container.index);
  return ordered.flatMap((user): Use[] => {
    const isLate = ({ container }: Clues) => container.list === 'containers' || container.index > user.container.index;
    const holds = holdsOf(context, user);
    const uses = [...holds.map((hold): Use => ({ ...hold, user, hold })), ...connectionsOf(context, user, holds)];
    return uses.filter(({ by }) => by.every(isLate));
  });
}

/** The ports to which a plain init container connects without waiting, each once. */
function connectionsOf(context: PodContext, user: Clues, holds: readonly Hold[]): Use[] {
  const { container, script, daemon, acts } = user;
  if (isNativeSidecar(container) || daemon || acts.some(({ kind }) => kind === 'quit')) return [];
  // It may have started the server itself.
  if (script?.commands.some(({ background }) => background)) return [];
  const known = new Set([...portsOf(user), ...holds.map(({ need }) => need.port)]);
  return callsOf(user).flatMap(({ port, span }): Use[] => {
    const found = known.has(port) ? undefined : awaited(context, user, { port });
    known.add(port);
    return found?.by.every((each) => isNativeSidecar(each.container))
      ? [{ ...found, user, span, hold: undefined }]
      : [];
  });
}

/** Volumes that no container writes. */
const GIVEN = /^(?:configMap|secret|projected|downwardAPI)$/;

/** What may have to happen between a user and its sidecar before that starts, as half a sentence. */
function obstacleTo({ pod, clues }: PodContext, late: Clues, { user, hold }: Use): string | undefined {
  const between = pod.initContainers.filter(
    ({ index }) => index >= user.container.index && index < late.container.index,
  );
  const given = new Set(pod.volumes.flatMap(({ name, source = '' }) => (GIVEN.test(source) ? [name.value] : [])));
  const own = new Set(late.container.volumeMounts.map(({ name }) => name.value));
  for (const container of between) {
    // Who waits for a file has not written there yet.
    const isWaiting = container === user.container && hold?.need.file !== undefined;
    const shared = container.volumeMounts.find(
      ({ name, readOnly }) => own.has(name.value) && !readOnly && !given.has(name.value),
    );
    if (shared && !isWaiting) return `'${nameOf(container)}' mounts its volume '${shared.name.value}' too`;
    const served = clues.find((each) => each.container === container);
    const ports = served ? portsOf(served) : new Set();
    const call = callsOf(late).find(({ port }) => ports.has(port));
    if (call) return `it connects to port ${call.port} of '${nameOf(container)}'`;
  }
  return undefined;
}

function reorder({ pod, patches }: PodContext, late: Clues, { user, hold, isSure }: Use): Pick<Problem, 'mend'> {
  const place = ({ index }: Container) => [...pod.path, 'initContainers', index];
  // What never got past its wait has nothing to lose; a patch that counts containers has.
  const safe = hold?.asker === 'script' && isSure && patches.every(({ index }) => index === undefined);
  return {
    mend: () => ({
      title: `Put '${late.name}' before '${user.name}'`,
      safe,
      changes: [{ kind: 'move', path: place(late.container), before: user.container.index }],
    }),
  };
}
