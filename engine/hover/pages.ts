const DOCS = 'https://kubernetes.io/docs';
const LIFECYCLE = `${DOCS}/concepts/workloads/pods/pod-lifecycle`;
const JOB = `${DOCS}/concepts/workloads/controllers/job`;

/** Pages of the Kubernetes documentation, as Markdown links. */
export const PAGES = {
  sidecars: `[Sidecar containers](${DOCS}/concepts/workloads/pods/sidecar-containers/)`,
  init: `[Init containers](${DOCS}/concepts/workloads/pods/init-containers/)`,
  restarts: `[Restart policy](${LIFECYCLE}/#restart-policy)`,
  termination: `[Termination of pods](${LIFECYCLE}/#pod-termination)`,
  probes: `[Probes](${DOCS}/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/)`,
  hooks: `[Lifecycle hooks](${DOCS}/concepts/containers/container-lifecycle-hooks/)`,
  processes: `[Share process namespace](${DOCS}/tasks/configure-pod-container/share-process-namespace/)`,
  backoff: `[Pod backoff failure policy](${JOB}/#pod-backoff-failure-policy)`,
  failures: `[Pod failure policy](${JOB}/#pod-failure-policy)`,
  deadline: `[Job termination](${JOB}/#job-termination-and-cleanup)`,
  cleanup: `[Clean-up of finished Jobs](${JOB}/#ttl-mechanism-for-finished-jobs)`,
  concurrency: `[Concurrency policy](${DOCS}/concepts/workloads/controllers/cron-jobs/#concurrency-policy)`,
} as const;
