import type { Container, Pod } from '../kube/pod.ts';
import { startedWords } from '../shell/handshake.ts';
import { baseName, type ShellCommand, type ShellScript } from '../shell/script.ts';
import type { Span } from '../text.ts';
import { asMap, asText, get, ownEntries, spanOf, type Text } from '../yaml/read.ts';
import { isCaller, onceWord, serverWord, taskWord } from './argv.ts';
import { endedBy, isOneShotImage, lookUpName } from './catalog.ts';
import type { Clues, Handshake } from './clues.ts';
import { isCutShort } from './endless.ts';
import { EVIDENCE, type Evidence, type EvidenceKind, orderOf, type Source } from './evidence.ts';
import { markerOf } from './markers.ts';
import { type Named, namedIn } from './named.ts';

/** A container's clues and what follows from them, the weightiest first. */
export interface Gathered {
  readonly clues: Clues;
  readonly items: readonly Evidence[];
}

/** What an item of evidence is read from besides the container itself. */
interface Surroundings {
  readonly named: Named;
  readonly pod: Pod;
  readonly handshakes: ReadonlyMap<Clues, readonly Handshake[]>;
  /** How many containers of the list run an image. */
  readonly images: ReadonlyMap<string, number>;
  readonly programs: ReadonlySet<string | undefined>;
  readonly gpus: ReadonlyMap<Clues, Span>;
  /** Volumes that a container may write, by who does. */
  readonly writers: ReadonlyMap<string, ReadonlySet<Clues>>;
  readonly isAlone: boolean;
}

/** What speaks for and against each container of a list, but for who connects to whom. */
export function gather(
  pod: Pod,
  all: readonly Clues[],
  handshakes: readonly Handshake[],
  without: ReadonlySet<Source>,
  named: Named = {},
): Gathered[] {
  const surroundings = { ...lookAround(pod, all, handshakes), named };
  return all.map((clues) => {
    const items = [...itemsOf(clues, surroundings)].filter(({ kind }) => counts(kind, without));
    return { clues, items: items.sort(byWeight) };
  });
}

function lookAround(pod: Pod, all: readonly Clues[], handshakes: readonly Handshake[]): Omit<Surroundings, 'named'> {
  const images = new Map<string, number>();
  const gpus = new Map<Clues, Span>();
  const writers = new Map<string, Set<Clues>>();
  const given = new Map<Clues, Handshake[]>();
  const shared = pod.volumes.filter(({ source = '' }) => /^(?:emptyDir|ephemeral|persistentVolumeClaim)$/.test(source));
  const names = new Set(shared.map(({ name }) => name.value));
  for (const each of handshakes) given.set(each.to, [...(given.get(each.to) ?? []), each]);
  for (const clues of all) {
    const image = clues.container.image?.value;
    if (image !== undefined) images.set(image, (images.get(image) ?? 0) + 1);
    const gpu = gpuOf(pod, clues.container);
    if (gpu) gpus.set(clues, gpu);
    for (const { name, readOnly } of clues.container.volumeMounts) {
      if (readOnly || !names.has(name.value)) continue;
      writers.set(name.value, (writers.get(name.value) ?? new Set()).add(clues));
    }
  }
  const programs = new Set(all.map(programOf));
  return { pod, handshakes: given, images, programs, gpus, writers, isAlone: all.length < 2 };
}

/** Adds who connects to whom on localhost. `ends` tells whether a container seems to come to an end. */
export function connect(
  gathered: readonly Gathered[],
  ends: (each: Gathered) => boolean,
  without: ReadonlySet<Source>,
): Gathered[] {
  if (gathered.length < 2) return [...gathered];
  const ending = gathered.filter(ends);
  const calls = ending.flatMap(({ clues }) => callsOf(clues).map((call) => ({ ...call, caller: clues })));
  if (calls.length === 0) return [...gathered];
  const byPort = new Map(calls.map((call) => [call.port, call]));
  return gathered.map((each) => {
    const item = usedBy(each.clues, byPort) ?? leftFor(each.clues, ending, gathered, calls);
    if (!item || !counts(item.kind, without)) return each;
    return { clues: each.clues, items: [...each.items, item].sort(byWeight) };
  });
}

function counts(kind: EvidenceKind, without: ReadonlySet<Source>): boolean {
  return without.size === 0 || !EVIDENCE[kind].sources.some((source) => without.has(source));
}

const byWeight = (a: Evidence, b: Evidence) => orderOf(a.kind) - orderOf(b.kind);

