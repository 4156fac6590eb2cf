import { isLoopback, isOpen, splitPlace } from '../kube/address.ts';
import type { Container, Pod } from '../kube/pod.ts';
import { asMap, asText, get } from '../yaml/read.ts';
import type { PlainValue } from '../yaml/write.ts';
import { parseImage } from './catalog.ts';
import type { Clues } from './clues.ts';
import type { ImageFamily, StartupProbe } from './family.ts';

/** How a program was started. */
export interface Started {
  readonly image: string | undefined;
  readonly argv: readonly string[];
  /** `NAME=value` each; `NAME` alone where the value comes from elsewhere. */
  readonly env: readonly string[];
  /** Whether nothing else tells it where to listen: no script, no configuration that is mounted. */
  readonly isBare: boolean;
}

/** A question of the kubelet, which is asked at the pod's address. */
export interface Question {
  readonly type: 'httpGet' | 'tcpSocket' | 'grpc';
  readonly port: number;
  readonly path?: string | undefined;
}

/** Whether a question can be answered. `flag`: the argument with which it would be. */
export type Answer =
  | { readonly verdict: 'passes' | 'unknown' }
  | { readonly verdict: 'fails'; readonly why: string; readonly flag: string | undefined };

const UNKNOWN: Answer = { verdict: 'unknown' };

/** What may tell a program where to listen, in words that programs share. */
const MOVING =
  /port|listen|bind|addr|host|interface|socket|conf|:\d|\.(?:ya?ml|toml|cnf|ini|json|cfg|hcl|river)\b|^-[a-zA-Z]$/i;
