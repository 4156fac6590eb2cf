import { containerSpan, isNativeSidecar, textOf } from '../kube/pod.ts';
import { atLeast, NATIVE_SIDECARS_SINCE } from '../kube/version.ts';
import { awaited } from '../sidecar/awaited.ts';
import type { Clues } from '../sidecar/clues.ts';
import { callsOf, portsOf } from '../sidecar/gather.ts';
import type { Span } from '../text.ts';
import { asMap, get } from '../yaml/read.ts';
import { gateOf } from './gate.ts';
import type { PodContext, Rule } from './rule.ts';

/** The work connects to a native sidecar, and nothing makes it wait until that answers. */
export const sidecarWithoutStartupGate: Rule = {
  id: 'sidecar-without-startup-gate',
  title: 'The work may start before its native sidecar answers',
  severity: () => 'hint',

  *check(context) {
    if (!atLeast(context.versions.lowest, NATIVE_SIDECARS_SINCE)) return;
    const roles = new Map(context.roles.map(({ role, container }) => [container, role]));
    const users = context.clues.filter(({ container }) => /^(?:main|unknown)$/.test(roles.get(container) ?? ''));
    const open = context.clues.filter((each) => gateOf(context, each).mend && !isHooked(context, each));
    const uses = open.length > 0 ? users.flatMap((user) => usesOf(context, user)) : [];
    for (const sidecar of open) {
      const { container, name } = sidecar;
      const use = uses.find((each) => each.sidecar === sidecar);
      if (!use || isAsked(context, use)) continue;
      yield {
        message: `'${use.user.name}' connects to port ${use.port}, where '${name}' listens, and nothing holds it back until '${name}' answers. A startupProbe does.`,
        span: containerSpan(container),
        confidence: 'possible',
        container,
        evidence: [{ message: `'${use.user.name}' connects to port ${use.port} on localhost`, span: use.span }],
        ...gateOf(context, sidecar),
      };
    }
  },
};

/** A port of a native sidecar to which a regular container connects. */
interface Use {
  readonly user: Clues;
  readonly sidecar: Clues;
  readonly port: number;
  readonly span: Span;
}

/** Words of who waits or tries again by itself. */
const PATIENT = /wait|retr(?:y|ies)|backoff|\buntil\b|\bsleep\b|\bnc\b|pg_isready|mysqladmin/i;

function usesOf(context: PodContext, user: Clues): Use[] {
  const { pod, workarounds } = context;
  const waits = workarounds.some(({ kind, clues }) => clues === user && /wait/.test(kind));
  if (waits || PATIENT.test(`${textOf(pod, user.container)}\n${user.script?.text ?? ''}`)) return [];
  // Asking a sidecar to quit comes last.
  const quits = user.acts.flatMap(({ kind, targets }) => (kind === 'quit' ? targets : []));
  const own = portsOf(user);
  return callsOf(user).flatMap(({ port, span }): Use[] => {
    if (own.has(port) || quits.some((url) => url.includes(`:${port}`))) return [];
    const [sidecar, ...others] = awaited(context, user, { port })?.by ?? [];
    return sidecar && others.length === 0 && isNativeSidecar(sidecar.container) ? [{ user, sidecar, port, span }] : [];
  });
}

function isHooked({ pod: { document } }: PodContext, { container }: Clues): boolean {
  return get(document, asMap(document, container.field('lifecycle')), 'postStart') !== undefined;
}

/** Whether an init container gets an answer before the work starts. */
function isAsked({ initClues }: PodContext, { port }: Use): boolean {
  return initClues.some((each) => callsOf(each).some((call) => call.port === port));
}
