import { mountedText } from '../kube/mounted-text.ts';
import { type Container, nameOf, type Pod, sharedFile } from '../kube/pod.ts';
import { type Act, acts, commandNeverReturns, neverReturns, startedWords } from '../shell/handshake.ts';
import { argvOf, baseName, parseScript, readScript, type ShellCall, type ShellScript } from '../shell/script.ts';
import { worksAfter } from '../shell/unwrap.ts';
import type { Span } from '../text.ts';
import { asMap, asTexts, get, type Text, type YamlDocument, type YamlMap } from '../yaml/read.ts';
import { type ScalarMap, scalarMap } from '../yaml/scalar.ts';
import { lookUpImage, lookUpProcess, parseImage, runsForEver, sameName } from './catalog.ts';
import type { ImageFamily } from './family.ts';

/** One fact about a container, and where it stands in the document. */
export interface Clue {
  /** A short sentence for people, without a full stop: "the image 'haproxy:2.9' runs until it is stopped". */
  readonly message: string;
  readonly span: Span;
}

/** A command by which one container of a pod ends another, or tells it that the work is done. */
export interface Handshake {
  readonly from: Clues;
  readonly to: Clues;
  readonly act: Act;
  /** The hook whose script it is; undefined for the container's own. */
  readonly hook: Hook | undefined;
  readonly clue: Clue;
}

/** A script that a container runs when it has started, or before it is stopped. */
export interface Hook {
  readonly name: 'postStart' | 'preStop';
  readonly script: ShellScript;
  readonly acts: readonly Act[];
}

/** What a container's own fields say about it. */
export interface Clues {
  readonly container: Container;
  readonly name: string;
  readonly argv: readonly Text[];
  readonly script: ShellCall | undefined;
  readonly acts: readonly Act[];
  readonly hooks: readonly Hook[];
  /** The image's family, also when the arguments make it end. */
  readonly image: ImageFamily | undefined;
  /** A known daemon that runs until it is stopped: by the image, or by the program that is started. */
  readonly daemon: { readonly family: ImageFamily; readonly clue: Clue } | undefined;
  /** A command that never returns. */
  readonly endless: Clue | undefined;
  /** The commands that its script starts in the background. */
  readonly children: readonly string[];
  /** Names under which the container's process may be killed. */
  readonly processes: ReadonlySet<string>;
}

/** Reads the clues of containers of a pod. */
export function readClues(pod: Pod, containers: readonly Container[]): Clues[] {
  return containers.map((container) => {
    const argv = argvOf(container);
    const whole = [...(container.command ?? []), ...(container.args ?? [])];
    const own = readScript(whole);
    const script = mountedScript(pod, container, argv, own) ?? own;
    const env = container.env.map(({ name, value }) => `${name.value}=${value?.value ?? ''}`);
    const words = argv.map(({ value }) => value);
    const image = container.image && lookUpImage(container.image.value, words, env);
    const daemon = findDaemon(container, argv, script, image, env);
    return {
      container,
      name: nameOf(container),
      argv,
      script,
      acts: script ? acts(script) : [],
      hooks: readHooks(pod, container),
      image,
      daemon,
      endless: findEndless(argv, script),
      children:
        script?.commands.flatMap(({ background, text, words: started }) =>
          background && !/^(?:pkill|killall|kill|xargs|sleep|pgrep|pidof|ps|grep|awk)$/.test(baseName(started[0] ?? ''))
            ? sameName(text)
            : [],
        ) ?? [],
      processes: processNames(container, argv, script, daemon?.family ?? image),
    };
  });
}

/**
 * A script in a ConfigMap of the same file that the container runs, by itself or as the only command of its own script;
 * its places are those of the word that names it.
 */