/** What an action of a template or the kubelet puts in. */
const UNSURE = /x{5,}|\$\(/;

/** How a container's program was started, as far as a pod tells; undefined where that is not enough to judge it. */
export function startedOf(pod: Pod, { container, argv, script, daemon }: Clues): Started | undefined {
  if (script || !daemon || pod.document.template || pod.document.written || container.has('envFrom')) return undefined;
  const isRead = (name: 'command' | 'args') => container[name] !== undefined || !container.has(name);
  if (!isRead('command') || !isRead('args')) return undefined;
  const words = argv.map(({ value }) => value);
  if (words.some((word) => /^(?:x{5,}|\$\()/.test(word))) return undefined;
  const sources = new Map(pod.volumes.map(({ name, source }) => [name.value, source]));
  return {
    image: container.image?.value,
    argv: words,
    env: container.env.map(({ name, value }) => (value ? `${name.value}=${value.value}` : name.value)),
    isBare: !container.command && container.volumeMounts.every(({ name }) => sources.get(name.value) === 'emptyDir'),
  };
}

/** Whether a program of a family, started so, answers a question that is asked at the pod's address. */
export function answers({ startupProbe: probe }: ImageFamily, started: Started, question: Question): Answer {
  if (!probe || probe.type === 'exec') return UNKNOWN;
  const place = placeOf(probe, started);
  if (!place || place.port !== question.port) return UNKNOWN;
  const { address, isDefault, missing } = place;
  const isAsked = question.type === probe.type && (probe.path === undefined || question.path === probe.path);
  const [first] = missing;
  if (first !== undefined && isAsked) {
    const flag = missing.length === 1 && isOpen(address) ? first : undefined;
    return { verdict: 'fails', why: `nobody answers there without ${first}`, flag };
  }
  if (isLoopback(address)) {
    const flag = missing.length === 0 && isDefault ? openerOf(probe, place.port) : undefined;
    return { verdict: 'fails', why: `it listens on ${address} alone`, flag };
  }
  return isAsked && isOpen(address) && missing.length === 0 ? { verdict: 'passes' } : UNKNOWN;
}

/** The startup probe of its vendor that a program of a family, started so, passes; undefined where nothing is sure. */
export function passingProbe(family: ImageFamily, started: Started): PlainValue | undefined {
  const { startupProbe: probe } = family;
  const port = probe && probe.type !== 'exec' ? placeOf(probe, started)?.port : undefined;
  if (!probe || probe.type === 'exec' || port === undefined) return undefined;
  const { type, path, scheme } = probe;
  if (answers(family, started, { type, port, path }).verdict !== 'passes') return undefined;
  const asked =
    type === 'tcpSocket'
      ? { tcpSocket: { port } }
      : { httpGet: { path: path ?? '/', port, ...(scheme && { scheme }) } };
  // No initialDelaySeconds: with it the work may never start before 1.34.2 (kubernetes/kubernetes#132826).
  return { ...asked, periodSeconds: 1, failureThreshold: 60 };
}

/** The startup probe that a container's program passes, as it would be written. */
export function offeredProbe(pod: Pod, clues: Clues): PlainValue | undefined {
  const started = startedOf(pod, clues);
  return started && clues.daemon && passingProbe(clues.daemon.family, started);
}

/** What a probe of a container asks at the pod's address; undefined for a command, and where that is not known. */
export function questionOf({ document }: Pod, container: Container, field: string): Question | undefined {
  const probe = asMap(document, container.field(field));
  for (const type of ['httpGet', 'tcpSocket', 'grpc'] as const) {
    const handler = asMap(document, get(document, probe, type));
    if (!handler || get(document, handler, 'host')) continue;
    const text = asText(document, get(document, handler, 'port'))?.value ?? '';
    const port = /^\d+$/.test(text) ? Number(text) : container.portNames.get(text);
    const path = asText(document, get(document, handler, 'path'))?.value ?? (type === 'httpGet' ? '/' : undefined);
    return port === undefined ? undefined : { type, port, path };
  }
  return undefined;
}

/** Where a program answers a question, and what it would need to answer at all. */
interface Place {
  readonly port: number | undefined;
  /** As written; empty and undefined mean every address. */
  readonly address: string | undefined;
  /** Whether nobody told the address. */
  readonly isDefault: boolean;
  readonly missing: readonly string[];
}

function placeOf(probe: StartupProbe, started: Started): Place | undefined {
  return probe.told ? toldPlace(probe, probe.told, started) : shownPlace(probe, started);
}

/** Where all ways to change a program's place are known, what none of them changes is as it is by default. */
function toldPlace(probe: StartupProbe, told: NonNullable<StartupProbe['told']>, started: Started): Place | undefined {
  const { options, files, prefix } = told;
  const given = (option: string) => valuesOf(option, started, prefix);
  if (
    files.some((file) => given(file).length > 0 || started.argv.includes(file)) ||
    (told.since && !isSince(started.image, told.since))
  ) {
    return undefined;
  }
  const isOption = (each: string) => options.includes(nameOf(each));
  let { port } = probe;
  let address: string | undefined;
  for (const option of options) {
    const value = given(option).at(-1);
    if (value === undefined) continue;
    const place = UNSURE.test(value) ? undefined : splitPlace(value);
    if (!place) return undefined;
    port = place.port ?? port;
    // A port alone leaves the address as it is; `:4180` means every one.
    if (place.address !== undefined) address = place.address;
  }
  const missing = probe.requires.filter((each) => {
    const value = given(nameOf(each)).at(-1);
    return isOption(each) ? probe.bind === undefined && value === undefined : !/^(?:true|1|t)$/i.test(value ?? '');
  });
  return { port, address: address ?? probe.bind, isDefault: address === undefined, missing };
}

/** Where nobody knows all ways, only what is spelled out counts, and nothing else may be said of places. */
function shownPlace(probe: StartupProbe, { image, argv, env, isBare }: Started): Place | undefined {
  const { requires, port, bind, configured, only } = probe;
  const text = ` ${argv.join(' ')} ${env.join(' ')} `;
  const spelled = (each: string) =>
    [each, each.replace('=', ' '), `${each}=true`].find((one) => text.includes(` ${one} `));
  if (!isBare || configured !== undefined || (bind !== undefined && requires.length === 0)) return undefined;
  if (!requires.every(spelled)) return undefined;
  const path = parseImage(image ?? '').path;
  // Bitnami's images listen elsewhere than the originals.
  if (/(?:^|\/)bitnami\w*\//.test(path) || (only !== undefined && !path.endsWith(only))) return undefined;
  const rest = requires.reduce((left, each) => left.replace(` ${spelled(each)} `, ' '), text);
  const isMoved = rest.split(' ').some((word) => MOVING.test(word) || UNSURE.test(word));
  return isMoved ? undefined : { port, address: undefined, isDefault: true, missing: [] };
}

/** The values that an option is given, by arguments and by its variable; `true` for a switch. */
function valuesOf(option: string, { argv, env }: Started, prefix: string | undefined): string[] {
  const name = option.replace(/^--?/, '');
  const variable = prefix === undefined ? undefined : prefix + name.replaceAll('-', '_').toUpperCase();
  const fromEnv = env.flatMap((each) => {
    const [key = '', ...value] = each.split('=');
    return key !== variable ? [] : each.includes('=') ? value.join('=') : '$(unknown)';
  });
  const fromArgs = argv.flatMap((word, index) => {
    const match = /^--?([\w.-]+)(?:=(.*))?$/s.exec(word);
    if (match?.[1] !== name) return [];
    if (match[2] !== undefined) return match[2];
    const next = argv[index + 1];
    return next !== undefined && splitPlace(next) && /\d|^localhost$/.test(next) ? next : 'true';
  });
  return [...fromEnv, ...fromArgs];
}

/** The argument that makes a program listen on every address. */
function openerOf(probe: StartupProbe, port: number): string | undefined {
  const flag = probe.requires.find((each) => probe.told?.options.includes(nameOf(each)) && each.includes('='));
  return flag?.replace(/:\d+$/, `:${port}`);
}

function nameOf(requirement: string): string {
  return requirement.split('=')[0] ?? requirement;
}

/** Whether an image's tag says that it is of this version or a newer one. */
function isSince(image: string | undefined, version: number): boolean {
  const tag = parseImage(image ?? '').tag ?? '';
  return Number.parseFloat(/^v?(\d+\.\d+)/.exec(tag)?.[1] ?? '') >= version;
}
