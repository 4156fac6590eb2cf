import { type Container, nameOf, type Pod } from '../kube/pod.ts';
import { type Act, acts, commandNeverReturns, neverReturns } from '../shell/handshake.ts';
import { argvOf, baseName, readScript, type ShellScript } from '../shell/script.ts';
import type { Span } from '../text.ts';
import type { Text } from '../yaml/read.ts';
import { lookUpImage, lookUpProcess, parseImage, runsForEver, sameName } from './catalog.ts';
import type { ImageFamily } from './images.ts';

/** One fact about a container, and where it stands. */
export interface Clue {
  readonly message: string;
  readonly span: Span;
}

/** A command by which one container of a pod ends another, or tells it that the work is done. */
export interface Handshake {
  readonly from: Clues;
  readonly to: Clues;
  readonly act: Act;
  readonly clue: Clue;
}

/** What a container's own fields say about it. */
export interface Clues {
  readonly container: Container;
  readonly name: string;
  readonly argv: readonly Text[];
  readonly script: ShellScript | undefined;
  readonly acts: readonly Act[];
  /** The image's family, also when the arguments make it end. */
  readonly image: ImageFamily | undefined;
  /** A known daemon that runs until it is stopped: by the image, or by the program that is started. */
  readonly daemon: { readonly family: ImageFamily; readonly clue: Clue } | undefined;
  /** A command that never returns. */
  readonly endless: Clue | undefined;
  /** Names under which the container's process may be killed. */
  readonly processes: ReadonlySet<string>;
}

/** Reads the clues of each regular container. */
export function readClues(pod: Pod): Clues[] {
  return pod.containers.map((container) => {
    const argv = argvOf(container);
    const script = readScript(container);
    const env = container.env.map(({ name, value }) => `${name.value}=${value?.value ?? ''}`);
    const image = container.image && lookUpImage(container.image.value);
    const daemon = findDaemon(container, argv, script, image, env);
    return {
      container,
      name: nameOf(container),
      argv,
      script,
      acts: script ? acts(script) : [],
      image,
      daemon,
      endless: findEndless(argv, script),
      processes: processNames(container, argv, script, daemon?.family ?? image),
    };
  });
}

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
      const started = command.words[0] === 'exec' ? command.words.slice(1) : command.words;
      const family = lookUpProcess(baseName(started[0] ?? ''));
      const isKnown = family && (family === image || command.background || command === script.last);
      if (isKnown && runsForEver(family, started.slice(1), env) && (command.background || command === script.last)) {
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
  const family = first && lookUpProcess(baseName(first.value));
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
export function readHandshakes(all: readonly Clues[]): Handshake[] {
  return all.flatMap((from) =>
    from.acts.flatMap((act) =>
      all.flatMap((to) => {
        if (to === from || !from.script || !reaches(act, from, to)) return [];
        const span = from.script.source.span;
        return { from, to, act, clue: { message: `'${from.name}' ${verb(act)}: ${act.text}`, span } };
      }),
    ),
  );
}

function reaches(act: Act, from: Clues, to: Clues): boolean {
  if (act.kind === 'kill') {
    const own = new Set(
      from.script?.commands
        .filter(({ background }) => background)
        .map(({ words }) => sameName(baseName(words[0] ?? ''))),
    );
    return act.targets.some((target) => {
      const name = sameName(target);
      return (
        !own.has(name) && [...to.processes].some((each) => each === name || (name.length > 4 && each.includes(name)))
      );
    });
  }
  if (act.kind === 'quit') {
    const port = Number(/:(\d+)/.exec(act.targets[0] ?? '')?.[1]);
    const url = act.targets[0] ?? '';
    if (to.container.ports.includes(port)) return true;
    const path = /quitquitquit/.test(url)
      ? /proxy|envoy|istio|sql/
      : /4191/.test(url)
        ? /linkerd/
        : /3500/.test(url)
          ? /dapr/
          : /vault|consul/;
    return path.test(to.daemon?.family.id ?? '') && from.daemon === undefined;
  }
  if (act.kind === 'signal-file') {
    return to.acts.some(
      (other) => other.kind === 'wait-for-file' && other.targets.some((file) => act.targets.includes(file)),
    );
  }
  return false;
}

function verb(act: Act): string {
  if (act.kind === 'kill') return 'kills it';
  return act.kind === 'quit' ? 'asks it to quit' : 'tells it by a file that the work is done';
}

/** An image reference without registry and digest. */
function shortImage(image: string): string {
  return image.split('@')[0]?.split('/').at(-1) ?? image;
}
