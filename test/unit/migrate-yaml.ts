/** A remark in the manifest; `gap` puts a blank line below it, so that it belongs to nothing. */
export interface Remark {
  readonly text: string;
  readonly gap: boolean;
}

/** What a manifest says before and after its migration, and how it is written. */
export type Tree = Scalar | List | Mapping;

export interface Scalar {
  readonly kind: 'scalar';
  readonly value: string | number | boolean;
  /** The value after the migration, where it is another. */
  readonly becomes?: string;
  quoting?: 'plain' | 'single' | 'double' | 'wrapped' | 'literal' | 'keep' | 'folded';
}

export interface List {
  readonly kind: 'list';
  readonly items: Item[];
  /** The words of the list after the migration, where they are others; none: the entry goes. */
  readonly becomes?: readonly string[];
  flow?: boolean;
}

export interface Mapping {
  readonly kind: 'mapping';
  readonly entries: Entry[];
  flow?: boolean;
}

export interface Item {
  readonly value: Tree;
  /** What a migration does with it. */
  readonly fate: 'stays' | 'goes' | 'moves';
  above?: Remark;
}

export interface Entry {
  readonly key: string;
  readonly value: Tree;
  readonly goes: boolean;
  above?: Remark;
  beside?: string;
}

export const scalar = (value: Scalar['value'], becomes?: string): Scalar =>
  becomes === undefined ? { kind: 'scalar', value } : { kind: 'scalar', value, becomes };

export const item = (value: Tree, fate: Item['fate'] = 'stays'): Item => ({ value, fate });

export const entry = (key: string, value: Tree, goes = false): Entry => ({ key, value, goes });

export const mapping = (...entries: Entry[]): Mapping => ({ kind: 'mapping', entries });

/** Plain data as a tree. Nothing of it changes. */
export function tree(value: unknown): Tree {
  if (Array.isArray(value)) return { kind: 'list', items: value.map((each) => item(tree(each))) };
  if (typeof value !== 'object' || value === null) return scalar(value as Scalar['value']);
  return mapping(...Object.entries(value).map(([key, each]) => entry(key, tree(each))));
}

/** What the tree says before the migration, as plain data. */
export function before(node: Tree): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(({ value }) => before(value));
  return Object.fromEntries(node.entries.map(({ key, value }) => [key, before(value)]));
}

/** What it says afterwards; undefined where nothing is left of it. */
export function after(node: Tree): unknown {
  if (node.kind === 'scalar') return node.becomes ?? node.value;
  if (node.kind === 'list') {
    const kept = node.items.filter(({ fate }) => fate === 'stays').map(({ value }) => after(value));
    const list = node.becomes ?? kept;
    return list.length === 0 && node.items.length > 0 ? undefined : list;
  }
  const result: Record<string, unknown> = {};
  for (const { key, value, goes } of node.entries) {
    if (key in result) continue;
    const left = goes ? undefined : after(value);
    if (left !== undefined) result[key] = left;
    if (value.kind !== 'list') continue;
    const moved = value.items.filter(({ fate }) => fate === 'moves').map((each) => after(each.value) as object);
    if (moved.length === 0) continue;
    const init = node.entries.find((each) => each.key === 'initContainers');
    const others = init && !init.goes ? ((after(init.value) as unknown[] | undefined) ?? []) : [];
    result.initContainers = [...others, ...moved.map((each) => ({ ...each, restartPolicy: 'Always' }))];
  }
  return Object.keys(result).length === 0 && node.entries.length > 0 ? undefined : result;
}

/** The remarks of a tree that are there after the migration too. */
export function remarks(node: Tree): string[] {
  if (node.kind === 'scalar') return [];
  if (node.kind === 'list') {
    if (node.becomes !== undefined) return [];
    return node.items.flatMap(({ value, fate, above }) =>
      fate === 'goes' ? kept(above, false) : [...kept(above, true), ...remarks(value)],
    );
  }
  const isFilled = node.entries.some(
    ({ value }) => value.kind === 'list' && value.items.some(({ fate }) => fate === 'moves'),
  );
  return node.entries.flatMap(({ key, value, goes, above, beside }) => {
    const isTarget = key === 'initContainers' && isFilled;
    if (goes || !(isTarget || isLeft(value))) return kept(above, false);
    return [...kept(above, true), ...(beside === undefined ? [] : [beside]), ...remarks(value)];
  });
}

function kept(remark: Remark | undefined, stays: boolean): string[] {
  return remark && (stays || remark.gap) ? [remark.text] : [];
}

/** Whether something of an entry's value is left where it is written. */
function isLeft(value: Tree): boolean {
  return after(value) !== undefined || (value.kind === 'list' && value.items.some(({ fate }) => fate === 'moves'));
}

/** How a whole file is written. */
export interface Layout {
  readonly indent: 2 | 4;
  /** Whether the dashes of a list stand deeper than its key. */
  readonly deepLists: boolean;
  readonly newline: '\n' | '\r\n';
  readonly finalNewline: boolean;
  /** Whether blank lines stand between containers. */
  readonly airy: boolean;
  /** Remarks at the file's ends. */
  readonly head: string | undefined;
  readonly tail: string | undefined;
}

