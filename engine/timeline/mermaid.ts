import { morePods, TODAY } from './text.ts';
import type { Lane, Lanes, Timeline } from './timeline.ts';

/** How a state is drawn: Mermaid knows few styles. */
const TAGS = { starting: 'active, ', running: '', stopping: 'crit, ', backoff: 'done, ' } as const;
const SUFFIX = { starting: ' starting', running: '', stopping: ' stopping', backoff: ' waits' } as const;

/** The timeline as a Gantt chart for Mermaid, as GitHub shows it in Markdown. Its clock starts with the first container. */
export function timelineMermaid({ title, version, before, after }: Timeline): string {
  const last = Math.max(lastOf(before), after ? lastOf(after) : 0);
  return [
    'gantt',
    `  title ${plain(`${title} on Kubernetes ${version}`)}`,
    '  dateFormat YYYY-MM-DD HH:mm:ss',
    `  axisFormat ${last < 24 * 3600 ? '%H:%M:%S' : 'day %d %H:%M'}`,
    ...part(TODAY, before),
    // There is room for one word.
    ...(after ? part('Migrated', after) : []),
    '',
  ].join('\n');
}

function part(heading: string, lanes: Lanes): string[] {
  const last = lastOf(lanes);
  const hidden = lanes.hidden > 0 ? [`${lanes.hidden} more containers are not drawn.`] : [];
  const told = [lanes.outcome.sentence, ...morePods(lanes), ...hidden];
  return [
    `  section ${heading}`,
    ...lanes.lanes.flatMap((lane) => tasks(lane, last)),
    // A milestone has room for words beside it.
    ...told.map((line) => `  ${label(line)} :milestone, ${clock(0)}, 0s`),
  ];
}

function tasks({ name, intervals }: Lane, last: number): string[] {
  return intervals.map(({ from, to, state }) => {
    const until = to ?? Math.ceil(last * 1.2) + 1;
    const text = label(`${name}${SUFFIX[state]}${to === undefined ? ', for ever' : ''}`);
    return `  ${text} :${TAGS[state]}${clock(from)}, ${Math.max(until - from, 1)}s`;
  });
}

function lastOf({ lanes }: Lanes): number {
  return Math.max(1, ...lanes.flatMap(({ intervals }) => intervals.flatMap(({ from, to = from }) => [from, to])));
}

/** A moment on a day without a change of clocks. */
function clock(seconds: number): string {
  return new Date(Date.UTC(2000, 0, 1) + seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
}

/** A task's name: a colon would end it. */
function label(text: string): string {
  return plain(text).replaceAll(':', ',');
}

/** Text without what Mermaid takes for its own. */
function plain(text: string): string {
  return text.replace(/[#;%\n\r]/g, ' ');
}
