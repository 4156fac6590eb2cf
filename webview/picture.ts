import type { PlacedLane, PlacedLanes } from '../protocol/timeline.ts';
import { element, shape } from './element.ts';
import type { Scale } from './scale.ts';

/** The height of a lane and of the axis, in pixels: what `timeline.css` says too. */
const LANE = 40;
const AXIS = 28;
const BAR = 12;

/** The picture of a pod: a button for each container, and beside it what happens to the container. */
export function picture(
  part: PlacedLanes,
  scale: Scale,
  label: string,
  reveal: (lane: PlacedLane) => void,
): HTMLElement {
  const buttons = part.lanes.map((lane, index) => laneButton(lane, index === 0, reveal));
  const names = element(
    'div',
    { class: 'names', role: 'toolbar', 'aria-orientation': 'vertical', 'aria-label': label },
    ...buttons,
  );
  names.addEventListener('keydown', (event) => walk(event, buttons));
  const lanes = element('div', { class: 'lanes' }, names, track(part, scale));
  return element('div', { class: 'picture' }, axis(scale), lanes);
}

function laneButton(lane: PlacedLane, isFirst: boolean, reveal: (lane: PlacedLane) => void): HTMLButtonElement {
  const { name, kind, restarts, list, index } = lane;
  const what = kind === 'regular container' && restarts > 0 ? 'regular' : kind;
  const more = restarts > 0 ? `${what}, ${restarts} ${restarts === 1 ? 'restart' : 'restarts'}` : kind;
  const button = element(
    'button',
    {
      type: 'button',
      tabindex: isFirst ? 0 : -1,
      'data-key': `${list}/${index}`,
      'data-kind': kind.split(' ')[0],
      title: `Go to ${name}`,
    },
    element('span', { class: 'name' }, name),
    element('span', { class: 'kind' }, more),
  );
  button.addEventListener('click', () => reveal(lane));
  return button;
}

/** One stop of the tabulator, the arrow keys from there: a pod may have hundreds of containers. */
function walk(event: KeyboardEvent, buttons: readonly HTMLButtonElement[]): void {
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
  const next = to === undefined ? undefined : buttons[to];
  if (!next) return;
  event.preventDefault();
  for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
  next.focus();
}

function axis({ ticks }: Scale): HTMLElement {
  const labels = ticks.map(({ at, label }) =>
    shape('text', { x: percent(at), y: 17, 'text-anchor': at === 0 ? 'start' : 'middle' }, label),
  );
  const drawing = shape('svg', { class: 'track', 'aria-hidden': 'true', height: AXIS }, ...labels);
  return element('div', { class: 'axis' }, element('div', { class: 'names' }), drawing);
}

function track(part: PlacedLanes, scale: Scale): SVGElement {
  const height = part.lanes.length * LANE;
  const grid = scale.ticks.map(({ at }) => {
    const x = percent(at);
    return shape('line', { class: 'grid', x1: x, x2: x, y1: 0, y2: height });
  });
  return shape(
    'svg',
    { class: 'track', 'aria-hidden': 'true', height },
    ...grid,
    ...part.lanes.flatMap((lane, index) => bars(lane, index, scale)),
    ...part.links.flatMap((link) => arrow(link, scale)),
    ...part.lanes.flatMap((lane, index) => marks(lane, index, part, scale)),
  );
}

function bars({ intervals, kind }: PlacedLane, index: number, scale: Scale): SVGElement[] {
  const y = middle(index) - BAR / 2;
  return intervals.map(({ from, to, state }) => {
    const start = scale.at(from);
    const width = (to === undefined ? 100 : scale.at(to)) - start;
    const type = `bar ${state} ${kind.split(' ')[0]}${to === undefined ? ' endless' : ''}`;
    return shape('rect', { class: type, x: percent(start), width: percent(width), y, height: BAR, rx: 2 });
  });
}

