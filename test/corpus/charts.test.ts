import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { globSync } from 'tinyglobby';
import { parseAllDocuments } from 'yaml';
import { analyze, applyEdits, type Fix, isChartFile, prepareChartFiles, type Refusal } from '../../engine/index.ts';
import { kubeTool } from '../../scripts/kube-tools.mjs';

/** Whole charts: those of this repository, and more where they are at hand. */
const FOLDERS = ['test/charts', '../shared/corpus/charts'];
const charts = FOLDERS.filter((folder) => existsSync(folder)).flatMap((folder) =>
  globSync('*/Chart.yaml', { cwd: folder }).map((file) => join(folder, file, '..')),
);
const helm = kubeTool('helm');
const home = mkdtempSync(join(tmpdir(), 'native-sidecars-helm-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));

/** The files of a chart that a fix changes, by their path in it. */
type Changes = ReadonlyMap<string, string>;

interface Offer {
  readonly chart: string;
  readonly title: string;
  /** Whether it is the move of one container and nothing else. */
  readonly isPlain: boolean;
  /** Whether it changes nothing for clusters before 1.29. */
  readonly isGuarded: boolean;
  readonly changes: Changes;
  /** What turns the conditions in the changed files, and optional parts of the chart: `a.b=true`. */
  readonly switches: readonly string[];
}

function offersOf(chart: string): Offer[] {
  const read = (path: string) => readFileSync(join(chart, path), 'utf8');
  const paths = globSync('**/*', { cwd: chart, dot: true }).filter(isChartFile).sort();
  const files = prepareChartFiles('', new Map(paths.map((path) => [path, read(path)])));
  const probes = join(chart, 'probe-values.json');
  const probed = existsSync(probes) ? (JSON.parse(readFileSync(probes, 'utf8')) as string[]) : [];
  return paths.flatMap((path) => {
    if (!/templates\/.*\.ya?ml$/.test(path)) return [];
    const text = read(path);
    const analysis = analyze(text, { chart: { files, path } });
    const offers: Offer[] = [];
    const offer = (fix: Fix | Refusal | undefined, isPlain: boolean, isGuarded = false) => {
      if (!fix || !('edits' in fix)) return;
      const changes = new Map([[path, applyEdits(text, fix.edits)]]);
      if (offers.some((other) => other.changes.get(path) === changes.get(path))) return;
      const named = [...changes.values()].flatMap((each) => [...each.matchAll(/\{\{-? if include "([^"]+)"/g)]);
      const bodies = named.map(([, name = '']) => files.templates.get(name)?.masked.source ?? '');
      const asked = [...[...changes.keys()].map(read), ...bodies].flatMap((each) => [
        ...each.matchAll(/\{\{-?\s*(?:else )?if\b(.*?)\}\}/g),
      ]);
      const given = files.chartOf(path).values;
      const values = asked.flatMap(([, condition = '']) => valuesIn(given, condition));
      const guards = [...new Set(values)].flatMap((value) => switchOf(given, value));
      const switches = [...new Set([...guards, ...probed.map((each) => `${each}=true`)])];
      offers.push({ chart, title: `${path}: ${fix.title}`, isPlain, isGuarded, changes, switches });
    };
    for (const finding of analysis.findings) offer(finding.fix(), finding.rule === 'non-native-sidecar');
    for (const finding of analysis.findings) offer(finding.guarded(), true, true);
    for (const finding of analysis.findings) offer(finding.migration(), false);
    offer(analysis.fixAll(analysis.findings, { unsafe: true }), false);
    return offers;
  });
}

type Plain = Record<string, unknown>;

/** The values that a condition asks for, by their paths: of one in a `with` all that may be meant. */
function valuesIn(given: unknown, condition: string): string[] {
  return [...condition.matchAll(/(?<![\w)])(?:\$?\.Values)?\.([a-z][\w.]*)/g)].flatMap(([whole, path = '']) => {
    if (whole.includes('.Values.')) return [path];
    const [first = ''] = path.split('.');
    const parts = Object.entries((given ?? {}) as Plain).filter(([, part]) => Object.keys(part ?? {}).includes(first));
    return parts.map(([part]) => `${part}.${path}`);
  });
}

/** What turns a value that a condition asks for, if it is a switch. */
function switchOf(values: unknown, path: string): string[] {
  const value = path.split('.').reduce<unknown>((at, key) => (at as Plain | null | undefined)?.[key], values);
  if (value === true) return [`${path}=false`];
  return value === false || value === undefined || value === null || value === '' ? [`${path}=true`] : [];
}

/** What a chart renders to, by kind and name; undefined when it does not render. */
function render(chart: string, values: readonly string[], version: string): Map<string, Plain> | undefined {
  const set = values.flatMap((value) => ['--set', value]);
  const args = ['template', 'r', chart, '--kube-version', version, '--namespace', 'n', ...set];
  const env = { HOME: home, KUBECONFIG: '/dev/null', PATH: process.env.PATH };
  const { status, stdout } = spawnSync(helm.path ?? '', args, { env, encoding: 'utf8', maxBuffer: 100_000_000 });
  if (status !== 0) return undefined;
  const rendered = new Map<string, Plain>();
  for (const [index, document] of parseAllDocuments(stdout, { version: '1.1', uniqueKeys: false }).entries()) {
    const value = (document as { toJS(): unknown }).toJS() as Plain | null;
    const { name } = (value?.metadata ?? {}) as { name?: string };
    if (value) rendered.set(`${value.kind}/${name}/${rendered.has(`${value.kind}/${name}/`) ? index : ''}`, value);
  }
  return rendered;
}

/** The texts in an object. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** An object as JSON, without texts that are others whenever it is rendered: random letters, times. */
function steady(value: unknown, known: ReadonlySet<string>): unknown {
  return JSON.parse(JSON.stringify(value, (_, each) => (typeof each === 'string' && !known.has(each) ? '?' : each)));
}

/** The pod specs in an object. */
function specsIn(value: unknown): Plain[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Array.isArray((value as Plain).containers) ? [value as Plain] : [];
  return [...own, ...Object.values(value).flatMap(specsIn)];
}

/** Makes of a pod spec what the move of some of its containers should make of it. */
function moveIn(spec: Plain, names: ReadonlySet<unknown>): void {
  const all = spec.containers as Plain[];
  const going = all.filter(({ name }) => names.has(name));
  if (going.length === 0) return;
  spec.containers = all.filter((each) => !going.includes(each));
  const moved = going.map(({ restartPolicyRules, ...rest }) => ({ ...rest, restartPolicy: 'Always' }));
  spec.initContainers = [...((spec.initContainers as Plain[] | null) ?? []), ...moved];
}

/**
 * Every combination of up to six switches; of more nothing, each alone, two of the first ones together, all, all but one.
 */
function choices(switches: readonly string[]): string[][] {
  if (switches.length <= 6) {
    return Array.from({ length: 2 ** switches.length }, (_, bits) => switches.filter((_, at) => bits & (1 << at)));
  }
  const some = switches.slice(0, 10);
  const pairs = some.slice(0, 6).flatMap((each, i) => some.slice(i + 1, 6).map((other) => [each, other]));
  const without = some.map((each) => some.filter((other) => other !== each));
  const sets = [[], [...some], ...some.map((each) => [each]), ...pairs, ...without];
  return [...new Map(sets.map((set) => [set.join(), set])).values()];
}

const offers = charts.flatMap(offersOf);

test('rendered, a fix of a template changes what it means to and nothing else', {
  skip: helm.missing ?? false,
}, (context) => {
  let renderings = 0;
  let shown = 0;
  const before = new Map<string, readonly (Map<string, Plain> | undefined)[]>();
  for (const { chart, title, isPlain, isGuarded, changes, switches } of offers) {
    const folder = mkdtempSync(join(tmpdir(), 'native-sidecars-chart-'));
    try {
      cpSync(chart, folder, { recursive: true });
      for (const [path, text] of changes) writeFileSync(join(folder, path), text);
      let isShown = false;
      for (const version of ['1.33.0', '1.28.0']) {
        for (const values of choices(switches)) {
          const key = `${chart} ${version} ${values}`;
          const renderOld = () => render(resolve(chart), values, version);
          if (!before.has(key)) before.set(key, [renderOld(), renderOld(), renderOld()]);
          const [old, ...others] = before.get(key) ?? [];
          if (!old) continue;
          const again = render(folder, values, version);
          renderings += 1;
          const name = `${chart} ${title} on ${version} with ${values.join()}`;
          assert.ok(again, `${name} does not render`);
          assert.deepEqual([...again.keys()], [...old.keys()], name);
          for (const [id, was] of old) {
            // Two renderings may have the same random minute.
            const steadyTexts = others.map((other) => new Set(textsIn(other?.get(id))));
            const known = new Set(
              textsIn(was)
                .filter((each) => steadyTexts.every((texts) => texts.has(each)))
                .concat('Always'),
            );
            const is = again.get(id) as Plain;
            const expected = structuredClone(was);
            const [specs, now] = [specsIn(expected), specsIn(is)];
            for (const [index, spec] of specs.entries()) {
              const left = ((now[index]?.containers ?? []) as Plain[]).map((each) => each.name);
              const gone = (spec.containers as Plain[]).map((each) => each.name).filter((each) => !left.includes(each));
              if (gone.length > 0) isShown = true;
              if (isGuarded && version === '1.28.0') assert.deepEqual(gone, [], `${name}: ${id} on ${version}`);
              moveIn(spec, new Set(gone));
            }
            // A migration changes more than the place; that nothing else of the chart changes holds for it too.
            const [result, intended] = [steady(is, known), steady(expected, known)];
            if (isPlain || specs.length === 0) assert.deepEqual(result, intended, `${name}: ${id}`);
          }
        }
      }
      if (isShown) shown += 1;
      else context.diagnostic(`no rendering shows it: ${chart} ${title}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  context.diagnostic(
    `${offers.length} fixes in ${charts.length} charts, ${shown} of them seen, ${renderings} renderings`,
  );
});
