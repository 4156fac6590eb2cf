/** An expression of the template language, as far as it can be worked out without rendering. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  /** `.a.b` (`of` undefined), `$.a`, `$name.a`, `(…).a`; without fields the thing itself. */
  | { readonly kind: 'field'; readonly of: Expression | undefined; readonly fields: readonly string[] }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] };

/** A pipeline `a | b c`: each call gets the value before it as its last argument. */
export interface Pipeline {
  readonly first: Expression;
  readonly calls: readonly Call[];
}

export interface Call {
  readonly name: string;
  readonly args: readonly Expression[];
}

/** Deeper parentheses are not read: the reader is recursive. */
const MAX_DEPTH = 32;
/** Longer expressions are not read: they are worked out recursively too. */
const MAX_TOKENS = 500;

/** The tokens of an expression: strings, numbers, names, fields, punctuation. Sticky, one token a match. */
const TOKEN =
  /\s*(?:("(?:[^"\\\n]|\\.)*"|`[^`]*`)|(-?\d+(?:\.\d+)?)(?![\w.])|(\$\w*)|((?:\.[A-Za-z_]\w*)+|\.(?![\w.]))|([A-Za-z_]\w*)|([()|]))/y;

interface Token {
  readonly kind: 'string' | 'number' | 'variable' | 'field' | 'name' | 'mark';
  readonly text: string;
  /** Whether white space stands before it. */
  readonly spaced: boolean;
}

/** Reads the source of an action (`.Values.a | default "b"`); undefined when it is nothing that is understood. */
export function readPipeline(source: string): Pipeline | undefined {
  const tokens = tokenize(source);
  if (!tokens) return undefined;
  const reader = { tokens, at: 0 };
  const pipeline = pipelineOf(reader, 0);
  return reader.at === tokens.length ? pipeline : undefined;
}

function tokenize(source: string): Token[] | undefined {
  const kinds = ['string', 'number', 'variable', 'field', 'name', 'mark'] as const;
  const tokens: Token[] = [];
  const end = source.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const match = TOKEN.exec(source);
    if (!match || tokens.length === MAX_TOKENS) return undefined;
    const group = kinds.findIndex((_, i) => match[i + 1] !== undefined);
    const text = match[group + 1] as string;
    tokens.push({ kind: kinds[group] as Token['kind'], text, spaced: match[0].length > text.length });
  }
  return tokens;
}

interface Reader {
  readonly tokens: readonly Token[];
  at: number;
}

function pipelineOf(reader: Reader, depth: number): Pipeline | undefined {
  const first = command(reader, depth);
  if (!first) return undefined;
  const calls: Call[] = [];
  while (reader.tokens[reader.at]?.text === '|') {
    reader.at += 1;
    const next = command(reader, depth);
    if (next?.kind !== 'call') return undefined;
    calls.push({ name: next.name, args: next.args });
  }
  return { first, calls };
}

/** A function with its arguments, or a single operand. */
function command(reader: Reader, depth: number): Expression | undefined {
  const token = reader.tokens[reader.at];
  if (token?.kind !== 'name' || isWord(token.text)) return operand(reader, depth);
  reader.at += 1;
  const args: Expression[] = [];
  while (reader.at < reader.tokens.length) {
    const next = reader.tokens[reader.at] as Token;
    if (next.text === '|' || next.text === ')') break;
    const arg = operand(reader, depth);
    if (!arg) return undefined;
    args.push(arg);
  }
  return { kind: 'call', name: token.text, args };
}

function operand(reader: Reader, depth: number): Expression | undefined {
  const token = reader.tokens[reader.at];
  reader.at += 1;
  if (!token) return undefined;
  switch (token.kind) {
    case 'string':
      return stringLiteral(token.text);
    case 'number':
      return { kind: 'literal', value: Number(token.text) };
    case 'name':
      if (isWord(token.text)) return { kind: 'literal', value: token.text === 'nil' ? null : token.text === 'true' };
      return withFields(reader, { kind: 'call', name: token.text, args: [] });
    case 'variable':
      return withFields(reader, { kind: 'variable', name: token.text });
    case 'field':
      return { kind: 'field', of: undefined, fields: token.text.split('.').filter((name) => name !== '') };
    case 'mark':
      return token.text === '(' ? group(reader, depth + 1) : undefined;
  }
}

function group(reader: Reader, depth: number): Expression | undefined {
  if (depth > MAX_DEPTH) return undefined;
  const inner = pipelineOf(reader, depth);
  if (!inner || reader.tokens[reader.at]?.text !== ')') return undefined;
  reader.at += 1;
  return withFields(reader, asExpression(inner));
}

/** A pipeline as nested calls. */
export function asExpression({ first, calls }: Pipeline): Expression {
  return calls.reduce<Expression>((value, { name, args }) => ({ kind: 'call', name, args: [...args, value] }), first);
}

/** Fields that follow without white space belong to what stands before. */
function withFields(reader: Reader, of: Expression): Expression {
  const next = reader.tokens[reader.at];
  if (next?.kind !== 'field' || next.spaced || next.text === '.') return of;
  reader.at += 1;
  return { kind: 'field', of, fields: next.text.slice(1).split('.') };
}

function isWord(text: string): boolean {
  return text === 'true' || text === 'false' || text === 'nil';
}

function stringLiteral(text: string): Expression | undefined {
  if (text.startsWith('`')) return { kind: 'literal', value: text.slice(1, -1) };
  try {
    return { kind: 'literal', value: JSON.parse(text) as string };
  } catch {
    return undefined;
  }
}
