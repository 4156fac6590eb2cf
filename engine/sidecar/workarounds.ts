import { type Container, isNativeSidecar, type Pod, sharedFile } from '../kube/pod.ts';
import type { Act } from '../shell/handshake.ts';
import { serves } from '../shell/plumbing.ts';
import { baseName, type ShellScript, type SyntaxNode } from '../shell/script.ts';
import { startWaits } from '../shell/start-wait.ts';
import type { Span } from '../text.ts';
import { asMap, get, spanOf } from '../yaml/read.ts';
import { type Clues, type Handshake, type Hook, meets, placeOf, scriptsOf } from './clues.ts';
import { markersOf, WRAPPER_VARIABLE, wrapperIn } from './markers.ts';

/** Something in a pod that ends a sidecar by hand, or waits for it. Spans are offsets in the document. */
export interface Workaround {
  /**
   * `kill`, `quit`, `signal`: a command that ends a sidecar, asks it to quit, or tells it by a file; `wait-for-signal`: the
   * other half of a signal; `killer`: a container that exists only to end another; `wrapper`: a program around the work;
   * `timer`: a sidecar that ends after a time; `marker`: a word to a controller; `flag`: a sidecar can be asked to quit;
   * `start-wait`: the work waits for a sidecar to start.
   */
  readonly kind:
    | 'kill'
    | 'quit'
    | 'signal'
    | 'wait-for-signal'
    | 'killer'
    | 'wrapper'
    | 'timer'
    | 'marker'
    | 'flag'
    | 'start-wait';
  /** The container that it stands in. */
  readonly clues: Clues;
  /** The containers that it ends or waits for; empty when none of the pod's is meant, as far as can be told. */
  readonly to: readonly Clues[];
  readonly act: Act | undefined;
  readonly hook: Hook | undefined;
  /** The script that it stands in. */
  readonly script: ShellScript | undefined;
  readonly span: Span;
  /** What is written there, on one line. */
  readonly text: string;
}

/** Names and places that people give to volumes for sentinel files. */
export const SENTINEL_PLACE =
  /(?:^|[-_/])(?:exit-signals?|signals?|lifecycle|graveyard|kubexit|main-terminated|terminated|done|sentinels?|tmp-pod|shared-data|temporary-dir|handshake|shutdown)(?:$|[-_/])|^\/tmp\/pod\/?$|^\/usr\/share\/pod\/?$/;

/** Images of containers that exist only to end others. */
const KILLER_IMAGE =
  /(?:^|\/)(?:linkerd-proxy-terminator|terminator|envoy-sidecar-helper|sidecar-terminator)(?:[:@]|$)/;

/** The containers that exist only to end others: nothing in their script is work. */
export function killersOf(all: readonly Clues[], handshakes: readonly Handshake[]): Set<Clues> {
  const killers = all.filter((clues) => {
    const { container, script } = clues;
    if (container.list !== 'containers') return false;
    if (KILLER_IMAGE.test(container.image?.value ?? '')) return true;
    const ends = handshakes.filter(
      ({ from, act, hook }) => from === clues && !hook && /^(?:kill|quit)$/.test(act.kind),
    );
    if (!script || script.isBroken || ends.length === 0) return false;
    const nodes = new Set<SyntaxNode>(ends.map(({ act }) => act.node));
    const helps = /^(?:exit|kill|wait|apk|apt-get|apt|trap|set|kubectl|echo|date|touch|printf)$/;
    const isHelp = serves(
      (node) => nodes.has(node) || (node.type === 'Command' && helps.test(baseName(node.name?.value ?? ''))),
    );
    // Work may look like plumbing (`cat file`): a killer watches in a loop, or does nothing but sleep before it kills.
    const watches = script.loops.length > 0;
    const only = script.commands.every(
      ({ node, words }) => nodes.has(node) || /^(?:sleep|exit|true|set|trap)$/.test(words[0] ?? ''),
    );
    return (watches || only) && script.statements.every(isHelp);
  });
  return new Set(killers);
}

