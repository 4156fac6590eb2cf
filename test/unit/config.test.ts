import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { parseDocument } from 'yaml';
import { OPTIONS } from '../../engine/config/schema.ts';
import { globMatches } from '../../engine/glob.ts';
import { analyze, chartVersions, completeConfig, formatVersions, readConfig, settle } from '../../engine/index.ts';
import { only } from '../../engine/kube/version.ts';

const FULL = `# Everything.
kubernetesVersion: 1.30
rules:
  non-native-sidecar: error
  wait-loop: off
sidecars:
  names: [mesh-*]
  images:
    - registry.example.com/mesh/agent
mains:
  names: [work]
kinds:
  - group: example.com
    kind: Pipeline
    templates: [spec.tasks.*.template]
    restartPolicies: [Never]
exclude:
  - vendor/
  - "**/generated/*.yaml"
helm:
  enabled: true
  values: [values-production.yaml]
`;

test('a whole configuration is read as it is written', () => {
  assert.deepEqual(readConfig(FULL), {
    problems: [],
    config: {
      kubernetesVersion: { lowest: { major: 1, minor: 30 }, highest: { major: 1, minor: 30 } },
      rules: [{ rules: { 'non-native-sidecar': 'error', 'wait-loop': 'off' } }],
      sidecars: { names: ['mesh-*'], images: ['registry.example.com/mesh/agent'] },
      mains: { names: ['work'] },
      kinds: [
        { group: 'example.com', kind: 'Pipeline', templates: ['spec.tasks.*.template'], restartPolicies: ['Never'] },
      ],
      exclude: ['vendor/', '**/generated/*.yaml'],
      helm: { enabled: true, values: ['values-production.yaml'] },
    },
  });
});

test('rules by glob are a list', () => {
  const text = 'rules:\n  - rules: {wait-loop: off}\n  - files: charts/**\n    rules: {wait-loop: hint}\n';
  assert.deepEqual(readConfig(text), {
    problems: [],
    config: { rules: [{ rules: { 'wait-loop': 'off' } }, { files: ['charts/**'], rules: { 'wait-loop': 'hint' } }] },
  });
});

for (const [text, message, at] of [
  ['ruels:\n  x: off\n', "There is no key 'ruels' here. Did you mean 'rules'?", 'ruels'],
  ['frob: 1\n', "There is no key 'frob' here.", 'frob'],
  [
    'rules:\n  non-native-sidcar: off\n',
    "There is no rule 'non-native-sidcar'. Did you mean 'non-native-sidecar'?",
    'non-native-sidcar',
  ],
  [
    'rules:\n  wait-loop: of\n',
    "'wait-loop' takes off, error, warning, info or hint, not 'of'. Did you mean 'off'?",
    'of',
  ],
  ['rules:\n  wait-loop: true\n', "'wait-loop' takes off, error, warning, info or hint, not 'true'.", 'true'],
  ['rules: off\n', "'rules' takes keys such as non-native-sidecar and init-container-never-exits or a list.", 'off'],
  ['rules:\n  - files: [a]\n', "An item of 'rules' needs 'rules'.", 'files: [a]'],
  ['kubernetesVersion: latest\n', "'latest' is not understood. Write it like 1.29, or >=1.27 <1.34.", 'latest'],
  ['kubernetesVersion: 1.99\n', 'Kubernetes 1.99 is not known; 1.20 to 1.38 are.', '1.99'],
  ['kubernetesVersion: [1.29]\n', "'kubernetesVersion' takes a text.", '[1.29]'],
  ['sidecars: [mesh]\n', "'sidecars' takes keys such as names and images.", '[mesh]'],
  ['sidecars:\n  names: mesh\n', "'names' takes a list.", 'mesh'],
  [
    "exclude: ['vendor\\charts']\n",
    "'vendor\\charts' is not understood. Write a file or folder with forward slashes, such as vendor/ or **/generated/*.yaml; ! is not known.",
    "'vendor\\charts'",
  ],
  [
    'rules:\n  - files: "!legacy/"\n    rules: {}\n',
    "'!legacy/' is not understood. Write a file or folder with forward slashes, such as vendor/ or **/generated/*.yaml; ! is not known.",
    '"!legacy/"',
  ],
  [
    'kinds:\n  - {kind: Pipeline, templates: ["spec.steps[*].template"]}\n',
    "'spec.steps[*].template' is not understood. Write keys joined by dots, such as spec.tasks.*.template.",
    '"spec.steps[*].template"',
  ],
  ['exclude: vendor\n', "'exclude' takes a list.", 'vendor'],
  ['exclude: [{a: b}]\n', "An item of 'exclude' takes a text.", '{a: b}'],
  ['kinds:\n  - kind: Pipeline\n', "An item of 'kinds' needs 'templates'.", 'kind: Pipeline'],
  [
    'kinds:\n  - {group: example.com/v1, kind: P, templates: [spec]}\n',
    "'example.com/v1' is not understood. Write the API group without its version, such as example.com.",
    'example.com/v1',
  ],
  ['helm:\n  enabled: perhaps\n', "'enabled' takes true or false.", 'perhaps'],
  ['exclude: []\nexclude: []\n', "'exclude' is written twice.", 'exclude'],
  ['- a\n', 'The configuration takes keys such as kubernetesVersion and rules.', '- a'],
  ['nonsense', 'The configuration takes keys such as kubernetesVersion and rules.', 'nonsense'],
] as const) {
  test(`a configuration that is wrong is told where and how: ${JSON.stringify(text)}`, () => {
    const { problems, config } = readConfig(text);
    assert.deepEqual(
      problems.map((problem) => problem.message),
      [message],
    );
    const [{ span } = { span: { start: 0, end: 0 } }] = problems;
    assert.equal(text.slice(span.start, span.end), at);
    assert.ok(Object.values(config).every((each) => each === undefined || typeof each === 'object'));
  });
}

