import type { Link, PlacedCommand } from '../shell/chain.ts';
import { applyEdits, type Edit, type Span } from '../text.ts';
import { type Install, isPlumbing, isUpdate, packagesOf, usedBesides } from './installs.ts';
import { type Dockerfile, type Instruction, readDockerfile } from './read.ts';

/** Edits that take packages out, or why there are none: the rest of a sentence. */
export type Removal = { readonly edits: readonly Edit[] } | { readonly refused: string };

/** What goes: words, whole commands, whole instructions. */
interface Plan {
  readonly gone: Set<Instruction | PlacedCommand | Install['word']>;
  readonly spans: Span[];
}

/**
 * Takes installs out of their Dockerfile: the package's word; the command, when it installs nothing else; the whole
 * instruction, when nothing but updating and cleaning up is left in it. The result is read again, and refused when
 * anything else changed.
 */
export function removeInstalls(dockerfile: Dockerfile, installs: readonly Install[]): Removal {
  const plan: Plan = { gone: new Set(), spans: [] };
  for (const install of installs) {
    const used = usedBesides(dockerfile, install);
    if (used) {
      const line = dockerfile.lines.lineAt(used.at) + 1;
      return { refused: `line ${line} of this Dockerfile runs '${used.program}', which '${install.name}' brings` };
    }
  }
  for (const instruction of new Set(installs.map((install) => install.instruction))) {
    const here = installs.filter((install) => install.instruction === instruction);
    const refused = planInstruction(dockerfile, instruction, here, plan);
    if (refused !== undefined) return { refused };
  }
  const edits = merge(plan.spans).map((span) => ({ span, text: '' }));
  const after = readDockerfile(applyEdits(dockerfile.text, edits));
  if (meaning(after, new Set()) !== meaning(dockerfile, plan.gone)) {
    return { refused: 'the edited Dockerfile would not mean the same' };
  }
  return { edits };
}

/** Adds what goes from one instruction to the plan; gives why nothing can. */
function planInstruction(
  dockerfile: Dockerfile,
  instruction: Instruction,
  installs: readonly Install[],
  { gone, spans }: Plan,
): string | undefined {
  const emptied: PlacedCommand[] = [];
  for (const command of new Set(installs.map((install) => install.command))) {
    const words = installs.filter((install) => install.command === command).map(({ word }) => word);
    const others = (packagesOf(command) ?? []).filter((word) => !words.includes(word));
    if (others.length === 0) {
      emptied.push(command);
      continue;
    }
    for (const word of words) {
      gone.add(word);
      spans.push(wordSpan(dockerfile, command, word, words));
    }
  }
  if (emptied.length === 0) return undefined;
  const { links } = instruction.chain;
  const removed = links.filter(({ command }) => command && emptied.includes(command));
  const kept = links.filter((link) => !removed.includes(link));
  if (removed.length < emptied.length) return 'the command is part of a larger one; take it out by hand';
  if (emptied.some(({ words }) => words.some(({ value }) => /^(?:-t|--virtual)/.test(value)))) {
    return 'the packages are installed under a name of their own; take them out by hand';
  }
  const isNeeded = (link: Link) =>
    !link.command || !isPlumbing(link.command) || (isUpdate(link.command) && feedsLater(dockerfile, instruction));
  if (!kept.some(isNeeded)) {
    gone.add(instruction);
    spans.push(instructionSpan(dockerfile, instruction.span));
    return undefined;
  }
  for (const link of removed) {
    const next = links[links.indexOf(link) + 1];
    if (link.joint === '||' || next?.joint === '||') return "an '||' depends on the command; take it out by hand";
    gone.add(link.command as PlacedCommand);
    spans.push(linkSpan(dockerfile, instruction, link, next, kept));
  }
  return undefined;
}

