import {
  atLeast,
  formatVersions,
  minorsOf,
  only,
  parseVersion,
  SIDECAR_STAGES,
  type VersionRange,
} from '../kube/version.ts';

/** What becomes of a field from one minor on. */
interface Stage {
  readonly since: string;
  readonly state: 'unknown' | 'dropped' | 'rejected' | 'works';
  /** The words of Kubernetes for how far the feature is. */
  readonly stage?: 'alpha' | 'beta' | 'stable';
  readonly meaning: string;
}

/** Which Kubernetes versions have native sidecars, as a Markdown table. */
export const VERSION_TABLE = [
  '| Kubernetes | native sidecars |',
  '|---|---|',
  ...SIDECAR_STAGES.map(({ since, state, meaning }) => `| ${since} | ${state}: ${meaning} |`),
].join('\n');

const UNKNOWN: Stage = { since: '1.20', state: 'unknown', meaning: 'the API server does not know the field' };
const RULES_GATE = 'off unless the ContainerRestartRules feature gate is switched on';

/**
 * What becomes of a container's `restartPolicy`, the oldest first. Sources: KEP-753, KEP-5307, and the validation of 1.28 to
 * 1.35.
 */
export const RESTART_POLICY = {
  /** `Always` on an init container. */
  native: [
    UNKNOWN,
    {
      since: '1.28',
      state: 'dropped',
      stage: 'alpha',
      meaning: 'off unless the SidecarContainers feature gate is switched on',
    },
    { since: '1.29', state: 'works', stage: 'beta', meaning: 'on by default' },
    { since: '1.33', state: 'works', stage: 'stable', meaning: 'always on' },
  ],
  /** `Never` and `OnFailure` on an init container. */
  init: [
    UNKNOWN,
    { since: '1.28', state: 'dropped', meaning: 'dropped with the SidecarContainers feature gate off' },
    { since: '1.29', state: 'rejected', meaning: 'only `Always` is allowed' },
    { since: '1.34', state: 'dropped', stage: 'alpha', meaning: RULES_GATE },
    { since: '1.35', state: 'works', stage: 'beta', meaning: 'wins over the policy of the pod; no native sidecar' },
  ],
  /** On a regular container. */
  regular: [
    UNKNOWN,
    { since: '1.28', state: 'rejected', meaning: 'only init containers may have one' },
    { since: '1.34', state: 'dropped', stage: 'alpha', meaning: RULES_GATE },
    {
      since: '1.35',
      state: 'works',
      stage: 'beta',
      meaning: 'wins over the policy of the pod; with `Always` the pod never ends',
    },
  ],
} satisfies Record<string, readonly Stage[]>;

/**
 * What becomes of a field in a range of versions, as a paragraph: a sentence, or a list with an item for each stretch. `what`
 * is its subject where that is not the field of the hover.
 */
export function byVersion(versions: VersionRange, stages: readonly Stage[], what?: string): string {
  const found: { stage: Stage; versions: VersionRange }[] = [];
  for (const version of minorsOf(versions)) {
    const stage = stages.findLast(({ since }) => atLeast(version, parseVersion(since) ?? version)) ?? UNKNOWN;
    const last = found.at(-1);
    if (last?.stage === stage) last.versions = { ...last.versions, highest: version };
    else found.push({ stage, versions: only(version) });
  }
  const told = found.map((each) => `${formatVersions(each.versions)}: ${inWords(each.stage)}`);
  if (told.length === 1) return `${what === undefined ? 'In' : `${what} in`} Kubernetes ${told[0]}.`;
  return [...(what === undefined ? [] : [`${what}:`]), ...told.map((each) => `- ${each}`)].join('\n');
}

function inWords({ state, stage, meaning }: Stage): string {
  if (state === 'works') return stage ? `${stage}, ${meaning}` : meaning;
  if (state === 'rejected') return `the API server refuses it, ${meaning}`;
  if (state === 'unknown') return `${meaning}: kubectl is refused, other clients lose it`;
  return `dropped without a word, ${meaning.replace(/^dropped /, '')}`;
}
