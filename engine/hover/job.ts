import { nameOf } from '../kube/pod.ts';
import { type About, jobNumber, names, verb } from './about.ts';

const isNumber = (value: string | undefined): value is string => value !== undefined && /^\d+$/.test(value);

/** `backoffLimit` of a Job. */
export function backoffLimit({ value, context, natives }: About): string[] {
  const times = isNumber(value) ? `${value} ${value === '1' ? 'time' : 'times'}` : 'so many times';
  const lines = [
    value === '0'
      ? 'The Job fails with the first failure.'
      : `The Job tries again ${times} (6 when left out), after pauses that grow from 10 s to 6 min.`,
  ];
  const policy = context.pod.restartPolicy;
  if (policy === 'OnFailure') {
    lines.push('With `restartPolicy: OnFailure` every restart of a container counts, those of native sidecars too.');
    if (natives.length > 0) {
      const how = value === '0' ? 'a single restart of' : 'enough restarts of';
      lines.push(`Here ${how} ${names(natives)} ${verb(natives, 'fails', 'fail')} the Job while the work does well.`);
    }
  } else if (policy === 'Never') {
    lines.push(
      `With \`restartPolicy: Never\` every failed pod counts.${natives.length > 0 ? ` Restarts of ${names(natives)} do not.` : ''}`,
    );
  }
  return lines;
}

/** `podFailurePolicy` of a Job. */
export function podFailurePolicy({ context, natives, keepers, mains }: About): string[] {
  const lines = ['Tells by exit codes and conditions what a failed pod means, before `backoffLimit` counts it.'];
  if (context.pod.restartPolicy === 'OnFailure') {
    lines.push('The API server takes it with `restartPolicy: Never` only, and refuses this Job.');
  }
  const [main] = mains;
  const set = main?.name ? ` Set \`containerName: ${nameOf(main)}\` where the work is meant.` : '';
  if (natives.length > 0) {
    lines.push(
      `Rules on exit codes without a \`containerName\` see ${names(natives)} too, which ${verb(natives, 'ends', 'end')} with 143 or 137 when stopped.${set}`,
    );
  } else if (keepers.length > 0) {
    lines.push(
      `Rules on exit codes without a \`containerName\` see ${names(keepers)} too, now and as ${verb(keepers, 'a native sidecar', 'native sidecars')}.${set}`,
    );
  }
  return lines;
}

/** `activeDeadlineSeconds` of a Job. */
export function activeDeadline({ value, context, natives, keepers }: About): string[] {
  const lines = [
    `The Job fails with \`DeadlineExceeded\` after ${isNumber(value) ? `${value} s` : 'so many seconds'}, however many tries are left.`,
  ];
  if (natives.length > 0) {
    const only =
      context.pod.restartPolicy === 'Never'
        ? `With \`restartPolicy: Never\` nothing else ends a pod in which ${names(natives)} never ${verb(natives, 'starts', 'start')}.`
        : `Its pods are deleted then: regular containers end first, ${names(natives)} afterwards.`;
    lines.push(only);
  }
  if (keepers.length > 0) {
    lines.push(
      `Today it ends the Job that ${names(keepers)} ${verb(keepers, 'keeps', 'keep')} running: as failed, though the work may be done.`,
    );
  }
  return lines;
}

/** `ttlSecondsAfterFinished` of a Job. */
export function ttlAfterFinished({ value, natives, keepers }: About): string[] {
  const lines = [
    `The Job and its pods are deleted ${value === '0' ? 'as soon as' : isNumber(value) ? `${value} s after` : 'some time after'} it has finished.`,
  ];
  if (natives.length > 0)
    lines.push(`It has finished when ${names(natives)} ${verb(natives, 'has', 'have')} ended too.`);
  if (keepers.length > 0) {
    lines.push(
      `While ${names(keepers)} ${verb(keepers, 'runs', 'run')}, the Job does not finish, and is never deleted.`,
    );
  }
  return lines;
}

/** `concurrencyPolicy` of a CronJob. */
export function concurrencyPolicy(about: About): string[] {
  const { value, natives, keepers } = about;
  const meaning = {
    Allow: 'runs may overlap.',
    Forbid: 'a run is left out while the one before is still going.',
    Replace: 'a run ends the one before when that is still going.',
  }[value ?? ''];
  if (meaning === undefined) return [];
  const lines = [`\`${value}\`: ${meaning}`];
  if (keepers.length > 0) {
    const ends = jobNumber(about, 'activeDeadlineSeconds') !== undefined;
    const until = ends ? ', until `activeDeadlineSeconds` ends it' : '';
    const outcome = {
      Allow: 'every run adds a pod',
      Forbid: 'no further run starts',
      Replace: 'the next run ends it before it has completed',
    }[value ?? ''];
    lines.push(
      `${names(keepers)} ${verb(keepers, 'keeps', 'keep')} a run going when its work is done: ${outcome}${until}.`,
    );
  }
  if (natives.length > 0 && value !== 'Allow') {
    lines.push(`A run is going until ${names(natives)} ${verb(natives, 'has', 'have')} ended too.`);
  }
  return lines;
}
