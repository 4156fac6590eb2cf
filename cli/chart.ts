import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { globSync } from 'tinyglobby';
import { type ChartFiles, type InChart, isChartFile, prepareChartFiles } from '../engine/index.ts';
import type { InputFile } from './files.ts';

/** Finds the chart that a file is a template of; each chart is read once. */
export type Charts = (file: InputFile) => InChart | undefined;

/** A finder of charts for one run. What cannot be read of a chart counts as not there. */
export function openCharts(): Charts {
  const charts = new Map<string, ChartFiles>();
  const roots = new Map<string, string | undefined>();
  const rootOf = (folder: string): string | undefined => {
    if (!roots.has(folder)) roots.set(folder, chartAround(folder));
    return roots.get(folder);
  };
  return ({ path, name }) => {
    if (path === 0) return undefined;
    const file = resolve(path);
    const root = rootOf(dirname(file));
    if (root === undefined) return undefined;
    const inside = withSlashes(relative(root, file));
    if (!isChartFile(inside)) return undefined;
    // As the user named the file, so that evidence in other files of the chart is named alike.
    const shown = name.endsWith(inside) ? name.slice(0, name.length - inside.length) : `${withSlashes(root)}/`;
    const key = `${root}\n${shown}`;
    let files = charts.get(key);
    if (!files) {
      files = prepareChartFiles(shown, readChart(root));
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

function withSlashes(path: string): string {
  return path.split(sep).join('/');
}
