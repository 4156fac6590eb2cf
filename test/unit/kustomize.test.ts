import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Analysis,
  analyze,
  analyzePatch,
  applyEdits,
  isPatch,
  type Kustomize,
  patchesOf,
  readKustomize,
} from '../../engine/index.ts';
import { applyMerge, applyOperation, readOperations, type Value } from '../../engine/kustomize/apply.ts';
import { readKustomization } from '../../engine/kustomize/kustomization.ts';
import { relativePath, resolvePath } from '../../engine/kustomize/path.ts';
import { selects } from '../../engine/kustomize/target.ts';
import { job, layers, MERGE, NATIVE, PATCH, REGULAR, TOP } from '../kustomize.ts';

const AT = '/spec/template/spec';

const read = (files: Readonly<Record<string, string>>) => readKustomize(new Map(Object.entries(files)));

/** A base with one Job, and an overlay with one patch for all Jobs. */
const over = (workload: string, patch: string): Kustomize => read(layers(workload, patch, '{ kind: Job }'));

const analyzed = (kustomize: Kustomize, path = PATCH): Analysis =>
  analyzePatch(kustomize.files.get(path) ?? '', { path, kustomize });

const seen = (analysis: Analysis) =>
  analysis.findings.map(({ severity, confidence, message }) => `${severity} ${confidence} ${message}`);

test('paths are followed among files only', () => {
  const table: [string, string, string | undefined][] = [
    ['w/top', '../base', 'w/base'],
    ['file:///w/top', './../base/', 'file:///w/base'],
    ['/w', 'a/b.yaml', '/w/a/b.yaml'],
    ['w', '', undefined],
    ['w', '/etc/x', undefined],
    ['w', 'https://example.com/x', undefined],
    ['w', 'github.com/owner/name//base?ref=v1', undefined],
    ['w', 'github.com/owner/name', undefined],
    ['w', 'git@example.com:owner/name', undefined],
    ['w', 'ssh://git@example.com/x.git', undefined],
  ];
  for (const [folder, path, expected] of table) assert.equal(resolvePath(folder, path), expected, path);
  assert.equal(relativePath('w/top', 'w/base/job.yaml'), '../base/job.yaml');
  assert.equal(relativePath('w', 'w/job.yaml'), 'job.yaml');
  assert.equal(relativePath('', 'job.yaml'), 'job.yaml');
});

test('a kustomization is read in all its spellings', () => {
  const text = `resources: [a.yaml]
bases: [../b]
components: [../c]
namePrefix: p-
nameSuffix: -s
namespace: n
patchesStrategicMerge:
  - one.yaml
  - |
    kind: Job
patches:
  - path: two.yaml
  - patch: "[]"
    target: { kind: Job, name: x.* }
  - options: {}
patchesJson6902:
  - path: three.json
    target: { group: batch, version: v1, kind: Job, name: x }
`;
  const { resources, components, patches, ...rest } = readKustomization(text);
  assert.deepEqual(resources, ['a.yaml', '../b']);
  assert.deepEqual(components, ['../c']);
  assert.deepEqual(rest, { namePrefix: 'p-', nameSuffix: '-s', namespace: 'n' });
  assert.deepEqual(
    patches.map(({ path, inline, isLate }) => [path, inline?.at.join('/'), isLate]),
    [
      ['one.yaml', undefined, false],
      [undefined, 'patchesStrategicMerge/1', false],
      ['two.yaml', undefined, false],
      [undefined, 'patches/1/patch', false],
      ['three.json', undefined, true],
    ],
  );
  for (const broken of ['', '[]', 'resources: 3\npatches: {a: b}', 'a: [', 'patches: [null, 1, {path: [x]}]']) {
    assert.deepEqual(readKustomization(broken).patches, [], broken);
  }
});

