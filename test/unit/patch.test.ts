import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Document } from 'yaml';
import { applyEdits } from '../../engine/text.ts';
import { takeItems } from '../../engine/yaml/items.ts';
import { means, plain } from '../../engine/yaml/meaning.ts';
import { CannotEdit, openPage } from '../../engine/yaml/page.ts';
import { type Change, patch, patched } from '../../engine/yaml/patch.ts';
import { putItems } from '../../engine/yaml/put-items.ts';
import { asMap, entry, type Path, readYaml } from '../../engine/yaml/read.ts';

/** A path written with dots. */
const at = (path: string): Path => path.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key));
const remove = (...paths: string[]): Change[] => paths.map((path) => ({ kind: 'remove', path: at(path) }));
const set = (path: string, value: string | string[]): Change[] => [{ kind: 'set', path: at(path), value }];
const add = (path: string, value: (Change & { kind: 'add' })['value'], ...behind: string[]): Change[] => [
  { kind: 'add', path: at(path), value, behind },
];
const rename = (path: string, name: string): Change[] => [{ kind: 'rename', path: at(path), name }];
const move = (path: string, before: number): Change[] => [{ kind: 'move', path: at(path), before }];

/** The text after the changes, checked against what they mean; the reason where they are refused. */
function apply(text: string, changes: readonly Change[]): string {
  const document = readYaml(text);
  assert.equal(document.error, undefined, text);
  try {
    const edits = patch(openPage(document), changes);
    const result = applyEdits(text, edits);
    assert.ok(means(document, result, patched(plain(document.value()), changes)), `another meaning:\n${result}`);
    for (const { span, text: by } of edits) {
      const isOfLines = /^(?!\r?\n).*\n$/s.test(text.slice(span.start, span.end));
      assert.ok(span.start === 0 || by !== '' || !isOfLines, 'lines go without the line ending before them');
    }
    return result;
  } catch (error) {
    if (error instanceof CannotEdit) return error.message;
    throw error;
  }
}

