import { type Scale, scaleOf } from './scale.ts';
import { duration } from './sentence.ts';
import { cut, MIGRATED, morePods, TODAY } from './text.ts';
import type { Lane, Lanes, Timeline } from './timeline.ts';

const WIDTH = 880;
const LEFT = 196;
const RIGHT = 24;
const ROW = 40;
const BAR = 14;
/** The style of the picture: colours are custom properties with fallbacks for light and dark. */
export const TIMELINE_STYLE = `
.timeline { --bg: var(--timeline-background, #ffffff); --fg: var(--timeline-foreground, #1f2328);
  --muted: var(--timeline-muted, #59636e); --line: var(--timeline-line, #d1d9e0);
  --init: var(--timeline-init, #8250df); --sidecar: var(--timeline-sidecar, #0969da); --regular: var(--timeline-regular, #1a7f37);
  --gate: var(--timeline-gate, #59636e); --stop: var(--timeline-stop, #bc4c00); --bad: var(--timeline-bad, #cf222e);
  font-family: var(--timeline-font, system-ui, -apple-system, "Segoe UI", sans-serif); font-size: 12px; }
@media (prefers-color-scheme: dark) { .timeline { --bg: var(--timeline-background, #0d1117); --fg: var(--timeline-foreground, #e6edf3);
  --muted: var(--timeline-muted, #9198a1); --line: var(--timeline-line, #3d444d); --init: var(--timeline-init, #ab7df8);
  --sidecar: var(--timeline-sidecar, #4493f8); --regular: var(--timeline-regular, #3fb950); --gate: var(--timeline-gate, #9198a1);
  --stop: var(--timeline-stop, #db6d28); --bad: var(--timeline-bad, #f85149); } }
.timeline .paper { fill: var(--bg); }
.timeline text { fill: var(--fg); }
.timeline .title { font-size: 15px; font-weight: 600; }
.timeline .heading { font-size: 13px; font-weight: 600; }
.timeline .outcome { font-size: 13px; }
.timeline .name { font-weight: 600; }
.timeline .kind, .timeline .tick, .timeline .note, .timeline .legend { fill: var(--muted); font-size: 11px; }
.timeline .rail, .timeline .grid { stroke: var(--line); stroke-width: 1; }
.timeline .grid { stroke-dasharray: 2 4; }
.timeline .init { color: var(--init); } .timeline .sidecar { color: var(--sidecar); } .timeline .regular { color: var(--regular); }
.timeline .bar { fill: currentColor; stroke: currentColor; stroke-width: 1.5; }
.timeline .starting { fill-opacity: 0.25; }
.timeline .stopping { fill-opacity: 0.25; stroke: var(--stop); }
.timeline .backoff { fill: none; stroke-dasharray: 3 3; }
.timeline .ever { fill: currentColor; stroke: none; }
.timeline .gate { stroke: var(--gate); fill: none; stroke-width: 1.5; } .timeline .gate-head { fill: var(--gate); }
.timeline .stop { stroke: var(--stop); fill: none; stroke-width: 1.5; stroke-dasharray: 4 3; } .timeline .stop-head { fill: var(--stop); }
.timeline .exit { fill: var(--bg); stroke: var(--regular); stroke-width: 2; }
.timeline .exit.failed { stroke: var(--bad); }
.timeline .mark { fill: none; stroke: var(--regular); stroke-width: 2; } .timeline .mark.failed { stroke: var(--bad); }
.timeline .legend-bar { color: var(--muted); }
`.trim();

const CLASS = { 'init container': 'init', 'native sidecar': 'sidecar', 'regular container': 'regular' } as const;

/**
 * The timeline as one SVG element, which needs nothing else: no script, no font, no address. Lanes carry `data-part`,
 * `data-list` and `data-index`. Without `style` the page must hold `TIMELINE_STYLE`.
 */
