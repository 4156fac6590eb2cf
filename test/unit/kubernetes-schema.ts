import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { Ajv, type ValidateFunction } from 'ajv';

const FILE = '../shared/kubernetes/openapi-1.36.json.gz';
const PREFIX = { 'batch/v1': 'io.k8s.api.batch.v1', v1: 'io.k8s.api.core.v1' } as const;

/** Why nothing can be checked against Kubernetes' schemas here, or false when it can. */
export const noSchemas: string | false = existsSync(FILE) ? false : 'the schemas of Kubernetes 1.36 are not here';

let ajv: Ajv | undefined;
const compiled = new Map<string, ValidateFunction>();

/**
 * What is wrong with an object or a part of one in the eyes of Kubernetes 1.36, unknown fields included: a line each.
 * `type` names a part, such as `Container`; without it apiVersion and kind say what the object is.
 */
export function schemaErrors(value: unknown, type?: string): string[] {
  const { apiVersion, kind, items } = value as { apiVersion?: string; kind?: string; items?: unknown[] };
  if (!type && apiVersion === 'v1' && kind === 'List') return (items ?? []).flatMap((item) => schemaErrors(item));
  const prefix = type ? PREFIX.v1 : PREFIX[apiVersion as keyof typeof PREFIX];
  const name = `${prefix}.${type ?? kind}`;
  const validate = compiled.get(name) ?? compile(name);
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    `${instancePath} ${message} ${JSON.stringify(params)}`.trim(),
  );
}

function compile(name: string): ValidateFunction {
  if (!ajv) {
    ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    ajv.addSchema(JSON.parse(gunzipSync(readFileSync(FILE)).toString()), 'kubernetes');
  }
  const validate = ajv.compile({ $ref: `kubernetes#/definitions/${name}` });
  compiled.set(name, validate);
  return validate;
}
