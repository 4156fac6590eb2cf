import { sharedFile } from '../../kube/pod.ts';
import type { SyntaxNode } from '../../shell/script.ts';
import { takeOut } from '../../shell/take-out.ts';
import { isHelper } from '../../sidecar/catalog.ts';
import { type Clues, isProcessOf, meets } from '../../sidecar/clues.ts';
import type { Workaround } from '../../sidecar/workarounds.ts';
import { applyEdits } from '../../text.ts';
import { isOwnScript, setScript } from '../argv.ts';
import { type Draft, names, pathOf } from '../draft.ts';

/** Takes what ended the sidecars out of the scripts of the other containers. */
export function quietScripts(draft: Draft): void {
  const killers = new Set(draft.reading.workarounds.filter(({ kind }) => kind === 'killer').map(({ clues }) => clues));
  for (const clues of draft.reading.clues) {
    if (draft.sidecars.includes(clues) || killers.has(clues)) continue;
    quietScript(draft, clues);
    quietHooks(draft, clues);
  }
}

/** Whether a workaround has nothing left to do once the sidecars are native. */
function isNeedless(draft: Draft, workaround: Workaround): boolean {
  const { kind, to, clues, act } = workaround;
  if (to.length === 0) return false;
  if (kind === 'kill' || kind === 'quit') return to.every((each) => draft.sidecars.includes(each));
  if (kind === 'signal') return to.every((each) => draft.unwrapped.has(each)) && isGoneWithPod(draft, workaround);
  if (kind !== 'wait-for-signal') return false;
  // It waits for a file that only an unwrapped sidecar would have written.
  return draft.reading.handshakes.some(
    (each) =>
      each.to === clues && draft.unwrapped.has(each.from) && each.act.kind === 'signal-file' && act !== undefined,
  );
}

/** Whether the file of a signal ends with the pod: on another volume others may read it later. */
function isGoneWithPod({ pod }: Draft, { act, clues }: Workaround): boolean {
  return (act?.targets ?? []).every((file) => {
    const volume = sharedFile(clues.container, file)?.split(':')[0];
    return pod.volumes.find(({ name }) => name.value === volume)?.source === 'emptyDir';
  });
}

function quietScript(draft: Draft, clues: Clues): void {
  const { container, script, name } = clues;
  const own = draft.reading.workarounds.filter((each) => each.clues === clues && !each.hook && isNeedless(draft, each));
  const acts = new Set<SyntaxNode>(own.flatMap(({ act }) => act?.node ?? []));
  if (!script || acts.size === 0) return;
  if (!isOwnScript(container, script)) {
    draft.stays.push(`'${name}' keeps its script: it stands in a ConfigMap.`);
    return;
  }
  const exported = new Set(container.env.map((variable) => variable.name.value));
  const result = takeOut(script, acts, exported);
  const ended = names(own.flatMap(({ to }) => to));
  const other = own.find((each) => endsOthers(each));
  if (other) {
    draft.stays.push(`'${name}' keeps its script: '${other.text}' is about other files or programs too.`);
    return;
  }
  if ('refused' in result) {
    draft.stays.push(`'${name}' keeps its script: ${result.refused}.`);
    return;
  }
  const left = applyEdits(script.text, result.edits);
  const files = own.flatMap(({ kind, act }) => (kind === 'signal' ? (act?.targets ?? []) : []));
  if (files.some((file) => left.includes(file))) {
    draft.stays.push(`'${name}' keeps its script: it uses the file itself too.`);
    return;
  }
  const hadRemarks = /^[ \t]*#(?!!)/m.test(script.text);
  const changes = setScript(draft.pod, container, script, result.edits, { keepsShell: hadRemarks });
  const waits = own.some(({ kind }) => kind === 'wait-for-signal');
  if (waits) draft.isTied = true;
  draft.pieces.push({
    step: 'script',
    title: `Remove the shell logic from '${name}' that ended ${ended}${
      result.unmasked ? `; '${name}' then ends with the status of its work` : ''
    }`,
    changes,
  });
  for (const each of own) draft.done.add(each);
}

/** Whether a command is about more than the sidecars: another file, another program. */
function endsOthers({ kind, act, clues, to }: Workaround): boolean {
  if (act?.isMixed) return true;
  if (!act || act.targets.length < 2 || /\$\{?\w/.test(act.text)) return false;
  if (kind === 'signal') {
    const isWaitedFor = (file: string) => {
      const files = [sharedFile(clues.container, file) ?? ''];
      return to.some((each) =>
        each.acts.some((other) => other.kind === 'wait-for-file' && meets(files, each.container, other)),
      );
    };
    return !act.targets.every(isWaitedFor);
  }
  return (
    kind === 'kill' && !act.targets.every((target) => to.some((each) => isProcessOf(each, target)) || isHelper(target))
  );
}

function quietHooks(draft: Draft, clues: Clues): void {
  for (const hook of clues.hooks) {
    const own = draft.reading.workarounds.filter((each) => each.hook === hook && isNeedless(draft, each));
    const isWhole =
      own.length > 0 &&
      hook.script.commands.every(({ node, words }) => {
        return own.some(({ act }) => act?.node === node) || /^(?:sleep|true|:)$/.test(words[0] ?? '');
      });
    if (!isWhole) continue;
    draft.pieces.push({
      step: 'script',
      title: `Remove the ${hook.name} hook of '${clues.name}'`,
      changes: [{ kind: 'remove', path: pathOf(draft.pod, clues.container, 'lifecycle', hook.name) }],
    });
    for (const each of own) draft.done.add(each);
  }
}
