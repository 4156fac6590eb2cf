import { indexTemplates, type Templates } from '../helm/templates.ts';
import { type Chart, prepareChart, type ValuesFile } from '../helm/values.ts';
import { readYaml } from '../yaml/read.ts';

/** A Helm chart with its subcharts, as the host read them: what its templates may ask for. Immutable. */
export interface ChartFiles {
  /** What stands before every path to make it a name that the host knows: a folder or a URI, with a slash at its end. */
  readonly root: string;
  /** The files by their path in the chart. */
  readonly files: ReadonlyMap<string, string>;
  /** The named templates of the chart and its subcharts, which see each other. */
  readonly templates: Templates;
  /** The chart that a template belongs to: a subchart has values of its own. */
  chartOf(path: string): Chart;
}

/** Whether a file says something about a chart: its path in the chart, with forward slashes. */
export function isChartFile(path: string): boolean {
  return (
    /^(?:charts\/[^/]+\/)*(?:values\.yaml|Chart\.yaml)$/.test(path) ||
    /^(?:charts\/[^/]+\/)*templates\/.*\.(?:tpl|ya?ml|txt)$/.test(path)
  );
}

/** A file of values that does not belong to the chart, as `helm install --values` takes it. */
export interface ValuesText {
  /** As the host names it. */
  readonly name: string;
  readonly text: string;
}

/** Why a file of values says nothing, as the end of a sentence; undefined when it is in order or empty. */
export function valuesProblem(text: string): string | undefined {
  const document = readYaml(text);
  if (document.error !== undefined) return `does not parse: ${document.error}`;
  const values = document.value();
  const isMap = typeof values === 'object' && !Array.isArray(values);
  return values === undefined || isMap ? undefined : 'holds no keys with values';
}

/**
 * Prepares a chart from its files (path in the chart → text). What does not parse counts as empty. Subcharts are those
 * that lie unpacked under `charts/`. `others` are values over those of the chart, the later ones winning.
 */
export function prepareChartFiles(
  root: string,
  files: ReadonlyMap<string, string>,
  others: readonly ValuesText[] = [],
): ChartFiles {
  const given = others.map(({ name, text }) => ({ name, values: valuesProblem(text) ? {} : readYaml(text).value() }));
  const charts = new Map<string, Chart>();
  const chartOf = (path: string): Chart => {
    const folder = /^(?:charts\/[^/]+\/)*/.exec(path)?.[0] ?? '';
    let chart = charts.get(folder);
    if (!chart) {
      chart = prepareChart(valuesFor(files, folder, given), dataOf(files, `${folder}Chart.yaml`) ?? {});
      charts.set(folder, chart);
    }
    return chart;
  };
  return {
    root,
    files,
    templates: indexTemplates(files),
    chartOf,
  };
}

/** A chart's own values, and over them what the charts around it and the files that are given say about it. */
function valuesFor(files: ReadonlyMap<string, string>, folder: string, given: readonly ValuesFile[]): ValuesFile[] {
  const own = { name: `${folder}values.yaml`, values: dataOf(files, `${folder}values.yaml`) ?? {} };
  const last = /^(.*?)charts\/([^/]+)\/$/.exec(folder);
  if (!last) return [own, ...given];
  const [, parent = '', name = ''] = /^((?:charts\/[^/]+\/)*)charts\/([^/]+)\/$/.exec(folder) ?? last;
  const key = nameIn(files, parent, name);
  const outer = valuesFor(files, parent, given).flatMap(({ name: file, values }) => {
    const part = field(values, key);
    const shared = field(values, 'global');
    const isMap = typeof part === 'object' && part !== null;
    if (!isMap && shared === undefined) return [];
    const global = shared === undefined ? {} : { global: shared };
    return { name: file, values: { ...global, ...(isMap ? part : {}) } };
  });
  return [own, ...outer];
}

/** The name under which a chart's values speak of a subchart in a folder: its alias where it has one. */
function nameIn(files: ReadonlyMap<string, string>, parent: string, folder: string): string {
  const name = field(dataOf(files, `${parent}charts/${folder}/Chart.yaml`), 'name') ?? folder;
  const listed = field(dataOf(files, `${parent}Chart.yaml`), 'dependencies');
  const known = Array.isArray(listed) ? listed.filter((each) => field(each, 'name') === name) : [];
  const alias = known.length === 1 ? field(known[0], 'alias') : undefined;
  return typeof alias === 'string' ? alias : String(name);
}

function dataOf(files: ReadonlyMap<string, string>, path: string): unknown {
  const text = files.get(path);
  if (text === undefined) return undefined;
  const document = readYaml(text);
  return document.error === undefined ? document.value() : undefined;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
