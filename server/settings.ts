import { ALL_RULES, type AnalyzeOptions, parseVersion, type Severity } from '../engine/index.ts';

/** The settings of one document. */
export interface Settings {
  readonly enable: boolean;
  readonly options: Pick<AnalyzeOptions, 'version' | 'rules'>;
}

/** What applies while nobody has said otherwise. */
export const DEFAULT_SETTINGS: Settings = { enable: true, options: {} };

const LEVELS: readonly (Severity | 'off')[] = ['off', 'error', 'warning', 'info', 'hint'];

/** Reads the `nativeSidecars` section. What is missing or of a wrong type counts as not set. */
export function readSettings(section: unknown): Settings {
  if (typeof section !== 'object' || section === null) return DEFAULT_SETTINGS;
  const { enable, kubernetesVersion, rules } = section as Record<string, unknown>;
  const version = typeof kubernetesVersion === 'string' ? parseVersion(kubernetesVersion) : undefined;
  const given = typeof rules === 'object' && rules !== null ? (rules as Record<string, unknown>) : {};
  const chosen = Object.fromEntries(
    ALL_RULES.flatMap(({ id }) => {
      const level = LEVELS.find((each) => each === given[id]);
      return level ? [[id, level]] : [];
    }),
  );
  return { enable: enable !== false, options: { ...(version && { version }), rules: chosen } };
}
