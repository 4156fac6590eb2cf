import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { globSync } from 'tinyglobby';
import { parse } from 'yaml';
import { isTemplate } from '../../engine/helm/mask.ts';
import { type Analysis, analyze, applyEdits, type Finding, parseVersions } from '../../engine/index.ts';
import { splitDocuments } from '../../engine/yaml/split.ts';
import { noSchemas, schemaErrors } from '../unit/kubernetes-schema.ts';

const SHARED = ['../shared/corpus', '../shared/companion'];
const missing = SHARED.filter((folder) => !existsSync(folder));
const skip = missing.length > 0 ? `${missing.join(' and ')} are not here` : false;
const MINORS = ['1.29', '1.33', '1.36'] as const;

/**
 * Manifests of other people that an API server refuses indeed, read by hand: the end of the file's name, the rule, the
 * minors, and why.
 */
const REFUSED: readonly (readonly [file: string, rule: string, minors: readonly string[], why: string])[] = [
  [
    'zegl__kube-score__score__testdata__cronjob-batchv1-restartpolicy-not-set.yaml',
    'job-restart-policy',
    MINORS,
    'a test of kube-score for a CronJob without restartPolicy',
  ],
  [
    '5307-container-restart-policy__README.md-L417.yaml',
    'restart-policy-on-regular-container',
    ['1.29', '1.33'],
    'the KEP shows restartPolicy on a regular container, which is allowed from 1.34 on',
  ],
  [
    '5307-container-restart-policy__README.md-L417.yaml',
    'init-restart-policy',
    ['1.29', '1.33'],
    'the KEP shows restartPolicy: Never on an init container, which is allowed from 1.34 on',
  ],
];

const files = ['examples', ...SHARED.filter((folder) => existsSync(folder))]
  .flatMap((folder) => globSync('**/*.{yaml,yml,json,tpl}', { cwd: folder }).map((file) => `${folder}/${file}`))
  .sort()
  .map((name) => ({ name, text: readFileSync(name, 'utf8') }));

const at = (minor: string, text: string): Analysis => {
  const versions = parseVersions(minor);
  assert.ok(versions);
  return analyze(text, { versions });
};

/** Rules that say what a kubelet does, not what the API server says. */
const AT_RUN_TIME = new Set(['init-container-never-exits']);

const errorsOf = ({ findings }: Analysis) =>
  findings.filter(({ severity, rule }) => severity === 'error' && !AT_RUN_TIME.has(rule));

const show = ({ rule, message }: Finding) => `${rule}: ${message}`;

test('an accepted manifest has no error in any version', { skip }, (context) => {
  const parsed = files.filter(({ text }) => at('1.33', text).skipped.length === 0);
  const read = parsed.filter(({ text }) => text.includes('ontainers'));
  const seen = new Set<string>();
  for (const minor of MINORS) {
    for (const { name, text } of read) {
      for (const error of errorsOf(at(minor, text))) {
        const known = REFUSED.find(
          ([file, rule, minors]) => name.endsWith(file) && rule === error.rule && minors.includes(minor),
        );
        assert.ok(known, `${minor} ${name}: ${show(error)}`);
        seen.add(known.join());
      }
    }
  }
  assert.equal(seen.size, REFUSED.length, 'a manifest that is refused is not told');
  const pods = read.reduce((sum, { text }) => sum + countPods(at('1.33', text)), 0);
  context.diagnostic(
    `${parsed.length} of ${files.length} files parse, ${read.length} of them hold containers, in ${pods} documents with pods that end`,
  );
  context.diagnostic(`${seen.size} kinds of errors, all of them true, in ${MINORS.join(', ')}`);
  assert.ok(read.length > 300, `only ${read.length} files`);
});

/** How many documents hold pods that are checked. */
function countPods(analysis: Analysis): number {
  return splitDocuments(analysis.text).filter(({ start }) => (analysis.podAt(start)?.pods.length ?? 0) > 0).length;
}

/** A text, and what one fix or all of them make of it. */
interface Fixed {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** All fixes of a text together, each by itself, and each migration. */
function fixesOf(name: string, minor: string, before: string): Fixed[] {
  const analysis = at(minor, before);
  const all = [
    analysis.fixAll(analysis.findings, { unsafe: true }),
    analysis.fixAll(analysis.findings, { unsafe: false }),
    ...analysis.findings.flatMap((finding) => [finding.fix(), finding.migration()]),
  ];
  const texts = all.flatMap((fix) => (fix && 'edits' in fix ? applyEdits(before, fix.edits) : []));
  return [...new Set(texts)].filter((after) => after !== before).map((after) => ({ name, before, after }));
}

const plain = files.filter(({ text }) => !isTemplate(text));
const fixed = new Map(MINORS.map((minor) => [minor, plain.flatMap(({ name, text }) => fixesOf(name, minor, text))]));

test('no fix earns a manifest an error that it did not have', { skip }, (context) => {
  for (const [minor, all] of fixed) {
    for (const { name, before, after } of all) {
      const old = errorsOf(at(minor, before)).map(kindOf);
      for (const error of errorsOf(at(minor, after))) {
        const index = old.indexOf(kindOf(error));
        assert.ok(index >= 0, `${minor} ${name}: ${show(error)}`);
        old.splice(index, 1);
      }
    }
    context.diagnostic(`${minor}: ${all.length} fixed texts of ${new Set(all.map(({ name }) => name)).size} files`);
  }
  assert.ok((fixed.get('1.33')?.length ?? 0) > 50, 'too few fixes');
});

/** An error by what it is about: its place may move. */
function kindOf({ rule, container }: Finding): string {
  return `${rule} ${container}`;
}

type Plain = Readonly<Record<string, unknown>>;

/** The objects of a text that are workloads of Kubernetes itself. */
function workloads(text: string): Plain[] {
  return splitDocuments(text).flatMap(({ start, end }) => {
    const value = parse(text.slice(start, end), {
      version: '1.1',
      uniqueKeys: false,
      logLevel: 'silent',
    }) as Plain | null;
    const items = Array.isArray(value?.items) ? (value.items as Plain[]) : value ? [value] : [];
    return items.filter((each) => /^(?:batch\/v1 (?:Job|CronJob)|v1 Pod)$/.test(`${each?.apiVersion} ${each?.kind}`));
  });
}

test('a manifest that is valid for 1.36 stays valid', { skip: skip || noSchemas }, (context) => {
  let valid = 0;
  const texts = new Map([...fixed.values()].flat().map((each) => [each.after, each]));
  for (const { name, before, after } of texts.values()) {
    const [was, is] = [workloads(before), workloads(after)];
    assert.equal(is.length, was.length, name);
    for (const [index, object] of is.entries()) {
      if (schemaErrors(was[index]).length > 0) continue;
      valid += 1;
      assert.deepEqual(schemaErrors(object), [], name);
    }
  }
  context.diagnostic(`${valid} workloads valid before and after ${texts.size} different results of fixes`);
});
