import {
  type AnalyzeOptions,
  type Config,
  type Origin,
  readConfig,
  type SettledHelm,
  type VersionRange,
  versionProblem,
} from '../engine/index.ts';

/** What an editor shows: no part of the configuration, which is the same for everybody. */
export interface Shown {
  readonly enable: boolean;
  readonly codeLens: boolean;
  readonly inlayHints: boolean;
}

/** What applies to one document. */
export interface Settings extends Shown {
  readonly options: Pick<AnalyzeOptions, 'rules' | 'kinds' | 'sidecars' | 'mains'> & {
    readonly versions: VersionRange;
    readonly helm: SettledHelm;
  };
  /** Where the versions come from. */
  readonly origin: Origin;
  /** Why versions that somebody names do not count, one line each. */
  readonly problems: readonly string[];
}

/** The `nativeSidecars` section as it was read. */
export interface Section {
  readonly shown: Shown;
  readonly config: Config;
  /** What is wrong with its version, as a sentence without a full stop. */
  readonly problem: string | undefined;
}

/** Reads the `nativeSidecars` section. What is missing or of a wrong type counts as not set. */
export function readSettings(section: unknown): Section {
  if (typeof section !== 'object' || section === null) return { shown: readShown({}), config: {}, problem: undefined };
  // Editors send every setting, set or not: what is empty is not set.
  const given = Object.entries(section).filter(([, value]) => !isEmpty(value));
  const { config } = readConfig(JSON.stringify(Object.fromEntries(given)));
  const { kubernetesVersion } = section as { kubernetesVersion?: unknown };
  const isWrong = config.kubernetesVersion === undefined && !isEmpty(kubernetesVersion ?? null);
  const problem = isWrong ? (versionProblem(String(kubernetesVersion)) ?? 'it is no version') : undefined;
  return { shown: readShown(section), config, problem };
}

function readShown({ enable, codeLens, inlayHints }: { [name in keyof Shown]?: unknown }): Shown {
  return { enable: enable !== false, codeLens: codeLens !== false, inlayHints: inlayHints === true };
}

function isEmpty(value: unknown): boolean {
  return value === '' || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}
