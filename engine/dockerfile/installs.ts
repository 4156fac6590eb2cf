import type { PlacedCommand, PlacedWord } from '../shell/chain.ts';
import { baseName } from '../shell/script.ts';
import type { Span } from '../text.ts';
import { comesFrom, type ProcessPackage, programsOf } from './programs.ts';
import type { Dockerfile, Instruction } from './read.ts';

/** A package that a Dockerfile installs. */
export interface Install {
  readonly name: ProcessPackage;
  /** The word that names it, with version and quotes. */
  readonly span: Span;
  readonly word: PlacedWord;
  readonly command: PlacedCommand;
  readonly instruction: Instruction;
}

const PACKAGE = /^(procps-ng|procps|psmisc)(?:$|[=<>~:@/.]|-\d)/;

/** Whether a text may install one of the packages: cheap, to be asked before reading it. */
export function mayInstall(text: string): boolean {
  return /procps|psmisc/.test(text);
}

/** Nobody installs a package more often; each fix reads the Dockerfile again. */
const MAX_INSTALLS = 8;

/** The installs of procps, procps-ng and psmisc that end up in the image, in their order; of very many the first. */
export function findInstalls(dockerfile: Dockerfile): Install[] {
  return allInstalls(dockerfile).slice(0, MAX_INSTALLS);
}

function allInstalls(dockerfile: Dockerfile): Install[] {
  return dockerfile.instructions.flatMap((instruction) => {
    if (instruction.keyword !== 'RUN' || !dockerfile.shipped.has(instruction.stage)) return [];
    return instruction.chain.commands.flatMap((command) =>
      (packagesOf(command) ?? []).flatMap((word) => {
        const name = PACKAGE.exec(word.value)?.[1] as ProcessPackage | undefined;
        return name ? { name, span: word.span, word, command, instruction } : [];
      }),
    );
  });
}

/** Where each package manager keeps its installing subcommand, and its options that take the next word as a value. */
const MANAGERS: readonly { program: RegExp; install: RegExp; valued: RegExp }[] = [
  {
    program: /^(?:apt-get|apt|aptitude)$/,
    install: /^install$/,
    valued: /^(?:-[toca]|--target-release|--default-release|--option|--config-file|--host-architecture)$/,
  },
  {
    program: /^apk$/,
    install: /^add$/,
    valued: /^(?:-[Xtp]|--repository|--virtual|--root|--repositories-file|--keys-dir|--arch|--wait|--cache-dir)$/,
  },
  {
    program: /^(?:yum|dnf|dnf5|microdnf)$/,
    install: /^install$/,
    valued:
      /^(?:-[cxde]|--config|--enablerepo|--disablerepo|--repo|--repoid|--installroot|--releasever|--exclude|--setopt)$/,
  },
];

/** The words of an install command that name packages; undefined when the command installs nothing. */
export function packagesOf(command: PlacedCommand): PlacedWord[] | undefined {
  const { manager, rest } = managerOf(command);
  if (!manager) return undefined;
  const plain = rest.filter(({ value }, i) => !value.startsWith('-') && !manager.valued.test(rest[i - 1]?.value ?? ''));
  return manager.install.test(plain[0]?.value ?? '') ? plain.slice(1) : undefined;
}

function managerOf({ words }: PlacedCommand) {
  const at = words.findIndex(
    ({ value }) => !/^-|^\w+=|^(?:sudo|doas|exec|env|command|time|nice|eatmydata)$/.test(value),
  );
  const program = baseName(words[at]?.value ?? '');
  return { manager: MANAGERS.find((each) => each.program.test(program)), rest: words.slice(at + 1), program };
}

/** Whether a command updates the lists of packages, and nothing more. */
export function isUpdate(command: PlacedCommand): boolean {
  const { program, rest } = managerOf(command);
  const subcommand = rest.find(({ value }) => !value.startsWith('-'))?.value ?? '';
  // For yum and dnf `update` means upgrade.
  return /^(?:apt-get|apt|aptitude|apk)$/.test(program)
    ? subcommand === 'update'
    : /^(?:yum|dnf|dnf5|microdnf)$/.test(program) && /^(?:makecache|check-update)$/.test(subcommand);
}

const CACHES = /^["']?\/(?:var\/(?:lib\/(?:apt|dnf)|cache\/(?:apt|apk|yum|dnf|debconf)|log\/(?:apt|dpkg)|tmp)|tmp)\b/;

/** Whether a command is there for an installation alone: updates, cleans up, or sets the shell up. */
export function isPlumbing(command: PlacedCommand): boolean {
  if (isUpdate(command)) return true;
  const { manager, program, rest } = managerOf(command);
  const plain = rest.filter(({ value }) => !value.startsWith('-'));
  if (manager) return /^(?:clean|autoclean|autoremove|cache)$/.test(plain[0]?.value ?? '');
  if (program === 'rm') return plain.length > 0 && plain.every(({ value }) => CACHES.test(value));
  if (program === 'export') return plain.every(({ value }) => /^DEBIAN_FRONTEND=/.test(value));
  return /^(?:set|true|:|)$/.test(program);
}

/** A program of the package that the Dockerfile itself needs once it is installed; undefined when there is none. */
export function usedBesides(
  dockerfile: Dockerfile,
  { name, span }: Install,
): { program: string; at: number } | undefined {
  for (const { keyword, chain } of dockerfile.instructions) {
    for (const command of chain.commands) {
      if (keyword === 'RUN' && command.span.start <= span.start) continue;
      const used = programsOf(command.words.map(({ value }) => value)).find(({ program }) => comesFrom(program, name));
      if (used) return { program: used.program, at: command.span.start };
    }
  }
  return undefined;
}
