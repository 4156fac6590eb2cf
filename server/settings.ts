import {
  type AnalyzeOptions,
  type Config,
  type Origin,
  readConfig,
  type VersionRange,
  versionProblem,
} from '../engine/index.ts';

/** What applies to one document. */
export interface Settings {
  readonly enable: boolean;
  readonly options: Pick<AnalyzeOptions, 'rules' | 'kinds' | 'sidecars' | 'mains'> & {
    readonly versions: VersionRange;
  };
  /** Where the versions come from. */
  readonly origin: Origin;
  /** Why versions that somebody names do not count, one line each. */
  readonly problems: readonly string[];
}

/** The `nativeSidecars` section as it was read. */
export interface Section {
  readonly enable: boolean;
  readonly config: Config;
  /** What is wrong with its version, as a sentence without a full stop. */
  readonly problem: string | undefined;
}

/** Reads the `nativeSidecars` section. What is missing or of a wrong type counts as not set. */
export function readSettings(section: unknown): Section {
  if (typeof section !== 'object' || section === null) return { enable: true, config: {}, problem: undefined };
  // Editors send every setting, set or not: what is empty is not set.
  const given = Object.entries(section).filter(([, value]) => !isEmpty(value));
  const { config } = readConfig(JSON.stringify(Object.fromEntries(given)));
  const { enable, kubernetesVersion } = section as { enable?: unknown; kubernetesVersion?: unknown };
  const isWrong = config.kubernetesVersion === undefined && !isEmpty(kubernetesVersion ?? null);
  const problem = isWrong ? (versionProblem(String(kubernetesVersion)) ?? 'it is no version') : undefined;
  return { enable: enable !== false, config, problem };
}

function isEmpty(value: unknown): boolean {
  return value === '' || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}
