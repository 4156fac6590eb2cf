import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { analyze, applyEdits, type Fix } from '../../engine/index.ts';
import { type Ended, type Model, models } from './migrate-grammar.ts';
import { after, before, remarks } from './migrate-yaml.ts';

/** The same pods each time; another number with SEED, more of them with RUNS. */
const SEED = Number(process.env.SEED ?? 20_753);
const RUNS = Number(process.env.RUNS ?? 1000);

const switched = (text: string) =>
  text.includes('\r\n') ? text.replaceAll('\r\n', '\n') : text.replaceAll('\n', '\r\n');

function parse(text: string): unknown[] {
  return parseAllDocuments(text).map((document) => {
    assert.deepEqual(document.errors, [], `it does not parse:\n${text}`);
    return document.toJS();
  });
}

/** Values without what nobody sees in a script: blank lines, and blanks at the ends of lines. */
function plain(value: unknown): unknown {
  if (typeof value === 'string')
    return value
      .replace(/[ \t]*\r?\n/g, '\n')
      .replace(/\n{2,}/g, '\n')
      .trim();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}

const notes = (text: string) => (text.match(/# note \d+;/g) ?? []).map((each) => each.slice(2)).sort();

interface Named {
  readonly name: string;
}

interface Container extends Named {
  readonly restartPolicy?: string;
  readonly volumeMounts?: readonly Named[];
}

interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Named[];
}

interface Template {
  readonly metadata?: unknown;
  readonly spec: PodSpec;
}

interface Workload {
  readonly items?: readonly Workload[];
  readonly spec: {
    readonly template?: Template;
    readonly jobTemplate?: { readonly spec: { readonly template: Template } };
  };
}

function templates(documents: readonly unknown[]): Template[] {
  return (documents as Workload[]).flatMap((each) => {
    if (each.items) return templates(each.items);
    return each.spec.template ?? each.spec.jobTemplate?.spec.template ?? [];
  });
}

/** What would hang or fail in these pods: a migration that was done by half. */
function halves(documents: readonly unknown[], pods: readonly (readonly Ended[])[]): string[] {
  return templates(documents).flatMap(({ metadata, spec }, at) => {
    const values = strings({ metadata, spec });
    const said = values.join('\n');
    const regular = new Set(spec.containers.map(({ name }) => name));
    const volumes = new Set(spec.volumes?.map(({ name }) => name));
    const mounts = [...spec.containers, ...(spec.initContainers ?? [])].flatMap((each) => each.volumeMounts ?? []);
    return [
      ...(pods[at] ?? []).flatMap(({ name, traces, needs }) => [
        ...(regular.has(name) && !traces.every((each) => said.includes(each)) ? [`nothing ends '${name}'`] : []),
        ...needs
          .filter(([command, value]) => said.includes(command) && !values.includes(value))
          .map(([each]) => `'${each}' fails`),
      ]),
      ...mounts.filter(({ name }) => !volumes.has(name)).map(({ name }) => `there is no volume '${name}'`),
    ];
  });
}

/** Every key and value. */
function strings(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [String(value)];
  return Object.entries(value).flatMap(([key, each]) => [key, ...strings(each)]);
}

/** Ways to tick the steps, but all of them: the first of each pod and those that are ticked always are. */
function choices({ steps }: Fix): Fix['steps'][] {
  const free = steps.filter(({ review }, at) => review && at > 0);
  const masks = [...Array(2 ** Math.min(free.length, 3)).keys()].slice(0, -1);
  const rest = free.slice(3).map((step) => free.filter((each) => each !== step));
  const chosen = [...masks.map((mask) => free.filter((_, at) => at < 3 && (mask >> at) % 2 === 1)), ...rest];
  return chosen.map((some) => steps.filter((step) => !free.includes(step) || some.includes(step)));
}

/** What a safe migration may never touch. */
function untouched(documents: readonly unknown[]): unknown {
  return templates(documents).map(({ metadata, spec }) => {
    const { containers, initContainers = [], ...rest } = spec;
    const all = [...containers, ...initContainers].map(({ restartPolicy: _, ...each }) => each);
    return { metadata, rest, all: all.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  });
}

function check({ text, documents, layout, pods }: Model): void {
  assert.deepEqual(
    parse(text).map(plain),
    documents.map((each) => plain(before(each))),
    'the generator prints something else',
  );
  const analysis = analyze(text);
  const fix = analysis.fixAll(analysis.findings, { unsafe: true });
  assert.ok(fix, 'there is no fix');
  const fixed = applyEdits(text, fix.edits);
  const values = parse(fixed);
  assert.deepEqual(
    values.map(plain),
    documents.map((each) => plain(after(each))),
    fixed,
  );
  const ends = [layout.head ?? '', layout.tail ?? ''];
  const staying = [...documents.flatMap(remarks), ...ends].map((each) => `# ${each}`);
  const inScripts = documents.flatMap((each) => strings(after(each)));
  assert.deepEqual(notes(fixed), notes([...staying, ...inScripts].join('\n')), fixed);

  const again = analyze(fixed);
  assert.deepEqual(again.skipped, []);
  const more = again.fixAll(again.findings, { unsafe: true });
  assert.equal(more && applyEdits(fixed, more.edits), undefined, 'a second run changes something');

  const twin = analyze(switched(text));
  assert.equal(applyEdits(switched(text), twin.fixAll(twin.findings, { unsafe: true })?.edits ?? []), switched(fixed));

  for (const steps of choices(fix)) {
    const half = applyEdits(
      text,
      steps.flatMap(({ edits }) => edits),
    );
    assert.deepEqual(halves(parse(half), pods), [], `half a migration:\n${half}`);
  }
  const safe = analysis.fixAll(analysis.findings, { unsafe: false });
  if (safe)
    assert.deepEqual(untouched(parse(applyEdits(text, safe.edits))), untouched(parse(text)), 'a safe fix changes more');
  if (fix.safe) assert.deepEqual(untouched(values), untouched(parse(text)), 'a fix that is called safe changes more');
}

test(`${RUNS} generated pods are migrated as they should be`, () => {
  fc.assert(
    fc.property(models, (model) => {
      try {
        check(model);
      } catch (error) {
        const { message } = error as Error;
        throw new Error(`${model.shapes.join(', ')}\n${model.text}\n=====\n${message}`);
      }
    }),
    { seed: SEED, numRuns: RUNS, endOnFailure: true },
  );
});
