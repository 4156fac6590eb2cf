import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { analyze, parseVersions } from '../../engine/index.ts';
import { CONTAINER_FIELDS, JOB_FIELDS, POD_FIELDS } from '../../engine/kube/fields.ts';

interface Parts {
  /** Lines of the Job's spec. */
  readonly job?: string;
  /** Lines of the pod's spec. */
  readonly pod?: string;
  /** Lines of the init container, which ends; of the native sidecar; of the work. */
  readonly setup?: string;
  readonly proxy?: string;
  readonly work?: string;
}

/** A Job with an init container, a native sidecar and the work, as the lines given make it. */
function job({
  job = '',
  pod = 'restartPolicy: Never',
  setup = '',
  proxy = 'restartPolicy: Always',
  work = '',
}: Parts) {
  const container = (name: string, image: string, more: string) =>
    `        - name: ${name}\n          image: ${image}\n${lines(10, more)}`;
  return `apiVersion: batch/v1
kind: Job
metadata:
  name: report
spec:
${lines(2, job)}  template:
    spec:
${lines(6, pod)}      initContainers:
${container('setup', 'busybox', `command: ["true"]\n${setup}`)}${container('proxy', 'haproxy', proxy)}      containers:
${container('work', 'registry.example.com/report:1', work)}`;
}

function lines(indent: number, text: string): string {
  const all = text.split('\n').filter((line) => line !== '');
  return all.map((line) => `${' '.repeat(indent)}${line}\n`).join('');
}

/** What is said of a manifest: `severity rule` of each finding, and their messages. */
function said(text: string, versions: string) {
  const range = parseVersions(versions);
  assert.ok(range, versions);
  const { findings } = analyze(text, { versions: range });
  return {
    rules: findings.map(({ severity, rule }) => `${severity} ${rule}`).join(', '),
    messages: findings.map(({ message }) => message).join('\n'),
  };
}

const RESIZE = 'resizePolicy: [{resourceName: memory, restartPolicy: RestartContainer}]';
const TCP = '{tcpSocket: {port: 5432}}';
const failurePolicy = (name: string) =>
  `podFailurePolicy: {rules: [{action: FailJob, onExitCodes: {containerName: ${name}, operator: In, values: [42]}}]}`;

