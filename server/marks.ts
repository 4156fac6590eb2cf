import type { CodeLens, Command, InlayHint, Range } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { type Analysis, outline, summary } from '../engine/index.ts';
import { toInlayHint, toRange } from './convert.ts';

/** Shows the timeline of the pod at a place, on clients that say that they can. Its arguments are URI and position. */
const SHOW_TIMELINE_COMMAND = 'nativeSidecars.showTimeline';

/** Names a pod so that what stands above it can be worked out later, from the same version of the document. */
export interface LensData {
  readonly uri: string;
  readonly version: number;
  readonly offset: number;
}

/**
 * The code lenses of a document: above each workload the way to its timeline, where the client can show one, and above
 * each pod spec its summary. That one has no title yet: clients ask only for those that people see.
 */
export function codeLenses(document: TextDocument, analysis: Analysis, showTimeline: boolean): CodeLens[] {
  const pods = outline(analysis);
  const heads = new Map(pods.map((pod) => [pod.head.start, pod] as const).reverse());
  const shows = showTimeline ? [...heads.values()].reverse() : [];
  return [
    ...shows.map(({ head, offset }) => ({
      range: toRange(document, head),
      command: timelineCommand('Show timeline', document, offset),
    })),
    ...pods.map(({ spec, offset }) => ({
      range: toRange(document, spec),
      data: { uri: document.uri, version: document.version, offset } satisfies LensData,
    })),
  ];
}

/** A summary's code lens with its title. Where the client can show a timeline, a click does. */
export function resolveLens(
  lens: CodeLens,
  document: TextDocument,
  analysis: Analysis,
  showTimeline: boolean,
): CodeLens {
  const { offset } = lens.data as LensData;
  const title = summary(analysis, offset) ?? '';
  return { ...lens, command: showTimeline ? timelineCommand(title, document, offset) : { title, command: '' } };
}

/** The order in which the init containers of a range start, behind their names. */
export function inlayHints(document: TextDocument, analysis: Analysis, range: Range): InlayHint[] {
  const start = document.offsetAt(range.start);
  const end = document.offsetAt(range.end);
  const hints = outline(analysis)
    .flatMap(({ initContainers }) => initContainers)
    .filter(({ span }) => start <= span.end && span.start <= end);
  // Containers that an included template brings stand at one place.
  const places = new Map<number, number>();
  for (const { span } of hints) places.set(span.end, (places.get(span.end) ?? 0) + 1);
  return hints.filter(({ span }) => places.get(span.end) === 1).map((hint) => toInlayHint(document, hint));
}

function timelineCommand(title: string, document: TextDocument, offset: number): Command {
  return { title, command: SHOW_TIMELINE_COMMAND, arguments: [document.uri, document.positionAt(offset)] };
}
