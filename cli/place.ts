import { existsSync } from 'node:fs';
import { type Analysis, analyze, analyzePatch, isPatch, Lines } from '../engine/index.ts';
import { openCharts } from './chart.ts';
import { inputs } from './check.ts';
import { type ConfigOptions, openConfig } from './config.ts';
import { type InputFile, readText, UserError } from './files.ts';
import { findKustomize, keyOf } from './kustomize.ts';

/** A file that was named with or without a line, analysed. */
export interface Placed {
  readonly file: InputFile;
  readonly analysis: Analysis;
  /** The end of the line; undefined when none was named. */
  readonly offset: number | undefined;
}

/** Reads what a place names: a path, or a path and a line (`job.yaml:12`). Throws UserError for what cannot be read. */
export function* readPlace(place: string, options: ConfigOptions): Iterable<Placed> {
  const { path, line } = parsePlace(place);
  const rethrow = (error: unknown) => {
    throw error;
  };
  const settled = openConfig(options);
  const charts = openCharts(rethrow);
  for (const file of inputs([path], settled, rethrow)) {
    const { text } = readText(file);
    const lines = new Lines(text);
    if (line !== undefined && line > lines.count) {
      throw new UserError(`${file.name} has ${lines.count} lines, there is no line ${line}`);
    }
    const own = settled(file);
    const chart = text.includes('{{') ? charts(file, own.helm) : undefined;
    const key = file.path === 0 ? '' : keyOf(file.path);
    const kustomize = key === '' ? undefined : findKustomize(new Map([[key, text]]), [key], []);
    const analysis =
      kustomize && isPatch(kustomize, key)
        ? analyzePatch(text, { path: key, kustomize, rules: own.rules })
        : analyze(text, { ...own, ...(chart && { chart }) });
    yield { file, analysis, offset: line === undefined ? undefined : lines.end(line - 1) };
  }
}

function parsePlace(place: string): { readonly path: string; readonly line: number | undefined } {
  const [, path, line] = /^(.+):([1-9]\d*)$/.exec(place) ?? [];
  return path !== undefined && !existsSync(place) ? { path, line: Number(line) } : { path: place, line: undefined };
}
