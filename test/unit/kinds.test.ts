import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyze, applyEdits, silentKind, type WorkloadKind } from '../../engine/index.ts';
import { KINDS, SILENT_KINDS } from '../../engine/kube/kinds.ts';

const POD_SPEC = `restartPolicy: Never
containers:
- name: work
  image: registry.example.com/work:1.0
- name: haproxy
  image: haproxy:2.9
`;

/** The text under a path of keys; `-` begins an item of a list. */
function nest(path: string, text: string): string {
  return path
    .split(' ')
    .filter((step) => step !== '')
    .reduceRight((inner, step) => {
      const lines = inner.trimEnd().split('\n');
      if (step === '-') return `${lines.map((line, i) => `${i === 0 ? '- ' : '  '}${line}`).join('\n')}\n`;
      return `${step}:\n${lines.map((line) => `  ${line}`).join('\n')}\n`;
    }, text);
}

const manifest = (apiVersion: string, kind: string, path: string, spec = POD_SPEC) =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: it\n${nest(path, spec)}`;

const FOUND: readonly [apiVersion: string, kind: string, path: string][] = [
  ['batch/v1', 'Job', 'spec template spec'],
  ['extensions/v1beta1', 'Job', 'spec template spec'],
  ['batch/v1', 'CronJob', 'spec jobTemplate spec template spec'],
  ['batch/v1beta1', 'CronJob', 'spec jobTemplate spec template spec'],
  ['batch/v2alpha1', 'CronJob', 'spec jobTemplate spec template spec'],
  ['batch/v2alpha1', 'ScheduledJob', 'spec jobTemplate spec template spec'],
  ['v1', 'Pod', 'spec'],
  ['jobset.x-k8s.io/v1alpha2', 'JobSet', 'spec replicatedJobs - template spec template spec'],
  ['keda.sh/v1alpha1', 'ScaledJob', 'spec jobTargetRef template spec'],
  ['apps.kruise.io/v1alpha1', 'AdvancedCronJob', 'spec template jobTemplate spec template spec'],
  ['apps.kruise.io/v1beta1', 'AdvancedCronJob', 'spec template broadcastJobTemplate spec template spec'],
  ['apps.kruise.io/v1alpha1', 'BroadcastJob', 'spec template spec'],
  ['batch.volcano.sh/v1alpha1', 'Job', 'spec tasks - template spec'],
  ['kubeflow.org/v1', 'TFJob', 'spec tfReplicaSpecs Worker template spec'],
  ['kubeflow.org/v1', 'TFJob', 'spec tfReplicaSpecs Chief template spec'],
  ['kubeflow.org/v1', 'PyTorchJob', 'spec pytorchReplicaSpecs Master template spec'],
  ['kubeflow.org/v1', 'XGBoostJob', 'spec xgbReplicaSpecs Worker template spec'],
  ['kubeflow.org/v1', 'PaddleJob', 'spec paddleReplicaSpecs Worker template spec'],
  ['kubeflow.org/v1', 'MXJob', 'spec mxReplicaSpecs Scheduler template spec'],
  ['kubeflow.org/v1', 'JAXJob', 'spec jaxReplicaSpecs Worker template spec'],
  ['kubeflow.org/v1', 'MPIJob', 'spec mpiReplicaSpecs Launcher template spec'],
  ['kubeflow.org/v2beta1', 'MPIJob', 'spec mpiReplicaSpecs Launcher template spec'],
  [
    'trainer.kubeflow.org/v1alpha1',
    'TrainingRuntime',
    'spec template spec replicatedJobs - template spec template spec',
  ],
  [
    'trainer.kubeflow.org/v1alpha1',
    'ClusterTrainingRuntime',
    'spec template spec replicatedJobs - template spec template spec',
  ],
  ['ray.io/v1', 'RayJob', 'spec submitterPodTemplate spec'],
  ['v1', 'List', 'items - spec template spec'],
  ['batch/v1', 'JobList', 'items - spec template spec'],
  ['batch/v1', 'CronJobList', 'items - spec jobTemplate spec template spec'],
  ['v1', 'PodList', 'items - spec'],
  ['jobset.x-k8s.io/v1alpha2', 'JobSetList', 'items - spec replicatedJobs - template spec template spec'],
];

for (const [apiVersion, kind, path] of FOUND) {
  test(`${apiVersion} ${kind}: found at '${path}' and moved`, () => {
    let text = manifest(apiVersion, kind, path);
    if (kind === 'List')
      text = text.replace('items:\n  - spec:', 'items:\n  - apiVersion: batch/v1\n    kind: Job\n    spec:');
    const analysis = analyze(text);
    assert.deepEqual(
      analysis.findings.map(({ container, severity }) => [container, severity]),
      [['haproxy', kind.startsWith('Pod') ? 'info' : 'warning']],
    );
    const fix = analysis.findings[0]?.fix();
    assert.ok(fix && 'edits' in fix, JSON.stringify(fix));
    const fixed = applyEdits(text, fix.edits);
    assert.match(fixed, /initContainers:\n +- name: haproxy\n +image: haproxy:2.9\n +restartPolicy: Always\n/);
    assert.deepEqual(analyze(fixed).findings, []);
  });
}

test('every kind stands in the table of tests', () => {
  const tried = new Set(FOUND.map(([apiVersion, kind]) => `${/(.*)\//.exec(apiVersion)?.[1] ?? ''} ${kind}`));
  assert.deepEqual(
    KINDS.filter(({ group, kind }) => !tried.has(`${group} ${kind}`)),
    [],
  );
});

