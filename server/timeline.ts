import type { TextDocument } from 'vscode-languageserver-textdocument';
import { type Analysis, explain, SCENARIOS, timeline } from '../engine/index.ts';
import type { TimelineAnswer, TimelineParams } from '../protocol/timeline.ts';
import { toPlacedTimeline } from './convert.ts';

/** What is said of a document that is closed or not checked. */
export const NOT_CHECKED: TimelineAnswer = { nothing: 'This file is not checked.' };

/** The timeline of the pod at a place, or why there is none. */
export function timelineAt(
  document: TextDocument,
  analysis: Analysis,
  { position, scenario = 'success' }: TimelineParams,
): TimelineAnswer {
  const offset = document.offsetAt(position);
  const found = timeline(analysis, offset, { scenario });
  if (found) return { timeline: toPlacedTimeline(document, found), scenarios: SCENARIOS };
  const [silence] = explain(analysis, offset).silences;
  if (!silence) return { nothing: 'No pod of a Job is written at the cursor.' };
  return { nothing: `This ${silence.kind ?? 'document'} is not checked: ${silence.reason}.` };
}