test('cycles, missing files, remote bases and broken texts hold nothing', () => {
  const kustomize = read({
    'w/a/kustomization.yaml':
      'resources: [../b, ./, https://example.com/x, none.yaml, gone]\npatches: [{path: no.yaml}]',
    'w/b/kustomization.yaml': 'resources: [../a, job.yaml, kustomization.yaml]\ncomponents: [../a, ../c]',
    'w/b/job.yaml': 'kind: [',
    'w/c/kustomization.yaml': 'kind: Component\ncomponents: [../c]\npatches: [{path: ../b/job.yaml}]',
  });
  assert.deepEqual(
    kustomize.patches.map(({ targets }) => targets),
    [],
  );
  assert.ok(kustomize.missing.includes('w/a/none.yaml') && kustomize.missing.includes('w/a/no.yaml'));
  assert.ok(kustomize.missing.includes('w/a/gone/kustomization.yaml'));
  assert.ok(!kustomize.missing.some((path) => path.includes('example.com')));
  for (const path of kustomize.files.keys())
    if (isPatch(kustomize, path)) assert.deepEqual(analyzed(kustomize, path).findings, []);
});

test('a patch is for what its target selects, or for what it names', () => {
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    names: ['nightly', 'a-nightly'],
    namespaces: [undefined, 'night'],
    value: { metadata: { labels: { team: 'data' } } },
  };
  const targets: [Parameters<typeof selects>[0], boolean][] = [
    [{ kind: 'Job' }, true],
    [{ kind: 'Job|CronJob', name: 'night.*' }, true],
    [{ name: 'night' }, false],
    [{ name: 'a-nightly', namespace: 'night', group: 'batch', version: 'v1' }, true],
    [{ group: 'apps' }, false],
    [{ labelSelector: 'team=data' }, true],
    [{ labelSelector: 'team==data, other' }, false],
    [{ labelSelector: 'team in (data)' }, false],
    [{ annotationSelector: 'x=y' }, false],
    [{ name: '(a*)*b' }, false],
    [{ name: '[' }, false],
  ];
  for (const [target, expected] of targets)
    assert.equal(selects(target, undefined, job), expected, JSON.stringify(target));
  const named = (metadata: Value, apiVersion = 'batch/v1') =>
    selects(undefined, { apiVersion, kind: 'Job', metadata }, job);
  assert.equal(named({ name: 'a-nightly' }), true);
  assert.equal(named({ name: 'nightly', namespace: 'night' }), true);
  assert.equal(named({ name: 'nightly', namespace: 'day' }), false);
  assert.equal(named({ name: 'nightly' }, 'batch/v1beta1'), false);
  assert.equal(selects({}, undefined, job), false);
});

test('patches are applied as kustomize does', () => {
  const merged = (before: Value, patch: Value) => {
    applyMerge(before, patch, true);
    return before;
  };
  const list = (...names: string[]) => ({ containers: names.map((name) => ({ name })) });
  assert.deepEqual(merged(list('a', 'b'), list('b', 'c')), list('b', 'c', 'a'));
  assert.deepEqual(merged(list('a', 'b'), { containers: [{ name: 'b', $patch: 'delete' }] }), list('a'));
  assert.deepEqual(merged(list('a'), { containers: [{ name: 'b' }, { $patch: 'replace' }] }), list('b'));
  assert.deepEqual(merged({ a: { b: 1, c: 2 } }, { a: { b: null }, d: { $patch: 'replace', e: 1 } }), {
    a: { c: 2 },
    d: { e: 1 },
  });
  merged({}, JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}'));
  assert.equal(({} as Value).polluted, undefined);
  const operations = readOperations([
    { op: 'add', path: '/a/-', value: 2 },
    { op: 'add', path: '/a/0', value: 0 },
    { op: 'replace', path: '/a/1', value: 1 },
    { op: 'remove', path: '/b~1c' },
    { op: 'test', path: '/a/0', value: 9 },
  ]);
  const value: Value = { a: [7], 'b/c': 1 };
  assert.ok(operations?.every((each) => applyOperation(value, each)));
  assert.deepEqual(value, { a: [0, 1, 2] });
  for (const [op, path] of [
    ['remove', '/a/9'],
    ['add', '/a/9'],
    ['move', '/a/0'],
    ['add', ''],
    ['add', '/x/y'],
  ]) {
    const [operation] = readOperations([{ op, path }]) ?? [];
    assert.equal(operation && applyOperation(value, operation), false, `${op} ${path}`);
  }
});

