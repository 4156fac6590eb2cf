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
  const args = ['label', '--local', '--dry-run=client', '--overwrite', '-o', 'json', '-f', '-', 'probe=1'];
  const child = spawn(tool.path ?? '', args, {
    env: { HOME: home, KUBECONFIG: '/dev/null' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => {});
  child.stdin.end(text);
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    out += chunk;
  });
  const code = await new Promise((done) => child.once('close', done));
  if (code !== 0) return undefined;
  const objects = out.split(/(?<=^\})\n(?=\{)/m).filter((each) => each.trim() !== '');
  return objects.flatMap((each) => podsOf(JSON.parse(each)));
}

interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly items?: KubeObject[];
}

function podsOf(object: KubeObject): KubePod[] {
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
