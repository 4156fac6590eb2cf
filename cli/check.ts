import type { Settled } from '../engine/index.ts';
import { analyzeFiles } from './analyze.ts';
import { type ConfigOptions, openConfig } from './config.ts';
import { findFiles, type InputFile, UserError } from './files.ts';
import { reportJson } from './report/json.ts';
import { reportText } from './report/text.ts';

/** Checks files and folders and prints a report. Gives the exit status: 0, 1 with findings, 2 with unreadable input. */
export function check(paths: readonly string[], options: ConfigOptions & { readonly format: 'text' | 'json' }): number {
  let failed = false;
  const tell = (error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    console.error(`native-sidecars: ${error.message}`);
    failed = true;
  };
  const settled = openConfig(options);
  const files = inputs(paths, settled, tell);
  const analyzed = analyzeFiles(files, settled, tell);
  const checked = files.flatMap((file) => {
    const found = analyzed.find((each) => each.file === file);
    if (!found) return [];
    const { versions, origin } = settled(file);
    return { path: file.name, analysis: found.analysis, versions, origin };
  });
  process.stdout.write(options.format === 'json' ? reportJson(checked) : reportText(checked, useColour()));
  if (failed) return 2;
  const matters = checked.some(({ analysis }) =>
    analysis.findings.some(({ severity }) => severity === 'error' || severity === 'warning'),
  );
  return matters ? 1 : 0;
}

/** The files that the arguments name, each once, without those in folders that the configuration excludes. */
export function inputs(
  paths: readonly string[],
  settled: (file: InputFile) => Settled,
  tell: (error: unknown) => void,
): InputFile[] {
  const found = new Map<string | 0, InputFile>();
  for (const path of paths) {
    try {
      for (const file of findFiles(path)) if (!found.has(file.path)) found.set(file.path, file);
    } catch (error) {
      tell(error);
    }
  }
  return [...found.values()].filter((file) => file.given || !settled(file).isExcluded);
}

/** Colours on a terminal, as NO_COLOR and FORCE_COLOR say. */
function useColour(): boolean {
  if (process.env.NO_COLOR) return false;
  if (process.env.FORCE_COLOR) return process.env.FORCE_COLOR !== '0';
  return process.stdout.isTTY === true;
}