const CASES: readonly [name: string, text: string, changes: readonly Change[], expected: string][] = [
  ['an entry', 'a: 1\nb: 2\nc: 3\n', remove('b'), 'a: 1\nc: 3\n'],
  ['the first entry', 'a: 1\nb: 2\n', remove('a'), 'b: 2\n'],
  ['the first two entries', 'a: 1\nb: 2\nc: 3\n', remove('a', 'b'), 'c: 3\n'],
  ['the last entry', 'a: 1\nb:\n  c: 2\n', remove('b'), 'a: 1\n'],
  ['the last entry without a line ending', 'a: 1\nb: 2', remove('b'), 'a: 1'],
  ['an entry with its comments', 'a: 1\n# of b\n# too\nb: 2 # here\nc: 3\n', remove('b'), 'a: 1\nc: 3\n'],
  [
    'an entry, not the comments of others',
    'a:\n  x: 1\n  # of x\n# far\n\n# of b\nb: 2\n# of c\nc: 3\n',
    remove('b'),
    'a:\n  x: 1\n  # of x\n# far\n\n# of c\nc: 3\n',
  ],
  ['an entry with a deeper comment below', 'a:\n  x: 1\n  # of x\nb: 2\n', remove('a'), 'b: 2\n'],
  ['an entry between blank lines', 'a: 1\n\nb: 2\n\nc: 3\n', remove('b'), 'a: 1\n\nc: 3\n'],
  ['the last entry below a blank line', 'a: 1\n\nb: 2\n', remove('b'), 'a: 1\n'],
  ['the last entries below a blank line', 'a: 1\n\nb: 2\nc: 3\n', remove('b', 'c'), 'a: 1\n'],
  ['the last entry below a block that keeps its blank lines', 'a: |+\n  x\n\nb: 2\n', remove('b'), 'a: |+\n  x\n\n'],
  ['an entry with nothing behind its key', 'a: 1\nb:\n# of c\nc: 3\n', remove('b'), 'a: 1\n# of c\nc: 3\n'],
  ['an entry with a block scalar', 'a: 1\nb: |+\n  x\n\n\nc: 3\n', remove('b'), 'a: 1\nc: 3\n'],
  ['all that is in a map', 'a: 1\nb:\n  # why\n  c: 1\n  d: 2\ne: 3\n', remove('b.c', 'b.d'), 'a: 1\ne: 3\n'],
  ['what is empty then, upwards', 'a: 1\nb:\n  c:\n  - d: {e: 1}\n', remove('b.c.0.d.e'), 'a: 1\n'],
  ['everything', 'a: 1\n', remove('a'), '/nothing would be left'],
  ['the entry behind a dash', 'l:\n- a: 1\n  b: 2\n- c: 3\n', remove('l.0.a'), 'l:\n- b: 2\n- c: 3\n'],
  ['a map behind a dash', 'l:\n  -   a:\n        x: 1\n\n      b: 2\n', remove('l.0.a'), 'l:\n  -   b: 2\n'],
  ['two entries behind a dash', 'l:\n- a: 1\n  # of b\n  b: 2\n  c: 3\n', remove('l.0.a', 'l.0.b'), 'l:\n- c: 3\n'],
  [
    'the entry behind a dash above a comment',
    'l:\n- a: 1\n  # of b\n  b: 2\n',
    remove('l.0.a'),
    "/a comment stands behind 'a'",
  ],
  ['the only entry behind a dash', 'l:\n- a: 1\n- c: 3\n', remove('l.0.a'), 'l:\n- c: 3\n'],
  ['an item', 'l:\n- a\n- b\n- c\n', remove('l.1'), 'l:\n- a\n- c\n'],
  [
    'items',
    'l:\n  - a\n  # of b\n  - b\n  - c\n  - d: 1\n    e: 2\nz: 1\n',
    remove('l.1', 'l.3', 'l.0'),
    'l:\n  - c\nz: 1\n',
  ],
  ['all items', 'a: 1\nl:\n- a\n- b\nz: 1\n', remove('l.1', 'l.0'), 'a: 1\nz: 1\n'],
  [
    'items of a list that is not indented',
    'a:\n  l:\n  - a: 1\n    b: 2\n  - a: 3\n  # of m\n  m: 1\n',
    remove('a.l.1'),
    'a:\n  l:\n  - a: 1\n    b: 2\n  # of m\n  m: 1\n',
  ],
  ['an item of a list in a list', 'l:\n- - a\n  - b\n', remove('l.0.1'), 'l:\n- - a\n'],
  ['the first item of a list in a list', 'l:\n- - a\n  - b\n', remove('l.0.0'), '/shares its line/'],
  ['in brackets', 'a: {x: 1, w: 2, z: 3}\n', remove('a.w'), 'a: {x: 1, z: 3}\n'],
  ['the first in brackets', 'a: { x: 1, w: 2, z: 3 }\n', remove('a.x', 'a.w'), 'a: { z: 3 }\n'],
  ['first and last in brackets', 'a: [x, w, z]\n', remove('a.0', 'a.2'), 'a: [w]\n'],
  ['all in brackets', 'b: 1\na: [x, {w: 1}]\n', remove('a.0', 'a.1.w'), 'b: 1\n'],
  ['in brackets over lines', 'a: [\n  x,\n  w,\n  z,\n ]\n', remove('a.2'), 'a: [\n  x,\n  w,\n ]\n'],
  ['a comment in brackets', 'a: [\n  x, # of x\n  w\n]\n', remove('a.1'), '/comments or anchors stand/'],
  ['a comment at the end in brackets', 'a: [\n  x,\n  w # of w\n]\n', remove('a.1'), '/a comment stands/'],
  ['a key without a value in brackets', 'a: {x: , w, z: 1}\n', remove('a.x', 'a.w'), 'a: {z: 1}\n'],
  ['one-line JSON', '{"a":{"b":1,"c":[1,2]},"d":3}', remove('a.b', 'a.c.0'), '{"a":{"c":[2]},"d":3}'],
  [
    'JSON over lines',
    '{\n  "a": 1,\n  "b": [\n    "x",\n    "w"\n  ],\n  "c": 3\n}\n',
    remove('b.1', 'c'),
    '{\n  "a": 1,\n  "b": [\n    "x"\n  ]\n}\n',
  ],
  ['JSON with tabs', '{\n\t"a": 1,\n\t"b": 2\n}\n', remove('a'), '{\n\t"b": 2\n}\n'],
  ['what comes from a merge key', 'b: &x {k: 1}\na:\n  <<: *x\n  m: 1\n', remove('a.k'), "/'k' is not written here/"],
  [
    'what a merge key would bring back',
    'b: &x {k: 1}\na:\n  <<: *x\n  k: 2\n',
    remove('a.k'),
    '/would not mean the same/',
  ],
  ['what is inside an alias', 'b: &x {k: 1, l: 2}\na: *x\n', remove('a.k'), '/an anchor and its alias/'],
  ['what is inside an anchor', 'b: &x {k: 1, l: 2}\na: *x\n', remove('b.k'), '/an anchor and its alias/'],
  ['an alias', 'b: &x {k: 1, l: 2}\na: *x\n', remove('a'), 'b: &x {k: 1, l: 2}\n'],
  ['an anchor that is used', 'c: 1\nb:\n  d: &x {k: 1}\na: *x\n', remove('b'), '/used elsewhere by its anchor/'],
  ['an anchor that is used in what goes', 'c: 1\nb:\n  d: &x {k: 1}\n  e: *x\n', remove('b'), 'c: 1\n'],
  ['a key that is written twice', 'a: 1\nb: 1\na: 2\n', remove('a'), "/'a' is written twice/"],
  ['a comment with a template action', 'a: 1\n# {{- if .x }}\nb: 1\n', remove('b'), '/template action/'],
  ['what is not there', 'a: 1\nb: 1\n', remove('c'), "/'c' is not written here/"],
  ['what goes twice', 'a: 1\nb:\n  c: 1\n', [...remove('b.c', 'b'), ...set('b.c', 'x')], 'a: 1\n'],

  ['a scalar', 'a: x # why\n', set('a', 'w'), 'a: w # why\n'],
  ['a scalar in double quotes', 'a: "x"\n', set('a', 'w'), 'a: "w"\n'],
  ['a scalar that would be a boolean', 'a: x\n', set('a', 'yes'), "a: 'yes'\n"],
  ['a scalar that was a number', 'a: 1\n', set('a', '2'), "a: '2'\n"],
  ['a block scalar', 'a: |\n  x\n  w\nb: 1\n', set('a', 'z'), 'a: z\nb: 1\n'],
  ['a list', 'l:\n- sh\n- -c\n- x w\n', set('l', ['sh', 'w']), 'l:\n- sh\n- w\n'],
  ['a longer list', 'l:\n- a\n', set('l', ['a', 'b', 'c']), 'l:\n- a\n- b\n- c\n'],
  ['a shorter list', 'l:\n  - a # first\n  - b\n  - c\nz: 1\n', set('l', ['a']), 'l:\n  - a # first\nz: 1\n'],
  ['an empty list', 'l:\n  - a\nz: 1\n', set('l', []), 'z: 1\n'],
  ['a script for its words', 'l:\n# run it\n- |\n  exec x -f\nz: 1\n', set('l', ['x', '-f']), 'l:\n- x\n- -f\nz: 1\n'],
  [
    'items that need quotes',
    'l:\n- |\n  x\n',
    set('l', [
      'yes',
      '0x1F',
      '',
      'a: b',
      'a #b',
      '*',
      '1:30',
      '~',
      "it's",
      '- x',
      '{{ x }}',
      'a\nb',
      '-f',
      '127.0.0.1:80',
    ]),
    'l:\n- "yes"\n- "0x1F"\n- ""\n- "a: b"\n- "a #b"\n- "*"\n- "1:30"\n- "~"\n- it\'s\n- "- x"\n- "{{ x }}"\n- "a\\nb"\n- -f\n- 127.0.0.1:80\n',
  ],
  ['items beside double quotes', 'l:\n- a\n- "8080"\n', set('l', ['b', '80']), 'l:\n- b\n- "80"\n'],
  ['items where all stand in quotes', "l:\n- 'a'\n- 'b'\n", set('l', ['c', "it's"]), "l:\n- 'c'\n- 'it''s'\n"],
  ['a list in brackets', 'l: ["sh", "-c", "x"]\n', set('l', ['x', '-f']), 'l: ["x", "-f"]\n'],
  ['a list in brackets without quotes', 'l: [sh,-c,x]\n', set('l', ['sh', 'a,b']), 'l: [sh,"a,b"]\n'],
  ['a longer list in brackets', 'l: [\n  "sh"\n]\n', set('l', ['sh', 'x']), 'l: [\n  "sh",\n  "x"\n]\n'],
  ['a shorter list in brackets', 'l: ["sh", "-c", "x"]\n', set('l', ['sh']), 'l: ["sh"]\n'],
  ['a list in JSON', '{"l":["sh","-c"]}', set('l', ['yes', '"']), '{"l":["yes","\\""]}'],
  ['a list for a map', 'l: {a: 1}\n', set('l', ['x']), '/no list/'],

  ['a new scalar', 'l:\n- a: 1\n  b: 2\n', add('l.0.c', 'yes', 'x', 'a'), "l:\n- a: 1\n  c: 'yes'\n  b: 2\n"],
  ['a new scalar behind a script', 'a: |\n  x\n\nb: 2', add('c', true, 'a'), 'a: |\n  x\nc: true\n\nb: 2'],
  ['a new scalar at the end', 'a: 1\nb: 2', add('c', 3, 'b'), 'a: 1\nb: 2\nc: 3'],
  [
    'a new map',
    'l:\n- a: 1\n  b: 2\n',
    add('l.0.p', { exec: { command: ['x', '80'] }, periodSeconds: 1 }, 'b'),
    "l:\n- a: 1\n  b: 2\n  p:\n    exec:\n      command:\n      - x\n      - '80'\n    periodSeconds: 1\n",
  ],
  [
    'a new map with wide steps',
    'k:\n    a: 1\nl:\n    - 1\n',
    add('k.p', { x: ['w'] }),
    'k:\n    a: 1\n    p:\n        x:\n            - w\nl:\n    - 1\n',
  ],
  [
    'a new map in brackets',
    'l: [{a: 1, b: 2}]\n',
    add('l.0.p', { x: { w: '1' } }, 'a'),
    "l: [{a: 1, p: {x: {w: '1'}}, b: 2}]\n",
  ],
  ['a new map in JSON', '{"a":"x","b":2}', add('p', { x: ['w'] }, 'a'), '{"a":"x","p":{"x": ["w"]},"b":2}'],
  [
    'a new entry beside one that goes',
    'a: 1\nb: 2\nc: 3\n',
    [...remove('b'), ...add('d', 'x', 'b', 'a')],
    'a: 1\nd: x\nc: 3\n',
  ],
  [
    'a new entry behind the dash of one that goes',
    'l:\n- a: 1\n  b: 2\n',
    [...remove('l.0.a'), ...add('l.0.d', 'x', 'a')],
    'l:\n- b: 2\n  d: x\n',
  ],
  [
    'a new entry in a map that is emptied',
    'l: 1\nm:\n  a: 1\n',
    [...remove('m.a'), ...add('m.d', 'x', 'a')],
    '/nothing of it would be left/',
  ],
  ['a new entry that is there', 'a: 1\n', add('a', 'x'), "/'a' is there already/"],
  [
    'an item to the front, with its comments',
    'l:\n# of a\n- a: 1\n# of b\n- b: 1\n  # in b\n  c: 2 # too\n# of d\n- d: 1\n',
    move('l.1', 0),
    'l:\n# of b\n- b: 1\n  # in b\n  c: 2 # too\n# of a\n- a: 1\n# of d\n- d: 1\n',
  ],
  [
    'the last item',
    'l:\n  - a: 1\n  - b: 1\n  - c: 1\nm: 1\n',
    move('l.2', 1),
    'l:\n  - a: 1\n  - c: 1\n  - b: 1\nm: 1\n',
  ],
  ['the last item of a text without a line ending', 'l:\n- a: 1\n- b: 1', move('l.1', 0), 'l:\n- b: 1\n- a: 1'],
  ['items between blank lines', 'l:\n- a: 1\n\n- b: 1\n\n- c: 1\n', move('l.2', 0), 'l:\n- c: 1\n\n- a: 1\n\n- b: 1\n'],
  ['an item in brackets', 'l: [{a: 1}, {b: 1}, {c: 1}]\n', move('l.2', 1), 'l: [{a: 1}, {c: 1}, {b: 1}]\n'],
  ['an item in JSON', '{"l":[{"a":1},{"b":1}]}', move('l.1', 0), '{"l":[{"b":1},{"a":1}]}'],
  ['an item twice', 'l:\n- a: 1\n- b: 1\n', [...move('l.1', 0), ...move('l.1', 0)], 'l:\n- b: 1\n- a: 1\n'],
  ['two items', 'l:\n- a: 1\n- b: 1\n- c: 1\n', [...move('l.1', 0), ...move('l.2', 0)], 'l:\n- b: 1\n- c: 1\n- a: 1\n'],
  [
    'an item that changes on the way',
    'l:\n- a: 1\n- b: 1\n  c: 2\n  d: 3\n- e: 1\n',
    [...move('l.1', 0), ...set('l.1.b', 'x'), ...remove('l.1.d', 'l.2'), ...add('l.1.f', 'w', 'b')],
    'l:\n- b: x\n  f: w\n  c: 2\n- a: 1\n',
  ],
  ['an item with an anchor before its alias', 'l:\n- a: &x 1\n- b: *x\n', move('l.1', 0), '/would not mean the same/'],
  ['a key', 'a: 1\nb: 2 # why\nc: 3\n', rename('b', 'd'), 'a: 1\nd: 2 # why\nc: 3\n'],
  [
    'a key of a collection',
    'a: 1\n"b": # why\n  # what\n  c: 2\n',
    rename('b', 'd'),
    'a: 1\n"d": # why\n  # what\n  c: 2\n',
  ],
  ['a key in brackets and JSON', '{"a":{"b":[1]}}', rename('a.b', 'c'), '{"a":{"c":[1]}}'],
  ['a key behind a dash', 'l:\n- a: 1\n  b: 2\n', rename('l.0.a', 'c'), 'l:\n- c: 1\n  b: 2\n'],
  ['a key that is there', 'a: 1\nb: 2\n', rename('a', 'b'), "/'b' is there already"],
  ['a key of a merged map', 'a: &a\n  x: 1\nb:\n  <<: *a\n', rename('b.x', 'y'), "/'x' comes from a merge key"],
  ['an item', 'l:\n- 1\n', rename('l.0', 'y'), "/there is no '0'"],
  [
    'a script and the rest of a pod',
    'l:\n- name: a\n  args:\n  - -c\n  - |\n    x\n    pkill w\n  env:\n  - name: B\n  v:\n  - name: C\n',
    [
      ...remove('l.0.env.0', 'l.0.v.0'),
      { kind: 'rewrite', path: at('l.0.args.1'), edits: [{ span: { start: 2, end: 10 }, text: '' }] },
    ],
    'l:\n- name: a\n  args:\n  - -c\n  - |\n    x\n',
  ],
];