/** Every workaround of a pod. `all` are its regular containers and native sidecars, `init` the other init containers. */
export function readWorkarounds(
  pod: Pod,
  all: readonly Clues[],
  init: readonly Clues[],
  handshakes: readonly Handshake[],
  killers: ReadonlySet<Clues>,
): Workaround[] {
  const found: Workaround[] = [];
  const byAct = new Map<Act, Handshake[]>();
  for (const each of handshakes) byAct.set(each.act, [...(byAct.get(each.act) ?? []), each]);
  for (const clues of init) {
    for (const wait of clues.script ? startWaits(clues.script, valuesOf(clues.container)) : []) {
      const to = all.filter((other) => !wait.isSleep && listens(other, wait.port));
      const { script } = clues;
      if (!script) continue;
      found.push({
        ...nothing,
        kind: 'start-wait',
        clues,
        to,
        script,
        span: placeOf(pod, script, wait.span),
        text: wait.text,
      });
    }
  }
  for (const clues of all) {
    const { container } = clues;
    if (killers.has(clues)) {
      const to = [...new Set(handshakes.filter(({ from }) => from === clues).map((each) => each.to))];
      const span = container.name?.span ?? spanOf(container.item);
      found.push({ ...nothing, kind: 'killer', clues, to, span, text: clues.name });
    }
    for (const { script, acts, hook } of scriptsOf(clues)) {
      for (const act of acts) found.push(...actOf(pod, { clues, script, act, hook, handshakes: byAct }));
      if (!hook && container.list === 'containers') found.push(...timersOf(pod, clues, script));
      if (hook?.name === 'preStop' || killers.has(clues) || (isNativeSidecar(container) && !hook)) continue;
      for (const wait of startWaits(script, valuesOf(container))) {
        const to = hook
          ? [clues]
          : all.filter((other) => other !== clues && (wait.isSleep || listens(other, wait.port)));
        found.push({
          ...nothing,
          kind: 'start-wait',
          clues,
          to,
          script,
          span: placeOf(pod, script, wait.span),
          text: wait.text,
        });
      }
    }
    found.push(...outsideScripts(pod, clues));
  }
  for (const marker of markersOf(pod)) {
    const clues = all.find((each) => each.container.name?.value === marker.container);
    if (clues) found.push({ ...nothing, kind: 'marker', clues, to: [clues], span: marker.span, text: marker.text });
  }
  return found;
}

const nothing = { act: undefined, hook: undefined, script: undefined };

/** What a variable of a container is set to: empty where it is not, undefined where that is not known. */
function valuesOf({ env, has }: Container): (name: string) => string | undefined {
  return (name) => {
    const variable = env.findLast((each) => each.name.value === name);
    return variable ? variable.value?.value : has('envFrom') ? undefined : '';
  };
}

/** Whether a container may be the one that listens on a port. */
function listens({ container, argv, script }: Clues, port: number | undefined): boolean {
  if (port === undefined) return true;
  if (container.ports.includes(port)) return true;
  const text = [...argv.map(({ value }) => value), script?.text ?? ''].join(' ');
  return new RegExp(`(?:^|\\D)${port}(?:\\D|$)`).test(text) || container.ports.length === 0;
}

/** A sidecar's script ends its program after a time: `sleep` behind it, or `timeout` around it. */
function timersOf(pod: Pod, clues: Clues, script: ShellScript): Workaround[] {
  if (!clues.daemon || clues.acts.some(({ kind }) => kind === 'wait-for-file')) return [];
  const at = script.commands.findIndex(({ background }) => background);
  const looped = new Set(script.loops.flatMap(({ commands }) => commands));
  const timers = script.commands.filter((command, index) => {
    const name = baseName(command.words[0] ?? '');
    return name === 'timeout' || (name === 'sleep' && at >= 0 && index > at && !looped.has(command));
  });
  return timers.map(({ words, span }) => ({
    ...nothing,
    kind: 'timer',
    clues,
    to: [clues],
    script,
    span: placeOf(pod, script, span),
    text: words.slice(0, 2).join(' '),
  }));
}

interface Place {
  readonly clues: Clues;
  readonly script: ShellScript;
  readonly act: Act;
  readonly hook: Hook | undefined;
  /** By what the script does. */
  readonly handshakes: ReadonlyMap<Act, readonly Handshake[]>;
}

