import {
  DockerfileParser,
  type From,
  type Onbuild,
  type Instruction as ParsedInstruction,
  type Run,
} from 'dockerfile-ast';
import { type Chain, type PlacedCommand, readChain } from '../shell/chain.ts';
import { Lines, type Span } from '../text.ts';

/** An instruction that runs something, with the commands in it. Spans are offsets in the Dockerfile. */
export interface Instruction {
  /** In capitals; of `ONBUILD RUN` it is `RUN`. */
  readonly keyword: string;
  /** From its first word to the end of its last line, `ONBUILD` included. */
  readonly span: Span;
  /** The build stage, counted from 0. */
  readonly stage: number;
  /** `lines` is a here-document: a script of whole lines. `argv` has one command, and the words' spans hold quotes. */
  readonly form: 'shell' | 'lines' | 'argv';
  readonly chain: Chain;
}

/** A Dockerfile as far as it runs commands. */
export interface Dockerfile {
  readonly text: string;
  readonly lines: Lines;
  /** What continues a line: `\`, or a backtick where the file says so. */
  readonly continuation: string;
  readonly instructions: readonly Instruction[];
  /** The stages that the last one is built from, itself included: what is in the image. */
  readonly shipped: ReadonlySet<number>;
}

/** Longer Dockerfiles are not read: nobody writes one, and the parser takes more time than it has characters. */
const MAX_LENGTH = 50_000;

const RUNNING = /^(?:RUN|CMD|ENTRYPOINT|HEALTHCHECK|COPY|ADD|SHELL)$/;

/** Reads a Dockerfile. Never throws: what is not understood is left out. */
export function readDockerfile(text: string): Dockerfile {
  const lines = new Lines(text);
  const nothing: Dockerfile = { text, lines, continuation: '\\', instructions: [], shipped: new Set() };
  if (text.length > MAX_LENGTH) return nothing;
  try {
    // The parser overlooks the end of a here-document behind a carriage return. Lines and characters stay the same.
    const parsed = DockerfileParser.parse(text.replaceAll('\r\n', '\n'));
    const continuation = parsed.getEscapeCharacter();
    const stages: Stage[] = [];
    const instructions: Instruction[] = [];
    for (const each of parsed.getInstructions()) {
      const keyword = each.getKeyword();
      if (keyword === 'FROM') stages.push(stageOf(each as From));
      const inner = keyword === 'ONBUILD' ? (each as Onbuild).getTriggerInstruction() : each;
      if (!inner || !RUNNING.test(inner.getKeyword())) continue;
      const stage = Math.max(0, stages.length - 1);
      instructions.push({ ...readInstruction(lines, continuation, each, inner), stage });
    }
    return { text, lines, continuation, instructions, shipped: shippedOf(stages) };
  } catch {
    return nothing;
  }
}

interface Stage {
  readonly name: string | undefined;
  readonly base: string | undefined;
}

function stageOf(from: From): Stage {
  return { name: from.getBuildStage()?.toLowerCase(), base: from.getImage()?.toLowerCase() };
}

function shippedOf(stages: readonly Stage[]): Set<number> {
  const shipped = new Set<number>();
  for (let at = Math.max(0, stages.length - 1); at >= 0; ) {
    shipped.add(at);
    const base = stages[at]?.base;
    at = base === undefined ? -1 : stages.slice(0, at).findLastIndex(({ name }) => name === base);
  }
  return shipped;
}

function readInstruction(
  lines: Lines,
  continuation: string,
  outer: ParsedInstruction,
  inner: ParsedInstruction,
): Omit<Instruction, 'stage'> {
  const { start, end } = outer.getRange();
  const span = { start: lines.offset(start), end: lines.offset(end) };
  const keyword = inner.getKeyword();
  const common = { keyword, span };
  const heredocs = 'getHeredocs' in inner ? (inner as Run).getHeredocs() : [];
  const content = heredocs[0]?.getContentRange();
  const from = lines.offset(inner.getInstructionRange().end);
  const raw = lines.text.slice(from, span.end).replaceAll('\r\n', ' \n');
  const source = heredocs.length > 0 ? raw : mask(raw, continuation);
  const lead = /^\s*(?:--[\w-]+(?:=\S*)?\s+)*(?:CMD\s+)?/i.exec(source)?.[0].length ?? 0;
  const script = source.slice(lead);
  if (content && heredocs.length === 1 && (keyword !== 'RUN' || /^<<-?\s*["']?\w+["']?[ \t]*\r?\n/.test(script))) {
    const at = lines.offset(content.start);
    const body = lines.text.slice(at, lines.offset(content.end)).replaceAll('\r\n', ' \n');
    const isShell = !body.startsWith('#!') || /^#!.*sh\b/.test(body);
    return { ...common, form: 'lines', chain: readChain(isShell ? body : '', at) };
  }
  const argv = readArgv(script, from + lead);
  if (!argv) {
    const runs = keyword !== 'COPY' && keyword !== 'ADD' && keyword !== 'SHELL';
    return { ...common, form: 'shell', chain: readChain(runs ? script : '', from + lead) };
  }
  const [shell, flag, inline, ...more] = argv.words;
  const isPlain = inline && inline.span.end - inline.span.start === inline.value.length + 2;
  if (
    isPlain &&
    more.length === 0 &&
    /(?:^|\/)(?:ba|da|a|k|z)?sh$/.test(shell?.value ?? '') &&
    /^-\w*c$/.test(flag?.value ?? '')
  ) {
    return { ...common, form: 'shell', chain: readChain(inline.value, inline.span.start + 1) };
  }
  return {
    ...common,
    form: 'argv',
    chain: { links: [{ span: argv.span, joint: ';', command: argv }], commands: [argv] },
  };
}

/**
 * The text of an instruction on one line, every character in its place: continuations, and the comments and empty
 * lines between them, become blanks.
 */
function mask(text: string, continuation: string): string {
  const blank = (part: string) => ' '.repeat(part.length);
  return text
    .split(/(?<=\n)/)
    .map((line, i) => {
      if (i > 0 && /^\s*(?:#|$)/.test(line)) return blank(line);
      const code = line.trimEnd();
      return line.endsWith('\n') && code.endsWith(continuation)
        ? code.slice(0, -1) + blank(line.slice(code.length - 1))
        : line;
    })
    .join('');
}

/** The words of `["a", "b"]`; undefined when the text is no list of strings. */
function readArgv(text: string, offset: number): PlacedCommand | undefined {
  const list = text.trimEnd();
  if (!list.startsWith('[')) return undefined;
  let values: unknown;
  try {
    values = JSON.parse(list);
  } catch {
    return undefined;
  }
  if (!Array.isArray(values) || values.some((value) => typeof value !== 'string')) return undefined;
  const places = [...list.matchAll(/"(?:[^"\\]|\\.)*"/g)];
  const words = values.map((value: string, i) => {
    const start = offset + (places[i]?.index ?? 0);
    return { value, span: { start, end: start + (places[i]?.[0].length ?? 0) } };
  });
  return { words, span: { start: offset, end: offset + list.length } };
}
