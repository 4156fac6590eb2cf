import { type Container, isNativeSidecar, type Pod } from '../kube/pod.ts';
import { atLeast, NATIVE_SIDECARS_SINCE } from '../kube/version.ts';
import type { Workaround } from '../sidecar/workarounds.ts';
import { gateOf } from './gate.ts';
import type { PodContext, Rule } from './rule.ts';
import { about, names, workaroundsOf } from './story.ts';

/** Where injected sidecars say that they are ready. Source: the meshes' documentation. */
const INJECTED = [
  { port: /:1502[01]\b/, name: 'Istio' },
  { port: /:4191\b/, name: 'Linkerd' },
  { port: /:3500\b/, name: 'Dapr' },
];

/** The work waits for a sidecar to start. */
export const waitLoop: Rule = {
  id: 'wait-loop',
  title: 'The work waits for a sidecar to start',
  severity: () => 'info',

  *check(context) {
    // Below, the wait is needed: nothing else holds the work back.
    if (!atLeast(context.versions.lowest, NATIVE_SIDECARS_SINCE)) return;
    const sidecars = new Set(context.roles.flatMap(({ role, container }) => (role === 'sidecar' ? container : [])));
    for (const { clues, to, span, text } of [...workaroundsOf(context, 'start-wait'), ...readyFiles(context)]) {
      const waited = to.filter(({ container }) => sidecars.has(container) || isNativeSidecar(container));
      if (waited.length === 0) {
        const injector = INJECTED.find(({ port }) => port.test(text));
        if (!injector) continue;
        const message = `'${clues.name}' waits here for the sidecar that ${injector.name} injects (${text}). Injected as a native sidecar it starts before the work.`;
        yield { message, span, confidence: 'likely', container: clues.container };
        continue;
      }
      // sidecar-after-its-user tells that it never starts.
      const isLate = (container: Container) => isNativeSidecar(container) && container.index > clues.container.index;
      if (clues.container.list === 'initContainers' && waited.every(({ container }) => isLate(container))) continue;
      const own = waited.includes(clues);
      const isNap = own && /^sleep\s/.test(text);
      if (isNap && (clues.container.has('startupProbe') || isLast(context.pod, clues.container))) continue;
      yield {
        message: isNap
          ? `'${clues.name}' holds back what starts after it, whether it answers by then or not (${text}). A native sidecar's startupProbe lasts until it answers.`
          : own
            ? `'${clues.name}' holds the others back until it answers (${text}). A startupProbe on a native sidecar does the same.`
            : `'${clues.name}' waits for ${names(waited)} to start (${text}). A startupProbe on a native sidecar does the same: the work starts when it answers.`,
        span,
        confidence: 'likely',
        container: clues.container,
        evidence: about(context, waited),
        ...(waited.length === 1 && waited[0] ? gateOf(context, waited[0]) : {}),
      };
    }
  },
};

/** Whether no container starts after it. */
function isLast({ containers }: Pod, container: Container): boolean {
  return container.list === 'containers' && container.index === containers.length - 1;
}

/** Waits for a file by which a sidecar says that it is ready. */
function readyFiles({ workarounds, handshakes }: PodContext): Workaround[] {
  return workarounds.flatMap((workaround) => {
    const { kind, clues } = workaround;
    if (kind !== 'wait-for-signal') return [];
    const writers = handshakes
      .filter(({ to, act }) => to === clues && act.kind === 'signal-file')
      .map(({ from }) => from);
    const isMutual = handshakes.some(
      ({ from, to, act }) => from === clues && writers.includes(to) && act.kind === 'signal-file',
    );
    return isMutual || writers.length === 0 ? [] : [{ ...workaround, to: writers }];
  });
}
