import type { WorkloadKind } from '../kube/kinds.ts';
import { parseVersions, type VersionRange, versionProblem } from '../kube/version.ts';
import type { ContainerPatterns } from '../sidecar/named.ts';
import type { Span } from '../text.ts';
import { capital, nearest } from '../words.ts';
import { asMap, asSeq, asText, ownEntries, readYaml, spanOf, type YamlDocument, type YamlNode } from '../yaml/read.ts';
import { CONFIG_SCHEMA, type Level, type Schema } from './schema.ts';

/** Levels of rules, and the files that they are about. */
export interface RuleLevels {
  /** Globs; undefined for all files. */
  readonly files?: readonly string[];
  readonly rules: Readonly<Record<string, Level>>;
}

/** What a configuration says. What it leaves out is undefined. */
export interface Config {
  readonly kubernetesVersion?: VersionRange;
  readonly rules?: readonly RuleLevels[];
  readonly sidecars?: ContainerPatterns;
  readonly mains?: ContainerPatterns;
  readonly kinds?: readonly WorkloadKind[];
  readonly exclude?: readonly string[];
  readonly helm?: { readonly enabled?: boolean; readonly values?: readonly string[] };
}

/** What is wrong with a configuration, and where. */
export interface ConfigProblem {
  readonly message: string;
  readonly span: Span;
}

/** The file's name. */
export const CONFIG_FILE = '.native-sidecars.yaml';

/**
 * Reads a configuration: the text of a `.native-sidecars.yaml`, or settings as JSON. Never throws: what is wrong is left
 * out and in `problems`.
 */
export function readConfig(text: string): { readonly config: Config; readonly problems: readonly ConfigProblem[] } {
  const document = readYaml(text);
  if (document.error !== undefined) {
    const start = Math.min(document.errorAt ?? 0, Math.max(0, text.trimEnd().length - 1));
    return {
      config: {},
      problems: [{ message: `This is no YAML: ${document.error}`, span: { start, end: start + 1 } }],
    };
  }
  const problems: ConfigProblem[] = [];
  const given = new Reader(document, problems).read(document.root, CONFIG_SCHEMA, 'the configuration') ?? {};
  return { config: configOf(given as Given), problems };
}

/** A configuration as it is written, but for what is wrong. */
interface Given extends Omit<Config, 'kubernetesVersion' | 'rules' | 'kinds'> {
  readonly kubernetesVersion?: string;
  readonly rules?:
    | Readonly<Record<string, Level>>
    | readonly { files?: string | string[]; rules?: RuleLevels['rules'] }[];
  readonly kinds?: readonly { group?: string; kind: string; templates: string[]; restartPolicies?: string[] }[];
}

function configOf({ kubernetesVersion, rules, kinds, ...others }: Given): Config {
  const versions = kubernetesVersion === undefined ? undefined : parseVersions(kubernetesVersion);
  return {
    ...others,
    ...(versions && { kubernetesVersion: versions }),
    ...(kinds && { kinds: kinds.map(({ group = '', ...more }) => ({ group, ...more })) }),
    ...(rules && {
      rules: isList(rules)
        ? rules.map(({ files, rules: levels = {} }) => ({
            ...(files !== undefined && { files: typeof files === 'string' ? [files] : files }),
            rules: levels,
          }))
        : [{ rules }],
    }),
  };
}

function isList<T>(value: T | readonly T[] | Readonly<Record<string, unknown>>): value is readonly T[] {
  return Array.isArray(value);
}

/** Reads nodes as a schema says. Scalars count as written: `off` is no boolean here, and 1.30 is not 1.3. */
class Reader {
  readonly #document: YamlDocument;
  readonly #problems: ConfigProblem[];
  #depth = 0;

  constructor(document: YamlDocument, problems: ConfigProblem[]) {
    this.#document = document;
    this.#problems = problems;
  }

