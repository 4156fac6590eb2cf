import fc from 'fast-check';
import { actOf, mainArgv, sidecarArgv } from './migrate-argv.ts';
import { decorate } from './migrate-decorate.ts';
import { KNOWN_GAPS } from './migrate-gaps.ts';
import {
  container,
  furnish,
  killer,
  listEntry,
  type Making,
  markers,
  parts,
  quitHook,
  type Sidecar,
  shuffle,
  users,
  WRAPPERS,
  withCommand,
  words,
  wrap,
} from './migrate-parts.ts';
import type { Draw } from './migrate-scripts.ts';
import { FAMILIES, type Family, FILE, NAMED_FILE, type Way } from './migrate-words.ts';
import {
  type Entry,
  entry,
  type Item,
  item,
  type Layout,
  type Mapping,
  mapping,
  print,
  scalar,
  type Tree,
  tree,
} from './migrate-yaml.ts';

/** A sidecar of the pod, and what in the pod ends it. */
export interface Ended {
  readonly name: string;
  /** Words that are in the pod as long as something ends the sidecar by hand. */
  readonly traces: readonly string[];
  /** As long as the first is in the pod, the second has to be: without it the command would fail. */
  readonly needs: readonly (readonly [command: string, value: string])[];
}

/** A generated file. */
export interface Model {
  readonly documents: readonly Tree[];
  readonly layout: Layout;
  readonly text: string;
  /** The sidecars of each pod, in the order of the pods. */
  readonly pods: readonly (readonly Ended[])[];
  /** The productions it is made of. */
  readonly shapes: readonly string[];
}

/** A generated file with what its migration must make of it. */
export const models: fc.Arbitrary<Model> = fc.gen().map((g) => {
  const draw: Draw = {
    pick: (choices) => choices[g(fc.nat, choices.length - 1)] as never,
    chance: (percent) => g(fc.nat, 99) >= 100 - percent,
  };
  return makeModel(draw);
});

function makeModel(draw: Draw): Model {
  const shapes: string[] = [];
  let count = 0;
  const ends = ['', '', ' pkill it: {now} # "soon', " - it's done"];
  const making: Making = {
    draw,
    shapes,
    isAiry: draw.chance(20),
    remark: () => `note ${++count};${draw.pick(ends)}`,
  };
  const how = draw.pick(['one', 'one', 'one', 'one', 'one', 'one', 'list', 'documents'] as const);
  const pods = (how === 'one' ? [0] : [0, 1]).map(() => makePod(making));
  const workloads = pods.map(({ annotations, spec }, at) => workload(draw, `task-${at}`, annotations, spec));
  const isList = how === 'list';
  const documents: Tree[] = isList
    ? [
        mapping(
          entry('apiVersion', scalar('v1')),
          entry('kind', scalar('List')),
          entry('items', { kind: 'list', items: workloads.map((each) => item(each)) }),
        ),
      ]
    : workloads;
  for (const each of documents) decorate(making, each);
  const layout: Layout = {
    indent: draw.pick([2, 2, 2, 4]),
    deepLists: draw.chance(50),
    newline: draw.pick(['\n', '\n', '\n', '\r\n']),
    finalNewline: draw.chance(85),
    airy: making.isAiry,
    head: draw.chance(10) ? making.remark() : undefined,
    tail: draw.chance(10) ? making.remark() : undefined,
  };
  return { documents, layout, text: print(documents, layout), pods: pods.map(({ sidecars }) => sidecars), shapes };
}

function workload(draw: Draw, name: string, annotations: Entry[], spec: Mapping): Mapping {
  const metadata =
    annotations.length > 0 ? [entry('metadata', mapping(entry('annotations', mapping(...annotations))))] : [];
  const template = entry('template', mapping(...metadata, entry('spec', spec)));
  const jobSpec = mapping(...(draw.chance(30) ? [entry('backoffLimit', scalar(2))] : []), template);
  const isCron = draw.chance(40);
  return mapping(
    entry('apiVersion', scalar('batch/v1')),
    entry('kind', scalar(isCron ? 'CronJob' : 'Job')),
    entry('metadata', tree({ name }) as Mapping),
    entry(
      'spec',
      isCron
        ? mapping(entry('schedule', scalar('15 3 * * *')), entry('jobTemplate', mapping(entry('spec', jobSpec))))
        : jobSpec,
    ),
  );
}