function actOf(pod: Pod, { clues, script, act, hook, handshakes }: Place): Workaround[] {
  const span = placeOf(pod, script, act.span);
  const at = { clues, act, hook, script, span, text: act.text };
  const to = (handshakes.get(act) ?? []).map((each) => each.to);
  switch (act.kind) {
    case 'kill':
      return to.length > 0 ? [{ ...at, kind: 'kill', to }] : [];
    case 'quit':
      // A container's own preStop hook makes it quit itself.
      return [{ ...at, kind: 'quit', to: to.length === 0 && hook?.name === 'preStop' && clues.daemon ? [clues] : to }];
    case 'signal-file':
      return to.length > 0 ? [{ ...at, kind: 'signal', to }] : [];
    case 'wait-for-file': {
      const isSignalled = [...handshakes.values()].flat().some(
        ({ to: reader, from, act: other }) =>
          reader === clues &&
          other.kind === 'signal-file' &&
          meets(
            other.targets.flatMap((file) => sharedFile(from.container, file) ?? []),
            clues.container,
            act,
          ),
      );
      const isShared = act.targets.some((file) => sharedFile(clues.container, file) !== undefined);
      const wrapsProgram = script.commands.some(({ background }) => background) && clues.daemon !== undefined;
      return isSignalled || (wrapsProgram && !hook && isShared)
        ? [{ ...at, kind: 'wait-for-signal', to: [clues] }]
        : [];
    }
    case 'reload':
      return [];
  }
}

/** What stands in argv, environment and hooks. */
function outsideScripts(pod: Pod, clues: Clues): Workaround[] {
  const { container, daemon } = clues;
  const found: Workaround[] = [];
  const at = { ...nothing, clues };
  const words = [...(container.command ?? []), ...(container.args ?? [])];
  const wrapper = wrapperIn(words.map(({ value }) => value));
  const program = wrapper && words[wrapper.from];
  if (program) found.push({ ...at, kind: 'wrapper', to: [], span: program.span, text: program.value });
  for (const command of clues.script?.commands ?? []) {
    const inScript = wrapperIn(command.words);
    const word = inScript && (inScript.from === 0 ? command.node.name : command.node.args[inScript.from - 1]);
    if (!clues.script || !word || clues.script.isBroken) continue;
    const span = placeOf(pod, clues.script, { start: word.pos, end: word.end });
    found.push({
      ...at,
      kind: 'wrapper',
      to: [],
      script: clues.script,
      span,
      text: command.words[inScript.from] ?? '',
    });
  }
  if (!found.some(({ kind }) => kind === 'wrapper')) {
    const variable = container.env.find(
      ({ name }) => WRAPPER_VARIABLE.test(name.value) && !/^KRUISE_/.test(name.value),
    );
    if (variable) found.push({ ...at, kind: 'wrapper', to: [], span: variable.name.span, text: variable.name.value });
  }
  const timer = words.find(({ value }) => baseName(value) === 'timeout');
  if (timer && daemon && !clues.script && container.list === 'containers') {
    found.push({ ...at, kind: 'timer', to: [clues], span: timer.span, text: timer.value });
  }
  const flag =
    words.find(({ value }) => /^--?quitquitquit/.test(value)) ??
    container.env.find(({ name }) => /QUITQUITQUIT$/.test(name.value))?.name;
  if (flag) found.push({ ...at, kind: 'flag', to: [clues], span: flag.span, text: flag.value });
  const lifecycle = asMap(pod.document, container.field('lifecycle'));
  const preStop = asMap(pod.document, get(pod.document, lifecycle, 'preStop'));
  const http = asMap(pod.document, get(pod.document, preStop, 'httpGet'));
  const path = http && get(pod.document, http, 'path');
  const url = path && pod.document.text.slice(...(Object.values(spanOf(path)) as [number, number]));
  if (path && /quit|shutdown/.test(url ?? '')) {
    found.push({ ...at, kind: 'quit', to: [clues], span: spanOf(path), text: `httpGet ${url}` });
  }
  return found;
}