function mountedScript(
  pod: Pod,
  container: Container,
  argv: readonly Text[],
  own: ShellCall | undefined,
): ShellCall | undefined {
  if (pod.configMaps.size === 0) return undefined;
  const [command, ...more] = own?.commands ?? [];
  if (own && (!command || more.length > 0)) return undefined;
  const words = command ? command.words : argv.map(({ value }) => value);
  const at = /^(?:.*\/)?(?:(?:ba|da|a)?sh|\.|source|exec)$/.test(words[0] ?? '') ? 1 : 0;
  const text = mountedText(pod, container, words[at] ?? '');
  const place = own ? own.source : argv[at];
  if (text === undefined || !place || !/^#!.*sh\b|^(?!#!)/.test(text)) return undefined;
  return { ...parseScript({ ...place, value: text }, words.slice(at + 1)), flags: [], positional: [] };
}

function readHooks({ document }: Pod, container: Container): Hook[] {
  const lifecycle = asMap(document, container.field('lifecycle'));
  return (['postStart', 'preStop'] as const).flatMap((name) => {
    const script = execScript(document, asMap(document, get(document, lifecycle, name)));
    return script ? { name, script, acts: acts(script) } : [];
  });
}

/** What a hook or a probe runs in its container, as a script: a command without a shell is one of one line. */
export function execScript(document: YamlDocument, handler: YamlMap | undefined): ShellScript | undefined {
  const exec = asMap(document, get(document, handler, 'exec'));
  const argv = asTexts(document, get(document, exec, 'command')) ?? [];
  return readScript(argv) ?? directScript(argv);
}

function directScript(argv: readonly Text[]): ShellScript | undefined {
  const [program] = argv;
  if (!program) return undefined;
  return parseScript({
    ...program,
    value: argv.map(({ value }) => value.replace(/[^\w./:=@%+,-]/g, '\\$&')).join(' '),
  });
}

/** The place in the document of a piece of a script: of the whole script where it cannot be told exactly. */
export function placeOf(pod: Pod, script: ShellScript, span: Span): Span {
  const { source } = script;
  // A script may hold thousands of commands: its scalar is followed once.
  const map = MAPS.get(script) ?? { scalar: scalarMap(pod.document, source) };
  MAPS.set(script, map);
  return map.scalar?.span(span) ?? source.span;
}

const MAPS = new WeakMap<ShellScript, { readonly scalar: ScalarMap | undefined }>();

function findDaemon(
  container: Container,
  argv: readonly Text[],
  script: ShellScript | undefined,
  image: ImageFamily | undefined,
  env: readonly string[],
): Clues['daemon'] {
  const words = argv.map(({ value }) => value);
  // Without a command the image's entrypoint runs, with `args` as its arguments.
  if (!container.command && container.image && image && !script) {
    const program = image.processes.includes(baseName(words[0] ?? '')) || !looksLikeProgram(words[0]);
    if (!program || !runsForEver(image, words, env)) return undefined;
    return {
      family: image,
      clue: {
        message: `the image '${shortImage(container.image.value)}' runs until it is stopped`,
        span: container.image.span,
      },
    };
  }
  if (script) {
    // `proxy & …` or `exec proxy` as the last command: the shell only wraps the daemon.
    for (const command of script.commands) {
      const started = startedWords(command.words);
      const family = lookUpProcess(baseName(started[0] ?? ''), started.slice(1), env, image);
      const isKnown = family && (family === image || command.background || command === script.last);
      const stays = command.background ? !worksAfter(script, command.node) : command === script.last;
      if (isKnown && runsForEver(family, started.slice(1), env) && stays) {
        return {
          family,
          clue: {
            message: `it runs ${baseName(started[0] ?? '')}, which runs until it is stopped`,
            span: script.source.span,
          },
        };
      }
    }
    return undefined;
  }
  const [first] = argv;
  const family = first && lookUpProcess(baseName(first.value), words.slice(1), env, image);
  if (!first || !family || !runsForEver(family, words.slice(1), env)) return undefined;
  return { family, clue: { message: `${baseName(first.value)} runs until it is stopped`, span: first.span } };
}

/** `args` such as `psql` replace the program in images whose entrypoint runs what it is given. */
function looksLikeProgram(word: string | undefined): boolean {
  return (
    word !== undefined &&
    /^(?:\/|[a-z][\w-]*$)/.test(word) &&
    /^(?:pg_|psql|mysql|redis-cli|mongo|etcd|rabbitmq|sh$|bash$|\/)/.test(word)
  );
}

function findEndless(argv: readonly Text[], script: ShellScript | undefined): Clue | undefined {
  const why = script ? neverReturns(script) : commandNeverReturns(argv.map(({ value }) => value));
  const span = script?.source.span ?? argv[0]?.span;
  return why === undefined || !span ? undefined : { message: `its command never returns: ${why}`, span };
}

function processNames(
  container: Container,
  argv: readonly Text[],
  script: ShellScript | undefined,
  family: ImageFamily | undefined,
): Set<string> {
  const image = container.image && baseName(parseImage(container.image.value).path);
  const started = script?.commands.map(({ words }) => baseName(words[words[0] === 'exec' ? 1 : 0] ?? '')) ?? [];
  const program = script ? [] : [baseName(argv[0]?.value ?? '')];
  const own = [container.name?.value ?? '', image ?? '', ...program, ...(family?.processes ?? [])];
  const background = script?.commands.some(({ background: b }) => b) ? started : [];
  return new Set([...own, ...background].map(sameName).filter((name) => name.length > 2));
}

/** Who ends whom, or tells whom that the work is done, among the containers of a pod. */
export function readHandshakes(pod: Pod, all: readonly Clues[]): Handshake[] {
  return all.flatMap((from) =>
    scriptsOf(from).flatMap(({ script, acts: found, hook }) =>
      found.flatMap((act) =>
        all.flatMap((to) => {
          if (to === from || !reaches(pod, act, from, to)) return [];
          const span = placeOf(pod, script, act.span);
          return { from, to, act, hook, clue: { message: `'${from.name}' ${verb(act)}: ${act.text}`, span } };
        }),
      ),
    ),
  );
}

/** The script of a container, items behind it that were meant to run as well, and the scripts of its hooks. */
export function scriptsOf(clues: Clues): { script: ShellScript; acts: readonly Act[]; hook: Hook | undefined }[] {
  const hooks = clues.hooks.map((hook) => ({ script: hook.script, acts: hook.acts, hook }));
  const { script } = clues;
  if (!script) return hooks;
  const behind = script.positional.filter(({ value }) => /\s/.test(value)).map((each) => parseScript(each));
  const meant = behind.map((each) => ({
    script: each,
    acts: acts(each).filter(({ kind }) => kind === 'wait-for-file'),
    hook: undefined,
  }));
  return [{ script, acts: clues.acts, hook: undefined }, ...meant, ...hooks];
}

function reaches(pod: Pod, act: Act, from: Clues, to: Clues): boolean {
  if (act.kind === 'kill') {
    if (act.targets.length === 0) return pod.shareProcessNamespace && to.daemon !== undefined;
    return act.targets.some((target) => {
      const name = sameName(target);
      return !from.children.some((each) => each.includes(name)) && isProcessOf(to, target);
    });
  }
  if (act.kind === 'quit') {
    // Who calls the same place is not the one that listens there.
    const calls = to.acts.some((other) => other.kind === 'quit' && other.targets[0] === act.targets[0]);
    return from.daemon === undefined && !calls && answers(act.targets[0] ?? '', to);
  }
  if (act.kind === 'signal-file') {
    const files = act.targets.flatMap((file) => sharedFile(from.container, file) ?? []);
    return waitsOf(to).some((other) => meets(files, to.container, other));
  }
  return false;
}

/** Whether a name that is killed may be that of a container's process; `_` and `-` are alike. */
export function isProcessOf({ processes }: Clues, target: string): boolean {
  const name = sameName(target);
  return [...processes].some((each) => each === name || (name.length > 4 && each.includes(name)));
}

/** Whether a wait of a container is for one of the files; a folder that is watched holds all of its files. */
export function meets(files: readonly string[], container: Container, { targets }: Act): boolean {
  const waited = targets.flatMap((file) => sharedFile(container, file) ?? []);
  return files.some((file) => waited.some((each) => file === each || file.startsWith(`${each}/`)));
}

/** The waits for files of a container, those of its hooks included. */
function waitsOf(clues: Clues): Act[] {
  return scriptsOf(clues).flatMap(({ acts: found }) => found.filter(({ kind }) => kind === 'wait-for-file'));
}

/** Who listens where a sidecar is asked to quit, by port. Source: the products' documentation. */
const QUIT_PORTS: Readonly<Record<string, RegExp>> = {
  15020: /istio|envoy/,
  15000: /istio|envoy/,
  4191: /linkerd/,
  3500: /dapr/,
  9091: /sql-proxy|alloydb/,
  20600: /consul/,
  9901: /envoy|kuma/,
};

function answers(url: string, { container, daemon, image }: Clues): boolean {
  const port = /:(\d+)/.exec(url)?.[1];
  if (port !== undefined && container.ports.includes(Number(port))) return true;
  const argv = [...(container.command ?? []), ...(container.args ?? [])].map(({ value }) => value).join(' ');
  if (port !== undefined && new RegExp(`(?:^|\\D)${port}(?:\\D|$)`).test(argv)) return true;
  const family = (daemon?.family ?? image)?.id ?? '';
  const known = port === undefined ? undefined : QUIT_PORTS[port];
  if (known) return known.test(family);
  return (
    /quitquitquit/.test(url) ? /proxy|envoy|istio|sql/ : /agent\/v1/.test(url) ? /vault|bao/ : /linkerd|dapr|consul/
  ).test(family);
}

function verb(act: Act): string {
  if (act.kind === 'kill') return 'kills it';
  return act.kind === 'quit' ? 'asks it to quit' : 'tells it by a file that the work is done';
}

/** An image reference without registry and digest. */
function shortImage(image: string): string {
  return image.split('@')[0]?.split('/').at(-1) ?? image;
}