export function timelineSvg(timeline: Timeline, { style = true }: { readonly style?: boolean } = {}): string {
  const { title, version, before, after, notes } = timeline;
  const head = `${title} on Kubernetes ${version}`;
  const out: string[] = [];
  let y = 34;
  out.push(text(24, y, 'title', cut(head, 100)));
  for (const [part, heading, lanes] of [
    ['before', TODAY, before],
    ['after', MIGRATED, after],
  ] as const) {
    if (!lanes) continue;
    y += 34;
    out.push(text(24, y, 'heading', heading));
    const drawn = panel(part, lanes, y + 12);
    out.push(...drawn.out);
    y = drawn.bottom;
  }
  y += 30;
  out.push(...legend(y));
  for (const line of [...notes, 'Time is not to scale.'].flatMap((note) => wrap(note, 140))) {
    y += 18;
    out.push(text(24, y, 'note', line));
  }
  const height = y + 20;
  const told = [before, after].flatMap((lanes, index) =>
    lanes ? `${index === 0 ? TODAY : MIGRATED}: ${lanes.outcome.sentence}` : [],
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="timeline" role="img" aria-labelledby="timeline-title timeline-desc" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}">`,
    `<title id="timeline-title">${xml(head)}</title>`,
    `<desc id="timeline-desc">${xml(told.join(' '))}</desc>`,
    ...(style ? [`<style>\n${TIMELINE_STYLE}\n</style>`] : []),
    `<rect class="paper" width="${WIDTH}" height="${height}"/>`,
    ...out,
    '</svg>',
    '',
  ].join('\n');
}

function panel(part: 'before' | 'after', lanes: Lanes, top: number): { out: string[]; bottom: number } {
  const room = WIDTH - LEFT - RIGHT;
  const scale = scaleOf(lanes, room, 6.5, 10);
  const x = (seconds: number) => round(LEFT + scale.at(seconds));
  const middle = (lane: number) => top + lane * ROW + ROW / 2;
  const bottom = top + lanes.lanes.length * ROW;
  const out: string[] = [];
  if (lanes.lanes.length > 0) out.push(...axis(scale, top, bottom));
  for (const [index, lane] of lanes.lanes.entries()) out.push(...row(part, lane, middle(index), x));
  for (const { kind, from, to, at } of lanes.links) out.push(...arrow(kind, x(at), middle(from), middle(to)));
  let y = bottom + (lanes.lanes.length > 0 ? 20 : 0);
  const more = lanes.hidden > 0 ? [`${lanes.hidden} more containers are not drawn.`] : [];
  for (const line of [...more, ...morePods(lanes)]) {
    y += 18;
    out.push(text(24, y, 'note', line));
  }
  for (const line of wrap(lanes.outcome.sentence, 120)) {
    y += 20;
    out.push(text(24, y, 'outcome', line));
  }
  return { out, bottom: y };
}

function axis(scale: Scale, top: number, bottom: number): string[] {
  return scale.ticks.flatMap(({ at, label }) => {
    const x = round(LEFT + at);
    return [
      `<line class="grid" x1="${x}" x2="${x}" y1="${top}" y2="${bottom}"/>`,
      `<text class="tick" x="${x}" y="${bottom + 14}" text-anchor="middle">${label}</text>`,
    ];
  });
}

function row(part: string, lane: Lane, y: number, x: (seconds: number) => number): string[] {
  const { name, kind, list, index, intervals, events } = lane;
  const end = WIDTH - RIGHT;
  const out = [
    `<g class="lane ${CLASS[kind]}" data-part="${part}" data-list="${list}" data-index="${index}" data-name="${xml(name)}">`,
    `<title>${xml(`${name}, ${kind}: ${told(lane)}`)}</title>`,
    `<rect class="paper" x="16" y="${y - ROW / 2}" width="${LEFT - 32}" height="${ROW}"/>`,
    text(24, y - 2, 'name', cut(name, 24)),
    text(24, y + 12, 'kind', kind),
    `<line class="rail" x1="${LEFT}" x2="${end}" y1="${y}" y2="${y}"/>`,
  ];
  for (const { from, to, state } of intervals) {
    const left = x(from);
    const right = to === undefined ? end - 8 : x(to);
    const width = round(Math.max(2, right - left));
    const half = state === 'backoff' ? 0 : BAR / 2;
    out.push(
      half === 0
        ? `<line class="bar backoff" x1="${left}" x2="${right}" y1="${y}" y2="${y}"/>`
        : `<rect class="bar ${state}" x="${left}" y="${y - half}" width="${width}" height="${BAR}" rx="2"/>`,
    );
    if (to === undefined) out.push(`<path class="ever" d="M${end - 10} ${y - 10} l12 10 l-12 10 z"/>`);
  }
  for (const { at, kind: what, exitCode = 0 } of events) {
    if (what === 'exit') out.push(...exit(x(at), y, exitCode));
  }
  return [...out, '</g>'];
}