/** What is written, in which versions, what is found, and what its message says among other things. */
const TABLE: readonly (readonly [string, Parts, string, string, RegExp?])[] = [
  ['nothing wrong', {}, '>=1.29 <1.39', ''],

  [
    'Always on the work',
    { work: 'restartPolicy: Always' },
    '1.33',
    'error restart-policy-on-regular-container',
    /Kubernetes 1\.33 refuses the Job: 'spec\.template\.spec\.containers\[0\]\.restartPolicy: Forbidden: may not be set for non-init containers'/,
  ],
  [
    'Always on the work',
    { work: 'restartPolicy: Always' },
    '1.34',
    'warning restart-policy-on-regular-container',
    /1\.34 drops it without a word/,
  ],
  [
    'Always on the work',
    { work: 'restartPolicy: Always' },
    '1.36',
    'warning restart-policy-on-regular-container',
    /restarts it whenever it exits, so this Job's pods never complete/,
  ],
  [
    'Always on the work',
    { work: 'restartPolicy: Always' },
    '>=1.33 <1.36',
    'error restart-policy-on-regular-container',
    /1\.33 refuses .* 1\.34 drops .* 1\.35 restarts/,
  ],
  ['Never on the work', { work: 'restartPolicy: Never' }, '1.29', 'error restart-policy-on-regular-container'],
  ['Never on the work', { work: 'restartPolicy: Never' }, '1.35', ''],
  [
    'a word that is none on the work',
    { work: 'restartPolicy: Sometimes' },
    '1.35',
    'error restart-policy-on-regular-container',
    /Unsupported value: "Sometimes": supported values: "Always", "Never", "OnFailure"/,
  ],

  [
    'OnFailure on an init container',
    { setup: 'restartPolicy: OnFailure' },
    '1.33',
    'error init-restart-policy',
    /Unsupported value: "OnFailure": supported values: "Always"'/,
  ],
  [
    'OnFailure on an init container',
    { setup: 'restartPolicy: OnFailure' },
    '1.34',
    'warning init-restart-policy',
    /1\.34 drops it/,
  ],
  ['OnFailure on an init container', { setup: 'restartPolicy: OnFailure' }, '1.35', ''],
  [
    'always in small letters',
    { proxy: 'restartPolicy: always' },
    '1.36',
    'error init-restart-policy',
    /"always": supported values: "Always", "Never", "OnFailure"'/,
  ],
  ['no text', { setup: 'restartPolicy: true' }, '1.33', 'error init-restart-policy', /cannot unmarshal bool/],
  ['no value', { setup: 'restartPolicy:' }, '1.33', ''],
  [
    'a native sidecar',
    {},
    '1.28',
    'warning init-restart-policy',
    /1\.28 drops it without a word, unless .* is on\. It would be an ordinary init container, and this Job's pods would wait in Init/,
  ],
  [
    'a native sidecar with a probe',
    { proxy: `restartPolicy: Always\nstartupProbe: ${TCP}` },
    '1.28',
    'warning init-restart-policy',
    /startupProbe: Forbidden: may not be set for init containers without restartPolicy=Always/,
  ],
  [
    'a native sidecar with a probe',
    { proxy: `restartPolicy: Always\nstartupProbe: ${TCP}` },
    '1.27',
    'warning init-restart-policy',
    /other clients lose it\. Then the API server refuses the Job: '\S+startupProbe: Forbidden: may not be set for init containers'\.$/,
  ],
  [
    'a native sidecar',
    {},
    '>=1.27 <1.34',
    'warning init-restart-policy',
    /1\.27 does not know it: .* lose it\. Kubernetes 1\.28 drops it .* gate is on\. It would be an ordinary init container, .*\.$/,
  ],

  [
    'rules for restarts of a sidecar',
    { proxy: 'restartPolicy: Always\nrestartPolicyRules: []' },
    '1.35',
    'error init-restart-policy',
    /initContainers\[1\]\.restartPolicyRules: Forbidden: restartPolicyRules are not allowed for init containers with restart policy Always/,
  ],
  ['rules for restarts of a sidecar', { proxy: 'restartPolicy: Always\nrestartPolicyRules: []' }, '1.36', ''],
  [
    'a probe on an init container',
    { setup: `livenessProbe: ${TCP}` },
    '1.36',
    'error probe-on-plain-init-container',
    /initContainers\[0\]\.livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always/,
  ],
  [
    'a probe on an init container',
    { setup: `livenessProbe: ${TCP}` },
    '1.27 - 1.28',
    'warning init-restart-policy, error probe-on-plain-init-container',
    /1\.27 refuses the Job: '\S+ Forbidden: may not be set for init containers'\. Kubernetes 1\.28/,
  ],
  ['empty hooks on an init container', { setup: 'lifecycle: {}' }, '1.33', 'error probe-on-plain-init-container'],
  ['no hooks on an init container', { setup: 'lifecycle:' }, '1.33', ''],
  [
    'a probe where Always was meant',
    { proxy: `restartPolicy: always\nstartupProbe: ${TCP}` },
    '1.33',
    'error init-restart-policy',
  ],

  [
    'a failure policy with OnFailure',
    { pod: 'restartPolicy: OnFailure', job: failurePolicy('work') },
    '1.33',
    'error job-restart-policy',
    /only "Never" is supported when podFailurePolicy is specified/,
  ],
  [
    'Always for the pod',
    { pod: 'restartPolicy: Always' },
    '1.33',
    'error job-restart-policy',
    /Required value: valid values: "OnFailure", "Never"/,
  ],
  [
    'nothing for the pod',
    { pod: '' },
    '1.33',
    'error job-restart-policy',
    /Required value: valid values: "OnFailure", "Never"/,
  ],
  [
    'another word for the pod',
    { pod: 'restartPolicy: Once' },
    '1.33',
    'error job-restart-policy',
    /Unsupported value: "Once": supported values: "OnFailure", "Never"/,
  ],

  [
    'a failure policy for nobody',
    { job: failurePolicy('nobody') },
    '1.33',
    'error pod-failure-policy-container',
    /spec\.podFailurePolicy\.rules\[0\]\.onExitCodes\.containerName: Invalid value: "nobody": must be one of the container or initContainer names in the pod template/,
  ],
  ['a failure policy for a sidecar', { job: failurePolicy('proxy') }, '1.33', ''],
  ['a failure policy before it was there', { job: failurePolicy('nobody') }, '1.25', 'warning init-restart-policy'],

  [
    'a threshold of a startup probe',
    { proxy: 'restartPolicy: Always\nstartupProbe: {tcpSocket: {port: 1}, successThreshold: 2}' },
    '1.33',
    'error startup-probe-success-threshold',
    /startupProbe\.successThreshold: Invalid value: 2: must be 1/,
  ],
  [
    'a threshold of a readiness probe',
    { work: 'readinessProbe: {tcpSocket: {port: 1}, successThreshold: 2}' },
    '1.33',
    '',
  ],
  [
    'a probe without a handler',
    { work: 'livenessProbe: {periodSeconds: 1}' },
    '1.33',
    'error invalid-probe',
    /containers\[0\]\.livenessProbe: Required value: must specify a handler type/,
  ],
  [
    'a probe with two handlers',
    { work: 'livenessProbe: {exec: {command: [a]}, tcpSocket: {port: 1}}' },
    '1.33',
    'error invalid-probe',
    /livenessProbe\.tcpSocket: Forbidden: may not specify more than 1 handler type/,
  ],
  [
    'no time to stop in',
    { work: 'livenessProbe: {tcpSocket: {port: 1}, terminationGracePeriodSeconds: 0}' },
    '1.33',
    'error invalid-probe',
    /must be greater than 0/,
  ],

  ['a restart on resizing', { work: RESIZE }, '1.32', 'info resize-policy', /1\.32 drops it without a word/],
  [
    'a restart on resizing',
    { work: RESIZE },
    '1.33',
    'error resize-policy',
    /must be 'NotRequired' when `restartPolicy` is 'Never'/,
  ],
  ['a restart on resizing', { work: RESIZE }, '1.36', 'error resize-policy', /when pod `restartPolicy` is 'Never'/],
  ['a restart on resizing', { pod: 'restartPolicy: OnFailure', work: RESIZE }, '1.36', ''],
  [
    'a restart on resizing of a sidecar',
    { proxy: `restartPolicy: Always\n${RESIZE}` },
    '1.33',
    'error resize-policy-on-init-container',
    /initContainers\[1\]\.resizePolicy: Invalid value/,
  ],

  [
    'restart_policy',
    { proxy: 'restart_policy: Always' },
    '1.33',
    'error unknown-restart-policy-spelling',
    /strict decoding error: unknown field "spec\.template\.spec\.initContainers\[1\]\.restart_policy"/,
  ],
  ['restartpolicy of the pod', { pod: 'restartpolicy: Never' }, '1.33', 'error unknown-restart-policy-spelling'],
  ['a field that nobody knows', { job: 'foo: 1' }, '1.33', 'warning unknown-field', /unknown field "spec\.foo"/],
  ['a field that nobody may know yet', { job: 'foo: 1' }, '1.37', ''],
  [
    'a field one level too deep',
    { pod: 'restartPolicy: Never\nbackoffLimit: 1' },
    '1.33',
    'warning unknown-field',
    /It belongs in the spec of a Job/,
  ],
  [
    'a hook that sleeps',
    { work: 'lifecycle: {preStop: {sleep: {seconds: 5}}}' },
    '1.29',
    'warning unknown-field',
    /lifecycle\.preStop: Required value: must specify a handler type/,
  ],
  ['a hook that sleeps', { work: 'lifecycle: {preStop: {sleep: {seconds: 5}}}' }, '1.30', ''],
  [
    'a signal to stop by',
    { proxy: 'restartPolicy: Always\nlifecycle: {stopSignal: SIGINT}' },
    '1.33',
    'info unknown-field',
    /drops it/,
  ],
  ['rules for restarts', { proxy: 'restartPolicy: Always\nrestartPolicyRules: []' }, '1.33', 'warning unknown-field'],
  [
    'a key twice',
    { proxy: 'restartPolicy: Always\nrestartPolicy: Always' },
    '1.33',
    'warning duplicate-key',
    /key "restartPolicy" already set in map/,
  ],
];

