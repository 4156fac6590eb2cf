import { Lines } from '../text.ts';
import { CONFIG_SCHEMA, type Schema } from './schema.ts';

/** Something that may stand at a place of a configuration or manifest. */
export interface Completion {
  readonly kind: 'key' | 'value';
  readonly label: string;
  readonly description: string | undefined;
  /** What to write in the place of the word that was begun; further lines with their indentation. */
  readonly insert: string;
  /** Where that word begins. */
  readonly start: number;
}

/** `key: ` behind blanks and dashes; the key of a line. */
const KEY = /^([ ]*(?:- +)*)(["']?)([\w-]+)\2[ ]*:(?=\s|$)/;

/** What may stand at an offset of a `.native-sidecars.yaml`, half-written as it may be: by the lines above alone. */
export function completeConfig(text: string, offset: number): Completion[] {
  const lines = new Lines(text);
  const line = lines.lineAt(offset);
  const before = text.slice(lines.start(line), offset);
  const [, lead = '', word = ''] = /^([ ]*(?:- +)*(?:[\w-]+:[ ]+)?)([\w."'-]*)$/.exec(before) ?? [undefined, undefined];
  if (lead === undefined || (lead === '' && word === '' && before !== '')) return [];
  const start = offset - word.length;
  const [, , , own] = KEY.exec(lead) ?? [];
  const column = lead.search(/[^ -]|$/);
  const dash = (/^[ ]*(?:- +)*/.exec(lead)?.[0] ?? '').indexOf('-');
  const holder = schemaAt(pathTo(lines, line, dash >= 0 ? dash : column));
  const item = dash >= 0 ? (alternatives(holder).find(({ type }) => type === 'array')?.items ?? {}) : holder;
  if (own !== undefined) return values(propertiesOf(item)[own] ?? {}, start);
  if (dash >= 0) return [...values(item, start), ...keys(item, start, new Set())];
  return keys(item, start, siblings(lines, line, column));
}

function values(schema: Schema, start: number): Completion[] {
  const all = alternatives(schema).flatMap((each) => each.enum ?? (each.type === 'boolean' ? ['true', 'false'] : []));
  return all.map((label) => ({ kind: 'value', label, description: undefined, insert: label, start }));
}

function keys(schema: Schema, start: number, taken: ReadonlySet<string>): Completion[] {
  return Object.entries(propertiesOf(schema))
    .filter(([label]) => !taken.has(label))
    .map(([label, each]) => {
      const isNested = alternatives(each).some(({ type }) => type === 'object' || type === 'array');
      return { kind: 'key', label, description: each.description, insert: `${label}:${isNested ? '' : ' '}`, start };
    });
}

function alternatives(schema: Schema): readonly Schema[] {
  return schema.anyOf ?? [schema];
}

function propertiesOf(schema: Schema): Readonly<Record<string, Schema>> {
  return Object.assign({}, ...alternatives(schema).map(({ properties }) => properties));
}

/** The keys above a line that lead to its column, from the outside in; `-` stands for an item of a list. */
function pathTo(lines: Lines, line: number, column: number): string[] {
  const path: string[] = [];
  let edge = column;
  for (let at = line - 1; at >= 0 && edge > 0; at--) {
    const content = lines.content(at);
    const [, lead = '', , key] = KEY.exec(content) ?? [];
    if (key === undefined || content.trim().startsWith('#')) continue;
    const dash = lead.indexOf('-');
    if (lead.length < edge) path.unshift(key);
    else if (lead.length > edge || dash < 0) continue;
    // What stands behind a dash belongs to an item of the list above.
    if (dash >= 0) path.unshift('-');
    edge = dash >= 0 ? dash + (isListAbove(lines, at, dash) ? 1 : 0) : lead.length;
  }
  return path;
}

/** Whether a list's items stand as far left as its key. */
function isListAbove(lines: Lines, line: number, column: number): boolean {
  for (let at = line - 1; at >= 0; at--) {
    const content = lines.content(at);
    if (content.trim() === '' || content.trim().startsWith('#')) continue;
    const indent = content.search(/\S/);
    if (indent < column) return false;
    if (indent === column && !content.trim().startsWith('-')) return true;
  }
  return false;
}

function schemaAt(path: readonly string[]): Schema {
  let at: Schema = CONFIG_SCHEMA;
  for (const key of path) {
    at =
      key === '-'
        ? (alternatives(at).find(({ type }) => type === 'array')?.items ?? {})
        : (propertiesOf(at)[key] ?? {});
  }
  return at;
}

/** The keys that stand beside a place in the same map. */
function siblings(lines: Lines, line: number, column: number): Set<string> {
  const found = new Set<string>();
  for (const step of [-1, 1]) {
    for (let at = line + step; at >= 0 && at < lines.count; at += step) {
      const content = lines.content(at);
      if (content.trim() === '' || content.trim().startsWith('#')) continue;
      const [, lead = '', , key] = KEY.exec(content) ?? [];
      if (content.search(/[^ -]/) < column) break;
      if (key !== undefined && lead.length === column) found.add(key);
      if (content.search(/\S/) < column) break;
    }
  }
  return found;
}
