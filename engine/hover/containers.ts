import { type Container, isNativeSidecar, nameOf } from '../kube/pod.ts';
import { atLeast, VERSION_FACTS } from '../kube/version.ts';
import { endedBy, lookUpImage, runsForEver } from '../sidecar/catalog.ts';
import type { ImageFamily, StartupProbe } from '../sidecar/family.ts';
import { type About, below, code, has, names, verb } from './about.ts';
import { byVersion } from './stages.ts';

const bold = (container: Container) => `**${nameOf(container)}**`;

/** What starts after an init container: the rest of its list, and the regular containers. */
function behind({ context: { pod } }: About, container: Container): readonly Container[] {
  return [...pod.initContainers.filter(({ index }) => index > container.index), ...pod.containers];
}

/** A container's own `restartPolicy`. */
export function containerRestartPolicy(about: About): string[] {
  const { container, value, kind, context, keepers } = about;
  if (!container) return [];
  const { versions } = context;
  const name = bold(container);
  if (container.list === 'containers') {
    return [
      'On a regular container this makes no native sidecar: only `Always` under `initContainers` does.',
      byVersion(versions, VERSION_FACTS.regularRestartPolicy),
      ...(keepers.includes(container)
        ? [`${name} keeps the pod running today; the quick fix moves it to \`initContainers\`.`]
        : []),
    ];
  }
  if (value === undefined) return [];
  if (value === 'Always') {
    return [
      `\`restartPolicy: Always\` makes ${name} a native sidecar: it keeps running beside the regular containers, is restarted when it exits, and is stopped once they have ended. It does not keep the ${kind} from completing.`,
      byVersion(versions, VERSION_FACTS.nativeSidecar),
    ];
  }
  return [
    `\`restartPolicy: ${value}\` leaves ${name} an ordinary init container: the pod waits until it has ended. Only \`Always\` makes it a native sidecar.`,
    byVersion(versions, VERSION_FACTS.initRestartPolicy),
  ];
}

const REFUSED = 'Forbidden: may not be set for init containers without restartPolicy=Always';

/** On a plain init container there are neither probes nor hooks. */
function refusedInInit(container: Container, what: string): string[] {
  return [
    `${bold(container)} is an ordinary init container, and the API server refuses ${what} in one: \`${REFUSED}\`.`,
    'If it is meant to run beside the work, `restartPolicy: Always` makes it a native sidecar, which may have them. Without it the container has to end before the next one starts.',
  ];
}

/** The text that editors show from the API's schema says otherwise, up to 1.37. */
const CORRECTION = "The schema's text says that init containers have none; native sidecars may.";

type ProbeName = 'livenessProbe' | 'readinessProbe' | 'startupProbe';

/** A probe of a container. */
export function probe(field: ProbeName): (about: About) => string[] {
  return (about) => {
    const { container, context } = about;
    if (!container) return [];
    if (container.list === 'containers') return regularProbe(about, container, field);
    if (!isNativeSidecar(container)) return refusedInInit(container, 'probes');
    const name = bold(container);
    const lines = {
      startupProbe: [
        `${names(behind(about, container))} ${verb(behind(about, container), 'starts', 'start')} when it has succeeded. Until then ${name} does not count as started.`,
      ],
      livenessProbe: [
        `${name} is restarted when it fails. It holds no container back: only a \`startupProbe\` does, and a \`postStart\` hook.`,
      ],
      readinessProbe: [
        `It counts towards the pod being Ready. It holds no container back: only a \`startupProbe\` does, and a \`postStart\` hook.`,
      ],
    }[field];
    if (['httpGet', 'tcpSocket', 'grpc'].some((each) => has(about, each))) {
      lines.push(`The kubelet asks at the pod's address: ${name} must listen there, not on localhost alone.`);
    }
    const delay = below(about, 'initialDelaySeconds');
    if (field === 'startupProbe' && context.pod.restartPolicy === 'Never' && /^[1-9]/.test(delay ?? '')) {
      if (!atLeast(context.versions.lowest, { major: 1, minor: 35 })) {
        lines.push(
          `With \`restartPolicy: Never\` leave \`initialDelaySeconds\` at 0: before 1.34.2 the pod never starts when ${name} exits once before the first question.`,
        );
      }
    }
    lines.push(CORRECTION);
    return lines;
  };
}

function regularProbe({ kind, context, keepers }: About, container: Container, field: ProbeName): string[] {
  const name = bold(container);
  const policy = context.pod.restartPolicy;
  const lines = {
    startupProbe: `${name} is a regular container: no other container waits for this probe, only its own other probes do.`,
    livenessProbe:
      policy === 'Never'
        ? `${name} is ended when it fails, and with \`restartPolicy: Never\` not started again.`
        : `${name} is restarted when it fails.`,
    readinessProbe: `It tells Services whether the pod is Ready. Whether the ${kind} completes does not depend on it.`,
  }[field];
  if (!keepers.includes(container) || field !== 'startupProbe') return [lines];
  return [lines, `As a native sidecar ${name} holds the work back until it has succeeded.`];
}

