import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CompleteOptions, completeManifest, parseVersions } from '../../engine/index.ts';
import { ALL_RULES } from '../../engine/rules/index.ts';

/** What is offered at the `|`. */
function completionsAt(marked: string, options: CompleteOptions = {}) {
  const offset = marked.indexOf('|');
  assert.ok(offset >= 0, marked);
  return completeManifest(marked.slice(0, offset) + marked.slice(offset + 1), offset, options);
}

const labelsAt = (marked: string, options?: CompleteOptions) =>
  completionsAt(marked, options).map(({ label }) => label);

/** The text when the first completion is taken. */
function taken(marked: string): string {
  const [first] = completionsAt(marked);
  const offset = marked.indexOf('|');
  assert.ok(first, marked);
  return marked.slice(0, first.start) + first.insert + marked.slice(offset + 1);
}

const job = (pod: string, spec = '', metadata = '') => `apiVersion: batch/v1
kind: Job
metadata:
  name: nightly
spec:
${spec}  template:
${metadata}    spec:
      restartPolicy: Never
${pod}`;

const CONTAINERS = `      containers:
        - name: report
          image: example.com/report:1
        - name: upload
          image: example.com/upload:1
`;
const init = (lines: string) => job(`      initContainers:\n${lines}${CONTAINERS}`);
const ALWAYS = ['restartPolicy: Always'];
const IDS = ALL_RULES.map(({ id }) => id);

for (const [what, marked, expected] of [
  ['a key of an init container', init('        - name: proxy\n          re|\n'), ALWAYS],
  ['an empty line of an init container', init('        - name: proxy\n          |\n'), ALWAYS],
  ['the first key of an init container', init('        - |\n'), ALWAYS],
  ['a key between others', init('        - name: proxy\n          |\n          image: a/b\n'), ALWAYS],
  [
    'a key in a list as far left as its key',
    job(`      initContainers:\n      - name: a\n        |\n${CONTAINERS}`),
    ALWAYS,
  ],
  ['the last line of the text', job(`${CONTAINERS}      initContainers:\n        - name: a\n          |`), ALWAYS],
  ['a pod without containers yet', job('      initContainers:\n        - name: a\n          |\n'), ALWAYS],
  ['a policy that is there', init('        - name: a\n          restartPolicy: Always\n          |\n'), []],
  ['a policy below', init('        - name: a\n          |\n          restartPolicy: Always\n'), []],
  ['the value of the policy', init('        - name: a\n          restartPolicy: |\n'), ['Always']],
  ['the value of the policy, begun', init('        - name: a\n          restartPolicy: Al|\n'), ['Always']],
  ['the policy of a regular container', job(`${CONTAINERS}          restartPolicy: |\n`), []],
  ['the policy of the pod', job(CONTAINERS).replace('Never', '|'), []],
  ['a regular container', job(`${CONTAINERS}          |\n`), []],
  ['the pod', job(`${CONTAINERS}      |\n`), []],
  ['a deeper key', init('        - name: a\n          resources:\n            |\n'), []],
  ['a value of another key', init('        - name: a\n          image: re|\n'), []],
  ['behind a value', init('        - name: a\n          image: x re|\n'), []],
  ['before something', init('        - name: a\n          re|startPolicy: Never\n'), []],
  [
    'a script',
    init('        - name: a\n          args:\n            - |-\n').replace('|-', '>-\n              re|'),
    [],
  ],
  ['another kind', init('        - name: a\n          |\n').replace('kind: Job', 'kind: Thing'), []],
  [
    'a Pod',
    `apiVersion: v1\nkind: Pod\nspec:\n  restartPolicy: Never\n  initContainers:\n    - name: a\n      |\n`,
    ALWAYS,
  ],
  [
    'text that does not parse elsewhere',
    init('        - name: proxy\n          re|\n').replace('image: example.com/upload:1', 'image: [open'),
    ALWAYS,
  ],
  ['the second document', `kind: [\n---\n${init('        - name: proxy\n          re|\n')}`, ALWAYS],
  ['a template', init('        - name: {{ .Values.name }}\n          |\n'), ALWAYS],
  [
    'a template with an action on its own line',
    init('        {{- if .Values.proxy }}\n        - name: proxy\n          |\n        {{- end }}\n'),
    ALWAYS,
  ],
] as const) {
  test(`restartPolicy: Always in ${what}`, () => assert.deepEqual(labelsAt(marked), expected));
}

