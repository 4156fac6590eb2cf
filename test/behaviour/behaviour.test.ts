import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { analyze, applyEdits } from '../../engine/index.ts';
import { MAIN_CASES, type MainCase, OUTCOMES, WRAPPER_CASES, type WrapperCase } from './cases.ts';
import { argvOf, mainPod, readJob, type Started, wrapperPod } from './pod.ts';
import { makePlace, runMain, runSidecar } from './run.ts';
import { find, isWorkaround } from './stubs.ts';

/** Whether the migration takes workarounds out; as long as it only moves, there is nothing to compare. */
const TAKES_OUT = true;

/** Scripts that run at once: most of their time is waiting. */
const concurrency = 4;

/** The shells to run a case in: `sh` is either, `bash` is bash. */
function shellsOf({ shell: [name] = ['sh', '-c'] }: MainCase | WrapperCase): string[] {
  return name === 'bash' ? ['bash'] : ['bash', 'dash'];
}

const absent = process.platform === 'win32' ? ['bash', 'dash'] : ['bash', 'dash'].filter((name) => !find(name));
const skipWithout = (name: string) => (absent.includes(name) ? `there is no ${name} here` : false);

const titleOf = ({ row, name }: MainCase | WrapperCase) => `${row}, ${name}`;

function containerOf(text: string, name: string): Started {
  const container = readJob(text).containers.get(name);
  assert.ok(container, `there is a container '${name}'`);
  return container;
}

/** The argv after the migration. No script that is changed reads the items behind it, so they are gone. */
function expectedArgv({ before, after, shell, extra }: MainCase | WrapperCase): string[] {
  const words = shell ? { shell } : {};
  return after === undefined ? argvOf(before, { ...words, ...(extra && { extra }) }) : argvOf(after, words);
}

/** Whether the migration changes the script; two runs of the same one have nothing to tell. */
const changes = ({ after }: MainCase | WrapperCase) => after !== undefined;

/** The text after the whole migration. */
function migrated(text: string): string {
  const analysis = analyze(text);
  const fix = analysis.fixAll(analysis.findings, { unsafe: true });
  assert.ok(fix, 'there is a fix');
  return applyEdits(text, fix.edits);
}

let place = '';
before(() => {
  place = makePlace();
});
after(() => rmSync(place, { recursive: true, force: true }));

/** What the script that stays has to do, and the script that goes did. */
async function sameWork(each: MainCase, shell: string): Promise<void> {
  const old = containerOf(mainPod(each), 'main');
  const fresh = { ...old, argv: expectedArgv(each) };
  const statuses = each.status ?? [0, 3, 137];
  for (const [index, outcome] of OUTCOMES.entries()) {
    const how = { outcome, term: each.term };
    const [was, is] = await Promise.all([runMain(place, shell, old, how), runMain(place, shell, fresh, how)]);
    const status = statuses[index];
    const gone = (each.gone ?? []).map((line) => `${line}\n`).join('');
    assert.equal(was.stdout, is.stdout + gone, `the output when the work ${outcome}`);
    assert.match(is.stdout, /^work: /m);
    assert.equal(was.status, each.masked ? 0 : status, `the old status when the work ${outcome}`);
    assert.equal(is.status, status, `the status when the work ${outcome}`);
    assert.deepEqual(
      is.log,
      was.log.filter((line) => !isWorkaround(line) || each.kept?.includes(line)),
    );
    assert.deepEqual(is.traces, []);
    if (outcome === 'succeeds') assert.notDeepEqual([...was.log.filter(isWorkaround), ...was.traces], []);
  }
}

/** The daemon that is started without its wrapper is the same. */
async function sameDaemon(each: WrapperCase, shell: string): Promise<void> {
  const old = containerOf(wrapperPod(each), 'proxy');
  const fresh = { ...old, argv: expectedArgv(each) };
  const [was, is] = await Promise.all([
    runSidecar(place, shell, old, { file: each.file }),
    runSidecar(place, shell, fresh, { signal: 'SIGTERM' }),
  ]);
  assert.deepEqual(was.daemon?.argv, each.daemon);
  assert.notEqual(was.status, 'timeout', 'the wrapper ended by itself');
  assert.deepEqual(is.daemon?.argv, each.daemon);
  assert.equal(is.daemon?.env, was.daemon?.env);
  assert.equal(was.daemon?.cwd, each.cwd ?? '');
  assert.equal(is.daemon?.cwd, each.cwd ?? '');
  assert.equal(is.daemon?.pid, is.pid, 'no shell is left in between');
  assert.equal(is.status, 0, 'it ends when it is told to');
}

test('there are enough scripts', () => {
  assert.ok(MAIN_CASES.length >= 34 && WRAPPER_CASES.length >= 16);
  const titles = [...MAIN_CASES, ...WRAPPER_CASES].map(titleOf);
  assert.equal(new Set(titles).size, titles.length);
});

describe('a main script without its workaround does the same work', { concurrency }, () => {
  for (const each of MAIN_CASES.filter(changes))
    for (const shell of shellsOf(each))
      test(`${titleOf(each)}, in ${shell}`, { skip: skipWithout(shell) }, () => sameWork(each, find(shell) ?? shell));
});

describe('a sidecar without its wrapper is the same daemon', { concurrency }, () => {
  for (const each of WRAPPER_CASES.filter(changes))
    for (const shell of shellsOf(each))
      test(`${titleOf(each)}, in ${shell}`, { skip: skipWithout(shell) }, () => sameDaemon(each, find(shell) ?? shell));
});

describe('the migration gives what was run', () => {
  const given = [
    ...MAIN_CASES.map((each) => ({ each, pod: mainPod(each), container: 'main', sidecars: each.sidecars })),
    ...WRAPPER_CASES.map((each) => ({ each, pod: wrapperPod(each), container: 'proxy', sidecars: ['proxy'] })),
  ];
  for (const { each, pod, container, sidecars } of given) {
    const unseen = !TAKES_OUT && each.name === 'timeout around the daemon in a script';
    test(titleOf(each), { skip: unseen && 'the timer hides the daemon' }, () => {
      const text = migrated(pod);
      assert.deepEqual(readJob(text).native, sidecars);
      if (TAKES_OUT) assert.deepEqual(containerOf(text, container).argv, expectedArgv(each));
    });
  }
});
