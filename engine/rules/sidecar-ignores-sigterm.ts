import { containerSpan, isNativeSidecar, type Pod, sharesProcesses } from '../kube/pod.ts';
import { atLeast, NATIVE_SIDECARS_SINCE } from '../kube/version.ts';
import { setScript } from '../migrate/argv.ts';
import { type Clues, placeOf } from '../sidecar/clues.ts';
import { type Deaf, deafTo } from '../sidecar/process-one.ts';
import { asMap, asText, get } from '../yaml/read.ts';
import type { Rule } from './rule.ts';

/** What a pod has when it says nothing, in seconds. Source: the API reference of `terminationGracePeriodSeconds`. */
const GRACE_PERIOD = 30;
/** Whoever set less knows that the kubelet will kill it. */
const LEAST = 5;

/** A native sidecar that takes no notice of SIGTERM makes every run longer by the grace period. */
export const sidecarIgnoresSigterm: Rule = {
  id: 'sidecar-ignores-sigterm',
  title: 'A native sidecar ignores SIGTERM and is killed after the grace period',
  severity: (confidence) => (confidence === 'certain' ? 'hint' : 'info'),

  *check({ pod, clues: all, versions }) {
    if (!atLeast(versions.lowest, NATIVE_SIDECARS_SINCE)) return;
    const grace = graceOf(pod);
    // In a process namespace of others it is not process 1, and SIGTERM ends it.
    if (sharesProcesses(pod) || grace === undefined || grace < LEAST) return;
    for (const clues of all) {
      const { container, script } = clues;
      if (!isNativeSidecar(container) || isStoppedOtherwise(pod, clues) || isUnknown(pod, clues)) continue;
      const deaf = deafTo(clues);
      if (!deaf) continue;
      const { execAt, span, what } = deaf;
      yield {
        message: sentence(clues, deaf, grace),
        span: script && span ? placeOf(pod, script, span) : (clues.argv[0]?.span ?? containerSpan(container)),
        confidence: deaf.by === 'perhaps' ? 'likely' : 'certain',
        container,
        ...(script && execAt !== undefined
          ? {
              mend: () => ({
                title: `Put exec before ${what}`,
                safe: false,
                changes: setScript(pod, container, script, [{ span: { start: execAt, end: execAt }, text: 'exec ' }], {
                  keepsShell: true,
                }),
              }),
            }
          : {}),
      };
    }
  },
};

function sentence({ name }: Clues, { by, what }: Deaf, grace: number): string {
  const cost = `the kubelet kills it ${grace} s after the work has ended, and each run takes that much longer`;
  if (by === 'program') return `'${name}' ignores SIGTERM, as ${what} does when it is process 1: ${cost}.`;
  if (by === 'shell')
    return `'${name}' ignores SIGTERM: process 1 is a shell without a trap, in front of ${what}. So ${cost}. A trap ends it in time: trap 'exit 0' TERM, with waits in the background (sleep 5 & wait $!).`;
  return `'${name}' may ignore SIGTERM: most shells stay process 1 in front of ${what} unless it is started with exec. Then ${cost}.`;
}

/** Seconds between SIGTERM and SIGKILL; undefined when they cannot be told. */
function graceOf({ document, spec }: Pod): number | undefined {
  const field = get(document, spec, 'terminationGracePeriodSeconds');
  if (!field) return GRACE_PERIOD;
  const value = asText(document, field)?.value ?? '';
  return /^\d+$/.test(value) ? Number(value) : undefined;
}

/** Whether a hook or another signal stops the container. */
function isStoppedOtherwise({ document }: Pod, { container }: Clues): boolean {
  const lifecycle = asMap(document, container.field('lifecycle'));
  return ['preStop', 'stopSignal'].some((name) => get(document, lifecycle, name) !== undefined);
}

/** Whether a template's actions hide a part of what it runs. */
function isUnknown({ document }: Pod, { argv, script }: Clues): boolean {
  if (!document.written && !document.template) return false;
  return [...argv.map(({ value }) => value), script?.text ?? ''].some((text) => /x{5,}/.test(text));
}
