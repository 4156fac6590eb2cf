import type { Lane, Lanes, Position, Scenario, Timeline } from '../engine/index.ts';

/** The request of our own by which a client asks for the timeline of the pod at a place. */
export const TIMELINE_REQUEST = 'nativeSidecars/timeline';

/** The server's notification that timelines may look different although no text has changed. */
export const TIMELINE_CHANGED = 'nativeSidecars/timelineChanged';

/** What the request says. */
export interface TimelineParams {
  readonly textDocument: { readonly uri: string };
  readonly position: Position;
  /** `success` when left out. */
  readonly scenario?: Scenario;
}

/** The answer: the timeline and all scenarios to choose from, or one sentence that says why there is none. */
export type TimelineAnswer =
  | { readonly timeline: PlacedTimeline; readonly scenarios: readonly { id: Scenario; title: string }[] }
  | { readonly nothing: string };

/** The engine's timeline with LSP's ranges in place of offsets. */
export type PlacedTimeline = Omit<Timeline, 'before' | 'after'> & {
  readonly before: PlacedLanes;
  readonly after: PlacedLanes | undefined;
};

/** What happens to one of both pods. */
export type PlacedLanes = Omit<Lanes, 'lanes'> & { readonly lanes: readonly PlacedLane[] };

/** A container's lane; without a range it is nowhere in the text. */
export type PlacedLane = Omit<Lane, 'span'> & { readonly range: Range | undefined };

/** LSP's range. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}
