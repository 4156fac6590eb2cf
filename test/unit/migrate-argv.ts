import { KUBEXIT, listEntry, type Making, type Parts, type Sidecar, WRAPPERS, words } from './migrate-parts.ts';
import { type Draw, join, mainScript, type Rewritten, remarked, sidecarScript } from './migrate-scripts.ts';
import { CALLS, FILE, KILLS, NAMED_FILE, SIGNS, type Way } from './migrate-words.ts';
import { type Entry, item, type Scalar } from './migrate-yaml.ts';

/** A command in the main container's script that ends a sidecar, and an assignment that only it uses. */
export interface Act {
  readonly sidecar: Sidecar;
  readonly text: string;
  readonly setup: readonly string[];
}

export function actOf(draw: Draw, sidecar: Sidecar): Act[] {
  const { family, way, traces } = sidecar;
  const make: Partial<Record<Way, () => string>> = {
    kill: () => draw.pick(KILLS)(family.process),
    sign: () => draw.pick(SIGNS)(draw.chance(20) ? NAMED_FILE.name : FILE),
    call: () =>
      family.name === 'istio-proxy' && draw.chance(30)
        ? 'pilot-agent request POST quitquitquit'
        : draw.pick(CALLS)(draw.pick(family.quit ?? [])),
    flag: () => draw.pick(CALLS)(draw.pick(family.quit ?? [])),
  };
  const text = make[way]?.();
  if (text === undefined) return [];
  traces.push(text);
  return [{ sidecar, text, setup: text.includes(NAMED_FILE.name) ? [NAMED_FILE.setup] : [] }];
}

/** How a script is written into `command` and `args`, and what these become. */
function writeScript(
  making: Making,
  script: Rewritten,
  shell: readonly string[],
  {
    ways,
    isLine,
    isSidecar,
    passed,
  }: {
    readonly ways: readonly ('both' | 'command' | 'args')[];
    readonly isLine: boolean;
    readonly isSidecar: boolean;
    /** Words that the script gets as its arguments. */
    readonly passed?: readonly string[] | undefined;
  },
): Entry[] {
  const { draw } = making;
  const written = isLine ? script : remarked(draw, script, () => making.remark().replace(/;.*/, ';'), isSidecar);
  const before = join(written.before, isLine);
  const argv = written.argv;
  const text: Scalar = {
    kind: 'scalar',
    value: before,
    becomes: join(written.after, isLine),
    quoting: isLine
      ? draw.pick(['plain', 'single', 'double', 'wrapped', 'folded', 'literal'])
      : draw.pick(['literal', 'literal', 'literal', making.isAiry ? 'literal' : 'keep', 'double']),
  };
  const way = passed ? draw.pick(['both', 'command'] as const) : draw.pick(ways);
  const name = passed ? words([draw.pick(['sh', '--', 'run'])]) : [];
  if (way !== 'both') return [listEntry(way, [...words(shell), item(text), ...name, ...words(passed ?? [])], argv)];
  const [command, args] = passed
    ? [[...words(shell), item(text), ...name], words(passed)]
    : [words(shell), [item(text)]];
  return [listEntry('command', command, argv?.slice(0, 1)), listEntry('args', args, argv?.slice(1))];
}

const SHELLS: readonly (readonly string[])[] = [
  ['sh', '-c'],
  ['/bin/sh', '-c'],
  ['bash', '-c'],
  ['/bin/bash', '-ec'],
  ['bash', '-lc'],
];

export interface Task {
  readonly acts: readonly string[];
  /** Commands that end sidecars but stay. */
  readonly kept: readonly string[];
  /** Assignments that only the acts use. */
  readonly setup: readonly string[];
  readonly process: string | undefined;
  readonly mayRefuse: boolean;
  /** The sidecar that a wrapper ends. */
  readonly wrapper: string | undefined;
}

export function mainArgv(
  making: Making,
  main: Parts,
  { acts, kept, setup, process, mayRefuse, wrapper }: Task,
): { refused: boolean } {
  const { draw, shapes } = making;
  const own = draw.pick([['./load', '--all'], ['python', 'load.py'], ['/opt/app/load']]);
  if (wrapper !== undefined) {
    const { words: lead } = WRAPPERS[wrapper] ?? KUBEXIT;
    main.argv.push(listEntry('command', words([...lead, ...own]), own));
    return { refused: false };
  }
  if (acts.length + kept.length === 0) {
    main.argv.push(listEntry('command', words(own)));
    return { refused: false };
  }
  const shell = draw.pick(SHELLS);
  const isLine = draw.chance(35);
  const isPassed = draw.chance(8) && kept.length === 0;
  let script = mainScript(draw, acts.length > 0 ? acts : ['true'], {
    isLine,
    process,
    mayRefuse,
    shell: shell[0] ?? '',
    setup,
    passed: isPassed ? own : undefined,
  });
  if (acts.length === 0)
    script = {
      ...script,
      before: ['./load --all', ...kept],
      after: ['./load --all', ...kept],
      argv: undefined,
      refused: true,
    };
  else if (kept.length > 0)
    script = { ...script, before: [...kept, ...script.before], after: [...kept, ...script.after], argv: undefined };
  if (acts.length > 0) shapes.push(script.shape);
  if (shell[1] === '-lc') script = { ...script, argv: undefined };
  main.argv.push(
    ...writeScript(making, script, shell, {
      ways: ['both', 'both', 'command', 'args'],
      isLine,
      isSidecar: false,
      passed: isPassed ? own : undefined,
    }),
  );
  return { refused: script.refused };
}

export function sidecarArgv(making: Making, sidecar: Sidecar, file: string | undefined): Rewritten {
  const { draw } = making;
  const { family, parts: own, traces } = sidecar;
  if (file === undefined && draw.chance(30)) {
    traces.push('timeout');
    own.argv.push(listEntry('command', words(['timeout', '3600', ...family.argv]), family.argv));
    return { before: [], after: [], argv: family.argv, refused: false, shape: 'timeout' };
  }
  const isLine = draw.chance(35);
  const script = sidecarScript(draw, { words: family.argv }, file, isLine);
  making.shapes.push(script.shape);
  if (file === undefined) traces.push(script.shape === 'timeout' ? 'timeout 600' : 'sleep');
  own.argv.push(
    ...writeScript(making, script, draw.pick(SHELLS.slice(0, 3)), {
      ways: ['both', 'both', 'command'],
      isLine,
      isSidecar: true,
    }),
  );
  return script;
}
