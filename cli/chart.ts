import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { globSync } from 'tinyglobby';
import {
  type ChartFiles,
  type InChart,
  isChartFile,
  prepareChartFiles,
  type SettledHelm,
  type ValuesText,
  valuesProblem,
} from '../engine/index.ts';
import { type InputFile, readText, UserError } from './files.ts';

/** Finds the chart that a file is a template of; each chart is read once with the same values. */
export type Charts = (file: InputFile, helm: SettledHelm) => InChart | undefined;

/**
 * A finder of charts for one run. What cannot be read of a chart counts as not there. `tell` hears a UserError for each file
 * of values that somebody names and that cannot be used, once: it counts as empty.
 */
export function openCharts(tell: (error: unknown) => void): Charts {
  const values = new Map<string, readonly ValuesText[]>();
  const valuesAt = (path: string) => {
    const known = values.get(path) ?? readValues(path, tell);
    values.set(path, known);
    return known;
  };
  const charts = new Map<string, ChartFiles>();
  const roots = new Map<string, string | undefined>();
  const rootOf = (folder: string): string | undefined => {
    if (!roots.has(folder)) roots.set(folder, chartAround(folder));
    return roots.get(folder);
  };
  return ({ path, name }, helm) => {
    if (path === 0) return undefined;
    const file = resolve(path);
    const root = rootOf(dirname(file));
    if (root === undefined) return undefined;
    const inside = withSlashes(relative(root, file));
    if (!isChartFile(inside)) return undefined;
    // As the user named the file, so that evidence in other files of the chart is named alike.
    const shown = name.endsWith(inside) ? name.slice(0, name.length - inside.length) : `${withSlashes(root)}/`;
    const named = helm.values.map((each) => resolve(dirname(helm.file ?? '.'), each));
    const key = [root, shown, ...named].join('\n');
    let files = charts.get(key);
    if (!files) {
      files = prepareChartFiles(shown, readChart(root), named.flatMap(valuesAt));
      charts.set(key, files);
    }
    return { files, path: inside };
  };
}

/** The outermost chart that a folder lies in: a subchart is read as a part of the chart around it. */
function chartAround(folder: string): string | undefined {
  let found: string | undefined;
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, 'Chart.yaml'))) found = at;
    // A chart in `charts/` is a part of the one that holds this folder.
    else if (found !== undefined && basename(at) !== 'charts') return found;
    if (dirname(at) === at) return found;
  }
}

function readChart(root: string): Map<string, string> {
  const paths = globSync(['**/Chart.yaml', '**/values.yaml', '**/templates/**'], { cwd: root, dot: true });
  const texts = paths.map(withSlashes).filter(isChartFile).sort();
  return new Map(
    texts.flatMap((path) => {
      try {
        return [[path, readFileSync(join(root, path), 'utf8').replace(/^\uFEFF/, '')]];
      } catch {
        return [];
      }
    }),
  );
}

function readValues(path: string, tell: (error: unknown) => void): ValuesText[] {
  const name = withSlashes(relative('.', path));
  try {
    const { text } = readText({ name, path, given: true });
    const problem = valuesProblem(text);
    if (problem !== undefined) throw new UserError(`${name}: this file of values ${problem}`);
    return [{ name, text }];
  } catch (error) {
    tell(error);
    return [];
  }
}

function withSlashes(path: string): string {
  return path.split(sep).join('/');
}
