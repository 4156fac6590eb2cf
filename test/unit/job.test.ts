import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jobOf } from '../../engine/kube/job.ts';
import { readPods } from '../../engine/kube/pod.ts';
import { readYaml } from '../../engine/yaml/read.ts';

const POD = 'template: {spec: {restartPolicy: Never, containers: [{name: a}]}}';

for (const [title, manifest, path] of [
  ['a Job', `apiVersion: batch/v1\nkind: Job\nspec: {backoffLimit: 2, ${POD}}`, 'spec'],
  [
    'a CronJob',
    `apiVersion: batch/v1\nkind: CronJob\nspec: {jobTemplate: {spec: {backoffLimit: 2, ${POD}}}}`,
    'spec.jobTemplate.spec',
  ],
  [
    'a JobSet',
    `apiVersion: jobset.x-k8s.io/v1alpha2\nkind: JobSet\nspec: {replicatedJobs: [{template: {spec: {backoffLimit: 2, ${POD}}}}]}`,
    'spec.replicatedJobs.0.template.spec',
  ],
  [
    'a ScaledJob',
    `apiVersion: keda.sh/v1alpha1\nkind: ScaledJob\nspec: {jobTargetRef: {backoffLimit: 2, ${POD}}}`,
    'spec.jobTargetRef',
  ],
  ['no bare Pod', 'apiVersion: v1\nkind: Pod\nspec: {restartPolicy: Never, containers: [{name: a}]}', undefined],
  ['no Volcano Job', `apiVersion: batch.volcano.sh/v1alpha1\nkind: Job\nspec: {tasks: [{${POD}}]}`, undefined],
] as const) {
  test(`the spec of ${title} is read from its pod`, () => {
    const [pod] = readPods(readYaml(manifest));
    const job = pod && jobOf(pod);
    assert.equal(job?.path.join('.'), path);
    assert.equal(job?.number('backoffLimit'), path === undefined ? undefined : 2);
  });
}
