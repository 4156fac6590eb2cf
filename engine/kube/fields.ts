const fields = (names: string): ReadonlySet<string> => new Set(names.split(/\s+/));

/** The newest minor whose fields are listed here. */
export const FIELDS_UNTIL = { major: 1, minor: 36 };

/** The fields of a Job's spec in any version. Source: the OpenAPI schema of Kubernetes 1.36. */
export const JOB_FIELDS = fields(`activeDeadlineSeconds backoffLimit backoffLimitPerIndex completionMode completions
  managedBy manualSelector maxFailedIndexes parallelism podFailurePolicy podReplacementPolicy selector successPolicy
  suspend template ttlSecondsAfterFinished`);

/** The fields of a pod's spec in any version. Source: the same. */
export const POD_FIELDS = fields(`activeDeadlineSeconds affinity automountServiceAccountToken containers dnsConfig
  dnsPolicy enableServiceLinks ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostUsers hostname
  hostnameOverride imagePullSecrets initContainers nodeName nodeSelector os overhead preemptionPolicy priority
  priorityClassName readinessGates resourceClaims resources restartPolicy runtimeClassName schedulerName schedulingGates
  schedulingGroup securityContext serviceAccount serviceAccountName setHostnameAsFQDN shareProcessNamespace subdomain
  terminationGracePeriodSeconds tolerations topologySpreadConstraints volumes`);

/** The fields of a container in any version. Source: the same. */
export const CONTAINER_FIELDS =
  fields(`args command env envFrom image imagePullPolicy lifecycle livenessProbe name ports
  readinessProbe resizePolicy resources restartPolicy restartPolicyRules securityContext startupProbe stdin stdinOnce
  terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts workingDir`);
