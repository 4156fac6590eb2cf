import { scaleOf } from './scale.ts';
import type { Lane, Lanes, Timeline } from './timeline.ts';

const SHORT = { 'init container': 'init', 'native sidecar': 'sidecar', 'regular container': 'regular' } as const;
const FILL = { starting: '░', running: '━', stopping: '▒', backoff: '·' } as const;
const LEGEND = '░ starting  ━ running  ▒ stopping  · waits for a restart  ✓ ✗ ended  → for ever';

/** The headings of the two parts. */
export const TODAY = 'As it is';
export const MIGRATED = 'With native sidecars';

/** The timeline for a terminal. Lines are at most `width` columns wide, but for sentences, which are wrapped. */
export function timelineText(timeline: Timeline, { width = 80 }: { readonly width?: number } = {}): string {
  const { title, version, before, after, notes } = timeline;
  return [
    `${cut(title, width - 25)} on Kubernetes ${version}`,
    '',
    TODAY,
    ...picture(before, width),
    ...(after ? ['', MIGRATED, ...picture(after, width)] : []),
    '',
    ...notes.flatMap((note) => wrap(note, width, '')),
    ...(before.lanes.length > 0 ? [LEGEND] : []),
    '',
  ].join('\n');
}

function picture(lanes: Lanes, width: number): string[] {
  const head = Math.min(24, Math.max(...lanes.lanes.map(({ name }) => name.length), 4));
  const margin = 2 + head + 1 + 8;
  const room = Math.max(20, width - margin - 2);
  const scale = scaleOf(lanes, room - 1, 1, 1);
  const column = (seconds: number) => Math.round(scale.at(seconds));
  const rows = lanes.lanes.map((lane) => {
    const label = `  ${cut(lane.name, head).padEnd(head)} ${SHORT[lane.kind].padEnd(8)}`;
    return `${label}${draw(lane, column, room)}`.trimEnd();
  });
  const axis: string[] = [];
  for (const { at, label } of scale.ticks) {
    const start = Math.min(Math.max(0, Math.round(at - (label.length - 1) / 2)), room + 2 - label.length);
    for (const [index, char] of [...label].entries()) axis[start + index] = char;
  }
  const hidden = lanes.hidden > 0 ? [`  ${lanes.hidden} more containers are not drawn.`] : [];
  const time = Array.from(axis, (char) => char ?? ' ').join('');
  return [
    ...rows,
    ...(rows.length > 0 ? [`${' '.repeat(margin)}${time}`.trimEnd()] : []),
    ...hidden,
    ...morePods(lanes).flatMap((line) => wrap(line, width, '  ')),
    ...wrap(lanes.outcome.sentence, width, '  '),
  ];
}

/** Says that there are pods besides those that are drawn. */
export function morePods({ pods }: Lanes): string[] {
  return pods > 3 ? [`Only the first three of ${pods} pods are drawn.`] : [];
}

function draw({ intervals, events }: Lane, column: (seconds: number) => number, room: number): string {
  const cells: string[] = [];
  for (const { from, to, state } of intervals) {
    const last = to === undefined ? room : Math.max(column(from) + 1, column(to));
    for (let at = column(from); at < last; at++) cells[at] = FILL[state];
    if (to === undefined) cells[room] = '→';
  }
  for (const { at, kind, exitCode } of events) if (kind === 'exit') cells[column(at)] = exitCode === 0 ? '✓' : '✗';
  return Array.from(cells, (cell) => cell ?? ' ').join('');
}

/** A text of at most `length` characters. */
export function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, indent + line];
}
