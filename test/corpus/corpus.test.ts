import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { globSync } from 'tinyglobby';
import { analyze, applyEdits } from '../../engine/index.ts';
import { type Container, type Pod, readPods } from '../../engine/kube/pod.ts';
import { readYaml } from '../../engine/yaml/read.ts';
import { splitDocuments } from '../../engine/yaml/split.ts';
import { generate } from './generate.ts';
import { type KubeContainer, type KubePod, readWithKubectl, skip } from './kubectl.ts';

const SHARED = ['../shared/corpus', '../shared/companion'];
const isShared = SHARED.every((folder) => existsSync(folder));
const sharedSkip = isShared ? false : `${SHARED.join(' and ')} are not here`;

const files = ['examples', ...(isShared ? SHARED : [])]
  .flatMap((folder) => globSync('**/*.{yaml,yml,json,tpl}', { cwd: folder }).map((file) => `${folder}/${file}`))
  .sort();
const given = files.map((file) => ({ name: file, text: readFileSync(file, 'utf8') }));
const generated = Array.from({ length: 500 }, (_, seed) => ({ name: `generated ${seed}`, text: generate(seed) }));

interface Fixed {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  /** Names of the moved containers. */
  readonly moved: ReadonlySet<string>;
}

/** One entry for each plain move that is offered. */
function fixes({ name, text }: { name: string; text: string }): Fixed[] {
  const moves = analyze(text).findings.filter(({ rule }) => rule === 'non-native-sidecar');
  return moves.flatMap((finding) => {
    const fix = finding.fix();
    if (!fix || !('edits' in fix)) return [];
    return { name, before: text, after: applyEdits(text, fix.edits), moved: new Set([finding.container ?? '']) };
  });
}