test('an index that leads elsewhere than the patch says is reported', () => {
  const replace = (path: string, value: unknown, ...ahead: object[]) =>
    JSON.stringify([...ahead, { op: 'replace', path: AT + path, value }]);
  const test = { op: 'test', path: `${AT}/containers/0/name`, value: 'proxy' };
  const table: [string, string, string | undefined][] = [
    [replace('/containers/0/image', 'registry.example.com:5000/load:2'), '', undefined],
    [replace('/containers/0/args', ['x']), '', undefined],
    [replace('/initContainers/0/image', 'haproxy:3'), '', undefined],
    [
      replace('/containers/0/image', 'haproxy@sha256:1'),
      "leads to container 'load', but it seems to be for 'proxy'",
      'initContainers/0/image',
    ],
    [
      replace('/containers/0/args', ['x'], test),
      "the patch tests for 'proxy' at initContainers/0",
      'initContainers/0/args',
    ],
    [replace('/containers/0', { name: 'proxy' }), "seems to be for 'proxy'", 'initContainers/0'],
    [
      replace('/containers/1/args', ['x']),
      "leads to no container, but it seems to be for 'proxy'",
      'initContainers/0/args',
    ],
    [replace('/containers/4/args', ['x']), 'leads to no container. An index', undefined],
    [
      JSON.stringify([{ op: 'add', path: `${AT}/containers/3`, value: { name: 'x' } }]),
      'leads to no container',
      'containers/-',
    ],
  ];
  for (const [patch, message, path] of table) {
    const analysis = analyzed(over(NATIVE, patch));
    const messages = seen(analysis).join('\n');
    assert.ok(message === '' ? messages === '' : messages.includes(message), `${patch}: ${messages}`);
    const fix = analysis.fixAll(analysis.findings, { unsafe: true });
    if (path === undefined) assert.equal(fix, undefined, patch);
    else assert.ok(fix && applyEdits(patch, fix.edits).includes(`"${AT}/${path}"`), patch);
  }
  // Without native sidecars a wrong index is nobody's business here.
  assert.deepEqual(seen(analyzed(over(REGULAR, replace('/containers/7/args', [])))), []);
});

test('an index that a move will change is information, without a fix of its own', () => {
  const patch = `- op: add\n  path: ${AT}/containers/1/args\n  value: [x]\n`;
  const analysis = analyzed(over(REGULAR, patch));
  assert.match(
    seen(analysis).join(),
    /^info possible This path means container 'load' \(then at containers\/0\) by its place/,
  );
  assert.equal(analysis.fixAll(analysis.findings, { unsafe: true }), undefined);
  const [finding] = analysis.findings;
  assert.equal(finding && patch.slice(finding.span.start, finding.span.end), `${AT}/containers/1/args`);
});

test('a patch that changes workloads of both sorts has no fix', () => {
  const kustomize = read({
    'w/one.yaml': NATIVE,
    'w/two.yaml': REGULAR.replace('name: nightly', 'name: daily'),
    'w/kustomization.yaml': 'resources: [one.yaml, two.yaml]\npatches: [{path: p.yaml, target: {kind: Job}}]',
    'w/p.yaml': MERGE,
  });
  const analysis = analyzed(kustomize, 'w/p.yaml');
  assert.equal(analysis.findings.length, 1);
  assert.match(JSON.stringify(analysis.findings[0]?.fix()), /Not offered: another workload/);
  assert.equal(analysis.fixAll(analysis.findings, { unsafe: true }), undefined);
});

