import type { PlacedLanes } from '../protocol/timeline.ts';
import { duration } from './words.ts';

/** Where moments stand on an axis that is not to scale: a second beside a minute is to be seen too. */
export interface Scale {
  /** The place of a moment, in percent of the width. */
  at(seconds: number): number;
  /** Moments with labels, far enough from each other to be read. */
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

/** The width of a label's character, and of the gap between labels, in percent of the width. */
const CHARACTER = 1.7;
const GAP = 3;

/** One scale for both pods, so that they can be compared. What goes on for ever reaches the end. */
export function scaleOf(parts: readonly PlacedLanes[]): Scale {
  const moments = parts.flatMap(({ lanes }) =>
    lanes.flatMap(({ intervals, events }) => [
      ...intervals.flatMap(({ from, to }) => (to === undefined ? from : [from, to])),
      ...events.map(({ at }) => at),
    ]),
  );
  const times = [...new Set([0, ...moments])].sort((a, b) => a - b);
  const isEndless = parts.some(({ end }) => end === undefined);
  const steps = times.map((time, index) => (index === 0 ? 0 : weight(time - (times[index - 1] ?? 0))));
  // Behind the last moment there is room for its exit code.
  const room = isEndless ? Math.max(6, ...steps) : 0;
  const all = steps.reduce((sum, step) => sum + step, 0);
  const unit = (isEndless ? 100 : 88) / Math.max(1, all + room);
  const places = new Map<number, number>();
  let place = 0;
  for (const [index, time] of times.entries()) {
    place += (steps[index] ?? 0) * unit;
    places.set(time, place);
  }
  const end = isEndless ? 100 : place;
  const at = (seconds: number) => places.get(seconds) ?? end;
  const ticks: { at: number; label: string }[] = [];
  const gates = parts.flatMap(({ links }) => links.map(({ at: time }) => time));
  for (const time of [0, times.at(-1) ?? 0, ...gates, ...times]) {
    const label = duration(time);
    const isFree = ticks.every((other) => {
      const needed = ((label.length + other.label.length) / 2) * CHARACTER + GAP;
      return Math.abs(other.at - at(time)) >= needed;
    });
    if (isFree) ticks.push({ at: at(time), label });
  }
  return { at, ticks };
}

function weight(seconds: number): number {
  return 1.5 + Math.log2(1 + seconds);
}
