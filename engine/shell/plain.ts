import { literal, type ShellScript } from './script.ts';

/** The argv of a script that is one plain command; undefined when it needs a shell. */
export function plainArgv(script: ShellScript): string[] | undefined {
  const [statement, ...more] = script.statements;
  const command = statement?.command;
  if (script.isBroken || more.length > 0 || statement?.background || command?.type !== 'Command' || !command.name)
    return undefined;
  if (command.prefix.length > 0 || command.redirects.length > 0) return undefined;
  if (script.text.trim() !== script.text.slice(command.pos, command.end)) return undefined;
  const words = [command.name, ...command.args];
  const argv = words.map((word) => (word.type === 'Word' ? literal(word) : word.text));
  if (argv[0] === 'exec' && argv.length > 1 && !argv[1]?.startsWith('-')) argv.shift();
  if (
    argv.some((word) => word === undefined || word.includes('{{') || /[=:]~/.test(word)) ||
    BUILTIN.test(argv[0] ?? '')
  )
    return undefined;
  return argv as string[];
}

const BUILTIN =
  /^(?:\.|:|\[|alias|bg|bind|builtin|caller|cd|command|compgen|complete|declare|dirs|disown|echo|enable|eval|exec|exit|export|false|fc|fg|getopts|hash|help|history|jobs|kill|let|local|logout|mapfile|popd|printf|pushd|pwd|read|readarray|readonly|return|set|shift|shopt|source|suspend|test|time|times|trap|true|type|typeset|ulimit|umask|unalias|unset|wait)$/;

/** Whether a word is a command of the shell itself. */
export function isBuiltin(word: string): boolean {
  return BUILTIN.test(word);
}