test('spans and edits of a patch inside a kustomization lie in it', () => {
  const text = `resources: [job.yaml]
patches:
  - target: { kind: Job }
    patch: '[{"op": "test", "path": "${AT}/containers/0/name", "value": "proxy"}]'
  - patch: |-
      apiVersion: batch/v1
      kind: Job
      metadata: { name: nightly }
      spec: { template: { spec: { containers: [{ name: proxy, tty: true }] } } }
`;
  const kustomize = read({ 'w/job.yaml': NATIVE, 'w/kustomization.yaml': text });
  const analysis = analyzed(kustomize, 'w/kustomization.yaml');
  assert.deepEqual(
    analysis.findings.map(({ rule, span }) => [rule, text.slice(span.start, span.end)]),
    [
      ['overlay-by-index', `"${AT}/containers/0/name"`],
      ['overlay-wrong-list', 'proxy'],
    ],
  );
  const fix = analysis.fixAll(analysis.findings, { unsafe: true });
  const fixed = applyEdits(text, fix?.edits ?? []);
  assert.equal(
    fixed,
    text.replace('{ containers: [', '{ initContainers: [').replace('containers/0', 'initContainers/0'),
  );
  assert.deepEqual(
    analyzed(read({ 'w/job.yaml': NATIVE, 'w/kustomization.yaml': fixed }), 'w/kustomization.yaml').findings,
    [],
  );
});

test('Windows line endings stay', () => {
  const windows = (text: string) => text.replaceAll('\n', '\r\n');
  const base = NATIVE.replace(
    '        - name: proxy',
    '        - name: first\n          image: a\n        - name: proxy',
  );
  const analysis = analyzed(over(windows(base), windows(MERGE)));
  const fix = analysis.fixAll(analysis.findings, { unsafe: false });
  const expected = MERGE.replace('containers:\n', 'initContainers:\n        - name: first\n');
  assert.equal(applyEdits(windows(MERGE), fix?.edits ?? []), windows(expected));
});

test('init containers go on starting in the order of the base', () => {
  const base = job(
    'initContainers:',
    '- { name: first, image: a }',
    '- { name: proxy, image: "haproxy:2.9", restartPolicy: Always }',
    '- { name: second, image: b }',
    '- { name: logs, image: "haproxy:2.9", restartPolicy: Always }',
    'containers:',
    '- { name: load, image: "registry.example.com/load:1" }',
  );
  const tty = (name: string) => [`- name: ${name}`, '  tty: true'];
  const table: [string, string][] = [
    [
      job('containers:', ...tty('logs'), ...tty('proxy # the other')),
      job('initContainers:', '- name: first', ...tty('proxy # the other'), '- name: second', ...tty('logs')),
    ],
    [
      job('initContainers:', ...tty('second'), 'containers:', '- name: load', ...tty('logs')),
      job(
        'initContainers:',
        ...tty('second'),
        '- name: first',
        '- name: proxy',
        ...tty('logs'),
        'containers:',
        '- name: load',
      ),
    ],
    [
      job('containers: [{name: load}, {name: proxy}]'),
      job('initContainers: [{name: first}, {name: proxy}]', 'containers: [{name: load}]'),
    ],
  ];
  for (const [patch, expected] of table) {
    const analysis = analyzed(over(base, patch));
    const fix = analysis.fixAll(analysis.findings, { unsafe: false });
    assert.equal(applyEdits(patch, fix?.edits ?? []), expected, JSON.stringify(analysis.findings[0]?.fix()));
  }
});

test('a base tells of the patches that its move breaks, and is not fixed unasked', () => {
  const kustomize = over(REGULAR, `- op: add\n  path: ${AT}/containers/1/args\n  value: [x]\n`);
  const patches = patchesOf(kustomize, 'base/job.yaml');
  assert.deepEqual(
    patches.map(({ file, container, index }) => [file, container, index]),
    [['../overlays/top/patch.yaml', 'load', 1]],
  );
  const analysis = analyze(REGULAR, { patches });
  const [finding] = analysis.findings;
  assert.equal(
    finding?.evidence.at(-1)?.message,
    "the patch ../overlays/top/patch.yaml names 'load' by its place, containers/1",
  );
  const fix = finding?.fix();
  assert.ok(fix && 'edits' in fix && !fix.safe && fix.stays.length === 1);
  assert.equal(analysis.fixAll(analysis.findings, { unsafe: false }), undefined);
  assert.ok(analyze(REGULAR, { previous: analysis }).fixAll(analysis.findings, { unsafe: false }) === undefined);
  const without = analyze(REGULAR, { previous: analysis }).findings[0];
  assert.ok(without && !without.evidence.some(({ message }) => message.includes('patch')));
});