/** Documents as YAML. */
export function print(documents: readonly Tree[], layout: Layout): string {
  const texts = documents.map((each) => linesOf(each, layout).join('\n'));
  const ends = (remark: string | undefined) => (remark === undefined ? [] : [`# ${remark}`]);
  const text =
    [...ends(layout.head), texts.join('\n---\n'), ...ends(layout.tail)].join('\n') + (layout.finalNewline ? '\n' : '');
  return text.replace(/\n/g, layout.newline);
}

const pad = (lines: readonly string[], width: number) =>
  lines.map((line) => (line === '' ? '' : ' '.repeat(width) + line));

function linesOf(node: Tree, layout: Layout): string[] {
  if (node.kind === 'mapping')
    return node.entries.flatMap((each) => [...above(each.above), ...entryLines(each, layout)]);
  if (node.kind === 'scalar') return [inline(node)];
  return node.items.flatMap(({ value, above: remark }, index) => {
    const isBig = value.kind === 'mapping' && value.entries.some(({ key }) => key === 'image');
    const gap = layout.airy && isBig && index > 0 ? [''] : [];
    return [...gap, ...above(remark), ...itemLines(value, layout)];
  });
}

function above(remark: Remark | undefined): string[] {
  return remark ? [`# ${remark.text}`, ...(remark.gap ? [''] : [])] : [];
}

function itemLines(value: Tree, layout: Layout): string[] {
  if (isBlockScalar(value)) return [`- ${header(value)}`, ...pad(bodyOf(value), 2)];
  if (value.kind === 'scalar' || value.flow) return [`- ${inline(value)}`];
  const [first = '', ...rest] = pad(linesOf(value, layout), 2);
  return [`- ${first.slice(2)}`, ...rest];
}

function entryLines({ key, value, beside }: Entry, layout: Layout): string[] {
  const end = beside === undefined ? '' : ` # ${beside}`;
  if (isBlockScalar(value)) return [`${key}: ${header(value)}${end}`, ...pad(bodyOf(value), layout.indent)];
  const isEmpty = value.kind !== 'scalar' && (value.kind === 'list' ? value.items : value.entries).length === 0;
  if (value.kind === 'scalar' || value.flow || isEmpty) return [`${key}: ${inline(value)}${end}`];
  const width = value.kind === 'list' ? (layout.deepLists ? layout.indent : 0) : layout.indent;
  return [`${key}:${end}`, ...pad(linesOf(value, layout), width)];
}

type BlockScalar = Scalar & { readonly quoting: 'literal' | 'keep' | 'folded' | 'wrapped' };

function isBlockScalar(value: Tree): value is BlockScalar {
  return value.kind === 'scalar' && /literal|keep|folded|wrapped/.test(value.quoting ?? '');
}

function header({ value, quoting }: Scalar): string {
  if (quoting === 'wrapped') return JSON.stringify(wrap(value)[0]).slice(0, wrap(value).length > 1 ? -1 : undefined);
  const chomping = quoting === 'keep' ? '+' : String(value).endsWith('\n') ? '' : '-';
  return (quoting === 'folded' ? '>' : '|') + chomping;
}

function bodyOf({ value, quoting }: Scalar): string[] {
  if (quoting === 'wrapped') {
    const [, ...rest] = wrap(value).map((line) => JSON.stringify(line).slice(1, -1));
    return rest.map((line, at) => (at === rest.length - 1 ? `${line}"` : line));
  }
  return quoting === 'folded' ? wrap(value) : String(value).replace(/\n$/, '').split('\n');
}

/** Folded and quoted scalars join their lines by spaces: one line of a script is broken behind its operators. */
function wrap(value: Scalar['value']): string[] {
  return String(value)
    .trimEnd()
    .split(/(?<=[^ ](?:;|&&|\|\|)) (?! )/);
}

function inline(value: Tree, isInFlow = false): string {
  if (value.kind === 'list') return `[${value.items.map((each) => inline(each.value, true)).join(', ')}]`;
  if (value.kind === 'mapping')
    return `{${value.entries.map((each) => `${each.key}: ${inline(each.value, true)}`).join(', ')}}`;
  if (typeof value.value !== 'string') return String(value.value);
  return quote(value.value, value.quoting, isInFlow);
}

function quote(text: string, quoting: Scalar['quoting'], isInFlow: boolean): string {
  const isSafe =
    /^-{0,2}[A-Za-z/.][\w./@=-]*(?::[\w./@=-]+)*$/.test(text) && !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(text);
  const isPhrase = !isInFlow && /^[./a-z][^\n]* /.test(text) && !/: |:$| #/.test(text);
  if ((quoting ?? 'plain') === 'plain' && (isSafe || isPhrase)) return text;
  return quoting === 'single' && !text.includes('\n') ? `'${text.replaceAll("'", "''")}'` : JSON.stringify(text);
}
