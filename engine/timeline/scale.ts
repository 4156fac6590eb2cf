import { duration } from './sentence.ts';
import type { Lanes } from './timeline.ts';

/** Where moments stand on an axis that is not to scale: long stretches are shortened, so that short ones can be seen. */
export interface Scale {
  /** The place of a moment at which something happens. */
  at(seconds: number): number;
  /** Where the axis ends: beyond the last moment when it goes on for ever. */
  readonly end: number;
  /** Labels that do not meet each other. */
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

/** A scale of a width in any unit; `tick` is the width of a label's character, with `gap` between labels. */
export function scaleOf({ lanes, outcome }: Lanes, width: number, tick: number, gap: number): Scale {
  const ends = lanes.flatMap(({ intervals }) =>
    intervals.flatMap(({ from, to }) => [from, ...(to === undefined ? [] : [to])]),
  );
  const times = [...new Set([0, ...ends, ...lanes.flatMap(({ events }) => events.map(({ at }) => at))])].sort(
    (a, b) => a - b,
  );
  const isEndless = outcome.verdict === 'endless' || outcome.verdict === 'stuck';
  const weights = times.slice(1).map((time, index) => weight(time - (times[index] ?? 0)));
  const tail = isEndless ? Math.max(8, ...weights) : 0;
  const unit =
    width /
    Math.max(
      1,
      weights.reduce((sum, each) => sum + each, tail),
    );
  const places = new Map<number, number>();
  let place = 0;
  for (const [index, time] of times.entries()) {
    place += index === 0 ? 0 : (weights[index - 1] ?? 0) * unit;
    places.set(time, place);
  }
  const ticks: { at: number; label: string }[] = [];
  const halfOf = (label: string) => (label.length * tick) / 2;
  const fits = (at: number, label: string) =>
    ticks.every((other) => Math.abs(other.at - at) >= halfOf(label) + halfOf(other.label) + gap);
  const last = times.at(-1) ?? 0;
  for (const time of [0, last, ...times]) {
    const [at, label] = [places.get(time) ?? 0, duration(time)];
    if (fits(at, label)) ticks.push({ at, label });
  }
  return {
    at: (seconds) => places.get(seconds) ?? place,
    end: width,
    ticks: ticks.sort((a, b) => a.at - b.at),
  };
}

function weight(seconds: number): number {
  return 1 + Math.log2(1 + seconds);
}
