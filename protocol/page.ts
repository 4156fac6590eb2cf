import type { Position, Scenario } from '../engine/index.ts';
import type { Range, TimelineAnswer } from './timeline.ts';

/** Where a timeline comes from: enough to show it again after a reload. */
export interface TimelineState {
  readonly uri: string;
  readonly position: Position;
  readonly scenario: Scenario;
}

/** What the editor tells the panel's page. */
export interface ToPage {
  readonly state: TimelineState;
  readonly answer: TimelineAnswer;
}

/** What the page tells the editor. */
export type FromPage =
  | { readonly type: 'ready' }
  | { readonly type: 'scenario'; readonly scenario: Scenario }
  | { readonly type: 'reveal'; readonly uri: string; readonly range: Range };
