import { readYaml, type YamlDocument } from './read.ts';

/** A value in double quotes, valid as JSON and as YAML. */
export function doubleQuoted(value: string): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A value in single quotes; it must hold no line ending. */
export function singleQuoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** A value in single quotes where they can hold it, else in double quotes. */
export function quoted(value: string): string {
  return /[\p{Cc}\u2028\u2029\ufeff]/u.test(value) ? doubleQuoted(value) : singleQuoted(value);
}

/** Whether a text written without quotes is the string `value`, also for readers that know YAML 1.1 or 1.2 only. */
export function isPlain(written: string, value: string, inFlow: boolean): boolean {
  if (/^[-+]?0o[0-7_]+$|^(?:=|<<)$/.test(written)) return false;
  const document = readYaml(inFlow ? `[${written}]` : `- ${written}`);
  const read = document.error === undefined ? document.value() : undefined;
  return Array.isArray(read) && read.length === 1 && read[0] === value;
}

/** A value as a scalar: without quotes where that means the same, else in quotes. */
export function scalar(value: string, quote: '"' | "'" | '', inFlow: boolean): string {
  if (quote === '"') return doubleQuoted(value);
  if (quote === "'") return quoted(value);
  return !/[\p{Cc}\u2028\u2029\ufeff]/u.test(value) && isPlain(value, value, inFlow) ? value : quoted(value);
}

/** A value that can be written anew. */
export type PlainValue =
  | string
  | number
  | boolean
  | null
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };

/** A value as lines in block style; a nested list stands `dash` columns and a nested map `step` columns further right. */
function blockValue(value: PlainValue, step: number, dash: number): string[] {
  if (Array.isArray(value) && value.length > 0) {
    return value.flatMap((item: PlainValue) =>
      blockValue(item, step, dash).map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`)),
    );
  }
  if (!isCollection(value) || Object.keys(value).length === 0) return [flowValue(value, '')];
  return Object.entries(value).flatMap(([key, each]) => blockEntry(key, each, step, dash));
}

/** An entry as lines in block style. */
export function blockEntry(key: string, value: PlainValue, step: number, dash: number): string[] {
  const name = scalar(key, '', false);
  if (!isCollection(value) || Object.keys(value).length === 0) return [`${name}: ${flowValue(value, '')}`];
  const indent = ' '.repeat(Array.isArray(value) ? dash : step);
  return [`${name}:`, ...blockValue(value, step, dash).map((line) => indent + line)];
}

/** A value in brackets, its strings in the given quotes. */
export function flowValue(value: PlainValue, quote: '"' | "'" | ''): string {
  if (typeof value === 'string') return scalar(value, quote, true);
  if (!isCollection(value)) return String(value);
  if (Array.isArray(value)) return `[${value.map((each: PlainValue) => flowValue(each, quote)).join(', ')}]`;
  const entries = Object.entries(value).map(([key, each]) => `${scalar(key, quote, true)}: ${flowValue(each, quote)}`);
  return `{${entries.join(', ')}}`;
}

function isCollection(value: PlainValue): value is readonly PlainValue[] | { readonly [key: string]: PlainValue } {
  return typeof value === 'object' && value !== null;
}

/** Whether a document may be JSON, whose texts stand in double quotes. */
export function isJson({ text }: YamlDocument): boolean {
  return /^\s*[[{]/.test(text);
}
