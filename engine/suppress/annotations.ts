import type { Pod } from '../kube/pod.ts';
import { compose } from '../migrate/compose.ts';
import { type Edit, type Span, shift } from '../text.ts';
import type { Change } from '../yaml/patch.ts';
import { asMap, asSeq, asText, entry, get, type Path, type Text, type YamlNode } from '../yaml/read.ts';
import { readDirective, type Suppression } from './directive.ts';

/** The annotation by which a workload or pod template asks for silence: it survives rendering and JSON. */
const ANNOTATION = 'native-sidecars/ignore';

/**
 * The suppressions in the annotations of the objects around the pods of a document: `rule: reason`, several of them
 * separated by `;` or line endings. `start` is where the document starts in the text.
 */
export function readAnnotations(pods: readonly Pod[], start: number): Suppression[] {
  const found = new Map<YamlNode, { pods: Pod[]; text: Text; path: Path }>();
  for (const pod of pods) {
    if (!pod.document.text.includes(ANNOTATION)) continue;
    for (const each of annotationsAround(pod)) {
      const known = found.get(each.text.node);
      if (known) known.pods.push(pod);
      else found.set(each.text.node, { pods: [pod], ...each });
    }
  }
  return [...found.values()].flatMap(({ pods: covered, text, path }) => {
    const change = (changes: Change[]) => editsOf(covered[0], changes, start);
    return directivesIn(text.value).map(({ piece, at, isOnly }): Suppression => {
      const { rules, reason } = readDirective(piece);
      return {
        rules: rules.map(({ id }) => ({ id, span: shift(text.span, start) })),
        reason,
        span: shift(text.span, start),
        covers: ({ pod }) => covered.some((each) => each === pod),
        rewrite(left) {
          const [first, last] = [rules[0], rules.at(-1)];
          if (left.length > 0 && first && last) {
            const list = { start: at.start + first.span.start, end: at.start + last.span.end };
            return change([{ kind: 'rewrite', path, edits: [{ span: list, text: left.join(', ') }] }]);
          }
          if (isOnly) return change([{ kind: 'remove', path }]);
          // A separator goes along: the one behind it, or before the last one.
          const behind = /^\s*(?:;|$)\s*/.exec(text.value.slice(at.end))?.[0].length ?? 0;
          const end = at.end + Math.max(behind, 0);
          const before =
            end >= text.value.length ? (/[;\s]*$/.exec(text.value.slice(0, at.start))?.[0].length ?? 0) : 0;
          return change([{ kind: 'rewrite', path, edits: [{ span: { start: at.start - before, end }, text: '' }] }]);
        },
      };
    });
  });
}

/** The annotation on the pod template and on every object around it. */
function annotationsAround({ document, path }: Pod): { text: Text; path: Path }[] {
  const found: { text: Text; path: Path }[] = [];
  let node: YamlNode | undefined = document.root;
  for (const [depth, key] of path.entries()) {
    const object = asMap(document, node);
    const annotations = asMap(
      document,
      get(document, asMap(document, get(document, object, 'metadata')), 'annotations'),
    );
    const text = asText(document, entry(document, annotations, ANNOTATION)?.value);
    if (text) found.push({ text, path: [...path.slice(0, depth), 'metadata', 'annotations', ANNOTATION] });
    node = object
      ? get(document, object, String(key))
      : ((asSeq(document, node)?.items[Number(key)] as YamlNode | undefined) ?? undefined);
  }
  return found;
}

/** A `;` counts where a rule and a colon follow: reasons are prose. */
function directivesIn(value: string): { piece: string; at: Span; isOnly: boolean }[] {
  const pieces: { piece: string; at: Span }[] = [];
  let start = 0;
  for (const piece of value.split(/(\r?\n|;(?=\s*(?:[\w-]+(?:\s*,\s*[\w-]+)*)?\s*(?::|$)))/)) {
    const isSeparator = piece === ';' || /^\r?\n$/.test(piece);
    const ink = piece.length - piece.trimStart().length;
    if (!isSeparator && piece.trim() !== '') {
      pieces.push({ piece: piece.trim(), at: { start: start + ink, end: start + ink + piece.trim().length } });
    }
    start += piece.length;
  }
  // An empty annotation asks for silence about everything.
  if (pieces.length === 0) pieces.push({ piece: '', at: { start: 0, end: value.length } });
  return pieces.map((each) => ({ ...each, isOnly: pieces.length === 1 }));
}

function editsOf(pod: Pod | undefined, changes: Change[], start: number): readonly Edit[] | undefined {
  if (!pod) return undefined;
  const outcome = compose([{ pod, moved: [], dropped: [], parts: [changes] }]);
  if ('refused' in outcome) return undefined;
  return outcome.parts.flat().map((edit) => ({ ...edit, span: shift(edit.span, start) }));
}
