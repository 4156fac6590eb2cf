import { asExpression, type Expression, readPipeline } from './expression.ts';
import { type Chart, isMap, type Known, type Origin, type Scope, type Thing } from './values.ts';

/** Works out an expression such as `.Values.image.tag | default .Chart.AppVersion | quote`; undefined when unknown. */
export function evaluate(source: string, scope: Scope): Known | undefined {
  const thing = evaluateThing(source, scope);
  return thing?.kind === 'data' ? thing.known : undefined;
}

export function evaluateThing(source: string, scope: Scope): Thing | undefined {
  const pipeline = readPipeline(source);
  return pipeline && thingOf(asExpression(pipeline), scope);
}

/** Whether the condition of an `if`, `else if` or `with` action holds; undefined when unknown. */
export function holds(source: string, scope: Scope): (Known & { readonly value: boolean }) | undefined {
  const pipeline = readPipeline(conditionOf(source));
  return pipeline && truthOf(asExpression(pipeline), scope);
}

/** The expression of an `if`, `else if` or `with`, without the word and without an assignment. */
export function conditionOf(source: string): string {
  return source.replace(/^(?:else\s+)?(?:if|with)\b\s*(?:\$\w+\s*:?=(?!=))?/, '');
}

/** What an action prints for a value; undefined for nothing, maps, lists, and numbers that Go prints its own way. */
export function printedText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'number') return undefined;
  const size = Math.abs(value);
  return value === 0 || (size >= 1e-4 && size < 1e6) ? String(value) : undefined;
}

function data(value: unknown, origins: readonly Origin[] = [], path?: readonly string[]): Thing {
  return { kind: 'data', known: { value, origins }, path };
}

/** The same for an expression that was read, also when it stands for more than data. */
export function thingOf(expression: Expression, scope: Scope): Thing | undefined {
  switch (expression.kind) {
    case 'literal':
      return data(expression.value);
    case 'variable':
      return expression.name === '$' ? scope.dollar : scope.variable(expression.name);
    case 'field': {
      const of = expression.of ? thingOf(expression.of, scope) : scope.dot;
      // A field of nothing is nothing behind parentheses, and an error elsewhere.
      const isLenient = expression.of !== undefined && expression.of.kind !== 'variable';
      if (isLenient && of?.kind === 'data' && isNothing(of.known.value)) return of;
      return expression.fields.reduce<Thing | undefined>((thing, name) => fieldOf(thing, name, scope.chart), of);
    }
    case 'call':
      return call(expression, scope);
  }
}

function fieldOf(thing: Thing | undefined, name: string, chart: Chart): Thing | undefined {
  if (thing?.kind === 'root') {
    if (name === 'Values') return data(chart.values, [], ['Values']);
    return name === 'Chart' ? data(chart.metadata, [], ['Chart']) : undefined;
  }
  if (thing?.kind === 'dict') return thing.entries.has(name) ? thing.entries.get(name) : data(null);
  const value = thing?.known.value;
  if (!thing || !isMap(value)) return undefined;
  const path = thing.path && [...thing.path, name];
  const key = path?.length === 2 && path[0] === 'Chart' ? `${name.charAt(0).toLowerCase()}${name.slice(1)}` : name;
  const found = Object.hasOwn(value, key) ? value[key] : null;
  if (!path) return data(found, thing.known.origins);
  return data(found, [{ path: `.${path.join('.')}`, file: fileOf(path, chart) }], path);
}

/** The strongest file that says something about the path. */
function fileOf([base, ...keys]: readonly string[], { files }: Chart): string | undefined {
  if (base === 'Chart') return 'Chart.yaml';
  return files.findLast(({ values }) => {
    let at: unknown = values;
    return keys.every((key) => {
      if (!isMap(at) || !Object.hasOwn(at, key)) return false;
      at = at[key];
      return true;
    });
  })?.name;
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined;
}