/** The hooks of a container. */
export function lifecycle({ container }: About): string[] {
  if (!container) return [];
  if (container.list === 'containers') return [];
  return isNativeSidecar(container)
    ? [
        `${bold(container)} is a native sidecar: what starts after it waits for \`postStart\`, and \`preStop\` runs at the start of the termination, not when its turn comes.`,
        CORRECTION,
      ]
    : refusedInInit(container, 'lifecycle hooks');
}

/** What runs when a container has started. */
export function postStart(about: About): string[] {
  const { container } = about;
  if (!container) return [];
  const name = bold(container);
  if (container.list === 'containers') {
    return [`Runs beside the command of ${name} when that has started. When it fails, ${name} is killed.`];
  }
  if (!isNativeSidecar(container)) return refusedInInit(container, 'lifecycle hooks');
  const next = behind(about, container);
  return [
    `${names(next)} ${verb(next, 'starts', 'start')} when it has finished. When it fails, ${name} is killed and started again.`,
    'A hook that waits for the work waits for ever: the work starts after it.',
  ];
}

/** What runs before a container is stopped. */
export function preStop(about: About): string[] {
  const { container, kind, keepers, context, node } = about;
  if (!container) return [];
  const name = bold(container);
  if (container.list === 'initContainers' && !isNativeSidecar(container)) {
    return refusedInInit(container, 'lifecycle hooks');
  }
  if (container.list === 'containers') {
    const ends = `It does not run when ${name} ends by itself.`;
    return [
      `Runs when the pod is told to end, before ${name} gets its signal. ${ends}`,
      ...(keepers.includes(container)
        ? [`Nobody tells the pod to end when the work is done: it does not end ${name} then.`]
        : []),
    ];
  }
  const quits = context.workarounds.some(
    ({ clues, hook }) => clues.container === container && hook?.name === 'preStop',
  );
  const sleep = context.pod.document.text
    .slice(node?.range?.[0], node?.range?.[1])
    .match(/\bseconds["']?:\s*(\d+)/)?.[1];
  return [
    `Runs at the start of the pod's termination, together with the hooks of all other containers, while the work may still run. Only afterwards ${name} waits for its turn.`,
    ...(quits
      ? [
          `This one makes ${name} quit: then the work goes on without it, and it is not started again. The kubelet stops it in time without a hook.`,
        ]
      : []),
    `It runs at the end of every run too${sleep === undefined ? '' : `: the ${kind} completes ${sleep} s later`}. Its time counts towards \`terminationGracePeriodSeconds\`.`,
  ];
}

const ROLES: Readonly<Record<ImageFamily['role'], string>> = {
  helper: 'almost always a helper beside the work',
  service: 'a server that others use',
  either: 'as often the work as a helper',
};

/** A known image: what it is for, whether it ends, how it is asked. */
export function image({ container, context, value, natives }: About): string[] {
  if (!container?.image || value === undefined) return [];
  const clues = context.clues.find((each) => each.container === container);
  const env = container.env.map((each) => `${each.name.value}=${each.value?.value ?? ''}`);
  const argv = clues?.argv.map((each) => each.value) ?? (container.args ?? []).map((each) => each.value);
  const family = clues?.image ?? lookUpImage(value, argv, env);
  if (!family) return [];
  const ends = endedBy(family, argv, env);
  const runs =
    ends !== undefined
      ? `with ${code(ends)} it ends by itself`
      : container.command === undefined && runsForEver(family, argv, env)
        ? 'it runs until it is stopped'
        : 'what it does here its command says';
  const { startupProbe, quit } = family;
  return [
    `Known as **${family.id}**, ${ROLES[family.role]}; ${runs}.`,
    ...(startupProbe ? [`It says that it has started at ${probeInWords(startupProbe)}.`] : []),
    ...(quit
      ? [
          `It can be asked to quit at \`:${quit.port}${quit.path}\`${quit.requires ? ` with ${code(quit.requires)}` : ''}${quit.configured ? ` (${quit.configured})` : ''}; ${natives.includes(container) ? 'as a native sidecar it needs not be, and is started again when it quits early' : 'a native sidecar needs no such call'}.`,
        ]
      : []),
  ];
}

function probeInWords({ type, port, path, scheme, command, bind, requires, configured }: StartupProbe): string {
  const where =
    type === 'exec'
      ? `${code(command?.join(' ') ?? '')} (exec)`
      : `\`:${port}${path ?? ''}\` (${type}${scheme ? `, ${scheme}` : ''})`;
  const needs = requires.length > 0 ? `, with ${requires.map(code).join(' and ')}` : '';
  const how = configured === undefined ? '' : `, when configured: ${configured}`;
  const local = bind === undefined || requires.length > 0 ? '' : `; by default it listens on ${bind} alone`;
  return `${where}${needs}${how}${local}`;
}
