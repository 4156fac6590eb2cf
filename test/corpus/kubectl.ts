import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  readonly containers: KubeContainer[];
  readonly initContainers?: KubeContainer[];
}

const tool = kubeTool('kubectl');

/** Why kubectl cannot be asked; false when it can. */
export const skip = tool.missing ?? false;

const home = mkdtempSync(join(tmpdir(), 'native-sidecars-kubectl-'));

/**
 * The pods of the Jobs and CronJobs in a text, as the real kubectl reads them without a cluster; undefined when it
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
  readonly kind: string;
  readonly items?: KubeObject[];
  readonly spec?: { template?: { spec: KubePod }; jobTemplate?: { spec: { template: { spec: KubePod } } } };
}

function podsOf(object: KubeObject): KubePod[] {
  if (object.items) return object.items.flatMap(podsOf);
  if (object.kind === 'Job') return object.spec?.template ? [object.spec.template.spec] : [];
  if (object.kind === 'CronJob') return object.spec?.jobTemplate ? [object.spec.jobTemplate.spec.template.spec] : [];
  return [];
}