/** Whether Go takes a value for true. */
function isTrue(thing: Thing): boolean {
  if (thing.kind === 'root') return true;
  if (thing.kind === 'dict') return thing.entries.size > 0;
  const { value } = thing.known;
  if (Array.isArray(value)) return value.length > 0;
  if (isMap(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

function originsOf(things: readonly (Thing | undefined)[]): Origin[] {
  return distinct(things.flatMap((thing) => (thing?.kind === 'data' ? thing.known.origins : [])));
}

export function distinct(origins: readonly Origin[]): Origin[] {
  return origins.filter(({ path, file }, i) => origins.findIndex((o) => o.path === path && o.file === file) === i);
}

/** Three-valued: `and` with one part that is false is false, whatever the others are. */
function truthOf(expression: Expression, scope: Scope): (Known & { value: boolean }) | undefined {
  if (expression.kind === 'call' && (expression.name === 'and' || expression.name === 'or')) {
    const decisive = expression.name === 'or';
    const parts = expression.args.map((arg) => truthOf(arg, scope));
    const found = parts.find((part) => part?.value === decisive);
    if (found) return found;
    if (parts.length === 0 || parts.includes(undefined)) return undefined;
    return { value: !decisive, origins: distinct(parts.flatMap((part) => part?.origins ?? [])) };
  }
  if (expression.kind === 'call' && expression.name === 'not' && expression.args[0]) {
    const part = truthOf(expression.args[0], scope);
    return part && { value: !part.value, origins: part.origins };
  }
  const thing = thingOf(expression, scope);
  return thing && { value: isTrue(thing), origins: originsOf([thing]) };
}

/** Functions that work on the texts that their arguments print. */
const TEXT_FUNCTIONS: Readonly<Record<string, (...args: string[]) => string | boolean | undefined>> = {
  // Other characters Go may escape in its own way.
  quote: (...args) => (args.every(isAscii) ? args.map((arg) => JSON.stringify(arg)).join(' ') : undefined),
  squote: (...args) => args.map((arg) => `'${arg}'`).join(' '),
  toString: (text = '') => text,
  print: (...args) => (args.length === 1 ? args[0] : undefined),
  trim: (text = '') => text.trim(),
  lower: (text = '') => text.toLowerCase(),
  upper: (text = '') => text.toUpperCase(),
  // Go counts bytes.
  trunc: (length = '', text = '') => (Number(length) >= 0 && isAscii(text) ? text.slice(0, Number(length)) : undefined),
  trimSuffix: (suffix = '', text = '') => (suffix && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text),
  trimPrefix: (prefix = '', text = '') => (text.startsWith(prefix) ? text.slice(prefix.length) : text),
  replace: (from = '', to = '', text = '') => (from ? text.split(from).join(to) : undefined),
  contains: (part = '', text = '') => text.includes(part),
  hasPrefix: (prefix = '', text = '') => text.startsWith(prefix),
  hasSuffix: (suffix = '', text = '') => text.endsWith(suffix),
  tpl: (text = '') => (text.includes('{{') ? undefined : text),
};

function isAscii(text: string): boolean {
  return /^[\t\n\r\x20-\x7e]*$/.test(text);
}

/**
 * `printf` with `%s` for text and `%v` for all; undefined when the arguments do not match. `%d` stays unknown: whether
 * Go takes a number of a values file for an integer depends on how it was written and read.
 */
function formatted(things: readonly (Thing | undefined)[], texts: readonly string[]): string | undefined {
  let used = 0;
  let isPlain = true;
  const text = texts[0]?.replace(/%(.?)/gs, (_, verb: string) => {
    if (verb === '%') return '%';
    used += 1;
    const thing = things[used];
    const isText = thing?.kind === 'data' && typeof thing.known.value === 'string';
    if (texts[used] === undefined || (verb !== 'v' && (verb !== 's' || !isText))) isPlain = false;
    return texts[used] ?? '';
  });
  return isPlain && used === texts.length - 1 ? text : undefined;
}

function call({ name, args }: { name: string; args: readonly Expression[] }, scope: Scope): Thing | undefined {
  if (name === 'not' || name === 'and' || name === 'or') return logic(name, args, scope);
  if (name === 'tpl' && args[0]) return textCall(name, [thingOf(args[0], scope)]);
  const things = args.map((arg) => thingOf(arg, scope));
  if (name === 'dict') return dictOf(things);
  if (name === 'include' || name === 'template') return includeOf(things, scope);
  const [first, second, third] = things;
  switch (name) {
    case 'default':
      return second && (isTrue(second) ? second : joined(first, second));
    case 'coalesce': {
      const at = things.findIndex((thing) => !thing || isTrue(thing));
      return things[at];
    }
    case 'required':
      return second && !isBlank(second) ? second : undefined;
    case 'ternary':
      return third && joined(isTrue(third) ? first : second, third);
    case 'empty':
      return first && data(!isTrue(first), originsOf(things));
    case 'eq':
    case 'ne':
      return compare(things, name === 'eq');
    case 'index':
    case 'get':
      return things.slice(1).reduce<Thing | undefined>((thing, key) => {
        const text = key?.kind === 'data' && typeof key.known.value === 'string' ? key.known.value : undefined;
        return text === undefined ? undefined : fieldOf(thing, text, scope.chart);
      }, first);
    case 'int':
    case 'int64': {
      const value = first?.kind === 'data' ? first.known.value : undefined;
      return Number.isInteger(value) ? first : undefined;
    }
    default:
      return textCall(name, things);
  }
}

function includeOf([name, dot]: readonly (Thing | undefined)[], scope: Scope): Thing | undefined {
  const called = name?.kind === 'data' ? name.known.value : undefined;
  const known = typeof called === 'string' ? scope.include(called, dot) : undefined;
  return known && data(known.value, known.origins);
}

function textCall(name: string, things: readonly (Thing | undefined)[]): Thing | undefined {
  const run = Object.hasOwn(TEXT_FUNCTIONS, name) ? TEXT_FUNCTIONS[name] : undefined;
  const texts = things.map((thing) => (thing?.kind === 'data' ? printedText(thing.known.value) : undefined));
  if (texts.includes(undefined)) return undefined;
  const value = name === 'printf' ? formatted(things, texts as string[]) : run?.(...(texts as string[]));
  return value === undefined ? undefined : data(value, originsOf(things));
}

/** What decided for a value belongs to where it comes from. */
function joined(thing: Thing | undefined, because: Thing): Thing | undefined {
  if (thing?.kind !== 'data') return thing;
  return { ...thing, known: { value: thing.known.value, origins: originsOf([thing, because]) } };
}

function isBlank(thing: Thing): boolean {
  return thing.kind === 'data' && (isNothing(thing.known.value) || thing.known.value === '');
}

function logic(name: string, args: readonly Expression[], scope: Scope): Thing | undefined {
  if (name === 'not') {
    const truth = args[0] && truthOf(args[0], scope);
    return truth && data(!truth.value, truth.origins);
  }
  let last: Thing | undefined;
  for (const arg of args) {
    last = thingOf(arg, scope);
    if (!last || isTrue(last) === (name === 'or')) return last;
  }
  return last;
}

/** Go compares only what is of one type. */
function compare(things: readonly (Thing | undefined)[], equal: boolean): Thing | undefined {
  const values = things.map((thing) => (thing?.kind === 'data' ? thing.known.value : undefined));
  const [first, ...others] = values;
  const isScalar = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);
  if (others.length === 0 || !values.every((value) => isScalar(value) && typeof value === typeof first))
    return undefined;
  return data(others.includes(first) === equal, originsOf(things));
}

function dictOf(things: readonly (Thing | undefined)[]): Thing | undefined {
  const entries = new Map<string, Thing | undefined>();
  for (let i = 0; i + 1 < things.length; i += 2) {
    const key = things[i];
    if (key?.kind !== 'data' || typeof key.known.value !== 'string') return undefined;
    entries.set(key.known.value, things[i + 1]);
  }
  return { kind: 'dict', entries };
}
