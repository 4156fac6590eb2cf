import { existsSync } from 'node:fs';
import { analyze, explain, Lines } from '../engine/index.ts';
import { openCharts } from './chart.ts';
import { inputs } from './check.ts';
import { type ConfigOptions, openConfig } from './config.ts';
import { readText, UserError } from './files.ts';
import { reportExplanation } from './report/explain.ts';

/** Prints why containers are sidecars or are not. `place` is a path, or a path and a line: `job.yaml:12`. */
export function explainFile(place: string, options: ConfigOptions): void {
  const { path, line } = parsePlace(place);
  const rethrow = (error: unknown) => {
    throw error;
  };
  const settled = openConfig(options);
  const charts = openCharts();
  for (const file of inputs([path], settled, rethrow)) {
    const { text } = readText(file);
    const lines = new Lines(text);
    if (line !== undefined && line > lines.count) {
      throw new UserError(`${file.name} has ${lines.count} lines, there is no line ${line}`);
    }
    const chart = text.includes('{{') ? charts(file) : undefined;
    const analysis = analyze(text, { ...settled(file), ...(chart && { chart }) });
    const offset = line === undefined ? undefined : lines.end(line - 1);
    process.stdout.write(reportExplanation(file.name, text, explain(analysis, offset)));
  }
}

function parsePlace(place: string): { readonly path: string; readonly line: number | undefined } {
  const [, path, line] = /^(.+):([1-9]\d*)$/.exec(place) ?? [];
  return path !== undefined && !existsSync(place) ? { path, line: Number(line) } : { path: place, line: undefined };
}