const SILENT: readonly [apiVersion: string, kind: string, path: string, reason: RegExp][] = [
  ['apps/v1', 'Deployment', 'spec template spec', /run for ever/],
  ['apps/v1', 'StatefulSet', 'spec template spec', /run for ever/],
  ['apps/v1', 'DaemonSet', 'spec template spec', /run for ever/],
  ['apps/v1', 'ReplicaSet', 'spec template spec', /run for ever/],
  ['v1', 'ReplicationController', 'spec template spec', /run for ever/],
  ['v1', 'PodTemplate', 'template spec', /nothing says/],
  ['apps.openshift.io/v1', 'DeploymentConfig', 'spec template spec', /run for ever/],
  ['serving.knative.dev/v1', 'Service', 'spec template spec', /run for ever/],
  ['argoproj.io/v1alpha1', 'Rollout', 'spec template spec', /run for ever/],
  ['argoproj.io/v1alpha1', 'Workflow', 'spec templates -', /Argo/],
  ['argoproj.io/v1alpha1', 'CronWorkflow', 'spec workflowSpec templates -', /Argo/],
  ['tekton.dev/v1', 'Task', 'spec', /Tekton/],
  ['tekton.dev/v1', 'TaskRun', 'spec taskSpec', /Tekton/],
  ['sparkoperator.k8s.io/v1beta2', 'SparkApplication', 'spec driver template spec', /driver/],
  ['flink.apache.org/v1beta1', 'FlinkDeployment', 'spec podTemplate spec', /operator/],
  ['ray.io/v1', 'RayCluster', 'spec headGroupSpec template spec', /run for ever/],
  ['trainer.kubeflow.org/v1alpha1', 'TrainJob', 'spec podTemplateOverrides - spec', /TrainingRuntime/],
  ['actions.github.com/v1alpha1', 'AutoscalingRunnerSet', 'spec template spec', /runner/],
];

for (const [apiVersion, kind, path, reason] of SILENT) {
  test(`${apiVersion} ${kind}: silent, for a reason`, () => {
    assert.deepEqual(analyze(manifest(apiVersion, kind, path)).findings, []);
    assert.match(silentKind(apiVersion, kind) ?? '', reason);
  });
}

test('no kind is both checked and left alone', () => {
  const both = SILENT_KINDS.flatMap(([group, kinds]) =>
    KINDS.filter((known) => known.group === group && kinds.split(' ').includes(known.kind)),
  );
  assert.deepEqual(both, []);
});

