import { ephemeralStorageLimit } from './ephemeral-storage-limit.ts';
import { failurePolicyMatchesSidecar } from './failure-policy-matches-sidecar.ts';
import { foldedScript } from './folded-script.ts';
import { initContainerNeverExits } from './init-container-never-exits.ts';
import { initWaitsForRegularContainer } from './init-waits-for-regular-container.ts';
import { injectedSidecar } from './injected-sidecar.ts';
import { killWorkaround } from './kill-workaround.ts';
import { killerContainer } from './killer-container.ts';
import { leftoverShareProcessNamespace } from './leftover-share-process-namespace.ts';
import { leftoverSharedVolume } from './leftover-shared-volume.ts';
import { namedPortToSidecar } from './named-port-to-sidecar.ts';
import { nonNativeSidecar } from './non-native-sidecar.ts';
import { overlayByIndex } from './overlay-by-index.ts';
import { overlayWrongList } from './overlay-wrong-list.ts';
import { procpsForPkill } from './procps-for-pkill.ts';
import { quitEndpointWorkaround } from './quit-endpoint-workaround.ts';
import { quitHookOnSidecar } from './quit-hook-on-sidecar.ts';
import type { DockerfileRule, OverlayRule, Rule, RuleHead } from './rule.ts';
import { sentinelFileWorkaround } from './sentinel-file-workaround.ts';
import { shellCExtraArguments } from './shell-c-extra-arguments.ts';
import { sidecarIgnoresSigterm } from './sidecar-ignores-sigterm.ts';
import { sidecarRestartsCount } from './sidecar-restarts-count.ts';
import { sidecarWaitsForMain } from './sidecar-waits-for-main.ts';
import { stuckStart } from './stuck-start.ts';
import { terminatorMarker } from './terminator-marker.ts';
import { timeboxedSidecar } from './timeboxed-sidecar.ts';
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
  killWorkaround,
  killerContainer,
  sentinelFileWorkaround,
  quitEndpointWorkaround,
  wrapperBinaryWorkaround,
  timeboxedSidecar,
  terminatorMarker,
  waitLoop,
  unreachableStartupProbe,
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
];

/** Every rule that looks at Dockerfiles. */
export const DOCKERFILE_RULES: readonly DockerfileRule[] = [procpsForPkill];

/** Every rule that looks at patches of kustomizations. */
export const OVERLAY_RULES: readonly OverlayRule[] = [overlayWrongList, overlayByIndex];

/** Every rule, for lists and settings. */
export const ALL_RULES: readonly RuleHead[] = [...RULES, ...DOCKERFILE_RULES, ...OVERLAY_RULES, unusedSuppression];