test('what is wrong leaves the rest', () => {
  const { config, problems } = readConfig('rules:\n  wait-loop: off\n  nope: off\nexclude: [a, [b]]\n');
  assert.equal(problems.length, 2);
  assert.deepEqual(config, { rules: [{ rules: { 'wait-loop': 'off' } }], exclude: ['a'] });
});

test('no text makes it throw, and every problem lies in the text', () => {
  for (const text of [
    '',
    '\n',
    'rules:',
    'rules: {',
    'a: *b',
    '&a [*a]',
    'a: &a\n  b: *a',
    '---\na: 1\n---\nb: 2\n',
    '\t',
    '{{ x }}: 1',
    `${'['.repeat(300)}`,
    '__proto__: 1',
    'rules: {constructor: off}',
  ]) {
    const { problems } = readConfig(text);
    for (const { span } of problems)
      assert.ok(span.start >= 0 && span.start < span.end && span.end <= Math.max(1, text.length), text);
  }
  assert.deepEqual(readConfig('').problems, []);
  assert.match(readConfig('a: [').problems[0]?.message ?? '', /^This is no YAML: /);
});

test('settings are read by the same reader', () => {
  const settings = { kubernetesVersion: '', rules: { 'wait-loop': 'off' }, sidecars: {}, exclude: ['a'] };
  const { config } = readConfig(JSON.stringify(settings));
  assert.deepEqual(config, { rules: [{ rules: { 'wait-loop': 'off' } }], sidecars: {}, exclude: ['a'] });
});

test('the schema agrees with the reader', () => {
  const validate = new Ajv({ strict: false }).compile(JSON.parse(readFileSync('docs/config.schema.json', 'utf8')));
  // Editors read YAML 1.2, in which `off` is a text.
  const value = (text: string) => parseDocument(text, { version: '1.2' }).toJS();
  assert.ok(validate(value(FULL)), JSON.stringify(validate.errors));
  for (const text of [
    'ruels: {}',
    'rules: {nope: off}',
    'rules: {wait-loop: of}',
    'exclude: a',
    'sidecars: {image: a}',
  ]) {
    assert.equal(validate(value(text)), false, text);
    assert.equal(readConfig(text).problems.length, 1, text);
  }
});