function* itemsOf(clues: Clues, around: Surroundings): Iterable<Evidence> {
  const { pod, gpus, isAlone } = around;
  const { container, daemon, endless, image, script } = clues;
  const place = container.name?.span ?? spanOf(container.item);
  const argv = clues.argv.map(({ value }) => value);
  const env = container.env.map(({ name, value }) => `${name.value}=${value?.value ?? ''}`);

  const marker = namedIn(around.named, container) ?? markerOf(pod, container);
  if (marker) yield { kind: marker.role === 'main' ? 'main' : 'marker', ...marker.clue };
  for (const { clue, act } of around.handshakes.get(clues) ?? []) {
    if (act.kind !== 'signal-file' || wrapsDaemon(clues)) yield { kind: 'handshake', ...clue };
  }

  const once = image && !script ? (endedBy(image, argv, env) ?? onceWord(argv, env)) : onceWord(argv, env);
  if (once !== undefined && !daemon) {
    yield { kind: 'one-shot', message: `'${once}' makes it end`, span: spanFor(once, clues) ?? place };
  }
  const [program] = clues.argv;
  if (image && program && !daemon && !script && isClient(program.value)) {
    const message = `${baseName(program.value)} is a client, not the server of its image`;
    yield { kind: 'client', message, span: program.span };
  }
  const isParallel = !isAlone && around.programs.size === 1 && programOf(clues) !== undefined;
  if (isParallel) {
    yield { kind: 'parallel', message: 'every container runs the same program', span: container.image?.span ?? place };
  }
  if (daemon) {
    const { role } = daemon.family;
    yield { kind: role, ...daemon.clue };
  }
  const gpu = gpus.get(clues);
  if (gpu && gpus.size === 1 && !isAlone) {
    yield { kind: 'gpu', message: "it alone has the pod's GPUs", span: gpu };
  }
  const fallback = pod.annotations.get('kubectl.kubernetes.io/default-container')?.value;
  if (fallback && container.name && fallback.value === container.name.value && !isAlone) {
    yield {
      kind: 'default',
      message: 'the annotation kubectl.kubernetes.io/default-container names it',
      span: fallback.span,
    };
  }
  if (endless && !(script && isCutShort(script))) yield { kind: idles(clues) ? 'idles' : 'endless', ...endless };

  const started = script ? wrapped(script) : argv;
  const task = started && taskWord(started);
  if (task && !daemon) {
    yield { kind: 'task', message: `'${task}' names a task`, span: spanFor(task, clues) ?? place };
  }
  const server = daemon || once !== undefined ? undefined : started && serverWord(started);
  if (server)
    yield { kind: 'server', message: `'${server}' serves until it is stopped`, span: spanFor(server, clues) ?? place };
  if (script && (!endless || isCutShort(script)) && !daemon && !server && !isShort(script)) {
    yield { kind: 'ends', message: 'its script comes to an end', span: script.source.span };
  }
  yield* namesOf(clues, pod, place, argv, env);
  if (container.image && isOneShotImage(container.image.value)) {
    yield {
      kind: 'tool',
      message: `the image '${container.image.value}' is a tool, a shell or a language`,
      span: container.image.span,
    };
  }
  if (!isParallel && container.image && (around.images.get(container.image.value) ?? 0) > 1) {
    yield { kind: 'same-image', message: 'another container runs the same image', span: container.image.span };
  }
  yield* fieldsOf(clues, around);
}

function* fieldsOf(clues: Clues, { pod, writers }: Surroundings): Iterable<Evidence> {
  const { container } = clues;
  const place = container.name?.span ?? spanOf(container.item);
  const at = (field: string): Span => {
    const node = container.field(field);
    return node ? spanOf(node) : place;
  };
  const probe = ['readinessProbe', 'livenessProbe', 'startupProbe'].find((each) => container.has(each));
  if (probe) yield { kind: 'probes', message: `it has a ${probe}`, span: at(probe) };
  if (container.ports.length > 0) {
    yield { kind: 'ports', message: `it listens on port ${container.ports.join(', ')}`, span: at('ports') };
  }
  const told = container.env.find(({ name }) => SERVER_VARIABLE.test(name.value));
  if (told) yield { kind: 'variables', message: `${told.name.value} is a server's variable`, span: told.name.span };
  const lifecycle = asMap(pod.document, container.field('lifecycle'));
  if (get(pod.document, lifecycle, 'preStop'))
    yield { kind: 'hook', message: 'it has a preStop hook', span: at('lifecycle') };
  const read = container.volumeMounts.find(({ name, readOnly }) => {
    const by = writers.get(name.value);
    return readOnly && by !== undefined && !by.has(clues);
  });
  if (read) {
    const message = `it only reads the volume '${read.name.value}', which another container writes`;
    yield { kind: 'reader', message, span: read.name.span };
  }
}

