import type { FromPage, TimelineState, ToPage } from '../protocol/page.ts';
import type { PlacedLane, PlacedLanes, TimelineAnswer } from '../protocol/timeline.ts';
import { element } from './element.ts';
import { picture } from './picture.ts';
import { type Scale, scaleOf } from './scale.ts';
import { story } from './words.ts';

declare function acquireVsCodeApi(): {
  postMessage(message: FromPage): void;
  setState(state: TimelineState): void;
};

const editor = acquireVsCodeApi();
/** The engine tells of so many. */
const DRAWN_PODS = 3;

/** Where what is shown comes from. */
let state: TimelineState | undefined;
let drawn = '';

window.addEventListener('message', ({ data }: MessageEvent<ToPage>) => show(data));
editor.postMessage({ type: 'ready' });

function show(message: ToPage): void {
  state = message.state;
  editor.setState(state);
  const text = JSON.stringify(message.answer);
  // The cursor moved within the pod: nobody loses the place at which they read.
  if (text === drawn) return;
  drawn = text;
  draw(message.answer);
}

function draw(answer: TimelineAnswer): void {
  const parts = 'timeline' in answer ? answer : undefined;
  const { timeline } = parts ?? {};
  const nothing = 'nothing' in answer ? answer.nothing : '';
  setText('title', timeline?.title ?? 'Timeline');
  setText('version', timeline ? `Kubernetes ${timeline.version}` : '');
  setText('nothing', nothing).hidden = nothing === '';
  drawScenarios(parts?.scenarios ?? [], timeline?.scenario);
  const { before, after, notes = [] } = timeline ?? {};
  const scale = scaleOf([before, after].filter((each) => each !== undefined));
  const focused = focusedKey();
  drawPart('before', 'As it is', before, scale);
  drawPart('after', 'With native sidecars', after, scale);
  if (focused) focusLane(focused);
  const list = byId('notes');
  list.replaceChildren(...notes.map((note) => element('li', {}, note)));
  list.hidden = notes.length === 0;
  const outcomes = [
    before && `As it is: ${before.outcome.sentence}`,
    after && `With native sidecars: ${after.outcome.sentence}`,
  ];
  setText('told', nothing || outcomes.filter((each) => each !== undefined).join(' '));
}

function drawScenarios(
  scenarios: readonly { id: TimelineState['scenario']; title: string }[],
  chosen: string | undefined,
) {
  const field = byId('scenarios');
  field.hidden = scenarios.length === 0;
  if (field.querySelectorAll('input').length !== scenarios.length) {
    for (const label of field.querySelectorAll('label')) label.remove();
    for (const { id, title } of scenarios) {
      const input = element('input', { type: 'radio', name: 'scenario', value: id });
      input.addEventListener('change', () => editor.postMessage({ type: 'scenario', scenario: id }));
      field.append(element('label', {}, input, title));
    }
  }
  for (const input of field.querySelectorAll('input')) input.checked = input.value === chosen;
}

function drawPart(id: 'before' | 'after', title: string, part: PlacedLanes | undefined, scale: Scale): void {
  const section = byId(id);
  const wasOpen = section.querySelector('details')?.open === true;
  section.replaceChildren();
  section.hidden = !part;
  if (!part) return;
  const { verdict, sentence } = part.outcome;
  const label = `Containers, ${title.toLowerCase()}, in the order in which they start`;
  section.append(
    element('h2', { id: `${id}-title` }, title),
    element('p', { class: 'outcome', 'data-verdict': verdict }, sentence),
    picture(part, scale, label, reveal),
    ...Array.from(leftOut(part), (each) => element('p', { class: 'left-out' }, each)),
    element('details', { open: wasOpen }, element('summary', {}, 'As a table'), table(part, title)),
  );
}

function* leftOut({ hidden, pods }: PlacedLanes): Iterable<string> {
  if (hidden > 0) yield `${hidden} more containers are not drawn.`;
  if (pods > DRAWN_PODS) yield `${pods} pods are made one after the other; the first ${DRAWN_PODS} are drawn.`;
}

function table(part: PlacedLanes, title: string): HTMLTableElement {
  const head = ['container', 'is a', 'what happens', 'restarts'].map((each) => element('th', { scope: 'col' }, each));
  const rows = part.lanes.map((lane, index) => {
    const events = story(lane, index, part).map((each) => element('li', {}, each));
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, lane.name),
      element('td', {}, lane.kind),
      element('td', {}, element('ol', {}, ...events)),
      element('td', {}, String(lane.restarts)),
    );
  });
  return element(
    'table',
    {},
    element('caption', { class: 'unseen' }, `${title}: ${part.outcome.sentence}`),
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...rows),
  );
}

function reveal({ range }: PlacedLane): void {
  if (state && range) editor.postMessage({ type: 'reveal', uri: state.uri, range });
}

interface LaneKey {
  readonly section: string;
  readonly key: string;
}

function focusedKey(): LaneKey | undefined {
  const { activeElement } = document;
  const key = activeElement?.getAttribute('data-key');
  const section = activeElement?.closest('section')?.id;
  return key && section ? { section, key } : undefined;
}

function focusLane({ section, key }: LaneKey): void {
  const buttons = [...byId(section).querySelectorAll<HTMLButtonElement>('[data-key]')];
  const wanted = buttons.find((each) => each.dataset.key === key);
  if (!wanted) return;
  for (const button of buttons) button.tabIndex = button === wanted ? 0 : -1;
  wanted.focus({ preventScroll: true });
}

function setText(id: string, text: string): HTMLElement {
  const found = byId(id);
  if (found.textContent !== text) found.textContent = text;
  return found;
}

function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no ${id}`);
  return found;
}
