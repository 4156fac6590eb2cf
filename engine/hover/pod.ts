import { isNativeSidecar, nameOf } from '../kube/pod.ts';
import { VERSION_FACTS } from '../kube/version.ts';
import { podsOf } from '../kube/workload.ts';
import { type About, jobNumber, names, verb } from './about.ts';
import { byVersion } from './stages.ts';

const seconds = (value: string | undefined, otherwise: string) =>
  value !== undefined && /^\d+$/.test(value) ? `${value} s` : otherwise;

/** The pod's own `restartPolicy`. */
export function podRestartPolicy(about: About): string[] {
  const { value, job, kind, natives, keepers } = about;
  const limit = jobNumber(about, 'backoffLimit', 6);
  const told = `\`backoffLimit\`${limit === undefined ? '' : ` (${limit})`}`;
  const meaning = {
    Never: job
      ? `\`Never\`: a container that fails is not started again. When its pod has failed, the Job starts another one until ${told} is reached.`
      : '`Never`: a regular container that ends is not started again.',
    OnFailure: job
      ? `\`OnFailure\`: a container that fails is started again in its pod. Its restarts count towards ${told}.`
      : '`OnFailure`: a regular container that fails is started again in its pod.',
    Always: job
      ? `A Job takes \`Never\` or \`OnFailure\`: the API server refuses \`Always\`.`
      : '`Always`: a container that ends is started again, so that the pod never ends.',
  }[value ?? ''];
  const lines = meaning === undefined ? [] : [meaning];
  if (natives.length > 0) {
    const are = verb(natives, 'is a native sidecar', 'are native sidecars');
    const restarts = job && value === 'OnFailure' ? `, which counts towards \`backoffLimit\` too` : '';
    lines.push(`${names(natives)} ${are}: whatever this says, started again after every exit${restarts}.`);
    if (job && value === 'Never') {
      const given = about.job?.field('activeDeadlineSeconds') !== undefined;
      lines.push(
        `One that never gets started holds the pod in \`Init\`, and the Job does not fail by that: ${given ? 'only `activeDeadlineSeconds` ends it.' : 'without `activeDeadlineSeconds` it waits for ever.'}`,
      );
    }
  }
  if (keepers.length > 0 && value !== 'Always') {
    lines.push(
      `${names(keepers)} ${verb(keepers, 'is a regular container and keeps', 'are regular containers and keep')} ${kind === 'Pod' ? 'the Pod' : 'the pod'} running either way.`,
    );
  }
  return lines;
}

/** The list of init containers, as this pod starts them. */
export function initContainers(about: About): string[] {
  const { context, natives } = about;
  const { pod, versions } = context;
  const first = pod.initContainers
    .slice(0, 8)
    .map((each) => `**${nameOf(each)}**${isNativeSidecar(each) ? ' (sidecar)' : ''}`);
  if (pod.initContainers.length > first.length) first.push('…');
  const order = [...first, pod.containers.length === 1 ? names(pod.containers) : 'the regular containers'].join(' → ');
  return [
    `**Init containers** start one after the other, before the regular containers. One with \`restartPolicy: Always\` is a **native sidecar**: the next one starts as soon as it has started, it runs beside the work, and it does not keep ${podsOf(pod.workload, 'the')} from completing.`,
    ...(first.length > 0 ? [`This pod: ${order}.`] : []),
    ...(natives.length > 0
      ? [
          'Native sidecars may have probes and lifecycle hooks, though the text of the schema says that init containers have none.',
        ]
      : []),
    byVersion(versions, VERSION_FACTS.nativeSidecar, 'Native sidecars'),
  ];
}

/** Whether processes see each other. */
export function shareProcessNamespace({ value, context, natives }: About): string[] {
  if (!/^(?:true|yes|on|y)$/i.test(value ?? '')) return [];
  const kills = context.workarounds.filter(({ kind }) => kind === 'kill');
  const from = [...new Set(kills.map(({ clues }) => clues.container))];
  const to = [...new Set(kills.flatMap((each) => each.to.map(({ container }) => container)))];
  const lines = ['The containers of the pod see the processes of each other, and may signal those of the same user.'];
  if (from.length > 0 && to.length > 0) {
    lines.push(
      `${names(from)} ${verb(from, 'ends', 'end')} ${names(to)} this way. A native sidecar needs no such signal: the kubelet stops it when the regular containers have ended.`,
    );
  }
  if (natives.length > 0) {
    lines.push(
      `${names(natives)} ${verb(natives, 'starts', 'start')} before the work: no process of the work is there yet.`,
    );
  }
  return lines;
}

/** How long a pod has to end. */
export function gracePeriod({ value, kind, natives, keepers }: About): string[] {
  const lines = [
    `The pod has ${seconds(value, 'this long')} to end (30 s when left out): one clock for all of its containers, and it runs during \`preStop\` hooks too. What is left then is killed.`,
  ];
  if (natives.length > 0) {
    const order = [...natives].reverse();
    lines.push(
      `${names(order)} ${verb(order, 'is', 'are')} told to end after the regular containers${order.length > 1 ? ', one by one in this order' : ''}, with the time that is left.`,
      `The ${kind} completes when ${verb(order, 'it has', 'they have')} ended: a sidecar that ignores SIGTERM adds ${seconds(value, 'all of this time')} to each run.`,
    );
  }
  if (keepers.length > 0) {
    lines.push(
      `${names(keepers)} ${verb(keepers, 'is a regular container', 'are regular containers')}: nobody tells ${verb(keepers, 'it', 'them')} to end when the work is done.`,
    );
  }
  return lines;
}

/** The deadline of each pod. */
export function podDeadline({ value, job, natives }: About): string[] {
  const tries =
    'For the Job this is one failed try; `activeDeadlineSeconds` in the spec of the Job limits all tries together.';
  return [
    `The pod fails with \`DeadlineExceeded\` after ${seconds(value, 'so many seconds')}, the time of its init containers included.`,
    ...(job ? [tries] : []),
    ...(natives.length > 0
      ? [`${names(natives)} ${verb(natives, 'is', 'are')} stopped then too, after the regular containers.`]
      : []),
  ];
}
