import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { globSync } from 'tinyglobby';
import { parse, parseDocument } from 'yaml';
import { isTemplate } from '../../engine/helm/mask.ts';
import { splitDocuments } from '../../engine/yaml/split.ts';
import { noSchemas, schemaErrors } from '../unit/kubernetes-schema.ts';
import {
  type KubeContainer,
  type KubeObject,
  type KubePod,
  podsOf,
  readTyped,
  readWithKubectl,
  skip,
} from './kubectl.ts';
import { isChanged, type Migrated, migrateAll, noLabels, outcomeOf, readLabels } from './outcomes.ts';

const SHARED = ['../shared/corpus', '../shared/companion'];
const missing = SHARED.filter((folder) => !existsSync(folder));
const sharedSkip = missing.length > 0 ? `${missing.join(' and ')} are not here` : false;

interface File extends Migrated {
  readonly name: string;
}

/** Every manifest that the fixes change. What becomes of templates is asked of Helm: see charts.test.ts. */
const changed: File[] = ['examples', ...SHARED.filter((folder) => existsSync(folder))]
  .flatMap((folder) => globSync('**/*.{yaml,yml,json,tpl}', { cwd: folder }).map((file) => `${folder}/${file}`))
  .sort()
  .map((name) => ({ name, text: readFileSync(name, 'utf8') }))
  .filter(({ text }) => !isTemplate(text))
  .map(({ name, text }) => ({ name, ...migrateAll(text) }))
  .filter(({ before, after }) => before.text !== after.text);

interface ChangedDocument {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly was: KubeObject;
  readonly is: KubeObject;
}

/** The documents that the fixes change, as the YAML library reads them: the way of kubectl, YAML 1.1. */
const documents: ChangedDocument[] = changed.flatMap((file) => {
  const cut = (text: string) => splitDocuments(text).map(({ start, end }) => text.slice(start, end));
  const read = (text: string) => parse(text, { version: '1.1', uniqueKeys: false, logLevel: 'silent' });
  const old = cut(file.before.text);
  return cut(file.after.text).flatMap((after, index) => {
    const before = old[index] ?? '';
    const name = `${file.name} #${index}`;
    const document = { name, before, after, was: read(before), is: read(after) };
    return before !== after && isNamed(document) ? [document] : [];
  });
});

/** Whether every container has the name that Kubernetes demands: partial manifests that tests compare with do not. */
function isNamed({ was }: ChangedDocument): boolean {
  return podsOf(was).every(({ containers }) => containers.every(({ name }) => name));
}

test('there is enough to migrate', { skip: sharedSkip }, (context) => {
  context.diagnostic(`${changed.length} files changed, ${documents.length} documents`);
  assert.ok(documents.length >= 40, `only ${documents.length} documents`);
});

test('a migrated file parses, and a second run changes nothing', () => {
  for (const { name, before, after } of changed) {
    assert.equal(after.documents, before.documents, name);
    assert.deepEqual(
      after.skipped.map(({ document }) => document),
      before.skipped.map(({ document }) => document),
      name,
    );
    assert.equal(migrateAll(after.text).after.text, after.text, name);
  }
  // A duplicate key is an error here; kubectl says nothing of it without a cluster.
  const errors = (text: string) => parseDocument(text, { version: '1.1' }).errors.map(({ code }) => code);
  for (const { name, before, after } of documents) assert.deepEqual(errors(after), errors(before), name);
});

test('the twin with Windows line endings migrates to the twin of the result', () => {
  const windows = (text: string) => text.replace(/\r?\n/g, '\r\n');
  for (const { name, before, after } of changed)
    assert.equal(migrateAll(windows(before.text)).after.text, windows(after.text), name);
});

/** What a migration may change in a container. */
const TOUCHED = new Set([
  'command',
  'args',
  'env',
  'volumeMounts',
  'lifecycle',
  'securityContext',
  'restartPolicy',
  'startupProbe',
]);

test('a migration leaves every field alone that is not its own', () => {
  const without = (value: object, keys: ReadonlySet<string>) =>
    Object.fromEntries(Object.entries(value).filter(([key]) => !keys.has(key)));
  const listsOf = (value: object, key: string) => ((value as Record<string, unknown>)[key] ?? []) as unknown[];
  for (const { name, was, is } of documents) {
    const [pods, migrated] = [podsOf(was), podsOf(is)];
    assert.equal(migrated.length, pods.length, name);
    for (const [index, pod] of pods.entries()) {
      const after = migrated[index] as KubePod;
      const own = new Set(['containers', 'initContainers', 'volumes', 'shareProcessNamespace']);
      assert.deepEqual(without(after, own), without(pod, own), name);
      assertWithin(listsOf(after, 'volumes'), listsOf(pod, 'volumes'), name);
      const old = new Map(allOf(pod).map((container) => [container.name, container]));
      for (const container of allOf(after)) {
        const before = old.get(container.name) ?? assert.fail(`${name}: ${container.name} is new`);
        assert.deepEqual(without(container, TOUCHED), without(before, TOUCHED), name);
        for (const list of ['env', 'volumeMounts']) assertWithin(listsOf(container, list), listsOf(before, list), name);
      }
      const stayed = (pod.containers ?? []).filter(({ name }) => after.containers.some((each) => each.name === name));
      assert.deepEqual(
        after.containers.map(({ name }) => name),
        stayed.map(({ name }) => name),
        name,
      );
    }
  }
});

