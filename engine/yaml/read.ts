import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Masked } from '../helm/mask.ts';
import type { Span } from '../text.ts';

export type YamlNode = Node;
export type YamlMap = YAMLMap;
export type YamlSeq = YAMLSeq;
export type YamlScalar = Scalar;

/** Keys and indexes that lead from the root of a document to a value. */
export type Path = readonly (string | number)[];

/** One parsed YAML (or JSON) document. Spans are offsets in its own text. */
export interface YamlDocument {
  readonly text: string;
  /** The root value; undefined for an empty document. */
  readonly root: YamlNode | undefined;
  /** The first syntax error, in one line. */
  readonly error: string | undefined;
  /** Where that error is. */
  readonly errorAt?: number | undefined;
  /** What is written where a span stands, when that is not what was parsed: in a template. */
  readonly written?: (span: Span) => string;
  /**
   * Which branch of which condition an offset stands in, when it is a template: what is in different branches may never
   * be there together. Undefined outside of conditions.
   */
  readonly branchAt?: (offset: number) => object | undefined;
  /** The conditions under which an offset stands, when it is a template, the innermost last. */
  readonly conditionsAt?: (offset: number) => readonly string[];
  /**
   * Whether a template prints what stands at an offset with the chart's values, where it prints what stands at `around`;
   * undefined when nobody knows.
   */
  readonly isPrinted?: (offset: number, around: number) => boolean | undefined;
  /** How it is edited, when it is a template with hidden actions: `text` is what is written, not what was parsed. */
  readonly template?: EditedTemplate;
  /** What each alias stands for. */
  readonly aliases: ReadonlyMap<YamlNode, YamlNode>;
  /** The document's value as plain data, or undefined when its aliases multiply without bound. */
  value(): unknown;
}

/** A template under edit. */
export interface EditedTemplate {
  readonly masked: Masked;
  /** The same with named templates put in and values filled in: closer to what rendering gives. */
  readonly seen: YamlDocument;
  /** Where a span of `seen` stands in the template; undefined when it is spelled out in a named template. */
  placeOf(span: Span): Span | undefined;
  /** Reads the template in the same way after an edit; undefined when it no longer parses. */
  read(text: string): YamlDocument | undefined;
  /** What is seen of an edited text where conditions hold as `decide` says; it leaves the others open. */
  see(text: string, decide: (condition: string) => boolean | undefined): YamlDocument;
}

/** One `key: value` of a map. */
export interface Entry {
  readonly key: Scalar;
  /** The value with its alias resolved; undefined when there is none. */
  readonly value: YamlNode | undefined;
  /** The value as it stands: an alias is not resolved. */
  readonly written: YamlNode | undefined;
  /** The map that spells the entry out: not the one asked when the entry came through a merge key. */
  readonly map: YamlMap;
}

/** A scalar as text with its place; a number or boolean gives what is written. */
export interface Text {
  readonly value: string;
  readonly span: Span;
  readonly node: YamlNode;
}

/**
 * Reads one document as kubectl does: YAML 1.1 booleans and merge keys, the last of duplicate keys wins (seen with
 * `kubectl label --local` 1.35). Never throws: what is wrong with the text is in `error`.
 */
export function readYaml(text: string): YamlDocument {
  let document: Document.Parsed;
  try {
    if (isDeep(text)) throw new RangeError();
    document = parseDocument(text, {
      version: '1.1',
      uniqueKeys: false,
      keepSourceTokens: true,
      logLevel: 'silent',
      prettyErrors: false,
    });
  } catch (error) {
    const message = error instanceof RangeError ? 'it is nested too deeply' : 'it is not YAML';
    return {
      text,
      root: undefined,
      error: message,
      aliases: new Map(),
      value: () => undefined,
    };
  }
  return {
    text,
    root: document.contents ?? undefined,
    error: document.errors[0]?.message.split('\n')[0],
    errorAt: document.errors[0]?.pos[0],
    aliases: text.includes('*') ? resolveAliases(document) : new Map(),
    value() {
      try {
        return document.toJS({ maxAliasCount: 1000 });
      } catch {
        return undefined;
      }
    },
  };
}

/** Nothing that anybody wrote has so many brackets in brackets. The parser is recursive, and may end the process. */
const MAX_BRACKETS = 500;

function isDeep(text: string): boolean {
  let depth = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (isQuoted) {
      if (c === 0x5c) at += 1;
      else if (c === 0x22 || c === 0x0a) isQuoted = false;
    } else if (c === 0x22 && /[\s[{,:]/.test(text[at - 1] ?? ' ')) isQuoted = true;
    else if (c === 0x5b || c === 0x7b) depth += 1;
    else if ((c === 0x5d || c === 0x7d) && depth > 0) depth -= 1;
    if (depth > MAX_BRACKETS) return true;
  }
  return false;
}

function resolveAliases(document: Document.Parsed): Map<Node, Node> {
  const anchors = new Map<string, Node>();
  const aliases = new Map<Node, Node>();
  visit(document, {
    Node(_, node) {
      if ('anchor' in node && node.anchor) anchors.set(node.anchor, node);
    },
    Alias(_, alias: Alias) {
      const target = anchors.get(alias.source);
      if (target) aliases.set(alias, target);
    },
  });
  return aliases;
}

/** The node, or what it is an alias of. */
function resolve(document: YamlDocument, node: unknown): YamlNode | undefined {
  if (isAlias(node)) return document.aliases.get(node);
  return (node as YamlNode | null) ?? undefined;
}

/** The node as a map, its alias resolved. */
export function asMap(document: YamlDocument, node: unknown): YamlMap | undefined {
  const value = resolve(document, node);
  return isMap(value) ? value : undefined;
}

/** The node as a sequence, its alias resolved. */
export function asSeq(document: YamlDocument, node: unknown): YamlSeq | undefined {
  const value = resolve(document, node);
  return isSeq(value) ? value : undefined;
}

/** The node as text, its alias resolved; undefined for null and for collections. */
export function asText(document: YamlDocument, node: unknown): Text | undefined {
  const scalar = resolve(document, node);
  if (!isScalar(scalar) || scalar.value === null || !scalar.range) return undefined;
  const value = typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? String(scalar.value));
  return { value, span: spanOf(node as YamlNode), node: scalar };
}

