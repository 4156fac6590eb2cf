import { existsSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import {
  CONFIG_FILE,
  chartVersions,
  formatVersions,
  type Layer,
  Lines,
  readConfig,
  type Settled,
  settle,
  type VersionRange,
} from '../engine/index.ts';
import { type InputFile, readText, UserError } from './files.ts';

/** What the command line says about configuration. */
export interface ConfigOptions {
  readonly versions: VersionRange | undefined;
  /** A file in the place of the nearest one; false for none. */
  readonly config: string | false | undefined;
}

/**
 * Tells what applies to a file. Files of configuration are read when they are first asked for; throws UserError with a
 * line for each thing that is wrong in one. Versions in charts that nobody understands are told on standard error, once.
 */
export function openConfig({ versions, config }: ConfigOptions): (file: InputFile) => Settled {
  const given = typeof config === 'string' ? layerOf(config, config) : undefined;
  const configs = nearest((folder) => fileIn(folder, CONFIG_FILE, (path) => layerOf(path, nameOf(path))));
  const charts = nearest((folder) => fileIn(folder, 'Chart.yaml', chartOf));
  const told = new Set<string>();
  return ({ path }) => {
    const at = path === 0 ? resolve('-') : resolve(path);
    const file = config === false ? undefined : (given ?? configs(dirname(at)));
    const chart = charts(dirname(at));
    const own: Layer | undefined = versions && { source: 'command line', config: { kubernetesVersion: versions } };
    const settled = settle(
      [own, file, chart].filter((each) => each !== undefined),
      slashed(at),
    );
    for (const problem of settled.problems) {
      if (!told.has(problem)) {
        console.error(`native-sidecars: ${problem}; Kubernetes ${formatVersions(settled.versions)} is taken`);
      }
      told.add(problem);
    }
    return settled;
  };
}

/** The first thing that is found in a folder or above it; each folder is asked once. */
function nearest<T>(find: (folder: string) => T | undefined): (folder: string) => T | undefined {
  const known = new Map<string, T | undefined>();
  const search = (folder: string): T | undefined => {
    if (!known.has(folder)) {
      const above = dirname(folder);
      known.set(folder, find(folder) ?? (above === folder ? undefined : search(above)));
    }
    return known.get(folder);
  };
  return search;
}

function fileIn<T>(folder: string, name: string, read: (path: string) => T | undefined): T | undefined {
  const path = join(folder, name);
  return existsSync(path) ? read(path) : undefined;
}

function layerOf(path: string, name: string): Layer {
  const { text } = readText({ name, path, given: true });
  const { config, problems } = readConfig(text);
  if (problems.length > 0) {
    const lines = new Lines(text);
    const told = problems.map(({ message, span }) => {
      const { line, character } = lines.position(span.start);
      return `${name}:${line + 1}:${character + 1} ${message}`;
    });
    throw new UserError(told.join('\nnative-sidecars: '));
  }
  return { source: '.native-sidecars.yaml', file: name, config, base: slashed(dirname(resolve(path))) };
}

/** A chart that cannot be read says nothing but why; one without a word on versions leaves it to the chart around it. */
function chartOf(path: string): Layer | undefined {
  const head = { source: 'Chart.yaml', file: nameOf(path) } as const;
  try {
    const { versions, problem } = chartVersions(readText({ name: head.file, path, given: false }).text);
    if (versions) return { ...head, config: { kubernetesVersion: versions } };
    return problem === undefined ? undefined : { ...head, config: {}, problem };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...head, config: {}, problem: error.message.slice(`${head.file}: `.length) };
  }
}

/** A path as people would write it. */
function nameOf(path: string): string {
  const here = `${resolve('.')}${sep}`;
  return slashed(path.startsWith(here) ? path.slice(here.length) : path);
}

function slashed(path: string): string {
  return path.split(sep).join('/');
}