function allOf(pod: KubePod): KubeContainer[] {
  return [...(pod.initContainers ?? []), ...pod.containers];
}

/** Every item of a list stood in the old one, in the same order. */
function assertWithin(list: readonly unknown[], old: readonly unknown[], name: string): void {
  const [items, from] = [list, old].map((each) => each.map((item) => JSON.stringify(item)));
  assert.deepEqual(
    items,
    from?.filter((item) => items?.includes(item)),
    name,
  );
}

test('kubectl reads a migrated manifest without a lost field', { skip: sharedSkip || skip }, async (context) => {
  let fields = 0;
  const untyped: string[] = [];
  for (const { name, after, is } of documents) {
    const { objects, said } = await readTyped(after);
    if (/no kind "\w+" is registered/.test(said)) {
      assert.deepEqual(await readWithKubectl(after), podsOf(is), name);
      untyped.push(name);
      continue;
    }
    assert.ok(objects, `${name}: ${said}`);
    assert.equal(said, '', name);
    const all = is.kind === 'List' ? (is.items ?? []) : [is];
    assert.equal(objects.length, all.length, name);
    for (const [index, object] of all.entries()) fields += assertKept(object, objects[index], name);
  }
  context.diagnostic(`${fields} fields compared; no types for ${untyped.length}: ${untyped.join(', ')}`);
});

/** Fails unless everything written is in what was read, its zeros and empty ones aside. Gives the number of fields. */
function assertKept(written: unknown, read: unknown, at: string): number {
  if (isNothing(written)) return 0;
  if (typeof written !== 'object') {
    const isSame = String(written) === String(read) || amount(written) === amount(read);
    assert.ok(isSame, `${at}: ${written} was read as ${read}`);
    return 1;
  }
  assert.ok(typeof read === 'object' && read !== null, `${at} is lost`);
  const entries = Object.entries(written as object);
  return entries.reduce((sum, [key, value]) => {
    return sum + assertKept(value, (read as Record<string, unknown>)[key], `${at} ${key}`);
  }, 0);
}

function isNothing(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).every(isNothing);
  return value === null || value === undefined || value === 0 || value === false || value === '';
}

const UNITS = ['', 'k', 'M', 'G', 'T', 'P', 'E'];

/** A quantity as a number: Kubernetes reads `1000m` as `1`. What is none is NaN, which equals nothing. */
function amount(value: unknown): number {
  const [, digits, unit = ''] = /^([\d.]+)([A-Za-z]{0,2})$/.exec(String(value)) ?? [];
  const isBinary = unit.endsWith('i');
  const power = UNITS.indexOf(isBinary ? unit.slice(0, -1).replace('K', 'k') : unit);
  return Number(digits ?? Number.NaN) * (unit === 'm' ? 0.001 : (isBinary ? 1024 : 1000) ** power);
}

test('a valid manifest stays valid', { skip: sharedSkip || noSchemas }, (context) => {
  let valid = 0;
  for (const { name, was, is } of documents) {
    for (const [index, object] of listed(is).entries()) {
      if (!/^(?:batch\/v1 (?:Job|CronJob)|v1 Pod)$/.test(`${object.apiVersion} ${object.kind}`)) continue;
      const before = new Set(schemaErrors(listed(was)[index]).map(withoutPath));
      const errors = schemaErrors(object).filter((error) => !before.has(withoutPath(error)));
      assert.deepEqual(errors, [], name);
      if (before.size === 0) valid += 1;
    }
  }
  context.diagnostic(`${valid} workloads valid before and after`);
});

function listed(object: KubeObject): readonly KubeObject[] {
  return object.items ?? [object];
}

/** A message of the schema without the place, which moves with the container. */
function withoutPath(message: string): string {
  return message.replace(/^\S+ /, '');
}

test('labelled pods: those without a sidecar stay as they are', { skip: noLabels }, (context) => {
  const labels = readLabels();
  const silent = labels.filter(({ expect }) => expect === 'no-flag');
  for (const label of silent) assert.ok(!isChanged(label), `${label.file} ${label.name}`);
  const outcomes = labels.flatMap((label) => outcomeOf(label) ?? []);
  const count = (wanted: string) => outcomes.filter(({ became }) => became === wanted).length;
  context.diagnostic(`${silent.length} pods labelled no-flag are unchanged`);
  context.diagnostic(
    `of ${outcomes.length} flagged pods ${count('fully')} migrate fully, ${count('in part')} in part, ${count('not')} not`,
  );
  assert.ok(outcomes.length > 30, `only ${outcomes.length} flagged pods`);
});