/** Whether a later instruction installs packages from the lists that this one has updated. */
function feedsLater(dockerfile: Dockerfile, instruction: Instruction): boolean {
  const cleans = instruction.chain.commands.some(
    (command) =>
      isPlumbing(command) && !isUpdate(command) && command.words.some(({ value }) => /lists|^clean$/.test(value)),
  );
  if (cleans) return false;
  const later = dockerfile.instructions.slice(dockerfile.instructions.indexOf(instruction) + 1);
  return later.some(({ chain: { commands } }) => commands.some(packagesOf) && !commands.some(isUpdate));
}

/** A word with the blanks before it, or its line when it has one for itself and the command goes on behind it. */
function wordSpan(
  { text, lines, continuation }: Dockerfile,
  command: PlacedCommand,
  word: Install['word'],
  removed: readonly Install['word'][],
): Span {
  const line = lines.lineAt(word.span.start);
  const before = text.slice(lines.start(line), word.span.start);
  const behind = text.slice(word.span.end, lines.end(line)).trim();
  if (before.trim() === '' && behind === continuation) {
    let first = line;
    while (/^\s*#.*\b(?:procps|psmisc|pkill|killall|ps)\b/.test(lines.content(first - 1)) && first > 0) first -= 1;
    return { start: lines.start(first), end: lines.start(line + 1) };
  }
  const index = command.words.indexOf(word);
  const previous = command.words.slice(0, index).findLast((each) => !removed.includes(each));
  // An unquoted `procps>=4` is a word and a redirection to the shell.
  const version = /^>\S*/.exec(text.slice(word.span.end))?.[0].length ?? 0;
  return { start: previous?.span.end ?? word.span.start, end: word.span.end + version };
}

/** An instruction's lines, the comment right above them, and one of the two empty lines that would meet. */
function instructionSpan({ lines }: Dockerfile, span: Span): Span {
  let first = lines.lineAt(span.start);
  const last = lines.lineAt(span.end);
  const isComment = (line: number) => /^\s*#(?!\s*(?:syntax|escape|check)\s*=)/i.test(lines.content(line));
  while (first > 0 && isComment(first - 1)) first -= 1;
  const isEmpty = (line: number) => line < 0 || lines.content(line).trim() === '';
  const joins = last + 1 < lines.count && isEmpty(first - 1) && isEmpty(last + 1);
  const end = lines.start(last + (joins ? 2 : 1));
  if (end < lines.text.length || last + 1 < lines.count) return { start: lines.start(first), end };
  // The last line without a line ending: the one before keeps none either.
  return { start: first > 0 ? lines.end(first - 1) : 0, end };
}

/** A link with what joins it to its neighbour. */
function linkSpan(
  { text, lines }: Dockerfile,
  { form, chain: { links } }: Instruction,
  link: Link,
  next: Link | undefined,
  kept: readonly Link[],
): Span {
  const { start, end } = link.span;
  let first = lines.lineAt(start);
  const last = lines.lineAt(end);
  const isAlone = text.slice(lines.start(first), start).trim() === '' && text.slice(end, lines.end(last)).trim() === '';
  if (form === 'lines' && isAlone) {
    while (/^\s*#(?!!)/.test(lines.content(first - 1))) first -= 1;
    return { start: lines.start(first), end: lines.start(last + 1) };
  }
  const before = links.slice(0, links.indexOf(link)).findLast((each) => kept.includes(each));
  const after = links.slice(links.indexOf(link) + 1).find((each) => kept.includes(each));
  // `a; install && b`: b never depended on a.
  const leads = after !== undefined && (before === undefined || next?.joint !== link.joint);
  return leads ? { start, end: after.span.start } : { start: before?.span.end ?? start, end };
}

function merge(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last && span.start <= last.end)
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
    else merged.push(span);
  }
  return merged;
}

/** What a Dockerfile runs without the parts that are `gone`, to be compared. */
function meaning({ instructions }: Dockerfile, gone: Plan['gone']): string {
  const left = instructions.filter((instruction) => !gone.has(instruction));
  return JSON.stringify(
    left.map(({ keyword, stage, form, chain }) => [
      keyword,
      stage,
      form,
      chain.commands
        .filter((command) => !gone.has(command))
        .map(({ words }) => words.filter((word) => !gone.has(word)).map(({ value }) => value)),
    ]),
  );
}
