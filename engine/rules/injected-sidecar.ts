import type { Pod } from '../kube/pod.ts';
import { atLeast, NATIVE_SIDECARS_SINCE } from '../kube/version.ts';
import { podsOf } from '../kube/workload.ts';
import { INJECTORS } from '../sidecar/injectors.ts';
import type { Span } from '../text.ts';
import { asMap, asText, get, nodeAt, ownEntries, type Path } from '../yaml/read.ts';
import type { Rule } from './rule.ts';

/** A pod asks for a sidecar that is put in when the pod is created, and does not say that it is to be native. */
export const injectedSidecar: Rule = {
  id: 'injected-sidecar',
  title: 'A sidecar that is injected keeps the Job from completing',
  severity: () => 'info',

  *check({ pod, workarounds, versions }) {
    // Before native sidecars no annotation helps. What ends an injected sidecar is told of by itself.
    if (!atLeast(versions.lowest, NATIVE_SIDECARS_SINCE)) return;
    if (workarounds.some(({ kind, to }) => /^(?:quit|wrapper|killer)$/.test(kind) && to.length === 0)) return;
    const metadata = [...pod.path.slice(0, -1), 'metadata'];
    const annotations = marksIn(pod, [...metadata, 'annotations']);
    const marks = [...marksIn(pod, [...metadata, 'labels']), ...annotations];
    for (const { name, advice, pod: asking } of INJECTORS) {
      if (!asking || marks.some(({ key }) => asking.settled.test(key))) continue;
      const asked = marks.filter(({ key }) => asking.by.some((each) => each.key === key));
      const [mark] = asked;
      if (
        !mark ||
        !asked.every(({ key, value }) => asking.by.some((each) => each.key === key && each.value.test(value)))
      )
        continue;
      const { annotation, nativeSince, unless } = asking;
      const isDone = nativeSince !== undefined && atLeast(versions.lowest, nativeSince);
      yield {
        message: `${name} puts a sidecar into ${podsOf(pod.workload)}. It is a regular container, which keeps them running when the work has ended${unless ? `, ${unless}` : ''}. What lets them end: ${advice}.`,
        span: mark.span,
        confidence: 'certain',
        ...(isDone ? { severity: 'hint' as const } : {}),
        mend: () => ({
          title: `Add the annotation ${annotation}: "true"`,
          safe: false,
          changes: [
            annotations.length > 0
              ? { kind: 'add', path: [...metadata, 'annotations', annotation], value: 'true', behind: [] }
              : {
                  kind: 'add',
                  path: [...metadata, 'annotations'],
                  value: { [annotation]: 'true' },
                  behind: ['labels', 'namespace', 'name'],
                },
          ],
        }),
      };
    }
  },
};

interface Mark {
  readonly key: string;
  readonly value: string;
  readonly span: Span;
}

/** Labels or annotations as they are written. */
function marksIn({ document }: Pod, path: Path): Mark[] {
  const map = asMap(document, nodeAt(document, path.slice(0, -1)));
  const marks = asMap(document, get(document, map, String(path.at(-1))));
  return (marks ? ownEntries(document, marks) : []).flatMap(({ key, value }) => {
    const [name, text] = [asText(document, key), asText(document, value)];
    if (!name || !text || /x{5,}/.test(text.value)) return [];
    return { key: name.value, value: text.value, span: { start: name.span.start, end: text.span.end } };
  });
}