test('kinds that are checked or unknown have no reason for silence', () => {
  for (const [apiVersion, kind] of FOUND) assert.equal(silentKind(apiVersion, kind), undefined);
  assert.equal(silentKind('example.com/v1', 'Deployment'), undefined);
});

test('a kind of the same name in another group is another kind', () => {
  assert.deepEqual(analyze(manifest('example.com/v1', 'Job', 'spec template spec')).findings, []);
  assert.deepEqual(analyze(manifest('v1', 'Job', 'spec template spec')).findings, []);
});

test('pods that the controller deletes are left alone', () => {
  assert.deepEqual(analyze(manifest('kubeflow.org/v1', 'TFJob', 'spec tfReplicaSpecs PS template spec')).findings, []);
  const worker = manifest('kubeflow.org/v2beta1', 'MPIJob', 'spec mpiReplicaSpecs Worker template spec');
  assert.deepEqual(analyze(worker).findings, []);
});

test('every role of a map and every item of a list is found', () => {
  const spec = (names: readonly string[]) =>
    names
      .map((name) => `    ${name}:\n${nest('template spec', POD_SPEC).replace(/^/gm, '      ').trimEnd()}\n`)
      .join('');
  const text = `apiVersion: kubeflow.org/v1\nkind: PyTorchJob\nspec:\n  pytorchReplicaSpecs:\n${spec(['Master', 'Worker'])}`;
  const analysis = analyze(text);
  assert.deepEqual(
    analysis.findings.map(({ pod }) => pod),
    ['0/spec/pytorchReplicaSpecs/Master/template/spec', '0/spec/pytorchReplicaSpecs/Worker/template/spec'],
  );
  const fix = analysis.fixAll(analysis.findings, { unsafe: false });
  assert.deepEqual(analyze(applyEdits(text, fix?.edits ?? [])).findings, []);
});

test('a role that is an alias of another is the same lines', () => {
  const text = manifest('kubeflow.org/v1', 'PyTorchJob', 'spec pytorchReplicaSpecs Master template spec')
    .replace('Master:', 'Master: &role')
    .concat('    Worker: *role\n');
  assert.equal(analyze(text).findings.length, 1);
});

test('a bare Pod counts when its restart policy lets it end', () => {
  const text = manifest('v1', 'Pod', 'spec');
  assert.match(
    analyze(text).findings[0]?.message ?? '',
    /^Container 'haproxy' may keep this Pod running after 'work' has finished\./,
  );
  assert.deepEqual(analyze(text.replace('Never', 'Always')).findings, []);
  assert.deepEqual(analyze(text.replace('  restartPolicy: Never\n', '')).findings, []);
});

test('a bare Pod whose work ends the sidecar is meant to end', () => {
  const text = manifest('v1', 'Pod', 'spec').replace(
    '    image: registry.example.com/work:1.0\n',
    '$&    command: [sh, -c, "work; pkill haproxy"]\n',
  );
  assert.equal(analyze(text).findings[0]?.confidence, 'certain');
});

test('messages name the kind', () => {
  const text = manifest('jobset.x-k8s.io/v1alpha2', 'JobSet', 'spec replicatedJobs - template spec template spec');
  assert.match(analyze(text).findings[0]?.message ?? '', /keeps this JobSet's pods running/);
});

test('people can add kinds, and change a known one', () => {
  const kinds: readonly WorkloadKind[] = [
    { group: 'example.com', kind: 'Batch', templates: ['spec.steps.*.pod'] },
    { group: '', kind: 'PodTemplate', templates: ['template'] },
  ];
  const batch = manifest('example.com/v1', 'Batch', 'spec steps - pod spec');
  assert.deepEqual(analyze(batch).findings, []);
  assert.equal(analyze(batch, { kinds }).findings.length, 1);
  assert.equal(analyze(batch, { kinds, previous: analyze(batch) }).findings.length, 1);
  assert.equal(analyze(manifest('v1', 'PodTemplate', 'template spec'), { kinds }).findings.length, 1);
});