for (const [name, text, changes, expected] of CASES) {
  test(`patch: ${name}`, () => {
    const outcome = apply(text, changes);
    const windows = apply(text.replaceAll('\n', '\r\n'), changes);
    if (expected.startsWith('/')) {
      assert.match(outcome, new RegExp(expected.replace(/^\/|\/$/g, '')));
      assert.equal(windows, outcome);
    } else {
      assert.equal(outcome, expected);
      assert.equal(windows, expected.replaceAll('\n', '\r\n'));
    }
  });
}

test('patch: goes together with a move', () => {
  const text = 'i:\n- x: 0\nk: 1\nc:\n- x: 1\n  w: 2\n- x: 3\nv: 4\n';
  const document = readYaml(text);
  const page = openPage(document);
  const [target, source] = ['i', 'c'].map((name) => entry(document, asMap(document, document.root), name));
  assert.ok(source && target);
  const changes = patch(page, [...remove('c.0.w', 'k', 'v'), ...add('c.0.z', 'new', 'x')]);
  const { removals, pieces } = takeItems(page, source, [0], changes);
  const outside = changes.filter(
    ({ span }) => !removals.some((each) => each.span.start <= span.start && span.end <= each.span.end),
  );
  const edits = [...removals, ...outside, ...putItems(page, pieces, { name: 'i', source, target, place: 'before' })];
  assert.equal(applyEdits(text, edits), 'i:\n- x: 0\n- x: 1\n  z: new\nc:\n- x: 3\n');
});

