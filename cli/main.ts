import { parseArgs } from 'node:util';
import { parseVersions, type VersionRange, versionProblem } from '../engine/index.ts';
import { version as packageVersion } from '../package.json';
import { startStdioServer } from '../server/stdio.ts';
import { check } from './check.ts';
import type { ConfigOptions } from './config.ts';
import { explainFile } from './explain.ts';
import { UserError } from './files.ts';
import { fix } from './fix.ts';
import { drawTimelines } from './timeline.ts';

const HELP = `native-sidecars: finds containers that keep Kubernetes Jobs from completing, and makes them native sidecars.

Usage
  native-sidecars check [options] PATH...   report what is found
  native-sidecars fix [options] PATH...     change the files
  native-sidecars explain FILE[:LINE]...    tell why containers are sidecars or are not
  native-sidecars timeline FILE[:LINE]...   draw who starts, waits and stops when
  native-sidecars lsp --stdio               run the language server

PATH is a file, a folder (walked for .yaml .yml .json .tpl, Kustomization and Dockerfiles, as .gitignore
allows) or - for standard input.
'native-sidecars COMMAND --help' tells the options of a command. --version prints the version.`;

const CHECK_HELP = `native-sidecars check [options] PATH...: reports containers that keep Jobs from completing.

Options
  --format text|json          how to report (text); docs/json-output.schema.json describes the JSON
  --kubernetes-version 1.29   the cluster's version, or a range such as '>=1.27 <1.34' (1.33)
  --config FILE               read this file, not the nearest .native-sidecars.yaml
  --no-config                 read no configuration file
  --help                      this text

Exit status: 0 nothing at warning or above, 1 findings, 2 wrong usage or unreadable input.`;

const FIX_HELP = `native-sidecars fix [options] PATH...: makes the containers native sidecars.

Options
  --diff                      show the steps and what would change, change nothing
  --unsafe                    also make changes that a person should review
  --version-guard             in charts keep each container where it is for clusters before 1.29
  --kubernetes-version 1.29   the cluster's version, or a range such as '>=1.27 <1.34' (1.33)
  --config FILE               read this file, not the nearest .native-sidecars.yaml
  --no-config                 read no configuration file
  --help                      this text

With - the fixed text goes to standard output. Files are replaced at once; mode and line endings stay.
Exit status: 0 done or nothing to do, 2 wrong usage or unreadable input.`;

const FIX_OPTIONS: Options = {
  diff: { type: 'boolean' },
  unsafe: { type: 'boolean' },
  'version-guard': { type: 'boolean' },
};

const EXPLAIN_HELP = `native-sidecars explain FILE[:LINE]...: tells what speaks for and against each container being a sidecar.

With a line only the pod that is written there is explained. An item in brackets is taken away by a weightier one against
it; docs/detection.md shows the table.

Options
  --kubernetes-version 1.29   the cluster's version, or a range such as '>=1.27 <1.34' (1.33)
  --config FILE               read this file, not the nearest .native-sidecars.yaml
  --no-config                 read no configuration file
  --help                      this text

Exit status: 0 done, 2 wrong usage or unreadable input.`;

const TIMELINE_HELP = `native-sidecars timeline [options] FILE[:LINE]...: draws who starts, waits and stops when, today and as native sidecars.

With a line only the pod that is written there is drawn. Nothing runs: how long programs take is assumed, and said below
the picture.

Options
  --format text|svg|mermaid   what to draw (text); svg draws one pod
  --scenario NAME             success, failure (of the work) or sidecar-crash (success)
  --kubernetes-version 1.29   the cluster's version, or a range such as '>=1.27 <1.34' (1.33)
  --config FILE               read this file, not the nearest .native-sidecars.yaml
  --no-config                 read no configuration file
  --help                      this text

Exit status: 0 done, 2 wrong usage or unreadable input.`;

const LSP_HELP = `native-sidecars lsp --stdio: runs the language server on standard input and output.`;

// Lines that nobody reads any more (| head) are no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
  throw error;
});