function makePod(making: Making): { annotations: Entry[]; spec: Mapping; sidecars: Ended[] } {
  const { draw, shapes } = making;
  const families = draw.chance(75) ? [draw.pick(FAMILIES)] : pickTwo(draw);
  const ways = families.map((family) => pickWay(draw, family));
  // A wrapper stands before the work itself, not before a script.
  const isWrapped = ways.includes('wrapper');
  const sidecars = families.map((family, at): Sidecar => {
    const way = isWrapped && at !== ways.indexOf('wrapper') ? 'none' : (ways[at] as Way);
    const isNative = (way === 'kill' || way === 'call') && draw.chance(10);
    return { family, way, parts: parts(), traces: [], isNative };
  });
  shapes.push(...sidecars.map(({ way }) => way));
  const main = parts();
  const volumes: Item[] = [];
  const of = (...ways: Way[]) => sidecars.filter(({ way }) => ways.includes(way));

  const acts = sidecars.flatMap((sidecar) => actOf(draw, sidecar));
  const isSecond = draw.chance(15) && sidecars.every(({ way }) => way !== 'marker');
  const second = isSecond ? parts() : undefined;
  if (second) {
    // It ends the same sidecars, or none.
    const again = draw.chance(40)
      ? sidecars.filter(({ way }) => way === 'kill' || (way === 'call' && !KNOWN_GAPS.has('two that call')))
      : [];
    const own = again.flatMap((sidecar) => actOf(draw, sidecar)).map(({ text }) => text);
    mainArgv(making, second, {
      acts: own,
      kept: [],
      setup: [],
      process: undefined,
      mayRefuse: false,
      wrapper: undefined,
    });
  }
  const signed = of('sign');
  const written = signed.map((each) => sidecarArgv(making, each, FILE));
  const isKept = written.some(({ refused }) => refused);
  const staying = acts.filter(({ sidecar }) => sidecar.way === 'sign' && isKept);
  const ending = acts.filter((each) => !staying.includes(each));
  const made = mainArgv(making, main, {
    acts: ending.map(({ text }) => text),
    kept: staying.flatMap(({ setup, text }) => [...setup, text]),
    setup: ending.some(({ setup }) => setup.length > 0) ? [NAMED_FILE.setup] : [],
    process: of('kill')[0]?.family.process,
    mayRefuse: signed.length === 0 && !isSecond && sidecars.every(({ isNative }) => !isNative),
    wrapper: of('wrapper')[0]?.family.name,
  });
  if (signed.length > 0) {
    const isShared = draw.chance(15);
    if (isShared) shapes.push('the volume holds more');
    const stays = isKept || isShared;
    if (isShared) main.env.push(item(tree({ name: 'LOG_FOLDER', value: '/hand-over/logs' })));
    for (const each of [main, ...signed.map((sidecar) => sidecar.parts)]) {
      each.mounts.push(item(tree({ name: 'hand-over', mountPath: '/hand-over' }), stays ? 'stays' : 'goes'));
    }
    volumes.push(
      item(tree({ name: 'hand-over', emptyDir: draw.pick([{}, { medium: 'Memory' }]) }), stays ? 'stays' : 'goes'),
    );
  }

  const copiers = of('wrapper').flatMap((sidecar) => wrap(making, sidecar, main, volumes));
  for (const sidecar of of('timer')) sidecarArgv(making, sidecar, undefined);
  const annotations = markers(making, of('marker'), sidecars);
  for (const { parts: own, traces } of of('variable')) {
    own.env.push(item(tree({ name: 'KRUISE_TERMINATE_SIDECAR_WHEN_JOB_EXIT', value: 'true' }), 'goes'));
    traces.push('KRUISE_TERMINATE_SIDECAR_WHEN_JOB_EXIT');
  }
  for (const sidecar of of('hook')) quitHook(draw, sidecar);
  for (const sidecar of of('flag')) {
    sidecar.parts.argv.push(
      listEntry('args', [
        ...words(sidecar.family.args),
        item(scalar('--quitquitquit'), made.refused ? 'stays' : 'goes'),
      ]),
    );
  }
  const killers = of('killer').map((sidecar, at) => killer(making, sidecar, at, volumes));
  for (const { parts: own, family } of sidecars) {
    if (own.argv.length === 0 && family.args.length > 0) own.argv.push(listEntry('args', words(family.args)));
  }

  const isKilled = of('kill').length > 0 || killers.length > 0;
  const isFree = isKilled && !(made.refused && of('kill').length > 0);
  const reloads = isKilled && draw.chance(6);
  if (reloads) {
    main.env.push(item(tree({ name: 'ON_CHANGE', value: 'pkill -HUP gunicorn' })));
    shapes.push('reload');
  }
  const goes = isFree && !reloads;
  const podSecurity = users(making, { main, killed: of('kill').map((each) => each.parts), goes });

  for (const each of [main, ...sidecars.map((sidecar) => sidecar.parts)]) furnish(draw, each, volumes);
  const work: Item[] = [item(container(draw, 'work', 'registry.example/team/load:7', main))];
  if (second) work.push(item(container(draw, 'second', 'registry.example/team/second:3', second)));
  const [native, regular] = [true, false].map((isNative) =>
    sidecars
      .filter((each) => each.isNative === isNative)
      .map(({ family, parts: own }) =>
        item(container(draw, family.name, family.image, own, isNative), isNative ? 'stays' : 'moves'),
      ),
  ) as [Item[], Item[]];
  if (native.length > 0) shapes.push('native already');
  const others = [...regular, ...killers];
  const containers = draw.chance(25) ? [...others, ...work] : [...work, ...others];

  const init = draw.chance(25)
    ? [item(container(draw, 'unpack', 'busybox:1.36', withCommand(['tar', 'xf', '/in/all.tar'])))]
    : [];
  init.push(...copiers, ...native);
  const entries: Entry[] = [entry('restartPolicy', scalar(draw.pick(['Never', 'OnFailure'])))];
  if (isKilled) entries.push(entry('shareProcessNamespace', scalar(true), goes));
  if (podSecurity) entries.push(podSecurity);
  if (draw.chance(20)) entries.push(entry('serviceAccountName', scalar('loader')));
  if (draw.chance(20)) entries.push(entry('nodeSelector', tree({ disk: 'fast' })));
  if (init.length > 0) entries.push(entry('initContainers', { kind: 'list', items: init }));
  else if (draw.chance(5)) entries.push(entry('initContainers', { kind: 'list', items: [] }));
  const body = [entry('containers', { kind: 'list', items: containers })];
  if (volumes.length > 0) body.push(entry('volumes', { kind: 'list', items: shuffle(draw, volumes) }));
  const spec = mapping(...(draw.chance(70) ? [...entries, ...body] : [...body.reverse(), ...entries]));
  return { annotations, spec, sidecars: sidecars.map(endedOf) };
}

function endedOf({ family, way, traces }: Sidecar): Ended {
  const needed = way === 'flag' ? '--quitquitquit' : way === 'sign' ? '/hand-over' : undefined;
  return { name: family.name, traces, needs: needed === undefined ? [] : [[traces[0] ?? '', needed]] };
}

function pickTwo(draw: Draw): Family[] {
  const first = draw.pick(FAMILIES);
  return [first, draw.pick(FAMILIES.filter((each) => each !== first))];
}

function pickWay(draw: Draw, { quit, name }: Family): Way {
  const ways: Way[] = [
    'none',
    'kill',
    'kill',
    'kill',
    'sign',
    'sign',
    'sign',
    'timer',
    'marker',
    'variable',
    'killer',
    'hook',
  ];
  if (quit) ways.push('call', 'call', 'call');
  if (name === 'sql') ways.push('flag', 'flag');
  ways.push('wrapper');
  if (name in WRAPPERS) ways.push('wrapper');
  return draw.pick(ways);
}