test('the first that says something counts, for rules one by one', () => {
  const layer = (text: string, base?: string) => ({
    source: 'settings' as const,
    config: readConfig(text).config,
    base,
  });
  const layers = [
    layer('kubernetesVersion: 1.31\n'),
    layer(
      'kubernetesVersion: 1.29\nrules: [{rules: {wait-loop: error}}, {files: old/, rules: {wait-loop: off}}]\nexclude: [vendor/]\n',
      '/w',
    ),
    layer('rules: {wait-loop: hint, kill-workaround: hint}\nexclude: [a]\nsidecars: {names: [x]}\n', '/w'),
  ];
  const settled = settle(layers, '/w/new/job.yaml');
  assert.deepEqual(settled, {
    versions: { lowest: { major: 1, minor: 31 }, highest: { major: 1, minor: 31 } },
    origin: { source: 'settings' },
    problems: [],
    sidecars: { names: ['x'] },
    helm: { enabled: true, values: [], file: undefined },
    rules: { 'wait-loop': 'error', 'kill-workaround': 'hint' },
    isExcluded: false,
  });
  assert.equal(settle(layers, '/w/old/job.yaml').rules['wait-loop'], 'off');
  assert.equal(settle(layers, '/w/vendor/deep/job.yaml').isExcluded, true);
  // The file's list takes the place of the settings' one.
  assert.equal(settle(layers, '/w/a').isExcluded, false);
});

test('files of values count from the configuration that names them', () => {
  const { config } = readConfig('helm: {values: [../production.yaml]}');
  const layer = { source: '.native-sidecars.yaml', file: 'shop/.native-sidecars.yaml', config } as const;
  const settings = { source: 'settings', config: readConfig('helm: {enabled: false, values: [x]}').config } as const;
  const expected = { enabled: true, values: ['../production.yaml'], file: 'shop/.native-sidecars.yaml' };
  assert.deepEqual(settle([layer, settings], 'shop/templates/job.yaml').helm, expected);
});

for (const [glob, path, fits] of [
  ['*.yaml', 'a/b/job.yaml', true],
  ['*.yaml', 'a/b/job.yml', false],
  ['vendor', 'a/vendor/x/job.yaml', true],
  ['vendor/', 'vendor/job.yaml', true],
  ['/vendor', 'a/vendor/job.yaml', false],
  ['./vendor', 'vendor/job.yaml', true],
  ['charts/*/templates', 'charts/a/templates/job.yaml', true],
  ['charts/*/templates', 'charts/a/b/templates/job.yaml', false],
  ['charts/**/job.yaml', 'charts/job.yaml', true],
  ['charts/**/job.yaml', 'charts/a/b/job.yaml', true],
  ['**/*.{yaml,yml}', 'a/b.yml', true],
  ['a?.yaml', 'ab.yaml', true],
  ['a?.yaml', 'a/.yaml', false],
  ['job.yaml', 'my-job.yaml', false],
  ['[a].yaml', 'a.yaml', false],
  ['', 'a', false],
] as const) {
  test(`the glob '${glob}' ${fits ? 'fits' : 'does not fit'} '${path}'`, () =>
    assert.equal(globMatches(glob, path), fits));
}

test('no glob takes long', () => {
  const start = performance.now();
  globMatches(`${'**/a*'.repeat(100)}b`, 'a/'.repeat(500));
  globMatches('*a'.repeat(200), 'a'.repeat(2000));
  globMatches('{a,b}'.repeat(100), 'a');
  assert.ok(performance.now() - start < 2000);
});

const pod = (kind: string, apiVersion = 'batch/v1') => `apiVersion: ${apiVersion}
kind: ${kind}
metadata: {name: x}
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: one
          image: registry.example.com/team/one:1
        - name: two
          image: mirror.example.com/team/two:2@sha256:0
`;

