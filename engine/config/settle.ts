import { globMatches } from '../glob.ts';
import { DEFAULT_VERSIONS, type VersionRange } from '../kube/version.ts';
import type { Config, RuleLevels } from './read.ts';
import type { Level } from './schema.ts';

/** Who says something, the strongest first. */
export type Source = 'command line' | '.native-sidecars.yaml' | 'settings' | 'Chart.yaml' | 'default';

/** Where the versions come from that apply to a file. */
export interface Origin {
  readonly source: Source;
  /** The file that says so, as the host names it. */
  readonly file?: string;
}

/** A configuration, who says it, and the folder from which its globs count: a path or decoded URI. */
export interface Layer extends Origin {
  readonly config: Config;
  /** The whole path counts when it is left out. */
  readonly base?: string | undefined;
  /** What is wrong with its versions, as a sentence without a full stop: it names none then. */
  readonly problem?: string | undefined;
}

/** How charts are read. */
export interface SettledHelm {
  readonly enabled: boolean;
  /** Files of values besides the chart's own, the later ones winning: as they are written. */
  readonly values: readonly string[];
  /** The configuration from whose folder they count, as the host names it; undefined without one. */
  readonly file: string | undefined;
}

/** What applies to one file: the options of an analysis, and what the face decides by. */
export interface Settled extends Omit<Config, 'kubernetesVersion' | 'rules' | 'exclude' | 'helm'> {
  readonly helm: SettledHelm;
  readonly versions: VersionRange;
  readonly origin: Origin;
  /** Why versions that somebody names do not count, one line each. */
  readonly problems: readonly string[];
  readonly rules: Readonly<Record<string, Level>>;
  readonly isExcluded: boolean;
}

/** Joins configurations, the strongest first: for each key the first that has it counts, for `rules` for each rule. */
export function settle(layers: readonly Layer[], path: string): Settled {
  const first = <K extends keyof Config>(key: K) => layers.find(({ config }) => config[key] !== undefined);
  const excluding = first('exclude');
  const rules = [...layers]
    .reverse()
    .flatMap((layer) => (layer.config.rules ?? []).filter((each) => isAbout(each, layer, path)));
  const charts = first('helm');
  const { enabled = true, values = [] } = charts?.config.helm ?? {};
  const kept = (['sidecars', 'mains', 'kinds'] as const).map((key) => {
    const value = first(key)?.config[key];
    return value === undefined ? {} : { [key]: value };
  });
  return {
    ...Object.assign({}, ...kept),
    ...versionsOf(layers),
    helm: { enabled, values, file: charts?.file },
    rules: Object.assign({}, ...rules.map((each) => each.rules)),
    isExcluded: excluding?.config.exclude?.some((glob) => globMatches(glob, below(path, excluding))) ?? false,
  };
}

function versionsOf(layers: readonly Layer[]): Pick<Settled, 'versions' | 'origin' | 'problems'> {
  const problems: string[] = [];
  for (const { config, source, file, problem } of layers) {
    const versions = config.kubernetesVersion;
    if (versions) return { versions, origin: { source, ...(file !== undefined && { file }) }, problems };
    if (problem !== undefined) problems.push(`${file ?? source}: ${problem}`);
  }
  return { versions: DEFAULT_VERSIONS, origin: { source: 'default' }, problems };
}

function isAbout({ files }: RuleLevels, layer: Layer, path: string): boolean {
  return files === undefined || files.some((glob) => globMatches(glob, below(path, layer)));
}

/** The path as its configuration sees it. */
function below(path: string, { base }: Layer): string {
  const folder = base?.replace(/\/$/, '');
  return folder !== undefined && path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
}