for (const [title, parts, versions, rules, message] of TABLE) {
  test(`Kubernetes ${versions}: ${title}: ${rules || 'nothing'}`, () => {
    const found = said(job(parts), versions);
    assert.equal(found.rules, rules);
    assert.match(found.messages, message ?? /^/);
  });
}

test('the path of an item of a List is that of the object', () => {
  const item = job({ setup: 'lifecycle: {}' }).replace(/^/gm, '    ').replace(/^ {4}/, '  - ');
  assert.match(
    said(`apiVersion: v1\nkind: List\nitems:\n${item}`, '1.33').messages,
    /'spec\.template\.spec\.initContainers\[0\]/,
  );
});

for (const [title, text] of [
  [
    'a patch that adds an init container',
    'kind: Job\napiVersion: batch/v1\nmetadata: {name: a}\nspec: {template: {spec: {initContainers: [{name: b, image: c}]}}}',
  ],
  [
    'a patch that sets an image',
    'kind: Job\napiVersion: batch/v1\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{name: b, image: c}]}}}',
  ],
  [
    'a kind that has its own checks',
    'kind: Job\napiVersion: batch.volcano.sh/v1alpha1\nspec: {tasks: [{template: {spec: {containers: [{name: a, image: b, foo: 1}, {name: a, image: b}]}}}]}',
  ],
  [
    'a template with values of its own',
    job({
      pod: 'restartPolicy: {{ .Values.policy }}\n{{- include "more" . }}',
      proxy: 'restartPolicy: {{ .Values.always }}',
    }),
  ],
  [
    'a template with a condition',
    job({
      work: '{{- if .Values.native }}\nrestartPolicy: Always\n{{- end }}',
      setup: '{{- if .Values.probe }}\nrestartpolicy: a\n{{- end }}',
    }),
  ],
] as const) {
  test(`nothing is said of ${title}`, () => {
    assert.equal(said(text, '1.33').rules, '');
  });
}

