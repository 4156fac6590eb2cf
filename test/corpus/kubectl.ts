import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kindOf } from '../../engine/kube/kinds.ts';
import { kubeTool } from '../../scripts/kube-tools.mjs';

/** A container as kubectl reads it, every field of it. */
export type KubeContainer = {
  name: string;
  image?: string;
  command?: string[];
  args?: string[];
  restartPolicy?: string;
};

/** A pod spec as kubectl reads it. */
export interface KubePod {
  readonly restartPolicy?: string;
  readonly containers: KubeContainer[];
  readonly initContainers?: KubeContainer[];
}

const tool = kubeTool('kubectl');

/** Why kubectl cannot be asked; false when it can. */
export const skip = tool.missing ?? false;

const home = mkdtempSync(join(tmpdir(), 'native-sidecars-kubectl-'));

/**
 * The pods that run to completion in a text, as the real kubectl reads them without a cluster; undefined when it
 * refuses the text.
 */
export async function readWithKubectl(text: string): Promise<KubePod[] | undefined> {
  const { objects } = await ask(['label', '--dry-run=client', '--overwrite'], 'probe=1', text);
  return objects?.flatMap(podsOf);
}

const PROBE = 'NATIVE_SIDECARS_PROBE';

/**
 * The workloads of a text as the types of Kubernetes hold them: what they do not know is gone. `objects` is undefined
 * when kubectl refuses the text; `said` is what it wrote to a person.
 */
export async function readTyped(text: string): Promise<{ objects: KubeObject[] | undefined; said: string }> {
  const { objects, said } = await ask(['set', 'env'], `${PROBE}=1`, text);
  return { objects: objects?.map((object) => unprobed(object) as KubeObject), said };
}

/** The value without the variable by which kubectl was made to read it. */
function unprobed(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item?.name !== PROBE).map(unprobed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unprobed(inner)]));
}

async function ask(
  command: readonly string[],
  change: string,
  text: string,
): Promise<{ objects: KubeObject[] | undefined; said: string }> {
  const args = [...command, '--local', '-o', 'json', '-f', '-', change];
  const child = spawn(tool.path ?? '', args, { env: { HOME: home, KUBECONFIG: '/dev/null' } });
  child.stdin.on('error', () => {});
  child.stdin.end(text);
  const read = { out: '', said: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    read.out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    read.said += chunk;
  });
  const code = await new Promise((done) => child.once('close', done));
  if (code !== 0) return { objects: undefined, said: read.said };
  const objects = read.out.split(/(?<=^\})\n(?=\{)/m).filter((each) => each.trim() !== '');
  return { objects: objects.map((each) => JSON.parse(each)), said: read.said };
}

/** An object of a manifest. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly items?: KubeObject[];
}

/** The pods that run to completion of an object, those in a list included. */
export function podsOf(object: KubeObject): KubePod[] {
  if (object.items) return object.items.flatMap(podsOf);
  const known = kindOf(object.apiVersion, object.kind, []);
  return (known?.templates ?? []).flatMap((steps) => {
    const at = steps
      .split('.')
      .reduce<unknown[]>((values, step) => values.flatMap((value) => into(value, step)), [object]);
    return at.flatMap((template) => {
      const { spec } = template as { spec?: KubePod };
      return spec && (known?.restartPolicies?.includes(spec.restartPolicy ?? '') ?? true) ? spec : [];
    });
  });
}

function into(value: unknown, step: string): unknown[] {
  if (step === '') return [value];
  if (typeof value !== 'object' || value === null) return [];
  if (step === '*') return Object.values(value);
  const inner = (value as Record<string, unknown>)[step];
  return inner === undefined || inner === null ? [] : [inner];
}
