import { existsSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import {
  CONFIG_FILE,
  chartVersions,
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
 * line for each thing that is wrong in one.
 */
export function openConfig({ versions, config }: ConfigOptions): (file: InputFile) => Settled {
  const given = typeof config === 'string' ? layerOf(config, config) : undefined;
  const configs = nearest((folder) => fileIn(folder, CONFIG_FILE, (path) => layerOf(path, nameOf(path))));
  const charts = nearest((folder) => fileIn(folder, 'Chart.yaml', chartOf));
  return ({ path }) => {
    const at = path === 0 ? resolve('-') : resolve(path);
    const file = config === false ? undefined : (given ?? configs(dirname(at)));
    const chart = charts(dirname(at));
    const layers = [versions && { config: { kubernetesVersion: versions } }, file, chart];
    return settle(
      layers.filter((each) => each !== undefined),
      slashed(at),
    );
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
  return { config, base: slashed(dirname(resolve(path))) };
}

function chartOf(path: string): Layer | undefined {
  try {
    const versions = chartVersions(readText({ name: path, path, given: false }).text);
    return versions && { config: { kubernetesVersion: versions } };
  } catch {
    // A chart that cannot be read says nothing.
    return undefined;
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
