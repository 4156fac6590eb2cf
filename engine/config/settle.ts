import { globMatches } from '../glob.ts';
import type { VersionRange } from '../kube/version.ts';
import type { Config, RuleLevels } from './read.ts';
import type { Level } from './schema.ts';

/** A configuration, and the folder from which its globs count: a path or decoded URI; undefined for the whole path. */
export interface Layer {
  readonly config: Config;
  readonly base?: string | undefined;
}

/** What applies to one file: the options of an analysis, and what the face decides by. */
export interface Settled extends Omit<Config, 'kubernetesVersion' | 'rules' | 'exclude'> {
  readonly versions?: VersionRange;
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
  const { kubernetesVersion: versions } = first('kubernetesVersion')?.config ?? {};
  const kept = (['sidecars', 'mains', 'kinds', 'helm'] as const).map((key) => {
    const value = first(key)?.config[key];
    return value === undefined ? {} : { [key]: value };
  });
  return {
    ...Object.assign({}, ...kept),
    ...(versions && { versions }),
    rules: Object.assign({}, ...rules.map((each) => each.rules)),
    isExcluded: excluding?.config.exclude?.some((glob) => globMatches(glob, below(path, excluding))) ?? false,
  };
}

function isAbout({ files }: RuleLevels, layer: Layer, path: string): boolean {
  return files === undefined || files.some((glob) => globMatches(glob, below(path, layer)));
}

/** The path as its configuration sees it. */
function below(path: string, { base }: Layer): string {
  const folder = base?.replace(/\/$/, '');
  return folder !== undefined && path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
}
