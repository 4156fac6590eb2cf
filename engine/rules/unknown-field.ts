import { CONTAINER_FIELDS, FIELDS_UNTIL, JOB_FIELDS, POD_FIELDS } from '../kube/fields.ts';
import { jobOf } from '../kube/job.ts';
import type { Container } from '../kube/pod.ts';
import { nameOf } from '../kube/pod.ts';
import { atLeast, VERSION_FACTS, type VersionFact } from '../kube/version.ts';
import { asMap, asText, type Entry, entry, keysOf, ownEntries, type Path, type YamlMap } from '../yaml/read.ts';
import {
  dropped,
  entrySpan,
  given,
  inContainer,
  isChecked,
  isTemplated,
  lost,
  notKnown,
  refuses,
  statesIn,
  tellStates,
} from './api.ts';
import type { PodContext, Problem, Rule } from './rule.ts';
import { misspelled } from './unknown-restart-policy-spelling.ts';

/** Where fields may stand, the fields that may stand there, and how people name the place. */
const PLACES = [
  ['the spec of a Job', JOB_FIELDS],
  ["the pod's spec", POD_FIELDS],
  ['a container', CONTAINER_FIELDS],
] as const;

/** A field that Kubernetes does not know, or that the version does not know yet. */
export const unknownField: Rule = {
  id: 'unknown-field',
  title: 'A field that the API server does not know',
  severity: () => 'warning',

  *check(context) {
    const { pod, versions } = context;
    if (!isChecked(pod) || isTemplated(pod)) return;
    const all = [...pod.initContainers, ...pod.containers];
    const moving = context.roles.filter(({ role }) => role === 'sidecar').map(({ container }) => container);
    for (const container of all) yield* ofAnotherVersion(context, container, moving.includes(container));
    if (!atLeast(FIELDS_UNTIL, versions.highest)) return;
    const job = jobOf(pod);
    if (job) yield* unknownIn(context, job.spec, job.path, 0);
    yield* unknownIn(context, pod.spec, pod.path, 1);
    for (const container of all) yield* unknownIn(context, container.map, inContainer(pod, container), 2, container);
  },
};

function* unknownIn(
  { pod: { document } }: PodContext,
  map: YamlMap,
  path: Path,
  place: 0 | 1 | 2,
  container?: Container,
): Iterable<Problem> {
  const [where, known] = PLACES[place];
  if (keysOf(map).every((key) => known.has(key))) return;
  const misspelt = misspelled(document, map)?.name;
  for (const found of ownEntries(document, map)) {
    const name = asText(document, found.key)?.value;
    if (name === undefined || name === '<<' || known.has(name) || name === misspelt) continue;
    const [home] = PLACES.find(([, fields]) => fields.has(name)) ?? [];
    yield {
      message: `Kubernetes knows no field '${name}' in ${where}. kubectl is refused with ${notKnown([...path, name])}, and other clients lose it.${home ? ` It belongs in ${home}.` : ''}`,
      span: entrySpan(found),
      confidence: 'certain',
      ...(container && { container }),
    };
  }
}

/** Fields of a container that came with a minor. */
function* ofAnotherVersion({ pod, versions }: PodContext, container: Container, isMoving: boolean): Iterable<Problem> {
  const { document } = pod;
  const lifecycle = asMap(document, container.field('lifecycle'));
  const preStop = asMap(document, lifecycle && entry(document, lifecycle, 'preStop')?.value);
  const hook = (map: YamlMap | undefined, name: string) => entry(document, map, name);
  const all: [Entry | undefined, VersionFact, Path][] = [
    [hook(container.map, 'restartPolicyRules'), VERSION_FACTS.restartPolicyRules, ['restartPolicyRules']],
    [hook(lifecycle, 'stopSignal'), VERSION_FACTS.stopSignal, ['lifecycle', 'stopSignal']],
    [hook(preStop, 'sleep'), VERSION_FACTS.preStopSleep, ['lifecycle', 'preStop', 'sleep']],
  ];
  for (const [found, fact, fields] of all) {
    // A move takes the rules out.
    if (!found || !given(found) || (isMoving && fields[0] === 'restartPolicyRules')) continue;
    const path = inContainer(pod, container, ...fields);
    const isSleep = fields.length === 3;
    const told = tellStates(fact, versions, {
      unknown: (which) => lost(which, path),
      dropped: isSleep
        ? (which) =>
            `${dropped(which)} ${refuses(pod, which, path.slice(0, -1), 'Required value: must specify a handler type')}`
        : dropped,
    });
    if (told.length === 0) continue;
    yield {
      message: `Container '${nameOf(container)}' has ${fields.join('.')}. ${told.join(' ')}`,
      span: entrySpan(found),
      confidence: 'certain',
      ...(!isSleep && !statesIn(fact, versions).has('unknown') && { severity: 'info' }),
      container,
    };
  }
}
