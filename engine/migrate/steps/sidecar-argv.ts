import { baseName, type ShellCall } from '../../shell/script.ts';
import { type Unwrapped, unwrap } from '../../shell/unwrap.ts';
import { type Clues, scriptsOf } from '../../sidecar/clues.ts';
import { dropWords, isOwnScript, setScript, wordsOfContainer } from '../argv.ts';
import { type Draft, stepOf } from '../draft.ts';

/** Gives moved sidecars their own argv back: without the script that watched for the end of the work, without a timer. */
export function restoreArgv(draft: Draft): void {
  for (const clues of draft.sidecars) {
    const { container, script, name } = clues;
    const isWrapped =
      script &&
      (script.commands.some(({ background }) => background) ||
        clues.acts.some(({ kind }) => kind === 'wait-for-file') ||
        draft.reading.workarounds.some((each) => each.clues === clues && each.kind === 'wrapper' && !each.script) ||
        script.commands.some(({ words }) => baseName(words[0] ?? '') === 'timeout'));
    if (script && isWrapped) {
      const result = isOwnScript(container, script)
        ? unwrapOwn(draft, clues, script)
        : { refused: 'it stands in a ConfigMap' };
      if ('refused' in result) draft.stays.push(`'${name}' keeps its script: ${result.refused}.`);
      else {
        const changes = setScript(draft.pod, container, script, result.edits, { keepsShell: false, dropsTimer: true });
        draft.pieces.push({ step: stepOf(draft, clues), title: `Start '${name}' by its own command again`, changes });
        draft.unwrapped.add(clues);
        for (const each of draft.reading.workarounds) {
          if (each.clues === clues && !each.hook && /^(?:wait-for-signal|timer|signal)$/.test(each.kind))
            draft.done.add(each);
        }
      }
    }
    const words = wordsOfContainer(container).map(({ value }) => value);
    const timer = words.findIndex((word) => baseName(word) === 'timeout');
    if (script || timer < 0) continue;
    let to = timer + 1;
    while (words[to]?.startsWith('-')) to += /^-[sk]$/.test(words[to] ?? '') ? 2 : 1;
    const changes = dropWords(draft.pod, container, timer, to + 1);
    if (!changes) continue;
    draft.pieces.push({ step: stepOf(draft, clues), title: `Start '${name}' without a timer`, changes });
    for (const each of draft.reading.workarounds)
      if (each.clues === clues && each.kind === 'timer') draft.done.add(each);
  }
}

function unwrapOwn(draft: Draft, clues: Clues, script: ShellCall): Unwrapped {
  const { acts, container } = clues;
  const waits = acts.filter(({ kind }) => kind === 'wait-for-file');
  const first = Math.min(...waits.map(({ span }) => span.start));
  // What it writes before it waits says that it is ready: others may wait for that.
  const tells = draft.reading.handshakes.find(
    ({ from, act }) => from === clues && act.kind === 'signal-file' && act.span.start < first,
  );
  if (tells) return { refused: `it tells '${tells.to.name}' by a file that it is ready` };
  const behind = scriptsOf({ ...clues, hooks: [] }).flatMap((each) =>
    each.acts.filter(({ kind }) => kind === 'wait-for-file'),
  );
  const signs = [...waits, ...behind].flatMap(({ targets }) => targets);
  const exported = new Set(container.env.map(({ name }) => name.value));
  return unwrap(script, { signs, exported });
}
