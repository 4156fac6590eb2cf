import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { readPods } from '../../engine/kube/pod.ts';
import { move as makeNative } from '../../engine/migrate/migrate.ts';
import { readYaml } from '../../engine/yaml/read.ts';
import { job, result } from './migration.ts';

/** Moves the named containers of the only pod in a text; the reason where that is refused. */
function move(text: string, ...names: string[]): string {
  const [pod] = readPods(readYaml(text));
  assert.ok(pod, `no pod in:\n${text}`);
  const containers = pod.containers.filter((container) => names.includes(container.name?.value ?? ''));
  return result(text, makeNative([{ pod, containers }]));
}

const REFUSALS: readonly [name: string, spec: string, names: string[], reason: RegExp][] = [
  ['the only container', 'containers:\n- name: proxy\n', ['proxy'], /a pod needs a regular container/],
  ['all containers', 'containers:\n- name: a\n- name: b\n', ['a', 'b'], /a pod needs a regular container/],
  [
    'an item that is an alias',
    'volumes:\n- &proxy {name: proxy, image: x}\ncontainers:\n- name: work\n- *proxy\n',
    ['proxy'],
    /'proxy' is an alias/,
  ],
  [
    'a list that is an alias',
    'volumes: &list\n- name: work\n- name: proxy\ncontainers: *list\n',
    ['proxy'],
    /the list of containers is an alias/,
  ],
  [
    'a list that others use by its anchor',
    'containers: &list\n- name: work\n- name: proxy\nvolumes: *list\n',
    ['proxy'],
    /an anchor and its alias tie/,
  ],
  [
    'a comment with a template action',
    'containers:\n- name: work\n# {{- if .Values.proxy }}\n- name: proxy\n# {{- end }}\n',
    ['proxy'],
    /template action/,
  ],
  [
    'comments between items in brackets',
    'containers: [\n  {name: work}, # the work\n  {name: proxy}\n]\n',
    ['proxy'],
    /comments stand/,
  ],
];

for (const [name, spec, names, reason] of REFUSALS) {
  test(`not moved: ${name}`, () => assert.match(move(job(spec), ...names), reason));
}

const scalar = fc.constantFrom(
  'x',
  'yes',
  '08',
  'a: b',
  '# no comment',
  'line one\nline two\n',
  'tail\n\n',
  '',
  '{{ .Values.x }}',
);
const container = fc.record(
  {
    image: fc.constantFrom('haproxy:2.9', 'registry:5000/a/b@sha256:00'),
    command: fc.array(scalar, { maxLength: 3 }),
    env: fc.array(fc.record({ name: fc.constantFrom('A', 'B'), value: scalar }), { maxLength: 2 }),
    restartPolicy: fc.constantFrom('Never', 'OnFailure', 'Always'),
    restartPolicyRules: fc.constant([{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }]),
    securityContext: fc.constant({ runAsUser: 0, capabilities: { drop: ['ALL'] } }),
  },
  { requiredKeys: [] },
);

const manifest = fc.record({
  containers: fc.array(container, { minLength: 2, maxLength: 4 }),
  initContainers: fc.option(fc.array(container, { maxLength: 2 }), { nil: undefined }),
  initFirst: fc.boolean(),
  moved: fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 2 }),
  indentSeq: fc.boolean(),
  indent: fc.constantFrom(2, 4),
  flow: fc.constantFrom('none', 'items', 'json', 'pretty'),
  comments: fc.array(fc.record({ line: fc.nat({ max: 200 }), column: fc.nat({ max: 16 }) }), { maxLength: 8 }),
  blanks: fc.array(fc.nat({ max: 200 }), { maxLength: 3 }),
  crlf: fc.boolean(),
  finalNewline: fc.boolean(),
});

type Manifest = typeof manifest extends fc.Arbitrary<infer T> ? T : never;

function write(m: Manifest): { text: string; names: string[] } {
  const named = (list: object[], prefix: string) => list.map((each, i) => ({ name: `${prefix}${i}`, ...each }));
  const containers = named(m.containers, 'c');
  const names = [...new Set(m.moved)].map((i) => `c${i % containers.length}`);
  const init = m.initContainers && { initContainers: named(m.initContainers, 'i') };
  const spec = m.initFirst ? { ...init, containers } : { containers, ...init };
  const object = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    spec: { template: { spec: { restartPolicy: 'Never', ...spec, terminationGracePeriodSeconds: 5 } } },
  };
  let text: string;
  if (m.flow === 'json') text = JSON.stringify(object);
  else if (m.flow === 'pretty') text = `${JSON.stringify(object, null, m.indent)}\n`;
  else {
    const options = { version: '1.1', indent: m.indent, indentSeq: m.indentSeq, lineWidth: 0 } as const;
    text = stringify(object, options);
    const lines = text.split('\n');
    for (const { line, column } of m.comments)
      lines.splice(line % lines.length, 0, `${' '.repeat(column)}# note ${line}`);
    for (const line of m.blanks) lines.splice(line % lines.length, 0, '');
    text = lines.join('\n');
  }
  if (!m.finalNewline) text = text.replace(/\n$/, '');
  return { text: m.crlf ? text.replace(/\n/g, '\r\n') : text, names: [...new Set(names)] };
}

const comments = (text: string) => (text.match(/# note \d+/g) ?? []).sort();

test('a move means what was intended, keeps every comment, and is undone by nothing but itself', () => {
  let moved = 0;
  fc.assert(
    fc.property(manifest, (m) => {
      const { text, names } = write(m);
      const document = readYaml(text);
      const [pod] = readPods(document);
      // A comment put inside a block scalar is text, and may have broken what stood there.
      if (document.error !== undefined || !pod || pod.containers.length <= names.length) return;
      const outcome = move(text, ...names);
      if (outcome.startsWith('Not offered')) return;
      moved += 1;
      const [after] = readPods(readYaml(outcome));
      assert.ok(after);
      assert.deepEqual(
        after.containers.map((c) => c.name?.value),
        pod.containers.map((c) => c.name?.value).filter((name) => !names.includes(name ?? '')),
      );
      const sorted = [...names].sort();
      assert.deepEqual(
        after.initContainers.map((c) => c.name?.value),
        [...pod.initContainers.map((c) => c.name?.value), ...sorted],
      );
      for (const c of after.initContainers.slice(-sorted.length)) assert.equal(c.restartPolicy?.value, 'Always');
      if (!m.containers.some((c) => c.restartPolicyRules)) assert.deepEqual(comments(outcome), comments(text));
      assert.equal(outcome.includes('\r\n'), text.includes('\r\n'));
      assert.equal(/[^\r]\n/.test(outcome) && text.includes('\r\n'), false, 'a mixed line ending');
      assert.equal(outcome.endsWith('\n'), text.endsWith('\n'));
    }),
    { numRuns: 300 },
  );
  assert.ok(moved > 150, `only ${moved} of 300 were moved`);
});

test('a text with Windows line endings moves like its twin', () => {
  fc.assert(
    fc.property(manifest, (m) => {
      const unix = write({ ...m, crlf: false });
      const document = readYaml(unix.text);
      if (document.error !== undefined || readPods(document).length === 0) return;
      const windows = unix.text.replace(/\n/g, '\r\n');
      assert.equal(move(windows, ...unix.names), move(unix.text, ...unix.names).replace(/\n/g, '\r\n'));
    }),
    { numRuns: 60 },
  );
});