try {
  process.exitCode = run(process.argv.slice(2));
} catch (error) {
  const isOurs = error instanceof UserError;
  console.error(
    `native-sidecars: ${isOurs ? error.message : `internal error: ${String((error as Error)?.message ?? error)}`}`,
  );
  process.exitCode = 2;
}

function run(argv: string[]): number | undefined {
  const [command, ...rest] = argv;
  switch (command) {
    case undefined:
      console.error(HELP);
      return 2;
    case '--help':
    case '-h':
    case 'help':
      console.log(HELP);
      return 0;
    case '--version':
    case '-v':
      console.log(packageVersion);
      return 0;
    case 'check': {
      const { values, paths } = parse(rest, { format: { type: 'string', default: 'text' } });
      if (values.help) return print(CHECK_HELP);
      if (values.format !== 'text' && values.format !== 'json') {
        throw new UserError(`--format is text or json, not '${values.format}'`);
      }
      return check(needPaths('check', paths), { format: values.format, ...configOf(values) });
    }
    case 'fix': {
      const { values, paths } = parse(rest, FIX_OPTIONS);
      if (values.help) return print(FIX_HELP);
      const is = (name: string) => values[name] === true;
      const chosen = { diff: is('diff'), unsafe: is('unsafe'), versionGuard: is('version-guard') };
      const options = { ...chosen, ...configOf(values) };
      return fix(needPaths('fix', paths), options);
    }
    case 'explain': {
      const { values, paths } = parse(rest, {});
      if (values.help) return print(EXPLAIN_HELP);
      for (const place of needPaths('explain', paths)) explainFile(place, configOf(values));
      return 0;
    }
    case 'timeline': {
      const { values, paths } = parse(rest, {
        format: { type: 'string', default: 'text' },
        scenario: { type: 'string', default: 'success' },
      });
      if (values.help) return print(TIMELINE_HELP);
      const options = { format: `${values.format}`, scenario: `${values.scenario}`, ...configOf(values) };
      for (const place of needPaths('timeline', paths)) drawTimelines(place, options);
      return 0;
    }
    case 'lsp': {
      const { values, paths } = parse(rest, { stdio: { type: 'boolean' } });
      if (values.help) return print(LSP_HELP);
      if (!values.stdio || paths.length > 0)
        throw new UserError('lsp speaks over standard input and output: lsp --stdio');
      startStdioServer();
      return undefined;
    }
    default:
      throw new UserError(`there is no command '${command}'; try check, fix, explain, timeline, lsp or --help`);
  }
}

type Options = NonNullable<Parameters<typeof parseArgs>[0]>['options'];
type Values = Record<string, string | boolean | undefined>;

function parse(args: string[], options: Options): { values: Values; paths: string[] } {
  const common: Options = {
    help: { type: 'boolean', short: 'h' },
    'kubernetes-version': { type: 'string' },
    config: { type: 'string' },
    'no-config': { type: 'boolean' },
  };
  try {
    const { values, positionals } = parseArgs({ args, options: { ...common, ...options }, allowPositionals: true });
    return { values: values as Values, paths: positionals };
  } catch (error) {
    // Only the first sentence: Node goes on about '--' and positional arguments.
    throw new UserError(`${(error as Error).message.split('. ')[0]}; see --help`);
  }
}

function needPaths(command: string, paths: string[]): string[] {
  if (paths.length === 0) throw new UserError(`${command} needs a file, a folder or - for standard input`);
  return paths;
}

function configOf(values: Values): ConfigOptions {
  const { config, 'no-config': none } = values;
  if (none && config !== undefined) throw new UserError('--config and --no-config do not go together');
  return { versions: versionOf(values), config: none ? false : typeof config === 'string' ? config : undefined };
}

function versionOf(values: Values): VersionRange | undefined {
  const text = values['kubernetes-version'];
  if (typeof text !== 'string') return undefined;
  const problem = versionProblem(text);
  if (problem !== undefined) throw new UserError(problem);
  return parseVersions(text);
}

function print(text: string): number {
  console.log(text);
  return 0;
}
