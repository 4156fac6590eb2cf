import type { Pod } from '../kube/pod.ts';
import { argvOf, baseName } from '../shell/script.ts';
import type { Evidence } from './classify.ts';
import { readClues } from './clues.ts';
import { markerOf, WRAPPER, WRAPPER_VARIABLE } from './markers.ts';

/** What in a pod ends a sidecar by hand. Empty when nothing does: only then is moving a container alone safe. */
export function workarounds(pod: Pod): Evidence[] {
  const found: Evidence[] = [];
  for (const { container, script, acts, name, daemon } of readClues(pod)) {
    for (const act of acts) {
      if (!script || act.kind === 'signal-file') continue;
      found.push({ message: `'${name}' runs: ${act.text}`, span: script.source.span });
    }
    const [program] = argvOf(container);
    if (program && WRAPPER.test(baseName(program.value))) {
      found.push({ message: `'${name}' runs in ${baseName(program.value)}`, span: program.span });
    }
    for (const variable of container.env) {
      if (!WRAPPER_VARIABLE.test(variable.name.value)) continue;
      found.push({ message: `'${name}' sets ${variable.name.value}`, span: variable.name.span });
    }
    const timer = [...(container.command ?? []), ...(container.args ?? [])].find(
      ({ value }) => baseName(value) === 'timeout',
    );
    if (timer && daemon) found.push({ message: `a timer ends '${name}'`, span: timer.span });
    const flag = [...(container.command ?? []), ...(container.args ?? [])].find(({ value }) =>
      /^--?quitquitquit/.test(value),
    );
    if (flag) found.push({ message: `'${name}' can be asked to quit: ${flag.value}`, span: flag.span });
    const marker = markerOf(pod, container);
    if (marker) found.push(marker.clue);
  }
  return found;
}
