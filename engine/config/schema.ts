import { ALL_RULES } from '../rules/index.ts';
import type { Severity } from '../rules/rule.ts';

/** How much a rule matters. */
export type Level = Severity | 'off';

const LEVELS: readonly Level[] = ['off', 'error', 'warning', 'info', 'hint'];

/** The part of JSON Schema that describes the configuration. The file's schema and the editor's settings come from it. */
export interface Schema {
  readonly type?: 'string' | 'boolean' | 'object' | 'array' | readonly ['string', 'number'];
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  /** What to write where the pattern does not fit, as a sentence. */
  readonly patternErrorMessage?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  /** Told apart by their types. */
  readonly anyOf?: readonly Schema[];
  /** What its keys are called in messages; `key` when left out. */
  readonly noun?: string;
}

/** A key of the configuration. */
export interface Option {
  readonly name: string;
  readonly schema: Schema;
  readonly description: string;
  /** What applies when nobody says otherwise, in words. */
  readonly otherwise: string;
  /** The editor's setting of the same name; undefined where only the file has it. */
  readonly setting?: { readonly schema?: Schema; readonly default: unknown };
}

const text: Schema = { type: 'string' };
const list = (items: Schema): Schema => ({ type: 'array', items });
/** A glob as people know them from elsewhere would match nothing here, without a word. */
const glob: Schema = {
  type: 'string',
  pattern: '^(?!!)[^\\\\]*$',
  patternErrorMessage:
    'Write a file or folder with forward slashes, such as vendor/ or **/generated/*.yaml; ! is not known.',
};
const oneOrMany: Schema = { anyOf: [glob, list(glob)] };

const page = (id: string) => `https://github.com/native-sidecars/native-sidecars/blob/main/docs/rules/${id}.md`;

const levels: Schema = {
  type: 'object',
  noun: 'rule',
  properties: Object.fromEntries(
    ALL_RULES.map(({ id, title }) => [
      id,
      { type: 'string', enum: LEVELS, description: `${title}. [The rule's page](${page(id)})` },
    ]),
  ),
};

const patterns: Schema = {
  type: 'object',
  properties: {
    names: { ...list(text), description: 'Names of containers.' },
    images: { ...list(text), description: 'Ends of image names, with or without a tag.' },
  },
};

const kind: Schema = {
  type: 'object',
  required: ['kind', 'templates'],
  properties: {
    group: {
      type: 'string',
      pattern: '^[^/]*$',
      patternErrorMessage: 'Write the API group without its version, such as example.com.',
      description: 'The API group without its version; empty or left out for the core group.',
    },
    kind: { ...text, description: 'The kind, such as `Pipeline`.' },
    templates: {
      ...list({
        type: 'string',
        pattern: '^$|^[^.\\s\\[\\]]+(\\.[^.\\s\\[\\]]+)*$',
        patternErrorMessage: 'Write keys joined by dots, such as spec.tasks.*.template.',
      }),
      description: 'Keys that lead to the `metadata` and `spec` of the pods, such as `spec.tasks.*.template`.',
    },
    restartPolicies: {
      ...list({ type: 'string', enum: ['Always', 'Never', 'OnFailure'] }),
      description: 'Only pods with one of these restart policies count.',
    },
  },
};

/** Begins like a version or a range; what is in it the reader tells. */
const VERSION = '^\\s*(v?1\\.[0-9]{1,2}|[<>=])';
const VERSION_HINT = 'Write it like 1.29, or >=1.27 <1.34.';

/** Every key, in the order in which people read about them. */
export const OPTIONS: readonly Option[] = [
  {
    name: 'kubernetesVersion',
    schema: { type: ['string', 'number'], pattern: VERSION, patternErrorMessage: VERSION_HINT },
    description: "The cluster's version, such as `1.29`, or several: `>=1.27 <1.34`.",
    otherwise: "the chart's `kubeVersion`, or 1.33, the oldest in which native sidecars are stable",
    setting: {
      schema: { type: 'string', pattern: `^$|${VERSION}`, patternErrorMessage: VERSION_HINT },
      default: '',
    },
  },
  {
    name: 'rules',
    schema: {
      anyOf: [
        levels,
        list({
          type: 'object',
          required: ['rules'],
          properties: {
            files: { ...oneOrMany, description: 'Globs of the files that it is about; all files when left out.' },
            rules: levels,
          },
        }),
      ],
    },
    description: 'How much each rule matters: `off`, `error`, `warning`, `info` or `hint`.',
    otherwise: 'as the table of rules says',
    setting: { schema: levels, default: {} },
  },
  {
    name: 'sidecars',
    schema: patterns,
    description: 'Containers that are sidecars, whatever else speaks for it: `names` and `images`, with `*` and `?`.',
    otherwise: 'what the evidence says',
    setting: { default: {} },
  },
  {
    name: 'mains',
    schema: patterns,
    description: 'Containers that are the work, never sidecars: `names` and `images`, with `*` and `?`.',
    otherwise: 'what the evidence says',
    setting: { default: {} },
  },
  {
    name: 'kinds',
    schema: list(kind),
    description:
      'More kinds whose pods run to completion: `group`, `kind`, `templates` (keys that lead to the pods), and `restartPolicies`.',
    otherwise: 'the kinds that are known',
    setting: { default: [] },
  },
  {
    name: 'exclude',
    schema: list(glob),
    description: 'Globs of files that are not checked. On the command line a file that is named itself always is.',
    otherwise: 'none',
    setting: { default: [] },
  },
  {
    name: 'helm',
    schema: {
      type: 'object',
      properties: {
        enabled: { type: 'boolean', description: "Whether charts' templates are judged before they are rendered." },
        values: {
          ...list(text),
          description:
            "Files of values besides the chart's own, from the configuration's folder on; the later ones win.",
        },
      },
    },
    description: 'How charts are read: `enabled`, and `values` (files besides `values.yaml`).',
    otherwise: "enabled, with the chart's own values",
  },
];

/** The whole configuration. */
export const CONFIG_SCHEMA: Schema = {
  type: 'object',
  properties: Object.fromEntries(OPTIONS.map(({ name, schema, description }) => [name, { ...schema, description }])),
};