test('the configuration names sidecars and main containers, and wins over everything else', () => {
  const found = (options: Parameters<typeof analyze>[1], text = pod('Job')) =>
    analyze(text, options).findings.map(({ container, confidence, evidence }) => [
      container,
      confidence,
      evidence[0]?.message,
    ]);
  assert.deepEqual(found({}), []);
  assert.deepEqual(found({ sidecars: { names: ['t?o'] } }), [
    ['two', 'certain', "the configuration names 'two' a sidecar"],
  ]);
  for (const image of ['team/two', 'two', 'mirror.example.com/team/*', 'two:2', 'TEAM/two:*']) {
    assert.equal(found({ sidecars: { images: [image] } })[0]?.[0], 'two', image);
  }
  for (const image of ['wo', 'team', 'two:3', 'other/two'])
    assert.deepEqual(found({ sidecars: { images: [image] } }), [], image);
  const proxy = pod('Job')
    .replace('name: two', 'name: haproxy')
    .replace(/image: mirror.*/, 'image: haproxy:2.9');
  assert.equal(found({}, proxy).length, 1);
  assert.deepEqual(found({ mains: { names: ['haproxy'] } }, proxy), []);
  assert.deepEqual(found({ sidecars: { names: ['one', 'two'] } }), [], 'somebody works');
  assert.deepEqual(found({ sidecars: { names: ['*'] }, mains: { names: ['one'] } })[0]?.[0], 'two');
});

test('a changed configuration reads documents again', () => {
  const previous = analyze(pod('Job'));
  assert.equal(analyze(pod('Job'), { previous, sidecars: { names: ['two'] } }).findings.length, 1);
});

test('kinds of the configuration are checked', () => {
  const { config } = readConfig('kinds: [{group: example.com, kind: Pipeline, templates: [spec.template]}]');
  const text = pod('Pipeline', 'example.com/v1');
  const sidecars = { names: ['two'] };
  assert.equal(analyze(text, { sidecars }).findings.length, 0);
  assert.equal(analyze(text, { sidecars, kinds: config.kinds ?? [] }).findings.length, 1);
});

for (const [constraint, version] of [
  ['>=1.24.0-0', '1.24'],
  ['>=1.19.0-0', '1.20'],
  ['>= 1.25.0-0 < 1.34.0-0', '1.25'],
  ['^1.23', '1.23'],
  ['~1.27.3', '1.27'],
  ['1.26.x', '1.26'],
  ['1.22 - 1.30', '1.22'],
  ['>=1.30 || >=1.24 <1.26', '1.24'],
  ['<1.30', undefined],
  ['>=1.28 || <1.30', undefined],
  ['>=1.30 || <1.10', '1.30'],
  ['!=1.29', undefined],
  ['~1', undefined],
  ['1.x', undefined],
  ['*', undefined],
] as const) {
  test(`a chart for '${constraint}' runs on ${version ?? 'anything'}`, () => {
    const found = chartVersions(`apiVersion: v2\nname: x\nkubeVersion: "${constraint}"\n`);
    assert.deepEqual(found.versions && formatVersions(found.versions), version);
    assert.equal(found.problem, undefined);
  });
}

for (const [line, problem] of [
  ['kubeVersion: latest', "kubeVersion takes versions such as >=1.29.0-0, not 'latest'"],
  ['kubeVersion: ">=1.29 and more"', "kubeVersion takes versions such as >=1.29.0-0, not '>=1.29 and more'"],
  ['kubeVersion: ">=1.30 <1.29"', "no version fits kubeVersion '>=1.30 <1.29': Kubernetes 1.20 to 1.38 are known"],
  ['kubeVersion: ">=1.50"', "no version fits kubeVersion '>=1.50': Kubernetes 1.20 to 1.38 are known"],
  ['kubeVersion: "1.29', /^this is no YAML: /],
] as const) {
  test(`a chart with ${line} is one clear line`, () => {
    const found = chartVersions(`apiVersion: v2\n${line}\n`);
    assert.equal(found.versions, undefined);
    if (typeof problem === 'string') assert.equal(found.problem, problem);
    else assert.match(found.problem ?? '', problem);
  });
}

