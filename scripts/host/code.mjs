#!/usr/bin/env node
// Stands in for VS Code's executable under @vscode/test-electron's runTests, where VS Code cannot be downloaded.
import { fileURLToPath } from 'node:url';
import { runSuite } from './host.mjs';

const argument = (name) => process.argv.find((each) => each.startsWith(`--${name}=`))?.slice(name.length + 3);
const path = (value) => (value?.startsWith('file:') ? fileURLToPath(value) : value);

process.exitCode = await runSuite({
  folder: process.env.VSCODE_HOST,
  extension: path(argument('extensionDevelopmentPath')),
  tests: path(argument('extensionTestsPath')),
  workspace: path(process.argv.slice(2).find((each) => !each.startsWith('-'))),
  extensions: process.env.VSCODE_INSTALL ? process.env.VSCODE_INSTALL.split('\n') : [],
});
process.exit();