/** A text as it is written; in a template with its actions, on one line and without quotes. */
export function writtenText({ written }: YamlDocument, { value, span }: Pick<Text, 'value' | 'span'>): string {
  if (!written) return value;
  const line = written(span).replace(/\s+/g, ' ').trim();
  return /^(["'])(.*)\1$/.exec(line)?.[2] ?? line;
}

/** The texts of a sequence of scalars; undefined when the node is no sequence. Other items are left out. */
export function asTexts(document: YamlDocument, node: unknown): Text[] | undefined {
  return asSeq(document, node)?.items.flatMap((item) => asText(document, item) ?? []);
}

/** The entry of a map: of duplicate keys the last one; keys that come through a merge key `<<` when there is no own. */
export function entry(document: YamlDocument, map: YamlMap | undefined, name: string): Entry | undefined {
  return findEntry(document, map, name, 0);
}

const MERGE_DEPTH = 20;

function findEntry(doc: YamlDocument, map: YamlMap | undefined, name: string, depth: number): Entry | undefined {
  if (!map || depth > MERGE_DEPTH) return undefined;
  let found: Pair | undefined;
  for (const pair of map.items) if (keyName(pair) === name) found = pair;
  if (found) {
    const written = (found.value as YamlNode | null) ?? undefined;
    return {
      key: found.key as Scalar,
      value: resolve(doc, written),
      written,
      map,
    };
  }
  for (const source of mergeSources(doc, map)) {
    const inherited = findEntry(doc, source, name, depth + 1);
    if (inherited) return inherited;
  }
  return undefined;
}

function mergeSources(document: YamlDocument, map: YamlMap): YamlMap[] {
  return map.items
    .filter((pair) => keyName(pair) === '<<')
    .flatMap((pair) => {
      const value = resolve(document, pair.value);
      if (isSeq(value)) return value.items.flatMap((item) => asMap(document, item) ?? []);
      return isMap(value) ? [value] : [];
    });
}

/** The keys that a map spells out itself, in their order, each with its value as written. */
export function ownEntries(document: YamlDocument, map: YamlMap): Entry[] {
  return map.items.flatMap((pair) => {
    if (!isScalar(pair.key)) return [];
    const written = (pair.value as YamlNode | null) ?? undefined;
    return { key: pair.key, value: resolve(document, written), written, map };
  });
}

function keyName(pair: Pair): string | undefined {
  if (!isScalar(pair.key)) return undefined;
  // The merge key's value is a symbol.
  return typeof pair.key.value === 'string' ? pair.key.value : pair.key.source;
}

/** The value of `name` in a map, its alias resolved. */
export function get(document: YamlDocument, map: YamlMap | undefined, name: string): YamlNode | undefined {
  return entry(document, map, name)?.value;
}

/** The keys that a map spells out, as texts: cheaper than its entries. */
export function keysOf(map: YamlMap): string[] {
  return map.items.map(({ key }) => (isScalar(key) ? String(key.source ?? key.value) : ''));
}

/** The node at keys and indexes from the document's root. */
export function nodeAt(document: YamlDocument, path: Path): YamlNode | undefined {
  return path.reduce<YamlNode | undefined>((node, key) => {
    const items = asSeq(document, node)?.items;
    return items ? (items[Number(key)] as YamlNode | undefined) : get(document, asMap(document, node), String(key));
  }, document.root);
}

/** The node as a map; an alias is none. */
export function ownMap(node: unknown): YamlMap | undefined {
  return isMap(node) ? node : undefined;
}

/** The node as a sequence; an alias is none. */
export function ownSeq(node: unknown): YamlSeq | undefined {
  return isSeq(node) ? node : undefined;
}

/** Where a node stands, without the comments and line endings behind it. */
export function spanOf(node: YamlNode): Span {
  const [start, end] = node.range ?? [0, 0];
  return { start, end };
}

/** Whether a collection is written with brackets. */
export function isFlow(node: YamlMap | YamlSeq): boolean {
  return node.flow === true;
}

/** Whether a node stands inside brackets, at any depth. */
export function isInFlow(document: YamlDocument, node: YamlNode): boolean {
  const { start, end } = spanOf(node);
  let found = false;
  visit(document.root ?? null, {
    Collection(_, each) {
      const span = spanOf(each);
      if (span.start > start || span.end < end) return visit.SKIP;
      if (each.flow !== true) return undefined;
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

/** Whether the node is an alias (`*name`). */
export function isAliasNode(node: unknown): boolean {
  return isAlias(node);
}

/** Whether an anchor (`&name`) stands on the node. */
export function hasAnchor(node: YamlNode): boolean {
  return 'anchor' in node && node.anchor !== undefined;
}