function arrow({ kind, from, to, at }: PlacedLanes['links'][number], scale: Scale): SVGElement[] {
  const down = to > from;
  // Below the exit code, which stands in its way where the bar has ended before.
  const start = middle(from) + (down ? BAR / 2 + 4 : -BAR / 2);
  const end = middle(to) + (down ? -BAR / 2 : BAR / 2);
  const back = down ? -6 : 6;
  return [
    shape(
      'svg',
      { class: `link ${kind}`, x: percent(scale.at(at)), y: 0 },
      shape('path', { class: 'line', d: `M0 ${start}V${end + back}` }),
      shape('path', { class: 'head', d: `M0 ${end}l-4 ${back}h8z` }),
    ),
  ];
}

/** What is written on a lane: who is told to stop when, exit codes, what goes on for ever. */
function marks(lane: PlacedLane, index: number, part: PlacedLanes, scale: Scale): SVGElement[] {
  const y = middle(index);
  const place = (x: number, ...children: SVGElement[]) =>
    shape('svg', { class: 'mark', x: percent(x), y }, ...children);
  const signals = lane.events.flatMap(({ kind, at, pod }) => {
    if (kind !== 'SIGTERM' && kind !== 'SIGKILL') return [];
    const text = kind === 'SIGTERM' ? `${kind}${turn(part, pod, at)}` : kind;
    return place(scale.at(at), shape('path', { d: `M0 ${-BAR / 2 - 2}v${BAR + 4}` }), above(text));
  });
  const exits = exitsOf(lane, scale).map(({ at, label }) => place(at, label));
  const isEndless = lane.intervals.some(({ to, state }) => to === undefined && state !== 'backoff');
  return [...signals, ...exits, ...(isEndless ? [place(100, tip(lane), above('for ever'))] : [])];
}

/** How much room an exit code below a bar needs, in percent of the width. */
const EXIT_WIDTH = 10;

/** The last exit code behind its bar; below theirs those of failures before, as far as there is room. */
function exitsOf({ events, intervals }: PlacedLane, scale: Scale): { at: number; label: SVGElement }[] {
  const exits = events.filter(({ kind }) => kind === 'exit');
  let free = 0;
  return exits.flatMap(({ at: seconds, exitCode = 0, pod }, index) => {
    const at = scale.at(seconds);
    const isStopped = events.some(({ kind, ...each }) => kind === 'SIGTERM' && each.pod === pod && each.at <= seconds);
    const isBad = exitCode !== 0 && !isStopped;
    const isLast = index === exits.length - 1 && intervals.every(({ from }) => from < seconds);
    if (!isLast && (!isBad || at < free)) return [];
    free = at + EXIT_WIDTH;
    const place = isLast && at <= 90 ? { x: 6, y: 4 } : { x: 0, y: BAR / 2 + 12, 'text-anchor': 'end' };
    return { at, label: shape('text', { ...place, class: isBad ? 'bad' : undefined }, `exit ${exitCode}`) };
  });
}

function above(text: string): SVGElement {
  return shape('text', { x: 0, y: -BAR / 2 - 4, 'text-anchor': 'end' }, text);
}

/** The end of a bar that has none. */
function tip({ kind }: PlacedLane): SVGElement {
  const half = BAR / 2 + 3;
  return shape('path', { class: `bar ${kind.split(' ')[0]}`, d: `M0 ${-half}l${half} ${half}l${-half} ${half}z` });
}

/** Whose turn it is to be told to stop at a moment; nothing where all are told at once. */
function turn({ lanes }: PlacedLanes, pod: number, at: number): string {
  const times = lanes.flatMap(({ events }) =>
    events.flatMap((event) => (event.kind === 'SIGTERM' && event.pod === pod ? event.at : [])),
  );
  const turns = [...new Set(times)].sort((a, b) => a - b);
  return turns.length > 1 ? ` ${turns.indexOf(at) + 1}.` : '';
}

function middle(index: number): number {
  return index * LANE + LANE / 2;
}

function percent(share: number): string {
  return `${share.toFixed(2)}%`;
}