/** What happens to a container, for the tooltip and who cannot see the picture. */
function told({ events, restarts }: Lane): string {
  const shown = events.filter(({ kind }) => kind !== 'started').slice(0, 8);
  const each = shown.map(
    ({ at, kind, exitCode }) => `${kind}${exitCode === undefined ? '' : ` ${exitCode}`} at ${duration(at)}`,
  );
  const first = each.length > 0 ? each.join(', ') : 'does not start';
  return restarts > 0 ? `${first}; ${restarts} restarts` : first;
}

function exit(x: number, y: number, exitCode: number): string[] {
  const failed = exitCode === 0 ? '' : ' failed';
  const mark =
    exitCode === 0
      ? `M${round(x - 3)} ${y} l2.4 2.6 l4 -5`
      : `M${round(x - 2.6)} ${round(y - 2.6)} l5.2 5.2 m0 -5.2 l-5.2 5.2`;
  return [
    `<circle class="exit${failed}" cx="${x}" cy="${y}" r="7"><title>exit code ${exitCode}</title></circle>`,
    `<path class="mark${failed}" d="${mark}"/>`,
  ];
}

function arrow(kind: 'gate' | 'stop', x: number, from: number, to: number): string[] {
  const down = to > from ? 1 : -1;
  const start = from + down * (BAR / 2 + 2);
  const tip = to - down * (BAR / 2 + 2);
  return [
    `<line class="${kind}" x1="${x}" x2="${x}" y1="${start}" y2="${tip - down * 5}"/>`,
    `<path class="${kind}-head" d="M${x} ${tip} l-4 ${-6 * down} h8 z"/>`,
  ];
}

function legend(y: number): string[] {
  const out: string[] = [];
  let x = 24;
  for (const [state, label] of [
    ['starting', 'starting'],
    ['running', 'running'],
    ['stopping', 'stopping'],
    ['backoff', 'waits for a restart'],
  ] as const) {
    out.push(
      state === 'backoff'
        ? `<g class="legend-bar"><line class="bar backoff" x1="${x}" x2="${x + 22}" y1="${y - 4}" y2="${y - 4}"/></g>`
        : `<g class="legend-bar"><rect class="bar ${state}" x="${x}" y="${y - 9}" width="22" height="10" rx="2"/></g>`,
      text(x + 28, y, 'legend', label),
    );
    x += 28 + label.length * 6.2 + 20;
  }
  for (const [kind, label] of [
    ['gate', 'lets start'],
    ['stop', 'SIGTERM follows'],
  ] as const) {
    out.push(`<line class="${kind}" x1="${x}" x2="${x + 16}" y1="${y - 4}" y2="${y - 4}"/>`);
    out.push(`<path class="${kind}-head" d="M${x + 22} ${y - 4} l-6 -4 v8 z"/>`, text(x + 28, y, 'legend', label));
    x += 28 + label.length * 6.2 + 20;
  }
  out.push(...exit(x + 8, y - 4, 0), ...exit(x + 26, y - 4, 1), text(x + 38, y, 'legend', 'ended, failed'));
  return out;
}

function text(x: number, y: number, name: string, content: string): string {
  return `<text class="${name}" x="${round(x)}" y="${round(y)}">${xml(content)}</text>`;
}

function wrap(content: string, width: number): string[] {
  return content.match(new RegExp(`.{1,${width}}(?:\\s|$)|\\S{${width}}`, 'g'))?.map((line) => line.trim()) ?? [];
}

function xml(content: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML allows no control characters
  return content.replace(/[\u0000-\u001f]/g, ' ').replace(/[&<>"]/g, (char) => names[char] ?? char);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