for (const [what, layers, versions, origin, problems] of [
  ['nobody', [], '1.33', { source: 'default' }, []],
  ['the chart', ['chart'], '1.27', { source: 'Chart.yaml', file: 'Chart.yaml' }, []],
  ['the settings', ['settings', 'chart'], '1.31', { source: 'settings' }, []],
  ['the settings, wrongly', ['wrong', 'chart'], '1.27', { source: 'Chart.yaml', file: 'Chart.yaml' }, ['settings: no']],
  ['the settings, wrongly, and nobody else', ['wrong'], '1.33', { source: 'default' }, ['settings: no']],
  ['the settings, and the chart wrongly', ['settings', 'wrongChart'], '1.31', { source: 'settings' }, []],
] as const) {
  test(`who says the version: ${what}`, () => {
    const of = (minor: number) => ({ kubernetesVersion: only({ major: 1, minor }) });
    const all = {
      settings: { source: 'settings', config: of(31) },
      wrong: { source: 'settings', config: {}, problem: 'no' },
      chart: { source: 'Chart.yaml', file: 'Chart.yaml', config: of(27) },
      wrongChart: { source: 'Chart.yaml', file: 'Chart.yaml', config: {}, problem: 'no' },
    } as const;
    const settled = settle(
      layers.map((each) => all[each]),
      '/w/job.yaml',
    );
    assert.deepEqual(
      [formatVersions(settled.versions), settled.origin, settled.problems],
      [versions, origin, problems],
    );
  });
}

/** Labels at the place of the `|`. */
function labelsAt(marked: string): string[] {
  const at = marked.indexOf('|');
  return completeConfig(marked.replace('|', ''), at).map(({ label }) => label);
}

const TOP = ['kubernetesVersion', 'rules', 'sidecars', 'mains', 'kinds', 'exclude', 'helm'];

for (const [marked, labels] of [
  ['|', TOP],
  ['ru|', TOP],
  ['exclude: []\n|', TOP.filter((each) => each !== 'exclude')],
  ['|\nexclude: []\n', TOP.filter((each) => each !== 'exclude')],
  ['rules:\n  wait-loop: |', ['off', 'error', 'warning', 'info', 'hint']],
  ['rules:\n  wait-loop: wa|\n', ['off', 'error', 'warning', 'info', 'hint']],
  ['sidecars:\n  |', ['names', 'images']],
  ['sidecars:\n  names: [a]\n  |', ['images']],
  ['kinds:\n  - |', ['group', 'kind', 'templates', 'restartPolicies']],
  ['kinds:\n  - kind: x\n    |', ['group', 'templates', 'restartPolicies']],
  ['kinds:\n- kind: x\n  |', ['group', 'templates', 'restartPolicies']],
  ['kinds:\n  - kind: x\n    restartPolicies:\n      - |', ['Always', 'Never', 'OnFailure']],
  ['rules:\n  - |', ['files', 'rules']],
  ['helm:\n  enabled: |', ['true', 'false']],
  ['exclude:\n  - |', []],
  ['# |', []],
  ['kubernetesVersion: 1.29 # |', []],
] as const) {
  test(`completion at ${JSON.stringify(marked)}`, () => assert.deepEqual(labelsAt(marked), labels));
}

for (const marked of [
  'rules:\n  |',
  'rules:\n  no|\n',
  'rules:\n  - rules:\n      |',
  'rules:\n  - files: a\n    rules:\n      ki|',
]) {
  test(`completion of rules at ${JSON.stringify(marked)}`, () => {
    const labels = labelsAt(marked);
    assert.ok(labels.includes('non-native-sidecar') && labels.includes('unused-suppression'), labels.join(', '));
  });
}

test('every key but helm is a setting too, and the page shows examples that are right', () => {
  const { properties } = JSON.parse(readFileSync('package.json', 'utf8')).contributes.configuration;
  for (const { name, setting } of OPTIONS) {
    assert.equal(`nativeSidecars.${name}` in properties, setting !== undefined, name);
    assert.equal(setting === undefined, name === 'helm');
  }
  const examples = [
    ...['configuration', 'helm']
      .map((page) => readFileSync(`docs/${page}.md`, 'utf8'))
      .join('')
      .matchAll(/^```yaml config\n([\s\S]*?)^```$/gm),
  ];
  assert.ok(examples.length > 1);
  for (const [, text = ''] of examples) assert.deepEqual(readConfig(text).problems, []);
});
