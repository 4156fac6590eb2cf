import { duplicateContainerName } from './duplicate-container-name.ts';
import { duplicateKey } from './duplicate-key.ts';
import { ephemeralStorageLimit } from './ephemeral-storage-limit.ts';
import { failurePolicyMatchesSidecar } from './failure-policy-matches-sidecar.ts';
import { foldedScript } from './folded-script.ts';
import { initContainerNeverExits } from './init-container-never-exits.ts';
import { initRestartPolicy } from './init-restart-policy.ts';
import { initWaitsForRegularContainer } from './init-waits-for-regular-container.ts';
import { injectedSidecar } from './injected-sidecar.ts';
import { invalidProbe } from './invalid-probe.ts';
import { jobRestartPolicy } from './job-restart-policy.ts';
import { killWorkaround } from './kill-workaround.ts';
import { killerContainer } from './killer-container.ts';
import { leftoverShareProcessNamespace } from './leftover-share-process-namespace.ts';
import { leftoverSharedVolume } from './leftover-shared-volume.ts';
import { namedPortToSidecar } from './named-port-to-sidecar.ts';
import { noRegularContainer } from './no-regular-container.ts';
import { nonNativeSidecar } from './non-native-sidecar.ts';
import { overlayByIndex } from './overlay-by-index.ts';
import { overlayWrongList } from './overlay-wrong-list.ts';
import { podFailurePolicyContainer } from './pod-failure-policy-container.ts';
import { probeOnPlainInitContainer } from './probe-on-plain-init-container.ts';
import { procpsForPkill } from './procps-for-pkill.ts';
import { quitEndpointWorkaround } from './quit-endpoint-workaround.ts';
import { quitHookOnSidecar } from './quit-hook-on-sidecar.ts';
import { resizePolicy } from './resize-policy.ts';
import { resizePolicyOnInitContainer } from './resize-policy-on-init-container.ts';
import { restartPolicyOnRegularContainer } from './restart-policy-on-regular-container.ts';
import type { DockerfileRule, OverlayRule, Rule, RuleHead } from './rule.ts';
import { sentinelFileWorkaround } from './sentinel-file-workaround.ts';
import { shellCExtraArguments } from './shell-c-extra-arguments.ts';
import { sidecarAfterItsUser } from './sidecar-after-its-user.ts';
import { sidecarIgnoresSigterm } from './sidecar-ignores-sigterm.ts';
import { sidecarRestartsCount } from './sidecar-restarts-count.ts';
import { sidecarWaitsForMain } from './sidecar-waits-for-main.ts';
import { sidecarWithoutStartupGate } from './sidecar-without-startup-gate.ts';
import { startupProbeSuccessThreshold } from './startup-probe-success-threshold.ts';
import { stuckStart } from './stuck-start.ts';
import { terminatorMarker } from './terminator-marker.ts';
import { timeboxedSidecar } from './timeboxed-sidecar.ts';
import { unknownField } from './unknown-field.ts';
import { unknownRestartPolicySpelling } from './unknown-restart-policy-spelling.ts';
import { unreachableStartupProbe } from './unreachable-startup-probe.ts';
import { unusedSuppression } from './unused-suppression.ts';
import { waitLoop } from './wait-loop.ts';
import { workaroundLeaksOnFailure } from './workaround-leaks-on-failure.ts';
import { wrapperBinaryWorkaround } from './wrapper-binary-workaround.ts';

/** Every rule that looks at pods, in the order in which findings at one place are listed. */
export const RULES: readonly Rule[] = [
  nonNativeSidecar,
  initContainerNeverExits,
  initWaitsForRegularContainer,
  sidecarWaitsForMain,
  sidecarAfterItsUser,
  killWorkaround,
  killerContainer,
  sentinelFileWorkaround,
  quitEndpointWorkaround,
  wrapperBinaryWorkaround,
  timeboxedSidecar,
  terminatorMarker,
  waitLoop,
  unreachableStartupProbe,
  sidecarWithoutStartupGate,
  workaroundLeaksOnFailure,
  quitHookOnSidecar,
  sidecarIgnoresSigterm,
  sidecarRestartsCount,
  failurePolicyMatchesSidecar,
  stuckStart,
  injectedSidecar,
  ephemeralStorageLimit,
  namedPortToSidecar,
  foldedScript,
  shellCExtraArguments,
  leftoverShareProcessNamespace,
  leftoverSharedVolume,
  restartPolicyOnRegularContainer,
  initRestartPolicy,
  probeOnPlainInitContainer,
  duplicateContainerName,
  jobRestartPolicy,
  noRegularContainer,
  unknownRestartPolicySpelling,
  startupProbeSuccessThreshold,
  invalidProbe,
  podFailurePolicyContainer,
  resizePolicyOnInitContainer,
  resizePolicy,
  unknownField,
  duplicateKey,
];

/** Every rule that looks at Dockerfiles. */
export const DOCKERFILE_RULES: readonly DockerfileRule[] = [procpsForPkill];

/** Every rule that looks at patches of kustomizations. */
export const OVERLAY_RULES: readonly OverlayRule[] = [overlayWrongList, overlayByIndex];

/** Every rule, for lists and settings. */
export const ALL_RULES: readonly RuleHead[] = [...RULES, ...DOCKERFILE_RULES, ...OVERLAY_RULES, unusedSuppression];