for (const [versions, expected] of [
  ['1.28', []],
  ['>=1.27 <1.30', ALWAYS],
  ['1.33', ALWAYS],
] as const) {
  test(`restartPolicy: Always for Kubernetes ${versions}`, () => {
    const range = parseVersions(versions);
    assert.ok(range);
    const found = completionsAt(init('        - name: a\n          |\n'), { versions: range });
    assert.deepEqual(
      found.map(({ label }) => label),
      expected,
    );
    assert.equal(/It needs Kubernetes 1\.29/.test(found[0]?.description ?? ''), versions === '>=1.27 <1.30');
  });
}

const sidecar = (image: string, more = '') =>
  init(`        - name: proxy\n          image: ${image}\n          restartPolicy: Always\n${more}          |\n`);

for (const [what, marked, expected] of [
  ['an image that listens everywhere', sidecar('pgbouncer/pgbouncer'), ['startupProbe of pgbouncer']],
  ['an image with a probe that its configuration switches on', sidecar('envoyproxy/envoy:v1.30'), []],
  ['an image that needs a flag', sidecar('gcr.io/cloud-sql-connectors/cloud-sql-proxy:2'), []],
  ['an image that listens on localhost', sidecar('quay.io/oauth2-proxy/oauth2-proxy'), []],
  ['another port', sidecar('haproxy:2.9', '          args: [--port=81]\n'), []],
  ['a flag that ends it', sidecar('haproxy:2.9', '          args: [-c]\n'), []],
  ['an unknown image', sidecar('example.com/x'), []],
  ['a probe that is there', sidecar('haproxy:2.9', '          startupProbe: {tcpSocket: {port: 80}}\n'), []],
  [
    'an ordinary init container',
    init('        - name: a\n          image: pgbouncer/pgbouncer\n          |\n'),
    ALWAYS,
  ],
  ['a regular container', job(`${CONTAINERS}          image: pgbouncer/pgbouncer\n          |\n`), []],
] as const) {
  test(`the startup probe of ${what}`, () => assert.deepEqual(labelsAt(marked), expected));
}

test('the startup probe is written with the indentation of its container', () => {
  assert.equal(
    taken(sidecar('pgbouncer/pgbouncer')),
    sidecar('pgbouncer/pgbouncer').replace(
      '|',
      `startupProbe:
            tcpSocket:
              port: 5432
            periodSeconds: 1
            failureThreshold: 60`,
    ),
  );
});

const marks = (lines: string) => job(CONTAINERS, '', `    metadata:\n      annotations:\n${lines}`);
const ISTIO = 'sidecar.istio.io/nativeSidecar: "true"';

for (const [what, marked, expected] of [
  ['the mesh that is asked for', marks('        sidecar.istio.io/inject: "true"\n        |\n'), [ISTIO]],
  ['the mesh, begun', marks('        sidecar.istio.io/inject: "true"\n        sidecar.is|\n'), [ISTIO]],
  [
    'a mesh that a label asks for',
    job(
      CONTAINERS,
      '',
      '    metadata:\n      labels:\n        linkerd.io/inject: enabled\n      annotations:\n        |\n',
    ),
    ['config.beta.linkerd.io/proxy-enable-native-sidecar: "true"'],
  ],
  ['no mesh', marks('        a: b\n        |\n'), []],
  ['a mesh that is switched off', marks('        sidecar.istio.io/inject: "false"\n        |\n'), []],
  ['an annotation that is there', marks(`        sidecar.istio.io/inject: "true"\n        ${ISTIO}\n        |\n`), []],
  [
    'an injector that is better off without a sidecar',
    marks('        vault.hashicorp.com/agent-inject: "true"\n        |\n'),
    ['vault.hashicorp.com/agent-pre-populate-only: "true"'],
  ],
  ['a mesh without such an annotation', marks('        kuma.io/sidecar-injection: enabled\n        |\n'), []],
  [
    "the Job's own annotations",
    marks('        sidecar.istio.io/inject: "true"\n').replace('name: nightly', 'name: nightly\n  annotations:\n    |'),
    [],
  ],
] as const) {
  test(`annotations for ${what}`, () => assert.deepEqual(labelsAt(marked), expected));
}

