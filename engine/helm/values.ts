/** A file of values, as plain data. */
export interface ValuesFile {
  readonly name: string;
  readonly values: unknown;
}

/** What a chart's templates may ask for, prepared once by whoever reads the files. Immutable. */
export interface Chart {
  /** All values merged as Helm does: maps key by key, `null` removes a key. */
  readonly values: unknown;
  /** Weakest first: the chart's own `values.yaml`, then what overrides it. */
  readonly files: readonly ValuesFile[];
  /** `Chart.yaml` as plain data. */
  readonly metadata: unknown;
}

/** Where a known value comes from. */
export interface Origin {
  /** As a template would ask for it: `.Values.image.tag`, `.Chart.AppVersion`. */
  readonly path: string;
  /** The values file that says so; undefined when none does and the value is nothing for that reason. */
  readonly file: string | undefined;
}

/** A value that is known without rendering, given the chart's values. */
export interface Known {
  readonly value: unknown;
  /** The values it was worked out from; none for what the template spells out itself. */
  readonly origins: readonly Origin[];
}

/** What a name stands for in a template: known data, the root of everything, or a `dict` of such things. */
export type Thing =
  | { readonly kind: 'data'; readonly known: Known; readonly path: readonly string[] | undefined }
  | { readonly kind: 'root' }
  | { readonly kind: 'dict'; readonly entries: ReadonlyMap<string, Thing | undefined> };

/** What `.`, `$` and `$name` stand for at one place; undefined means that nobody can tell before rendering. */
export interface Scope {
  readonly chart: Chart;
  readonly dot: Thing | undefined;
  /** `$`: what the template was called with. */
  readonly dollar: Thing | undefined;
  variable(name: string): Thing | undefined;
  /** What the named template prints when it is called with the thing. */
  include(name: string, dot: Thing | undefined): Known | undefined;
}

/** The scope at an offset of a template. */
export type Scopes = (offset: number) => Scope;

/** The root of a chart's own templates. */
export const ROOT: Thing = { kind: 'root' };

const MAX_MAP_DEPTH = 100;

/**
 * Prepares a chart. `files` go from the weakest to the strongest. For a subchart: its own `values.yaml`, then the part
 * of the parent's values that is named after it.
 */
export function prepareChart(files: readonly ValuesFile[], metadata: unknown = {}): Chart {
  const values = files.reduce<unknown>((merged, file) => merge(merged, file.values, 0), {});
  return { values, files, metadata };
}

function merge(under: unknown, over: unknown, depth: number): unknown {
  if (over === undefined || (depth === 0 && over === null)) return under;
  if (!isMap(under) || !isMap(over) || depth > MAX_MAP_DEPTH) return over;
  const merged = new Map(Object.entries(under));
  for (const [key, value] of Object.entries(over)) {
    if (value === null) merged.delete(key);
    else merged.set(key, merge(merged.get(key), value, depth + 1));
  }
  return Object.fromEntries(merged);
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