for (const [versions, pattern] of [
  [
    '1.28',
    /Make it a native sidecar\. Kubernetes 1\.28 drops its restartPolicy .* this Job's pods would wait in Init for it to end/,
  ],
  ['1.27', /Kubernetes 1\.27 does not know native sidecars: kubectl is refused with 'strict decoding error/],
  ['>=1.27 <1.34', /Kubernetes 1\.27 does not know .* Kubernetes 1\.28 drops/],
  ['1.29', /Make it a native sidecar\.$/],
] as const) {
  test(`a move on Kubernetes ${versions} says what it would become there`, () => {
    const text = job({ proxy: 'restartPolicy: Always' }).replace(
      'containers:\n        - name: work',
      'containers:\n        - name: tunnel\n          image: gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.11\n        - name: work',
    );
    const range = parseVersions(versions);
    const finding = analyze(text, range ? { versions: range } : {}).findings.find(
      ({ rule }) => rule === 'non-native-sidecar',
    );
    assert.match(finding?.message ?? '', pattern);
    const fix = finding?.fix();
    assert.ok(fix && 'edits' in fix);
    assert.equal(fix.safe, versions === '1.29');
  });
}

for (const [versions, isTold] of [
  ['1.27', false],
  ['1.28', false],
  ['>=1.28 <1.34', false],
  ['1.29', true],
  ['1.36', true],
] as const) {
  test(`Kubernetes ${versions} ${isTold ? 'runs' : 'does not run'} native sidecars, and nothing else is told of them`, () => {
    const hook = 'lifecycle: {preStop: {exec: {command: [nginx, -s, quit]}}}';
    const limits = 'resources: {limits: {ephemeral-storage: 1Gi}}';
    const policy = 'podFailurePolicy: {rules: [{action: FailJob, onExitCodes: {operator: In, values: [143]}}]}';
    const texts = [
      job({ proxy: `restartPolicy: Always\n${hook}\n${limits}`, job: policy }),
      job({ proxy: 'restartPolicy: Always\ncommand: [tail, -f, /dev/null]' }),
      job({ pod: 'restartPolicy: OnFailure', job: 'backoffLimit: 0' }),
    ];
    const rules = texts.flatMap((text) => said(text, versions).rules.split(', '));
    const told = [
      'quit-hook-on-sidecar',
      'failure-policy-matches-sidecar',
      'ephemeral-storage-limit',
      'sidecar-ignores-sigterm',
      'sidecar-restarts-count',
    ];
    for (const rule of told)
      assert.equal(
        rules.some((each) => each.endsWith(rule)),
        isTold,
        rule,
      );
  });
}

const SCHEMA = '../shared/kubernetes/openapi-1.36.json.gz';
test('the fields are those of Kubernetes 1.36', { skip: existsSync(SCHEMA) ? false : `${SCHEMA} is not here` }, () => {
  const { definitions } = JSON.parse(gunzipSync(readFileSync(SCHEMA)).toString());
  for (const [type, known] of [
    ['batch.v1.JobSpec', JOB_FIELDS],
    ['core.v1.PodSpec', POD_FIELDS],
    ['core.v1.Container', CONTAINER_FIELDS],
  ] as const) {
    assert.deepEqual([...known].sort(), Object.keys(definitions[`io.k8s.api.${type}`].properties).sort());
  }
});
