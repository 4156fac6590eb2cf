import { readYaml } from './read.ts';

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
