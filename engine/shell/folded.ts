import type { Span } from '../text.ts';
import { baseName, type ShellScript } from './script.ts';

/** A line that became an argument. */
export interface Folded {
  /** The line's first word, in the script's text. */
  readonly span: Span;
  /** The program that it became an argument of. */
  readonly command: string;
}

/** Words that begin a command and are hardly ever an argument. */
const COMMAND =
  /^(?:curl|wget|pkill|killall|kill|exit|touch|trap|sleep|echo|printf|export|set|rm|if|while|until|for|done|fi|\w+=\$\?|\[|\[\[)$/;

/** Programs whose arguments are a command. */
const RUNS_COMMANDS =
  /^(?:exec|env|sudo|timeout|nohup|nice|time|xargs|find|watch|sh|bash|su|gosu|tini|docker|kubectl|command|parallel)$/;

/** The lines of a script that are arguments of the command before. `startsLine` tells the offsets where lines began. */
export function foldedCommands({ commands, text }: ShellScript, startsLine: (offset: number) => boolean): Folded[] {
  return commands.flatMap(({ node, words }) => {
    const program = baseName(words[0] ?? '');
    if (RUNS_COMMANDS.test(program)) return [];
    const args = node.args.filter((word) => {
      const written = word.type === 'Word' ? word.value : word.text;
      const repeats = words.length > 3 && baseName(written) === program && !/^(?:echo|printf)$/.test(program);
      return (COMMAND.test(written) || repeats) && word.pos > node.pos && startsLine(word.pos);
    });
    const targets = node.redirects.flatMap((each) => (each.type === 'Redirect' && each.target ? each.target : []));
    const swallowed = targets.filter(({ value, pos }) => COMMAND.test(value) && startsLine(pos));
    const [first] = [...args, ...swallowed];
    return first
      ? [{ span: { start: first.pos, end: first.end }, command: text.slice(node.pos, node.end).split(/\s/)[0] ?? '' }]
      : [];
  });
}