/** Variables that only a server reads. */
const SERVER_VARIABLE =
  /^(?:(?:\w+_)?LISTEN(?:_?(?:ADDR|ADDRESS|HOST|PORT|ON))?|(?:\w+_)?BIND_ADDR(?:ESS)?|MONGO_INITDB_\w+|(?:MYSQL|MARIADB)_(?:\w+_)?ROOT_PASSWORD|MYSQL_ALLOW_EMPTY_PASSWORD|POSTGRES_(?:INITDB_ARGS|HOST_AUTH_METHOD)|RABBITMQ_DEFAULT_(?:USER|PASS)|MINIO_ROOT_(?:USER|PASSWORD)|KAFKA_(?:\w+_)?LISTENERS|ZOOKEEPER_CLIENT_PORT)$/;

/** Words that people give to helpers. */
const WORD =
  /(?:^|[-_.])(?:sidecar|\w*proxy|envoy|daemon|agent|tunnel|vpn|dind|exporter|forwarder|shipper|collector|emulator|reloader|refresher|watcher|log-?(?:router|tailer|shipper|forwarder|streamer)|fluent-?(?:bit|d))(?:$|[-_.](?:container|\d+)$)/i;
/** What is done to the helper that the rest of the name is about. */
const VERB =
  /^(?:kill|stop|wait|test|check|build|install|restart|deploy|create|delete|update|upgrade|configure|run|init|setup|scan|push|pull|publish|verify|validate|migrate|register|patch|remove|clean|get|set)[-_.]/i;

function* namesOf(
  { container, image, daemon }: Clues,
  pod: Pod,
  place: Span,
  argv: readonly string[],
  env: readonly string[],
): Iterable<Evidence> {
  const name = container.name?.value;
  const last = container.image?.value.split('@')[0]?.split('/').at(-1)?.split(':')[0] ?? '';
  if (name !== undefined && name === pod.workload.name) {
    yield { kind: 'namesake', message: `it is called like the ${pod.workload.kind}`, span: place };
  }
  const isTask = name !== undefined && VERB.test(name);
  const helper = name === undefined || isTask ? undefined : lookUpName(name);
  if (helper && (daemon || (!image && endedBy(helper.family, argv, env) === undefined))) {
    yield { kind: 'program', message: `it is called like the helper ${helper.name}`, span: place };
  } else if (name !== undefined && !isTask && WORD.test(name)) {
    yield { kind: 'name', message: `it is called '${name}'`, span: place };
  } else if (container.image && !image && WORD.test(last) && !VERB.test(last) && !isTask) {
    yield { kind: 'name', message: `its image is called '${last}'`, span: container.image.span };
  }
}