const policy = (line: string) =>
  job(
    `      initContainers:\n        - name: proxy\n          restartPolicy: Always\n${CONTAINERS}`,
    `  podFailurePolicy:\n    rules:\n      - action: Ignore\n        onExitCodes:\n          operator: In\n${line}`,
  );
const NAMES = ['report', 'upload', 'proxy'];
const reference = (line: string) =>
  job(
    `${CONTAINERS}          env:\n            - name: LIMIT\n              valueFrom:\n                resourceFieldRef:\n${line}`,
  );

for (const [what, marked, expected] of [
  ['a rule of podFailurePolicy', policy('          containerName: |\n'), NAMES],
  ['a rule of podFailurePolicy, begun', policy('          containerName: re|\n'), NAMES],
  ['a rule of podFailurePolicy, in quotes', policy('          containerName: "re|"\n'), NAMES],
  ['a reference to resources', reference('                  containerName: |\n'), ['report', 'upload']],
  ['another place', job(`${CONTAINERS}          containerName: |\n`), []],
] as const) {
  test(`containerName in ${what}`, () => assert.deepEqual(labelsAt(marked), expected));
}

test('containerName says what each container is, and is written as it is', () => {
  const found = completionsAt(policy('          containerName: |\n'));
  assert.deepEqual(
    found.map(({ description }) => description),
    ['A regular container.', 'A regular container.', 'A native sidecar.'],
  );
  assert.match(taken(policy('          containerName: up|\n')), /containerName: report\n/);
});

for (const [what, marked, expected] of [
  ['a comment', '# native-sidecars-ignore |', IDS],
  ['a comment, begun', '        # native-sidecars-ignore wai|', IDS],
  ['a comment on a line', '  - name: a # native-sidecars-ignore |', IDS],
  ['a comment for the file', '# native-sidecars-ignore-file |', IDS],
  ['a comment with a rule', '# native-sidecars-ignore wait-loop, |', IDS.filter((id) => id !== 'wait-loop')],
  ['a reason', '# native-sidecars-ignore wait-loop: be|', []],
  ['another comment', '# ignore |', []],
  ['the annotation', marks('        native-sidecars/ignore: "|"\n'), IDS],
  ['a second entry of the annotation', marks('        native-sidecars/ignore: "wait-loop: so; kill|"\n'), IDS],
  ['a reason in the annotation', marks('        native-sidecars/ignore: "wait-loop: be|"\n'), []],
  ['a Dockerfile', 'FROM a\n# native-sidecars-ignore |\nRUN b\n', IDS],
] as const) {
  test(`rules in ${what}`, () => assert.deepEqual(labelsAt(marked), expected));
}

test('rules that found something come first', () => {
  assert.equal(labelsAt('# native-sidecars-ignore |', { found: ['wait-loop'] })[0], 'wait-loop');
});

test('no half-written text makes it throw', () => {
  const texts = [
    init('        - name: {{ .Values\n          re\n'),
    init('        - {name: a, \n'),
    init('        - name: "a\n          re\n'),
    policy('          containerName: *x\n').replace('Ignore', '&x [*x'),
    job(`      initContainers: &a\n        - *a\n        - <<: *a\n${CONTAINERS}`),
    'containers: [',
    '\r\n---\r\ncontainers:\r\n- \r\n',
    `containers:\n${Array.from({ length: 600 }, (_, index) => `${' '.repeat(index)}a:`).join('\n')}`,
  ];
  for (const text of texts) {
    for (let offset = 0; offset <= text.length; offset += 1 + Math.floor(text.length / 60)) {
      for (const { start } of completeManifest(text, offset)) assert.ok(start <= offset);
    }
  }
});
