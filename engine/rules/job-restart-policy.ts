import { jobOf } from '../kube/job.ts';
import type { Pod } from '../kube/pod.ts';
import { stateIn, VERSION_FACTS } from '../kube/version.ts';
import { asMap, asText, entry, nodeAt, spanOf } from '../yaml/read.ts';
import { entrySpan, given, isChecked, isSure, isTemplated, says } from './api.ts';
import type { Mend, Problem, Rule } from './rule.ts';
import { misspelled } from './unknown-restart-policy-spelling.ts';

/** The pods of a Job have to say what happens when they fail: `Never` or `OnFailure`. */
export const jobRestartPolicy: Rule = {
  id: 'job-restart-policy',
  title: "A Job's pods have a restartPolicy that is not allowed, or none",
  severity: () => 'error',

  *check({ pod, versions }) {
    const job = jobOf(pod);
    if (!job || !isChecked(pod)) return;
    const found = entry(pod.document, pod.spec, 'restartPolicy');
    const policy = given(found) && asText(pod.document, found?.written);
    const path = [...pod.path, 'restartPolicy'];
    const told = (words: string) => `The API server refuses the ${pod.workload.kind}: ${says(path, words)}.`;
    if (!found || !given(found)) {
      if (isTemplated(pod) || misspelled(pod.document, pod.spec) || !looksWhole(pod)) return;
      yield {
        message: `A ${pod.workload.kind}'s pods need restartPolicy: Never or OnFailure. ${told(NEEDED)}`,
        span: found ? spanOf(found.key) : spanOf((pod.containersEntry ?? pod.initContainersEntry)?.key ?? pod.spec),
        confidence: 'certain',
        ...(!found && {
          mend: () => setNever({ kind: 'add', path, value: 'Never', behind: [] }),
        }),
      };
      return;
    }
    if (!policy || !isSure(pod, policy) || policy.value === 'Never') return;
    const { value } = policy;
    const problem = (message: string, mend?: () => Mend): Problem => ({
      message,
      span: found.map === pod.spec ? entrySpan(found) : policy.span,
      confidence: 'certain',
      ...(mend && { mend }),
    });
    const kind = pod.workload.kind;
    if (value === 'OnFailure') {
      const isLimited = job.field('podFailurePolicy') && given(entry(pod.document, job.spec, 'podFailurePolicy'));
      if (!isLimited || stateIn(VERSION_FACTS.podFailurePolicy, versions.lowest) !== 'works') return;
      const words = 'Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is specified';
      yield problem(`With podFailurePolicy a ${kind}'s pods need restartPolicy: Never. ${told(words)}`, () => ({
        ...setNever({ kind: 'set', path, value: 'Never' }),
        isOptional: false,
      }));
    } else if (value === 'Always') {
      yield problem(
        `A ${kind}'s pods are meant to end: restartPolicy has to be Never or OnFailure. ${told(NEEDED)}`,
        () => setNever({ kind: 'set', path, value: 'Never' }),
      );
    } else {
      const words = `Unsupported value: "${value}": supported values: "OnFailure", "Never"`;
      const meant = ['Never', 'OnFailure'].find((each) => each.toLowerCase() === value.toLowerCase());
      yield problem(
        `A ${kind}'s pods need restartPolicy: Never or OnFailure. ${told(words)}`,
        meant === undefined
          ? undefined
          : () => ({
              title: `Write restartPolicy: ${meant}`,
              safe: true,
              changes: [{ kind: 'set', path, value: meant }],
            }),
      );
    }
  },
};

const NEEDED = 'Required value: valid values: "OnFailure", "Never"';

/** OnFailure would do too: a person chooses. */
function setNever(change: Mend['changes'][number]): Mend {
  return { title: 'Set restartPolicy: Never', safe: false, isOptional: true, changes: [change] };
}

/** A patch may name a container and its image, and leave the rest to what it changes. Each CronJob needs a schedule. */
function looksWhole({ document, spec, containers, initContainers, workload, path }: Pod): boolean {
  const cronJob = asMap(document, nodeAt(document, path.slice(0, -4)));
  if (workload.kind === 'CronJob' && cronJob && !entry(document, cronJob, 'schedule')) return false;
  const all = [...containers, ...initContainers];
  const isBare = all.every(({ map }) => map.items.length <= 2);
  const isPatched = spec.items.every((pair) => /^(?:init)?containers$/i.test(asText(document, pair.key)?.value ?? ''));
  return containers.length > 0 && all.every((each) => each.has('image') && each.name) && !(isBare && isPatched);
}
