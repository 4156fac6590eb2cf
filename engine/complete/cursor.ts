import { mask } from '../helm/mask.ts';
import { Lines } from '../text.ts';
import {
  asText,
  ownEntries,
  ownMap,
  ownSeq,
  type Path,
  readYaml,
  type YamlDocument,
  type YamlNode,
} from '../yaml/read.ts';
import { splitDocuments } from '../yaml/split.ts';

/** Where somebody types in a document: what the line would be once it is whole. */
export interface Cursor {
  /** The document with a word of ours in the place of what is typed: it may parse where the half-written one does not. */
  readonly document: YamlDocument;
  /** The keys and indexes that lead to the map in which a key is typed, or to the value that is typed. */
  readonly path: Path;
  readonly kind: 'key' | 'value';
  /** The word that was begun. */
  readonly word: string;
  /** Where it begins. */
  readonly start: number;
  /** The column of the keys of the map. */
  readonly column: number;
}

/** No manifest holds this word. */
const WORD = 'native-sidecars-cursor';

/** `  - resta`, `  `: only blanks, dashes and the beginning of a key, with or without a quote. */
const KEY = /^([ ]*(?:- +)*)(["']?[\w./-]*)$/;
/** `containerName: rep`: a key and the beginning of its value. */
const VALUE = /^([ ]*(?:- +)*["']?[\w./-]+["']?[ ]*:[ ]+["']?)([\w.-]*)$/;

/** What longer texts hold nobody types; see `analyze`. */
const MAX_LENGTH = 1.5 * 1024 * 1024;
const MAX_DEPTH = 200;

/** Reads where an offset of a text stands; undefined where neither a key nor a value is typed, and when nothing parses. */
export function cursorAt(text: string, offset: number): Cursor | undefined {
  const lines = new Lines(text);
  const line = lines.lineAt(offset);
  const lineStart = lines.start(line);
  const before = text.slice(lineStart, offset);
  if (!/^["']?\s*(?:#.*)?$/.test(text.slice(offset, lines.end(line)))) return undefined;
  const key = KEY.exec(before);
  const [, lead = '', word = ''] = key ?? VALUE.exec(before) ?? [];
  if (!key && lead === '') return undefined;
  const part = splitDocuments(text).findLast(({ start }) => start <= lineStart);
  if (!part || part.end - part.start > MAX_LENGTH) return undefined;
  const above = text.slice(part.start, lineStart);
  const below = text.slice(lines.end(line), part.end);
  const own = key ? `${lead}${WORD}: 0` : `${lead.replace(/["']$/, '')}${WORD}`;
  const whole = above + own + below;
  const document = readYaml(whole.includes('{{') ? mask(whole).text : whole);
  const path = pathOf(document, document.root, key !== null, []);
  if (!path) return undefined;
  const start = offset - word.length;
  return { document, path, kind: key ? 'key' : 'value', word, start, column: lead.length };
}

/** The way to the map that holds the word as a key, or to the value that it is. */
function pathOf(document: YamlDocument, node: YamlNode | undefined, isKey: boolean, at: Path): Path | undefined {
  if (at.length > MAX_DEPTH) return undefined;
  for (const { key, written } of ownMap(node) ? ownEntries(document, ownMap(node) as never) : []) {
    const name = asText(document, key)?.value ?? '';
    if (name === WORD) return isKey ? at : undefined;
    const found = pathOf(document, written, isKey, [...at, name]);
    if (found) return found;
  }
  for (const [index, item] of (ownSeq(node)?.items ?? []).entries()) {
    const found = pathOf(document, item as YamlNode, isKey, [...at, index]);
    if (found) return found;
  }
  const isValue = !isKey && !ownMap(node) && !ownSeq(node) && asText(document, node)?.value === WORD;
  return isValue ? at : undefined;
}
