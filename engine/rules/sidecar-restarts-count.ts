import { jobOf } from '../kube/job.ts';
import { isNativeSidecar, type Pod } from '../kube/pod.ts';
import { atLeast, NATIVE_SIDECARS_SINCE } from '../kube/version.ts';
import { onceWord } from '../sidecar/argv.ts';
import { endedBy } from '../sidecar/catalog.ts';
import type { Clues } from '../sidecar/clues.ts';
import { entry, spanOf } from '../yaml/read.ts';
import type { Problem, Rule } from './rule.ts';

/** With `restartPolicy: OnFailure` the restarts of native sidecars count towards the Job's backoffLimit. */
export const sidecarRestartsCount: Rule = {
  id: 'sidecar-restarts-count',
  title: 'Restarts of a native sidecar count towards backoffLimit',
  severity: (confidence) => (confidence === 'possible' ? 'info' : 'warning'),

  *check({ pod, clues, versions }) {
    if (!atLeast(versions.lowest, NATIVE_SIDECARS_SINCE)) return;
    const job = jobOf(pod);
    const sidecars = clues.filter(({ container }) => isNativeSidecar(container));
    if (!job || pod.restartPolicy !== 'OnFailure') return;
    const ending = sidecars.flatMap((each) => ended(pod, each) ?? []);
    yield* ending;
    const lasting = sidecars.filter(({ container }) => !ending.some((each) => each.container === container));
    const [first] = lasting;
    const limit = entry(pod.document, job.spec, 'backoffLimit');
    if (!first || !limit || job.number('backoffLimit') !== 0) return;
    const who = lasting.length > 1 ? 'any of its native sidecars' : `'${first.name}'`;
    yield {
      message: `With backoffLimit: 0 and restartPolicy: OnFailure a single restart of ${who} fails the Job, though the work goes well. With restartPolicy: Never only the work counts.`,
      span: { start: spanOf(limit.key).start, end: limit.written ? spanOf(limit.written).end : spanOf(limit.key).end },
      confidence: 'certain',
      container: first.container,
      mend: () => ({
        title: 'Set restartPolicy: Never for the pod',
        safe: false,
        changes: [{ kind: 'set', path: [...pod.path, 'restartPolicy'], value: 'Never' }],
      }),
    };
  },
};

/** Of the words by which work ends after one round those that can mean nothing else. */
const ONCE = /once|one-?(?:shot|time)|single-run|exit-after/i;

/** A sidecar that ends by itself is started again and again. */
function ended(pod: Pod, { container, argv, image, script, daemon, name }: Clues): Problem | undefined {
  const words = argv.map(({ value }) => value);
  const env = container.env.map((each) => `${each.name.value}=${each.value?.value ?? ''}`);
  if (script || daemon) return undefined;
  const known = image && endedBy(image, words, env);
  const once = onceWord(['', ...words], env);
  const word = known ?? (once !== undefined && ONCE.test(once) ? once : undefined);
  const span = word === undefined ? undefined : placeOf(word, container);
  if (word === undefined || !span) return undefined;
  const hasProbes = ['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'].some((each) =>
    container.has(each),
  );
  return {
    message: `'${word}' ${known === undefined ? 'seems to make' : 'makes'} '${name}' end by itself. A native sidecar is then started again and again, and with restartPolicy: OnFailure each time counts towards the Job's backoffLimit. Without restartPolicy: Always it runs once, before the work.`,
    span,
    confidence: known === undefined ? 'possible' : 'likely',
    container,
    ...(hasProbes
      ? {}
      : {
          mend: () => ({
            title: `Make '${name}' a plain init container`,
            safe: false,
            changes: [
              { kind: 'remove' as const, path: [...pod.path, container.list, container.index, 'restartPolicy'] },
            ],
          }),
        }),
  };
}

function placeOf(word: string, { command, args, env }: Clues['container']) {
  const words = [...(command ?? []), ...(args ?? [])];
  const own = words.find(({ value }) => value === word || word.startsWith(`${value} `) || value.endsWith(word));
  return own?.span ?? env.find(({ name }) => word.startsWith(`${name.value}=`))?.name.span;
}
