import type { Span } from '../text.ts';
import { startedWords } from './handshake.ts';
import { baseName, type ShellScript } from './script.ts';

/** A place where a script waits for a program of another container to start. */
export interface StartWait {
  readonly span: Span;
  /** The command as written, on one line. */
  readonly text: string;
  /** The port that it asks, where it can be told. */
  readonly port: number | undefined;
  /** A bare `sleep`: nothing says what it waits for. */
  readonly isSleep: boolean;
}

/** Programs that ask whether somebody answers. */
const ASKING =
  /\b(?:nc|ncat|curl|wget|pg_isready|mysqladmin|mysql|psql|redis-cli|mongo(?:sh)?|telnet|grpc_health_probe|docker|nslookup|vault|consul|dig)\b|\/dev\/tcp\//;

/** The variables by which programs are told the host that they ask, where no argument says it. */
const HOST_VARIABLES: Readonly<Record<string, readonly string[]>> = {
  pg_isready: ['PGHOST', 'PGHOSTADDR', 'PGSERVICE'],
  mysqladmin: ['MYSQL_HOST'],
  'redis-cli': [],
  docker: ['DOCKER_HOST', 'DOCKER_CONTEXT'],
  vault: ['VAULT_ADDR'],
};

/**
 * Loops that ask until somebody answers, and a `sleep` before the first piece of work. `variable`: what a variable of the
 * container is set to, empty where it is not set, undefined where that is not known.
 */
export function startWaits(
  script: ShellScript,
  variable: (name: string) => string | undefined = () => '',
): StartWait[] {
  if (script.isBroken) return [];
  const loops = script.loops.flatMap((loop) => {
    if (
      !ASKING.test(loop.condition) ||
      !isLocal(loop.condition, script, variable) ||
      /quit|shutdown/.test(loop.condition) ||
      loop.background
    )
      return [];
    if (!loop.commands.some(({ words }) => /^(?:sleep|:|true|echo|printf)$/.test(words[0] ?? ''))) return [];
    return {
      span: loop.span,
      text: oneLine(`${loop.kind} ${loop.condition}`),
      port: portOf(loop.condition),
      isSleep: false,
    };
  });
  const retries = script.commands.flatMap((command) => {
    const [name = '', ...args] = startedWords(command.words);
    if (baseName(name) !== 'curl' || !args.some((arg) => /^--retry(?:$|=)/.test(arg))) return [];
    if (!/localhost|127\.0\.0\.1/.test(command.text) || /quit|shutdown/.test(command.text)) return [];
    return { span: command.span, text: oneLine(command.text), port: portOf(command.text), isSleep: false };
  });
  return [...firstSleep(script), ...loops, ...retries].sort((a, b) => a.span.start - b.span.start);
}

function firstSleep({ statements, commands }: ShellScript): StartWait[] {
  for (const { command, background } of statements) {
    const found = commands.find(({ node }) => node === command);
    if (!found) {
      if (command.type === 'Function' || (command.type === 'Command' && !command.name)) continue;
      return [];
    }
    const name = found.words[0] ?? '';
    if (name === 'sleep' && !background && /^[1-9]\d{0,2}[sm]?$/.test(found.words[1] ?? '')) {
      return [{ span: found.span, text: oneLine(found.text), port: undefined, isSleep: true }];
    }
    if (!/^(?:set|echo|trap|export|date|:)$/.test(name)) return [];
  }
  return [];
}

const LOCAL = /localhost|127\.0\.0\.1|0\.0\.0\.0|::1/;
/** The value of a variable that leads to this pod. */
const LOCAL_VALUE = new RegExp(`^$|^["']?unix:|${LOCAL.source}`);
/** An argument that tells a host, or may hold one. */
const HOST_ARGUMENT =
  /(?:^|\s)(?:-h|-H|--?host|--?address|--context)[= ]?\S|\bredis-cli\b.*\s-u\s*\S|:\/\/|\bhost=|\$\{?\w*(?:UR[IL]|DSN)\b/;

/** Whether a question goes to this pod: to a local address, or to none at all. */
function isLocal(asked: string, { text }: ShellScript, variable: (name: string) => string | undefined): boolean {
  if (LOCAL.test(asked)) return true;
  const tool = /\b(?:pg_isready|mysqladmin|redis-cli|docker|vault)\b/.exec(asked)?.[0];
  if (tool === undefined || HOST_ARGUMENT.test(asked)) return false;
  return (HOST_VARIABLES[tool] ?? []).every((name) => {
    const written = [...text.matchAll(new RegExp(`\\b${name}=(\\S*)`, 'g'))].map(([, value]) => value);
    return [variable(name), ...written].every((value) => value !== undefined && LOCAL_VALUE.test(value));
  });
}

function portOf(text: string): number | undefined {
  const port =
    /(?:localhost|127\.0\.0\.1|0\.0\.0\.0|::1\]?)[:/ ](\d{2,5})\b/.exec(text)?.[1] ??
    /\bnc\b.*?\s(\d{2,5})\b/.exec(text)?.[1] ??
    /-p\s*(\d{2,5})\b/.exec(text)?.[1];
  return port === undefined ? undefined : Number(port);
}

function oneLine(text: string): string {
  return text.replace(/\\\n/g, ' ').replace(/\s+/g, ' ').trim();
}
