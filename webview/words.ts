import type { PlacedLane, PlacedLanes } from '../protocol/timeline.ts';

/** A moment or a duration: "64 s", "12 min", "1 h 5 min". */
export function duration(seconds: number): string {
  const whole = Math.round(seconds * 10) / 10;
  if (whole < 120) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 120) return `${minutes} min${rest(Math.round(whole % 60), 's')}`;
  return `${Math.floor(minutes / 60)} h${rest(minutes % 60, 'min')}`;
}

function rest(count: number, unit: string): string {
  return count === 0 ? '' : ` ${count} ${unit}`;
}

/** All that happens to a container, in sentences for those who do not see the picture. */
export function story(lane: PlacedLane, index: number, { lanes, links, pods }: PlacedLanes): string[] {
  const at = (pod: number, seconds: number) => `${pods > 1 ? `pod ${pod + 1}, ` : ''}${duration(seconds)}`;
  const isNews = (event: PlacedLane['events'][number]) =>
    event.kind !== 'started' || !lane.events.some(({ kind, at }) => kind === 'start' && at === event.at);
  const told = lane.events.filter(isNews).map(({ kind, exitCode, at: seconds, pod, attempt }) => {
    const link = links.find((each) => each.to === index && each.pod === pod && each.at === seconds);
    const other = link && lanes[link.from]?.name;
    const after = link?.kind === 'gate' && kind === 'start' && attempt === 0 ? `, after ${other}` : '';
    const since = link?.kind === 'stop' && kind === 'SIGTERM' ? `, since ${other} has ended` : '';
    const what = {
      start: attempt > 0 ? 'restarts' : `starts${after}`,
      started: 'has started',
      preStop: `runs its preStop hook${since}`,
      SIGTERM: `gets SIGTERM${since}`,
      SIGKILL: 'is killed (SIGKILL)',
      exit: `exits with ${exitCode ?? 0}`,
    }[kind];
    return `${at(pod, seconds)}: ${what}`;
  });
  if (lane.intervals.some(({ to, state }) => to === undefined && state !== 'backoff')) told.push('never ends');
  if (lane.intervals.length === 0) told.push('never starts');
  return told;
}