  /** The value of a node; undefined when there is none or it is wrong. `name` is what messages call it. */
  read(node: YamlNode | undefined, schema: Schema, name: string): unknown {
    if (!node || this.#isNull(node) || this.#depth > 20) return undefined;
    this.#depth += 1;
    try {
      const chosen = schema.anyOf?.find((each) => this.#has(node, each)) ?? schema;
      if (!this.#has(node, chosen)) return this.#tell(node, `${capital(name)} takes ${expected(schema)}.`);
      if (chosen.type === 'object') return this.#readMap(node, chosen, name);
      if (chosen.type === 'array') {
        return asSeq(this.#document, node)?.items.flatMap((item) => {
          const value = this.read(item as YamlNode, chosen.items ?? {}, `an item of ${name}`);
          return value === undefined ? [] : [value];
        });
      }
      return this.#readScalar(node, chosen, name);
    } finally {
      this.#depth -= 1;
    }
  }

  #readMap(node: YamlNode, { properties = {}, required = [], noun = 'key' }: Schema, name: string): unknown {
    const document = this.#document;
    const map = asMap(document, node);
    if (!map) return undefined;
    const found: Record<string, unknown> = {};
    const seen = new Set<string>();
    for (const { key, value } of ownEntries(document, map)) {
      const id = asText(document, key)?.value ?? '';
      const schema = Object.hasOwn(properties, id) ? properties[id] : undefined;
      if (!schema) {
        const near = nearest(id, Object.keys(properties));
        const hint = near === undefined ? '' : ` Did you mean '${near}'?`;
        this.#tell(key as YamlNode, `There is no ${noun} '${id}'${noun === 'key' ? ' here' : ''}.${hint}`);
        continue;
      }
      if (seen.has(id)) this.#tell(key as YamlNode, `'${id}' is written twice.`);
      seen.add(id);
      const read = this.read(value, schema, `'${id}'`);
      if (read !== undefined) found[id] = read;
    }
    const missing = required.find((each) => !seen.has(each));
    if (missing !== undefined) return this.#tell(node, `${capital(name)} needs '${missing}'.`);
    return required.every((each) => found[each] !== undefined) ? found : undefined;
  }

  #readScalar(node: YamlNode, { type, pattern, patternErrorMessage, ...schema }: Schema, name: string): unknown {
    const value = asText(this.#document, node)?.value ?? '';
    if (type === 'boolean') return /^(?:true|yes|on)$/i.test(value);
    if (schema.enum && !schema.enum.includes(value)) {
      const near = nearest(value, schema.enum);
      const hint = near === undefined ? '' : ` Did you mean '${near}'?`;
      return this.#tell(node, `${capital(name)} takes ${choice(schema.enum)}, not '${value}'.${hint}`);
    }
    if (pattern !== undefined && !new RegExp(pattern).test(value)) {
      return this.#tell(node, `'${value}' is not understood. ${patternErrorMessage ?? ''}`.trim());
    }
    const problem = name === "'kubernetesVersion'" ? versionProblem(value) : undefined;
    if (problem !== undefined) return this.#tell(node, `${problem}.`);
    return value;
  }

  #has(node: YamlNode, { type, anyOf }: Schema): boolean {
    const document = this.#document;
    if (anyOf) return anyOf.some((each) => this.#has(node, each));
    if (type === 'object') return asMap(document, node) !== undefined;
    if (type === 'array') return asSeq(document, node) !== undefined;
    const text = asText(document, node);
    if (type === 'boolean') return /^(?:true|false|yes|no|on|off)$/i.test(text?.value ?? '');
    return text !== undefined;
  }

  #isNull(node: YamlNode): boolean {
    const document = this.#document;
    return !asMap(document, node) && !asSeq(document, node) && !asText(document, node);
  }

  #tell(node: YamlNode, message: string): undefined {
    const { start, end } = spanOf(node);
    // A map or list may be long: its first line says where.
    const line = this.#document.text.slice(start, end).search(/\r|\n|$/);
    this.#problems.push({ message, span: { start, end: start + Math.max(1, line) } });
    return undefined;
  }
}

function expected({ type, anyOf, properties, enum: values }: Schema): string {
  if (anyOf) return anyOf.map(expected).join(' or ');
  if (type === 'object')
    return `keys such as ${Object.keys(properties ?? {})
      .slice(0, 2)
      .join(' and ')}`;
  if (type === 'array') return 'a list';
  if (type === 'boolean') return 'true or false';
  return values ? choice(values) : 'a text';
}

function choice(values: readonly string[]): string {
  return `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}
