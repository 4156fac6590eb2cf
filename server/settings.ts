import { type AnalyzeOptions, type Config, readConfig } from '../engine/index.ts';

/** What applies to one document. */
export interface Settings {
  readonly enable: boolean;
  readonly options: Pick<AnalyzeOptions, 'versions' | 'rules' | 'kinds' | 'sidecars' | 'mains'>;
}

/** Reads the `nativeSidecars` section. What is missing or of a wrong type counts as not set. */
export function readSettings(section: unknown): { readonly enable: boolean; readonly config: Config } {
  if (typeof section !== 'object' || section === null) return { enable: true, config: {} };
  // Editors send every setting, set or not: what is empty is not set.
  const given = Object.entries(section).filter(([, value]) => !isEmpty(value));
  const { config } = readConfig(JSON.stringify(Object.fromEntries(given)));
  return { enable: (section as { enable?: unknown }).enable !== false, config };
}

function isEmpty(value: unknown): boolean {
  return value === '' || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}