test('a pod without any image is a part of one, and never judged', () => {
  const part = REGULAR.replaceAll(/image: .*/g, 'args: [x]');
  assert.deepEqual(analyze(part).findings, []);
  assert.equal(analyze(part.replace('args: [x]', 'image: haproxy:2.9')).findings.length, 1);
  assert.equal(analyze(REGULAR).findings.length, 1);
});

test('rules for patches can be turned off', () => {
  const kustomize = over(NATIVE, MERGE);
  const rules = (level: 'off' | 'hint') => ({ rules: { 'overlay-wrong-list': level } });
  assert.deepEqual(analyzePatch(MERGE, { path: PATCH, kustomize, ...rules('off') }).findings, []);
  assert.equal(analyzePatch(MERGE, { path: PATCH, kustomize, ...rules('hint') }).findings[0]?.severity, 'hint');
});

test('comments in patches hide what they are about, and are offered', () => {
  const inline = (patch: string) =>
    `resources: [job.yaml]\npatches:\n  - patch: |-\n${patch.replace(/^(?=.)/gm, '      ')}`;
  const read1 = (text: string) => {
    const kustomize = read({ 'w/job.yaml': NATIVE, 'w/kustomization.yaml': text });
    return analyzed(kustomize, 'w/kustomization.yaml');
  };
  const hidden = ({ suppressed }: Analysis) => suppressed.map(({ finding, reason }) => [finding.rule, reason]);
  const ignored = MERGE.replace('- name', '# native-sidecars-ignore overlay-wrong-list: why\n        - name');
  for (const analysis of [analyzed(over(NATIVE, ignored)), read1(inline(ignored))]) {
    assert.deepEqual(analysis.findings, []);
    assert.deepEqual(hidden(analysis), [['overlay-wrong-list', 'why']]);
  }
  for (const [text, again] of [
    [MERGE, (text: string) => analyzed(over(NATIVE, text))],
    [inline(MERGE), read1],
  ] as const) {
    const [finding] = again(text).findings;
    const fixes = finding?.ignores() ?? [];
    assert.equal(fixes.length, 2);
    for (const { edits } of fixes)
      assert.deepEqual(hidden(again(applyEdits(text, edits))), [['overlay-wrong-list', '']]);
  }
  const quoted = `resources: [job.yaml]\npatches:\n  - patch: ${JSON.stringify(MERGE)}\n`;
  assert.deepEqual(
    read1(quoted).findings.map((each) => each.ignores().map(({ title }) => title)),
    [['Ignore overlay-wrong-list here', 'Ignore overlay-wrong-list in this file']],
  );
});

test('a comment in a patch that hides nothing can go, where all that is patched is known', () => {
  const vain = `# native-sidecars-ignore overlay-by-index: why\n${MERGE.replace('containers', 'initContainers')}`;
  const analysis = analyzed(over(NATIVE, vain));
  assert.deepEqual(
    analysis.findings.map(({ rule }) => rule),
    ['unused-suppression'],
  );
  assert.equal(analysis.fixAll(analysis.findings, { unsafe: false }), undefined);
  const fix = analysis.fixAll(analysis.findings, { unsafe: true });
  assert.equal(applyEdits(vain, fix?.edits ?? []), MERGE.replace('containers', 'initContainers'));
  const remote = read({
    [TOP]: 'resources: [https://example.com/base]\npatches: [{ path: patch.yaml }]\n',
    [PATCH]: vain,
  });
  assert.deepEqual(analyzed(remote).findings, []);
});
