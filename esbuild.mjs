// node esbuild.mjs [--production] [--watch]: bundles every face into dist/.
import { statSync } from 'node:fs';
import { context } from 'esbuild';

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');

const common = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  target: 'es2023',
  logLevel: 'warning',
  legalComments: 'none',
  // Server, client and the Dockerfile parser bring a copy each.
  alias: { 'vscode-languageserver-types': './node_modules/vscode-languageserver-types/lib/esm/main.js' },
};
const node = { ...common, platform: 'node', format: 'cjs', target: 'node20.19' };
const browser = { ...common, platform: 'browser', mainFields: ['browser', 'module', 'main'], conditions: ['browser'] };

const bundles = [
  { ...node, entryPoints: ['client/node.ts'], outfile: 'dist/client.js', external: ['vscode'] },
  { ...node, entryPoints: ['server/node.ts'], outfile: 'dist/server.js' },
  {
    ...node,
    entryPoints: ['cli/main.ts'],
    outfile: 'dist/cli.cjs',
    // A library asks where it lies, which CommonJS says in another way.
    define: { 'import.meta.url': 'moduleUrl' },
    banner: { js: "#!/usr/bin/env node\nconst moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
  },
  {
    ...browser,
    format: 'cjs',
    entryPoints: ['client/browser.ts'],
    outfile: 'dist/client.browser.js',
    external: ['vscode'],
  },
  { ...browser, format: 'iife', entryPoints: ['server/browser.ts'], outfile: 'dist/server.browser.js' },
  { ...browser, format: 'iife', entryPoints: ['webview/timeline.ts'], outfile: 'dist/timeline.js' },
  { ...browser, entryPoints: ['webview/timeline.css'], outfile: 'dist/timeline.css' },
];

/** What a browser downloads before it can underline anything, in bytes of the production bundle. */
const BROWSER_LIMIT = 950_000;

for (const options of bundles) {
  const bundle = await context(options);
  if (watch) {
    await bundle.watch();
    continue;
  }
  await bundle.rebuild();
  await bundle.dispose();
  const { size } = statSync(options.outfile);
  if (production) console.log(`${options.outfile} ${(size / 1000).toFixed(0)} kB`);
  if (production && options.outfile === 'dist/server.browser.js' && size > BROWSER_LIMIT) {
    console.error(`${options.outfile} is larger than ${BROWSER_LIMIT} bytes`);
    process.exitCode = 1;
  }
}
