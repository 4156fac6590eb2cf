import { readYaml, type YamlDocument } from './read.ts';

/** Whether the edited text of a document still parses and means exactly what was intended. */
export function means({ template }: YamlDocument, text: string, intended: unknown): boolean {
  if (intended === undefined) return false;
  const document = template ? template.read(text) : readYaml(text);
  if (!document || document.error !== undefined) return false;
  return template ? sameInTemplate(document.value(), intended) : sameValue(plain(document.value()), intended);
}

/** Whether two values of templates are equal: filler may add blank lines to the end of a script, which are not there. */
export function sameInTemplate(a: unknown, b: unknown): boolean {
  const settle = (value: unknown) => {
    const settled = (_: string, each: unknown) =>
      typeof each === 'string' ? each.replace(/[ \t]+$/gm, '').replace(/\n+$/, '\n') : each;
    return value === undefined ? undefined : plain(JSON.parse(JSON.stringify(plain(value), settled) ?? 'null'));
  };
  return sameValue(settle(a), settle(b));
}

/** A document's value without shared parts, to be changed freely; undefined when it refers to itself. */
export function plain(value: unknown): unknown {
  try {
    return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
  } catch {
    return undefined;
  }
}

function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b || Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && sameValue(left[key], right[key]))
  );
}
