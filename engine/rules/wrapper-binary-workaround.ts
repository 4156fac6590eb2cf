import { baseName } from '../shell/script.ts';
import { INJECTORS, remedyOf } from '../sidecar/injectors.ts';
import type { Rule } from './rule.ts';
import { workaroundsOf } from './story.ts';

/** A program around the work waits for a sidecar and ends it afterwards. */
export const wrapperBinaryWorkaround: Rule = {
  id: 'wrapper-binary-workaround',
  title: 'A wrapper program runs the work and ends a sidecar afterwards',
  severity: () => 'info',

  *check(context) {
    const sidecars = context.roles.filter(({ role }) => role === 'sidecar');
    const hasNative = context.clues.some(({ container }) => container.list === 'initContainers');
    for (const { clues, span, text } of workaroundsOf(context, 'wrapper')) {
      const program = baseName(text);
      const what = `'${clues.name}' runs in ${program}, which ends a sidecar when the work has ended.`;
      const inFile = sidecars.length > 0 || hasNative;
      const advice = inFile
        ? 'A native sidecar needs no wrapper: migrate the pod, and this can go.'
        : `The sidecar is not in this manifest. ${injected(program)}`;
      yield {
        message: `${what} ${advice}`,
        span,
        confidence: 'certain',
        ...(sidecars.length === 0 && hasNative ? { severity: 'hint' as const, tags: ['unnecessary' as const] } : {}),
        container: clues.container,
        evidence: sidecars.flatMap(({ container }) =>
          container.name && container !== clues.container
            ? { message: `'${container.name.value}' is the sidecar`, span: container.name.span }
            : [],
        ),
      };
    }
  },
};

/** With what the sidecar of a mesh, which the wrapper ends, needs no wrapper. */
function injected(program: string): string {
  const injector = INJECTORS.find(({ wrappers }) => wrappers?.includes(program));
  return injector
    ? `${injector.name} injects it, and the wrapper can go with ${remedyOf(injector)}.`
    : 'A native sidecar would need no wrapper.';
}