const scalar = fc.constantFrom<unknown>(
  'x',
  'yes',
  '8080',
  'a: b',
  'line one\nline two\n',
  'tail\n\n',
  '',
  '{{ .x }}',
  1,
  true,
  null,
);
const container = fc.record(
  {
    image: fc.constantFrom('haproxy:2.9'),
    command: fc.array(scalar, { minLength: 1, maxLength: 3 }),
    env: fc.array(fc.record({ name: fc.constantFrom('A', 'B'), value: scalar }), { minLength: 1, maxLength: 2 }),
    securityContext: fc.record(
      { runAsUser: fc.constant(0), capabilities: fc.constant({ drop: ['ALL'] }) },
      { requiredKeys: ['runAsUser'] },
    ),
    empty: fc.constantFrom<unknown>([], {}),
    volumeMounts: fc.array(fc.record({ name: scalar, mountPath: fc.constant('/x') }), { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: ['image'] },
);
const manifest = fc.record({
  spec: fc.record(
    {
      shareProcessNamespace: fc.boolean(),
      containers: fc.array(container, { minLength: 1, maxLength: 3 }),
      volumes: fc.array(fc.record({ name: scalar, emptyDir: fc.constant({}) }), { minLength: 1, maxLength: 3 }),
      lists: fc.array(fc.array(scalar, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 2 }),
    },
    { requiredKeys: ['containers'] },
  ),
  first: fc.boolean(),
  removed: fc.array(fc.nat(), { minLength: 1, maxLength: 8 }),
  list: fc.array(fc.constantFrom('x', 'yes', '-f', "it's", 'a b', 'a\nb', ''), { maxLength: 3 }),
  indentSeq: fc.boolean(),
  indent: fc.constantFrom(2, 4),
  flow: fc.constantFrom('none', 'none', 'containers', 'json', 'pretty', 'tabs'),
  comments: fc.array(fc.record({ line: fc.nat({ max: 60 }), column: fc.nat({ max: 12 }) }), { maxLength: 3 }),
  blanks: fc.array(fc.nat({ max: 60 }), { maxLength: 3 }),
  crlf: fc.boolean(),
  finalNewline: fc.boolean(),
});
type Manifest = typeof manifest extends fc.Arbitrary<infer T> ? T : never;

function write(m: Manifest): string {
  const object = m.first ? { spec: m.spec, kind: 'Pod' } : { kind: 'Pod', spec: m.spec };
  let text: string;
  if (m.flow === 'json') text = JSON.stringify(object);
  else if (m.flow === 'pretty' || m.flow === 'tabs') {
    text = `${JSON.stringify(object, null, m.flow === 'tabs' ? '\t' : m.indent)}\n`;
  } else {
    const document = new Document(object, { version: '1.1', aliasDuplicateObjects: false });
    if (m.flow === 'containers')
      document.setIn(
        ['spec', 'containers', 0],
        document.createNode(m.spec.containers[0], { flow: true, aliasDuplicateObjects: false }),
      );
    const lines = document.toString({ indent: m.indent, indentSeq: m.indentSeq, lineWidth: 0 }).split('\n');
    for (const { line, column } of m.comments)
      lines.splice(line % lines.length, 0, `${' '.repeat(column)}# note ${line}`);
    for (const line of m.blanks) lines.splice(line % lines.length, 0, '');
    text = lines.join('\n');
  }
  if (!m.finalNewline) text = text.replace(/\n$/, '');
  return m.crlf ? text.replace(/\n/g, '\r\n') : text;
}

/** The paths of everything in a value. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  return [...keys].flatMap((key) => {
    const inner = [...path, key];
    return [inner, ...pathsOf((value as Record<string | number, unknown>)[key], inner)];
  });
}

test('patch: any removals mean what was intended, or are refused', () => {
  let done = 0;
  fc.assert(
    fc.property(manifest, (m) => {
      const text = write(m);
      const document = readYaml(text);
      // A comment put inside a block scalar is text, and may have broken what stood there.
      if (document.error !== undefined) return;
      const paths = pathsOf(document.value()).filter((path) => path.length > 1 && path.at(-2) !== 'command');
      const lists = paths.filter((path) => path.at(-1) === 'command');
      const changes: Change[] = m.removed.map((at) => ({ kind: 'remove', path: paths[at % paths.length] as Path }));
      const list = lists[(m.removed[0] ?? 0) % Math.max(lists.length, 1)];
      if (list) changes.push({ kind: 'set', path: list, value: m.list });
      const outcome = apply(text, changes);
      if (!/kind"?:/.test(outcome)) return;
      done += 1;
      assert.equal(/[^\r]\n/.test(outcome) && text.includes('\r\n'), false, 'a mixed line ending');
      assert.equal(outcome.endsWith('\n'), text.endsWith('\n'));
    }),
    { numRuns: 600 },
  );
  assert.ok(done > 300, `only ${done} of 600 were made`);
});
