import {
  atLeast,
  formatVersions,
  minorsOf,
  only,
  parseVersion,
  SIDECAR_STAGES,
  type VersionRange,
} from '../kube/version.ts';

/** What holds from one minor on. */
interface Stage {
  readonly since: string;
  readonly meaning: string;
}

/** Which Kubernetes versions have native sidecars, as a Markdown table. */
export const VERSION_TABLE = [
  '| Kubernetes | native sidecars |',
  '|---|---|',
  ...SIDECAR_STAGES.map(({ since, state, meaning }) => `| ${since} | ${state}: ${meaning} |`),
].join('\n');

const UNKNOWN: Stage = {
  since: '1.0',
  meaning: 'the API server does not know the field: it refuses it to kubectl, and takes it out for others',
};

/**
 * What becomes of a container's `restartPolicy`, the oldest first; a stage of the feature means `stage: meaning` here.
 * Sources: KEP-753, KEP-5307, and the validation of 1.28 to 1.35.
 */
export const RESTART_POLICY = {
  /** `Always` on an init container. */
  native: [
    UNKNOWN,
    {
      since: '1.28',
      meaning: 'taken out unless the SidecarContainers feature gate is on, and the pod hangs in `Init`',
    },
    { since: '1.29', meaning: 'beta, on by default' },
    { since: '1.33', meaning: 'stable' },
  ],
  /** `Never` and `OnFailure` on an init container. */
  init: [
    UNKNOWN,
    { since: '1.28', meaning: 'taken out unless the SidecarContainers feature gate is on' },
    { since: '1.29', meaning: 'refused (`supported values: "Always"`)' },
    { since: '1.34', meaning: 'taken out without a word' },
    { since: '1.35', meaning: "it wins over the pod's policy" },
  ],
  /** On a regular container. */
  regular: [
    UNKNOWN,
    { since: '1.28', meaning: 'refused (`may not be set for non-init containers`)' },
    { since: '1.34', meaning: 'taken out without a word' },
    { since: '1.35', meaning: "it wins over the pod's policy" },
  ],
} satisfies Record<string, readonly Stage[]>;

/** What holds in a range, as a sentence: one meaning, or each with its versions. */
export function byVersion(versions: VersionRange, stages: readonly Stage[]): string {
  const found: { meaning: string; versions: VersionRange }[] = [];
  for (const version of minorsOf(versions)) {
    const { meaning } = stages.findLast(({ since }) => atLeast(version, parseVersion(since) ?? version)) ?? UNKNOWN;
    const last = found.at(-1);
    if (last?.meaning === meaning) last.versions = { ...last.versions, highest: version };
    else found.push({ meaning, versions: only(version) });
  }
  return `${found.map((each) => `In Kubernetes ${formatVersions(each.versions)}: ${each.meaning}`).join('; ')}.`.replaceAll(
    '; In',
    '; in',
  );
}