/** Waiting for a file makes a sidecar only where nothing but waiting follows: else it is work in two steps. */
function wrapsDaemon({ script, daemon }: Clues): boolean {
  if (!script) return false;
  if (daemon || script.commands.some(({ background }) => background)) return true;
  const idle = /^(?:exit|echo|rm|kill|sleep|true|:|break|date|printf|wait|cat|test|\[|\[\[|return|pkill|killall)$/;
  const looped = new Set(script.loops.flatMap(({ commands }) => commands));
  if (script.commands.some((command) => !looped.has(command) && !idle.test(command.words[0] ?? ''))) return false;
  return script.loops.some(
    (loop) =>
      loop.after.every(({ words }) => idle.test(words[0] ?? '')) &&
      loop.commands.some(({ words }) => words[0] === 'sleep'),
  );
}

/** Commands that only prepare: the program of a script stands behind them. */
const PLUMBING =
  /^(?:set|cd|export|echo|printf|source|\.|umask|ulimit|mkdir|chmod|chown|cp|ln|trap|touch|date|true|:|test|\[|\[\[|shopt|unset|eval|envsubst)$/;

function isPlumbing({ words }: ShellCommand): boolean {
  return PLUMBING.test(baseName(words[0] ?? ''));
}

/** A script that runs one program for which everything else only prepares. */
function isShort({ commands, isBroken, loops }: ShellScript): boolean {
  const programs = commands.filter((command) => !isPlumbing(command));
  return isBroken || (loops.length === 0 && programs.length === 1 && programs[0]?.background === false);
}

/** The words of the program for which a script is there: the last that it waits for. */
function wrapped(script: ShellScript): readonly string[] | undefined {
  const statement = script.statements.at(-1);
  if (!statement || statement.background) return undefined;
  const { command } = statement;
  // Not what stands inside `$(…)`, in a branch, or at the end of a pipe.
  const node = command.type === 'AndOr' && command.operators.at(-1) === '&&' ? command.commands.at(-1) : command;
  const last = script.commands.find((each) => each.node === node);
  return last && !(script.commands.length > 1 && isPlumbing(last)) ? startedWords(last.words) : undefined;
}

/** Whether a script does something, and then keeps its container open without doing more. */
function idles({ script, endless, daemon }: Clues): boolean {
  if (!script || !endless || daemon || script.commands.some(({ background }) => background)) return false;
  const work = script.commands.filter(({ words }) => !/^(?:sleep|tail)$/.test(baseName(words[0] ?? '')));
  // It shows what its own work has written.
  const shown = /: tail -\S+ (\/\S+)$/.exec(endless.message)?.[1];
  if (shown !== undefined && work.some(({ writes }) => writes.includes(shown))) return true;
  return /: (?:sleep |tail -\w+ \/dev\/null)/.test(endless.message) && work.some((command) => !isPlumbing(command));
}

const CLIENT =
  /^(?:pg_(?!ctl)\w+|psql|createdb|mysql|mysqldump|mysqladmin|mariadb|mariadb-dump|mariadb-admin|redis-cli|valkey-cli|mongo|mongosh|mongodump|mongorestore|mongoexport|mongoimport|etcdctl|rabbitmqctl|rabbitmqadmin|cqlsh|nodetool|clickhouse-client|cypher-shell|influx|consul-cli|kcat|kafkacat|kafka-(?!server-start)[\w-]+(?:\.sh)?|buildctl|docker)$/;

function isClient(program: string): boolean {
  return CLIENT.test(baseName(program));
}

/** Image and program with its subcommand, or script: who shares them does the same work. Undefined without an image. */
function programOf({ container, argv, script }: Clues): string | undefined {
  const image = container.image?.value;
  if (image === undefined) return undefined;
  const subcommand = argv[1] && /^[a-z][\w:-]*$/.test(argv[1].value) ? argv[1].value : '';
  return [image, ...(script ? [script.text] : [argv[0]?.value ?? '', subcommand])].join('\n');
}

/** Where a container asks for GPUs or other accelerators. */
function gpuOf({ document }: Pod, container: Container): Span | undefined {
  const resources = asMap(document, container.field('resources'));
  for (const field of ['limits', 'requests']) {
    const map = asMap(document, get(document, resources, field));
    for (const { key, value } of map ? ownEntries(document, map) : []) {
      const isGpu =
        /^(?:nvidia|amd|google|aws\.amazon|gpu\.intel|habana|intel)\.(?:com|ai)\/\S*(?:gpu|tpu|mig|neuron|gaudi|i915|xe)/.test(
          asText(document, key)?.value ?? '',
        );
      if (isGpu && asText(document, value)?.value !== '0') return spanOf(key);
    }
  }
  return undefined;
}

/** Where a word of a container's command or environment stands. */
function spanFor(word: string, { argv, container, script }: Clues): Span | undefined {
  const found = argv.find(({ value }) => value === word || (word.length > 2 && value.includes(word)));
  const variable = container.env.find(({ name }) => word.startsWith(`${name.value}=`));
  return found?.span ?? variable?.name.span ?? script?.source.span ?? argv[0]?.span;
}

/** A port on localhost to which a container connects, and where it says so. */
export interface Call {
  readonly port: number;
  readonly span: Span;
}

interface CallOf extends Call {
  readonly caller: Clues;
}

const LOCAL_PORT = /(?:localhost|127\.0\.0\.1|\[::1\]):(\d{2,5})\b/g;
const LOCAL_HOST = /(?:^|[\s=/@'"])(?:localhost|127\.0\.0\.1)(?:$|[\s/'";])/;

/** The ports on localhost to which a container connects. */
export function callsOf({ container, argv, script, hooks }: Clues): Call[] {
  const texts: Text[] = [
    ...container.env.flatMap(({ value }) => value ?? []),
    ...(container.command ?? []),
    ...(container.args ?? []),
    ...hooks.filter(({ name }) => name === 'postStart').map(({ script: hook }) => hook.source),
    ...(script && !argv.includes(script.source) ? [script.source] : []),
  ];
  const calls = texts.flatMap(({ value, span }) =>
    [...value.matchAll(LOCAL_PORT)].map(([, port]) => ({ port: Number(port), span })),
  );
  // Host and port apart: two variables, or two options of one command.
  for (const { name, value } of container.env) {
    if (!value || !/^(?:localhost|127\.0\.0\.1)$/.test(value.value)) continue;
    const port = container.env.find(
      (other) => other.name.value === name.value.replace(/(?:HOST(?:NAME)?|ADDR(?:ESS)?|SERVER)$/, 'PORT'),
    );
    if (port?.value && /^\d{2,5}$/.test(port.value.value))
      calls.push({ port: Number(port.value.value), span: value.span });
  }
  const whole = script ? script.text : argv.map(({ value }) => value).join(' ');
  const place = script?.source.span ?? argv[0]?.span;
  if (place && LOCAL_HOST.test(whole)) {
    for (const [, port] of whole.matchAll(/(?:--port[= ]|-[pP] ?|\b(?:localhost|127\.0\.0\.1) )(\d{2,5})\b/g)) {
      calls.push({ port: Number(port), span: place });
    }
  }
  return calls;
}

/** Ports of proxies that are put into a pod when it is created: nobody writes their containers down. */
const INJECTED = new Set([3500, 4140, 4143, 4191, 8126, 15000, 15001, 15020, 15021, 15090, 19000, 20600, 50001]);

function usedBy(clues: Clues, calls: ReadonlyMap<number, CallOf>): Evidence | undefined {
  for (const port of portsOf(clues)) {
    const call = calls.get(port);
    if (!call || call.caller === clues || call.caller.container.ports.includes(port)) continue;
    return {
      kind: 'used',
      message: `'${call.caller.name}' connects to its port ${port} on localhost`,
      span: call.span,
    };
  }
  return undefined;
}

/** With one other container in the pod nobody else can be meant. */
function leftFor(
  clues: Clues,
  ending: readonly Gathered[],
  gathered: readonly Gathered[],
  calls: readonly CallOf[],
): Evidence | undefined {
  const other = ending.find((each) => each.clues !== clues)?.clues;
  if (gathered.length !== 2 || !other || other.script?.commands.some(({ background }) => background)) return undefined;
  const own = callsOf(clues);
  const served = portsOf(other);
  const call = calls.find(
    ({ port, caller }) =>
      caller === other && !INJECTED.has(port) && !served.has(port) && !own.some((each) => each.port === port),
  );
  if (!call) return undefined;
  const message = `'${other.name}' connects to port ${call.port} on localhost, and nobody else is left to listen there`;
  return { kind: 'left', message, span: call.span };
}

/** Variables by which programs are told where to listen; `DB_PORT` is where they call. */
const OWN_PORT =
  /^(?:(?:\w+_)?LISTEN(?:_?(?:ADDR|ADDRESS|PORT))?|(?:\w+_)?BIND(?:_?(?:ADDR|ADDRESS|PORT))?|(?:SERVER_|HTTP_|GRPC_|WEB_)?PORT)$/;

/** Ports on which a container may listen: declared, probed, given as an argument, or its program's own. */
export function portsOf(clues: Clues): Set<number> {
  const { container, argv, script, daemon } = clues;
  const words = argv.map(({ value }) => value);
  const text = script ? script.text : isCaller(words) ? '' : words.join(' ');
  const given = [
    ...text.matchAll(
      /(?:port[= ]|(?:^|[\s=,'"])(?:tcp:)?(?:0\.0\.0\.0|\*|\[::\])?:|=tcp:(?:[\d.]+:)?|-[pl] |http\.server )(\d{2,5})\b/gi,
    ),
  ].map(([, port]) => Number(port));
  const variables = container.env.flatMap(({ name, value }) =>
    OWN_PORT.test(name.value) ? Number(/(\d{2,5})$/.exec(value?.value ?? '')?.[1]) : [],
  );
  const calls = new Set(callsOf(clues).map(({ port }) => port));
  const known = daemon?.family.startupProbe?.port ?? [];
  return new Set([
    ...container.ports,
    ...[...given, ...variables].filter((port) => !calls.has(port)),
    ...[known].flat(),
  ]);
}