const offered = [...given, ...generated].flatMap(fixes);
const windows = (text: string) => text.replace(/\r?\n/g, '\r\n');
const comments = (text: string) => (text.match(/#.*$/gm) ?? []).map((each) => each.trim()).sort();
/** The lines of a text without indentation, and without what a move adds. */
const lines = (text: string) =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim().replace(/,$/, ''))
    .filter((line) => !/^(?:"?restartPolicy"?: "?Always"?|"?initContainers"?:(?: \[)?|\])?$/.test(line))
    .sort();

test('there is enough to try', { skip: sharedSkip }, () => {
  assert.ok(given.length > 500, `${given.length} files`);
});

test('every fix leaves comments and lines as they were, and has nothing left to do', (context) => {
  for (const { name, before, after, moved } of offered) {
    const isBlock = before.includes('\n') && !/^\s*[{[]/.test(before) && !/containers: \[|\{\s*name/.test(before);
    // In one line of JSON a '#' is never a comment.
    const isJson = /^\s*[{[]/.test(before);
    if (!isJson) assert.deepEqual(comments(after), comments(before), name);
    if (isBlock) assert.deepEqual(lines(after), lines(before), name);
    const again = analyze(after);
    assert.equal(again.skipped.length, analyze(before).skipped.length, name);
    assert.ok(
      !again.findings.some(
        ({ rule, container }) => rule === 'non-native-sidecar' && moved.has(container ?? '') && again.documents === 1,
      ),
      name,
    );
  }
  context.diagnostic(`${offered.length} fixes tried`);
  assert.ok(offered.length > 500, `only ${offered.length} fixes`);
});

test('a second run changes nothing', () => {
  for (const { name, text } of [...given, ...generated]) {
    const fixAll = (before: string) => {
      const analysis = analyze(before);
      const fix = analysis.fixAll(analysis.findings, { unsafe: true });
      return fix ? applyEdits(before, fix.edits) : before;
    };
    const once = fixAll(text);
    assert.ok(fixAll(once) === once, name);
  }
});

test('the twin with Windows line endings gives the twin of the result', () => {
  for (const { name, text } of [...given, ...generated]) {
    const unix = text.replace(/\r\n/g, '\n');
    if (unix.includes('\r')) continue;
    const [before, after] = [fixes({ name, text: unix }), fixes({ name, text: windows(unix) })];
    assert.equal(after.length, before.length, name);
    // Long texts are compared by hand: showing how they differ would take minutes.
    for (const [index, each] of after.entries()) assert.ok(each.after === windows(before[index]?.after ?? ''), name);
  }
});

function ourPods(text: string): Pod[] {
  return splitDocuments(text).flatMap(({ start, end }) => {
    const document = readYaml(text.slice(start, end));
    return document.error === undefined ? readPods(document) : [];
  });
}

function asRead(container: Container): KubeContainer {
  const texts = (list: Container['args']) => (list && list.length > 0 ? list.map(({ value }) => value) : undefined);
  return {
    name: container.name?.value ?? '',
    ...(container.image && { image: container.image.value }),
    ...(texts(container.command) && { command: texts(container.command) }),
    ...(texts(container.args) && { args: texts(container.args) }),
    ...(container.restartPolicy && { restartPolicy: container.restartPolicy.value }),
  } as KubeContainer;
}

function same(container: KubeContainer): KubeContainer {
  const { name, image, command, args, restartPolicy } = container;
  return {
    name: name ?? '',
    ...(image && { image }),
    ...(command && { command }),
    ...(args && { args }),
    ...(restartPolicy && { restartPolicy }),
  };
}

/** Runs `job` for every item, a few at a time. */
async function each<T>(all: readonly T[], job: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...all];
  await Promise.all(
    Array.from({ length: 3 }, async () => {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await job(item);
    }),
  );
}

test('kubectl reads the pods that we read', { skip }, async (context) => {
  let pods = 0;
  let refused = 0;
  const hasWorkload = ({ text }: { text: string }) => text.includes('ontainers') && ourPods(text).length > 0;
  await each([...given, ...generated].filter(hasWorkload), async ({ name, text }) => {
    const theirs = await readWithKubectl(text);
    if (!theirs) {
      refused += 1;
      return;
    }
    const ours = ourPods(text);
    assert.equal(ours.length, theirs.filter((pod) => pod.containers).length, name);
    pods += ours.length;
    for (const [index, pod] of theirs.filter((one) => one.containers).entries()) {
      assert.deepEqual(ours[index]?.containers.map(asRead), pod.containers.map(same), name);
      assert.deepEqual(ours[index]?.initContainers.map(asRead), (pod.initContainers ?? []).map(same), name);
    }
  });
  context.diagnostic(`${pods} pods compared; kubectl refused ${refused} files`);
  assert.ok(pods > 500, `only ${pods} pods`);
});

test('kubectl reads what was moved as it was, field by field', { skip }, async (context) => {
  let compared = 0;
  const refused: string[] = [];
  await each(offered, async ({ name, before, after, moved }) => {
    const [was, is] = await Promise.all([readWithKubectl(before), readWithKubectl(after)]);
    if (!was || !is) {
      assert.equal(was === undefined, is === undefined, name);
      refused.push(name);
      return;
    }
    // Partial manifests that tests compare with: Kubernetes takes no container without a name.
    if (was.some(({ containers }) => containers?.some((each) => !each.name))) return;
    compared += 1;
    for (const [index, pod] of was.entries())
      assert.deepEqual(shape(is[index]), shape(expectedMove(pod, is[index], moved)), name);
  });
  context.diagnostic(
    `${compared} fixes compared; kubectl refused ${refused.length}: ${[...new Set(refused)].join(', ')}`,
  );
  assert.ok(compared > 500, `only ${compared} fixes`);
});

/** The pod with those containers moved that the fix has moved in this pod. */
function expectedMove(pod: KubePod, after: KubePod | undefined, moved: ReadonlySet<string>): KubePod {
  const isMoved = ({ name }: KubeContainer) => moved.has(name) && !after?.containers.some((each) => each.name === name);
  const native = pod.containers.filter(isMoved).map((container) => ({ ...container, restartPolicy: 'Always' }));
  return {
    ...pod,
    containers: pod.containers.filter((container) => !isMoved(container)),
    initContainers: [...(pod.initContainers ?? []), ...native],
  };
}

function shape(pod: KubePod | undefined): unknown {
  return pod && { ...pod, initContainers: pod.initContainers ?? [] };
}
