import type { Edit } from '../text.ts';
import { pairGap } from './entries.ts';
import { CannotEdit, columnOf, extendLine, isNothing, type Page } from './page.ts';
import { asText, type Entry, isFlow, ownEntries, ownMap, spanOf, type YamlNode } from './read.ts';
import { endOf } from './remove.ts';
import { blockEntry, flowValue, isJson, type PlainValue, scalar } from './write.ts';

/**
 * Adds an entry to a map, in its style: behind the first of the entries `behind` that is there, or behind the map's first
 * one. Those in `gone` do not count. Throws CannotEdit.
 */
export function addEntry(
  page: Page,
  node: YamlNode,
  name: string,
  value: PlainValue,
  behind: readonly string[],
  gone: ReadonlySet<unknown>,
): Edit {
  const { document, lines, newline } = page;
  const map = ownMap(node);
  const own = map ? ownEntries(document, map) : [];
  const nameOf = (each: Entry) => asText(document, each.key)?.value;
  if (own.some((each) => nameOf(each) === name)) throw new CannotEdit(`'${name}' is there already`);
  const staying = own.filter((each) => !gone.has(nameOf(each)));
  const after = behind.flatMap((each) => staying.find((other) => nameOf(other) === each) ?? [])[0] ?? staying[0];
  if (!map || !after) throw new CannotEdit('it has no fields');
  const key = spanOf(after.key);
  const quote = document.text[key.start] === '"' ? '"' : '';
  const colon = /^[ \t]*:/.exec(document.text.slice(key.end, key.end + 80))?.[0].length ?? 0;
  const end = endOf(page, after.written, key.end + colon);
  if (!isFlow(map)) {
    const indent = ' '.repeat(columnOf(page, key.start));
    const { step, dash } = habits(document.text);
    const rows = blockEntry(name, value, step, dash).map((row) => indent + row);
    return extendLine(page, lines.lineAt(end - 1), rows.join(newline));
  }
  if (!after.written || isNothing(after.written)) throw new CannotEdit('the entry before it has no value');
  const style = isJson(document) ? '"' : quote;
  const gap = /^:\s*/.exec(document.text.slice(key.end))?.[0] ?? ': ';
  const text = `${scalar(name, style, true)}${style === '"' ? gap : ': '}${flowValue(value, style)}`;
  return { span: { start: end, end }, text: `,${pairGap(page, map)}${text}` };
}

/** How far right a document writes nested maps and the dashes of lists. */
function habits(text: string): { step: number; dash: number } {
  const map = /^( *)[\w"'/.-]+:[ \t]*\r?\n\1( +)[\w"'/.-]+:/m.exec(text);
  const step = map?.[2]?.length ?? 2;
  const list = /^( *)[\w"'/.-]+:[ \t]*\r?\n\1( *)- /m.exec(text);
  return { step, dash: list?.[2] === undefined ? step : list[2].length };
}
