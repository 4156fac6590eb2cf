// Bundles a TypeScript entry for scripts and tests, which run on a Node without type stripping.

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Bundles `entry` into `out/` and imports it. */
export async function importBundled(entry) {
  const { build } = await import('esbuild');
  const outfile = resolve('out', 'scripts', `${entry.replace(/[/\\]/g, '-')}.mjs`);
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  return import(`${pathToFileURL(outfile)}?${Date.now()}`);
}
