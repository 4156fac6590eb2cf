/** Where a kind of workload keeps its pods. Plain data, so that people can add kinds in their settings. */
export interface WorkloadKind {
  /** The API group in any of its versions: `batch`; empty for the core group (`v1`). */
  readonly group: string;
  readonly kind: string;
  /**
   * Keys from the object to each map that holds the pod's `metadata` and `spec`, joined by dots. `*` stands for every
   * item of a list and every value of a map: `spec.tasks.*.template`. Empty for the object itself.
   */
  readonly templates: readonly string[];
  /** Only pods with one of these restart policies count. */
  readonly restartPolicies?: readonly string[];
}

const kind = (group: string, name: string, ...templates: string[]): WorkloadKind => ({ group, kind: name, templates });

/**
 * Kinds whose pods run to completion. Source: the API types of Kubernetes, JobSet, KEDA, OpenKruise, Volcano, Kubeflow
 * and KubeRay. Left out are pods that the controller deletes when others have ended, such as the workers of an MPIJob.
 */
export const KINDS: readonly WorkloadKind[] = [
  kind('batch', 'Job', 'spec.template'),
  // Before batch/v1 there was extensions/v1beta1.
  kind('extensions', 'Job', 'spec.template'),
  kind('batch', 'CronJob', 'spec.jobTemplate.spec.template'),
  // What CronJob was called at first.
  kind('batch', 'ScheduledJob', 'spec.jobTemplate.spec.template'),
  { group: '', kind: 'Pod', templates: [''], restartPolicies: ['Never', 'OnFailure'] },
  kind('jobset.x-k8s.io', 'JobSet', 'spec.replicatedJobs.*.template.spec.template'),
  kind('keda.sh', 'ScaledJob', 'spec.jobTargetRef.template'),
  kind(
    'apps.kruise.io',
    'AdvancedCronJob',
    'spec.template.jobTemplate.spec.template',
    'spec.template.broadcastJobTemplate.spec.template',
  ),
  kind('apps.kruise.io', 'BroadcastJob', 'spec.template'),
  kind('batch.volcano.sh', 'Job', 'spec.tasks.*.template'),
  kind(
    'kubeflow.org',
    'TFJob',
    // Parameter servers (`PS`) never end: the operator deletes them.
    ...['Chief', 'Master', 'Worker', 'Evaluator'].map((role) => `spec.tfReplicaSpecs.${role}.template`),
  ),
  kind('kubeflow.org', 'PyTorchJob', 'spec.pytorchReplicaSpecs.*.template'),
  kind('kubeflow.org', 'XGBoostJob', 'spec.xgbReplicaSpecs.*.template'),
  kind('kubeflow.org', 'PaddleJob', 'spec.paddleReplicaSpecs.*.template'),
  kind('kubeflow.org', 'MXJob', 'spec.mxReplicaSpecs.*.template'),
  kind('kubeflow.org', 'JAXJob', 'spec.jaxReplicaSpecs.*.template'),
  kind('kubeflow.org', 'MPIJob', 'spec.mpiReplicaSpecs.Launcher.template'),
  kind('trainer.kubeflow.org', 'TrainingRuntime', 'spec.template.spec.replicatedJobs.*.template.spec.template'),
  kind('trainer.kubeflow.org', 'ClusterTrainingRuntime', 'spec.template.spec.replicatedJobs.*.template.spec.template'),
  kind('ray.io', 'RayJob', 'spec.submitterPodTemplate'),
];

const FOR_EVER = 'its pods run for ever, so no container has to end';
const ARGO = 'Argo Workflows ends sidecars itself when the main container has ended';
const TEKTON = 'Tekton stops sidecars itself when the steps have ended';
const SPARK = 'the operator looks at the driver container alone';
const RUNNERS = "the controller deletes a runner's pod when its runner container has ended";

/** Kinds that hold containers and are left alone, with the reason as half a sentence. */
export const SILENT_KINDS: readonly (readonly [group: string, kinds: string, reason: string])[] = [
  ['apps', 'Deployment StatefulSet DaemonSet ReplicaSet', FOR_EVER],
  ['extensions', 'Deployment DaemonSet ReplicaSet', FOR_EVER],
  ['', 'ReplicationController', FOR_EVER],
  ['', 'PodTemplate', 'nothing says what its pods are for'],
  ['apps.openshift.io', 'DeploymentConfig', FOR_EVER],
  ['apps.kruise.io', 'CloneSet StatefulSet DaemonSet', FOR_EVER],
  ['serving.knative.dev', 'Service Configuration Revision', FOR_EVER],
  ['argoproj.io', 'Rollout', FOR_EVER],
  ['argoproj.io', 'Workflow CronWorkflow WorkflowTemplate ClusterWorkflowTemplate', ARGO],
  ['tekton.dev', 'Task ClusterTask TaskRun Pipeline PipelineRun', TEKTON],
  ['sparkoperator.k8s.io', 'SparkApplication ScheduledSparkApplication', SPARK],
  ['flink.apache.org', 'FlinkDeployment FlinkSessionJob', "the operator deletes a job's pods when the job has ended"],
  ['ray.io', 'RayCluster RayService', FOR_EVER],
  ['trainer.kubeflow.org', 'TrainJob', 'its containers stand in its TrainingRuntime'],
  ['actions.github.com', 'AutoscalingRunnerSet EphemeralRunnerSet EphemeralRunner', RUNNERS],
  ['actions.summerwind.dev', 'RunnerDeployment RunnerReplicaSet RunnerSet Runner', RUNNERS],
];

/**
 * Why nothing is said about a kind that holds containers, as half a sentence; undefined for kinds that are checked and
 * for kinds that nobody knows.
 */
export function silentKind(apiVersion: string, kind: string): string | undefined {
  const group = groupOf(apiVersion);
  return SILENT_KINDS.find(([of, kinds]) => of === group && kinds.split(' ').includes(kind))?.[2];
}

/** The API group of an `apiVersion`, empty for the core group. */
function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

const keyOf = (group: string, kind: string) => `${group}/${kind}`;
const BY_KEY = new Map(KINDS.map((each) => [keyOf(each.group, each.kind), each]));

/** The kind of an object whose pods run to completion. One of `extraKinds` wins over a known one. */
export function kindOf(
  apiVersion: string,
  kind: string,
  extraKinds: readonly WorkloadKind[],
): WorkloadKind | undefined {
  const group = groupOf(apiVersion);
  return extraKinds.find((each) => each.kind === kind && each.group === group) ?? BY_KEY.get(keyOf(group, kind));
}
