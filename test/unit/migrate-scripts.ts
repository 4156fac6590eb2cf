import { KNOWN_GAPS } from './migrate-gaps.ts';

/** Draws from a choice; how often each comes does not matter. */
export interface Draw {
  pick<T>(choices: readonly T[]): T;
  /** True in so many of a hundred. */
  chance(percent: number): boolean;
}

/** A script before and after its migration, statement by statement. */
export interface Rewritten {
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** The words of what is left, where it needs no shell. */
  readonly argv: readonly string[] | undefined;
  /** Whether it cannot be done: the script stays as it is. */
  readonly refused: boolean;
  /** Which production of the grammar it is. */
  readonly shape: string;
}

/** A command of the work; `words` where it needs no shell. */
interface Work {
  readonly text: string;
  readonly words?: readonly string[];
}

const literal = (text: string): Work => ({ text, words: text.split(' ') });

/** Commands that may stand last: each is one simple command or pipeline. */
const LAST: readonly Work[] = [
  literal('./load --all'),
  literal('python manage.py migrate --noinput'),
  literal('bundle exec rake books:close'),
  literal('/opt/app/bin/report'),
  literal('tar czf /backup/all.tgz /data'),
  { text: "./load --title 'two words'", words: ['./load', '--title', 'two words'] },
  { text: "./load --title 'größer 🚀'", words: ['./load', '--title', 'größer 🚀'] },
  { text: './load --day "$DAY"' },
  { text: './sum > /out/sum.txt' },
  { text: 'cp /in/*.csv /out/' },
  { text: 'LEVEL=debug ./load' },
  { text: './load 2>&1 | tee /out/log' },
  { text: 'eval "$WORK"' },
];

/** Statements that may stand anywhere before it. */
const EARLIER: readonly string[] = [
  'cd /app',
  'echo "begin"',
  'export TZ=UTC',
  './prepare --fast',
  'test -d /data || exit 3',
  'for part in a b; do ./part $part; done',
  'if [ -f /data/extra ]; then ./extra; fi',
  'COUNT=$(ls /data | wc -l)',
  'echo "$COUNT files"',
  'sleep 3',
  'rm -f /data/*.tmp',
  './prepare && ./check',
];

const HEREDOC = "cat > /tmp/conf <<'END'\nlevel: 3\n\nmode: fast\nEND";

/** `if x; then … fi` and the like, on one line or on several. */
type Compound = (open: string, body: readonly string[], close: string) => string;

const onOneLine: Compound = (open, body, close) => `${open} ${join([...body, close], true)}`;
const onLines: Compound = (open, body, close) => [open, ...body.map((each) => `  ${each}`), close].join('\n');

interface Making {
  readonly draw: Draw;
  /** The last command of the work. */
  readonly work: string;
  /** The commands that end sidecars. */
  readonly acts: readonly string[];
  readonly compound: Compound;
  /** A process that one of the acts ends by name. */
  readonly process: string | undefined;
}

/** What stands around the last command, and what is left of it. `ahead` comes before all work. */
interface Shape {
  readonly ahead?: readonly string[];
  readonly keptAhead?: readonly string[];
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly refused?: true;
}

const all = (acts: readonly string[]) => acts.join(' && ');
const each = (acts: readonly string[]) => acts.join('; ');

/** Quotes for the handler of a trap. */
function quoted(text: string): string | undefined {
  if (!text.includes("'")) return `'${text}'`;
  return /["$`\\]/.test(text) ? undefined : `"${text}"`;
}

/** The ways to end a sidecar when the work is done. Undefined where a way does not fit. */
const SHAPES: Readonly<Record<string, (making: Making) => Shape | undefined>> = {
  'last line': ({ work, acts }) => ({ before: [work, ...acts], after: [work] }),
  'when it went well': ({ work, acts }) => ({ before: [`${work} && ${all(acts)}`], after: [work] }),
  'whether it works or not': ({ work, acts }) => ({
    before: [work, ...acts.map((act) => `${act} || true`)],
    after: [work],
  }),
  'saved status': ({ draw, work, acts }) => {
    const name = draw.pick(['RC', 'exit_code', 'status']);
    const use = draw.pick([`$${name}`, `\${${name}}`, `"$${name}"`]);
    const save = draw.pick([`${name}=$?`, `${name}=$?`, `${name}=$(echo $?)`]);
    return { before: [work, save, ...acts, `exit ${use}`], after: [work] };
  },
  'told status': ({ work, acts }) => {
    const kept = [work, 'RC=$?', 'echo "status $RC"'];
    return { before: [...kept, ...acts, 'exit $RC'], after: [...kept, 'exit $RC'] };
  },
  'exit behind the act': ({ work, acts }) => ({
    before: [work, 'code=$?', `${all(acts)} && exit $code`],
    after: [work],
  }),
  'chain to the exit': ({ work, acts }) => ({
    before: [`${work} && code=$(echo $?) && ${all(acts)} && exit $code`],
    after: [work],
  }),
  'exit 0': ({ work, acts }) => ({ before: [work, ...acts, 'exit 0'], after: [work, 'exit 0'] }),
  trap: ({ draw, work, acts }) => {
    const handler = quoted(each(acts));
    if (handler === undefined) return undefined;
    return {
      ahead: [`trap ${handler} ${draw.pick(['EXIT', 'EXIT', '0', 'EXIT INT TERM'])}`],
      before: [work],
      after: [work],
    };
  },
  'careful trap': ({ work, acts }) => {
    const handler = quoted(`rc=$?; ${each(acts)}; exit $rc`);
    return handler?.startsWith("'") ? { ahead: [`trap ${handler} EXIT`], before: [work], after: [work] } : undefined;
  },
  function: ({ work, acts, compound, draw }) => {
    const name = draw.pick(['cleanup', 'finish', 'on_exit']);
    return { ahead: [compound(`${name}() {`, acts, '}'), `trap ${name} EXIT`], before: [work], after: [work] };
  },
  'called function': ({ work, acts, compound }) => ({
    ahead: [compound('stop_helpers() {', acts, '}')],
    before: [work, 'stop_helpers'],
    after: [work],
  }),
  'function with a second duty': ({ work, acts, compound }) => ({
    ahead: [compound('cleanup() {', ['rm -rf /tmp/scratch', ...acts], '}'), 'trap cleanup EXIT'],
    keptAhead: [compound('cleanup() {', ['rm -rf /tmp/scratch'], '}'), 'trap cleanup EXIT'],
    before: [work],
    after: [work],
  }),
  'work as a condition': ({ work, acts, compound }) => ({
    before: [compound(`if ${work}; then`, acts, 'fi')],
    after: [work],
  }),
  'status as a condition': ({ work, acts, compound, draw }) => ({
    before: [work, compound(`if ${draw.pick(['[ $? -eq 0 ]', '[ "$?" = 0 ]', '[[ $? == 0 ]]'])}; then`, acts, 'fi')],
    after: [work],
  }),
  'both branches': ({ work, acts, compound }) => ({
    before: [compound(`if ${work}; then`, [...acts], compound('else', [...acts, 'exit 1'], 'fi'))],
    after: [compound(`if ${work}; then`, [':'], compound('else', ['exit 1'], 'fi'))],
  }),
  'else branch': ({ work, acts, compound }) => ({
    before: [compound(`if ${work}; then`, ['./publish'], compound('else', acts, 'fi'))],
    after: [compound(`if ${work}; then`, ['./publish'], 'fi')],
  }),
  'until it answers': ({ work, acts, compound }) => ({
    before: [work, ...acts.map((act) => compound(`until ${act}; do`, ['sleep 1'], 'done'))],
    after: [work],
  }),
  'some tries': ({ work, acts, compound }) => ({
    before: [work, compound('for try in 1 2 3; do', [`${all(acts)} && break`, 'sleep 1'], 'done')],
    after: [work],
  }),
  'until it is gone': ({ work, acts, compound, process }) =>
    process === undefined
      ? undefined
      : {
          before: [work, compound(`while pgrep ${process} > /dev/null; do`, [...acts, 'sleep 1'], 'done')],
          after: [work],
        },
  'after a pause': ({ work, acts }) => ({ before: [work, `sleep 5 && ${all(acts)}`], after: [work] }),
  'pause and word beside it': ({ work, acts }) => ({
    before: [work, 'sleep 5', ...acts, 'echo "all done"'],
    after: [work, 'sleep 5', 'echo "all done"'],
  }),
  'chain over lines': ({ work, acts, compound, draw }) => {
    if (compound === onOneLine) return undefined;
    const link = draw.pick([' &&\n  ', ' \\\n  && ']);
    return { before: [`${work}${link}${all(acts)}`], after: [work] };
  },
  'or a word': ({ work, acts }) => ({
    before: [work, ...acts.map((act) => `${act} || echo "it did not listen"`)],
    after: [work],
  }),
  'only when told': ({ work, acts, compound }) => ({
    before: [work, compound('if [ "$STOP_HELPERS" = yes ]; then', acts, 'fi')],
    after: [work],
  }),
  subshell: ({ work, acts }) => ({ before: [work, `(${each(acts)})`], after: [work] }),
  braces: ({ work, acts }) => ({ before: [work, `{ ${each(acts)}; }`], after: [work] }),
  'in the background': ({ work, acts }) => ({ before: [work, `(sleep 2; ${each(acts)}) &`], after: [work] }),
  'also when it fails': ({ work, acts }) => ({
    before: [`${work} || { ${each(acts)}; exit 1; }`, ...acts],
    after: [`${work} || { exit 1; }`],
  }),
  'in the midst': ({ work, acts }) => ({ before: ['./first', ...acts, work], after: ['./first', work] }),
  'status kept through an or': ({ work, acts }) => {
    const kept = ['code=0', `${work} || code=$?`];
    return { before: [...kept, ...acts, 'exit $code'], after: [...kept, 'exit $code'] };
  },
  'set +e around it': ({ work, acts }) => {
    const kept = ['set +e', work, 'code=$?', 'set -e'];
    return { before: [...kept, ...acts, 'exit $code'], after: [...kept, 'exit $code'] };
  },
  'in a branch for failures': ({ work, acts, compound }) => ({
    before: [
      work,
      `code=$?`,
      compound('if [ "$code" != 0 ]; then', ['echo "it failed"', ...acts, 'exit $code'], 'fi'),
      ...acts,
    ],
    after: [work, `code=$?`, compound('if [ "$code" != 0 ]; then', ['echo "it failed"', 'exit $code'], 'fi')],
  }),
  'looked up first': ({ work, compound, acts, process }) =>
    process === undefined || acts.length > 1
      ? undefined
      : {
          before: [
            work,
            `PID=$(pidof ${process})`,
            compound('if [ -n "$PID" ]; then', [`kill -TERM $PID`, ...acts], 'fi'),
          ],
          after: [work],
        },
  'own child': ({ work, acts }) => ({
    before: [`${work} &`, 'pid=$!', 'wait $pid', ...acts],
    after: [`${work} &`, 'pid=$!', 'wait $pid'],
  }),
  'after the own child, on TERM': ({ work, acts }) => {
    const handler = quoted(`kill $pid; wait $pid; ${each(acts)}`);
    if (handler?.includes('$DONE') && KNOWN_GAPS.has('variable of a handler that stays')) return undefined;
    if (!handler?.startsWith("'")) return undefined;
    const start = [`${work} &`, 'pid=$!'];
    return {
      before: [...start, `trap ${handler} TERM`, 'wait $pid', ...acts],
      after: [...start, "trap 'kill $pid; wait $pid' TERM", 'wait $pid'],
    };
  },
  'its status is told': ({ work, acts }) => {
    const lines = [work, ...acts, 'echo "ended with $?"'];
    return { before: lines, after: lines, refused: true };
  },
  'in a substitution': ({ work, acts }) => {
    const lines = [work, `said=$(${all(acts)})`, 'echo "$said"'];
    return { before: lines, after: lines, refused: true };
  },
};

/** What a main container's script has to fit. */
interface Frame {
  readonly isLine: boolean;
  readonly process: string | undefined;
  readonly mayRefuse: boolean;
  readonly shell: string;
  /** Assignments that only the acts use. */
  readonly setup: readonly string[];
  /** The words that the script gets as its arguments: they are its work. */
  readonly passed: readonly string[] | undefined;
}

/** A main container's script around these commands. `isLine`: it has to stand on one line. */
export function mainScript(
  draw: Draw,
  acts: readonly string[],
  { isLine, process, mayRefuse, shell, setup, passed }: Frame,
): Rewritten {
  const last = passed ? { text: draw.pick(['"$@"', '$@']), words: passed } : draw.pick(LAST);
  const compound = isLine ? onOneLine : onLines;
  const names = Object.keys(SHAPES);
  let made: Shape | undefined;
  let shape = '';
  while (!made) {
    shape = draw.pick(names);
    made = SHAPES[shape]?.({ draw, work: last.text, acts, compound, process });
    if (made?.refused && !mayRefuse) made = undefined;
    if (made && !/bash/.test(shell) && made.before.join().includes('[[')) made = undefined;
  }
  const head = draw.chance(25) ? [draw.pick(['set -e', 'set -eu', 'set -x'])] : [];
  const earlier: string[] = [];
  while (draw.chance(35)) earlier.push(draw.pick(EARLIER));
  if (!isLine && draw.chance(5)) earlier.push(HEREDOC);
  const { ahead = [], keptAhead = [] } = made;
  const before = [...head, ...setup, ...ahead, ...earlier, ...made.before];
  const kept = made.refused ? setup : [];
  const after = [...head, ...kept, ...keptAhead, ...earlier, ...made.after];
  const isBare = after.length === 1 && after[0] === last.text && !made.refused;
  return { before, after, argv: isBare ? last.words : undefined, refused: made.refused === true, shape };
}

/** Statements as one script; on one line, or each on its own. */
export function join(statements: readonly string[], isLine: boolean): string {
  if (!isLine) return `${statements.join('\n')}\n`;
  return statements
    .map((each, at) => each + (at === statements.length - 1 ? '' : each.endsWith('&') ? ' ' : '; '))
    .join('');
}

/**
 * Adds remarks and blank lines to a script of several lines. `next` gives the text of a remark. A remark keeps the shell:
 * in a sidecar only one that stays.
 */
export function remarked(draw: Draw, script: Rewritten, next: () => string, isSidecar: boolean): Rewritten {
  const kept = [...script.after];
  const fates = script.before.map((statement, at) => {
    const next = kept[0];
    const isLater = next === undefined || script.before.slice(at).includes(next);
    const isRewritten = !isLater && isVersion(statement, next);
    return statement === next || isRewritten ? kept.shift() : undefined;
  });
  const gaps = fates.map((_, at) => at > 0 && draw.chance(10));
  const before: string[] = [];
  const after: string[] = [];
  let isRemarked = false;
  for (const [at, statement] of script.before.entries()) {
    const fate = fates[at];
    if (gaps[at]) before.push('');
    if (draw.chance(12)) {
      const remark = `# ${next()}`;
      before.push(remark);
      isRemarked ||= !isSidecar;
      const end = gaps.indexOf(true, at + 1);
      const paragraph = fates.slice(at, end < 0 ? undefined : end);
      // Between two commands that go it speaks of the second.
      const isBetween = at > 0 && fates[at - 1] === undefined && fate === undefined;
      if (!isBetween && paragraph.some((each) => each !== undefined)) after.push(remark);
    }
    const beside = !statement.includes('\n') && draw.chance(8) ? ` # ${next()}` : '';
    before.push(statement + beside);
    if (fate === undefined) continue;
    // Beside a sidecar's program it speaks of the wrapper, behind what is cut off of that.
    const speaksOfIt = fate !== statement && (isSidecar || statement.startsWith(fate));
    const stays = beside !== '' && !speaksOfIt;
    after.push(stays ? fate + beside : fate);
    isRemarked ||= stays;
  }
  isRemarked ||= after.some((each) => each.startsWith('#'));
  return { ...script, before, after: [...after, ...kept], argv: isRemarked ? undefined : script.argv };
}

/** Whether a statement is what is left of another one. */
function isVersion(statement: string, left: string): boolean {
  const bare = left.replace(/^(\w+=\S+ )?exec /, '$1').split('\n')[0] ?? '';
  return statement.includes(bare) || statement.slice(0, 6) === bare.slice(0, 6);
}

/** A sidecar's own program. */
export interface Daemon {
  readonly words: readonly string[];
}

/** Ways to wait for a file beside a program. `end` is what follows `program &`. */
const WATCHERS: readonly ((file: string, compound: Compound) => readonly string[])[] = [
  (file, compound) => [compound(`while [ ! -f ${file} ]; do`, ['sleep 1'], 'done')],
  (file, compound) => ['pid=$!', compound(`until [ -f ${file} ]; do`, ['sleep 2'], 'done'), 'kill $pid'],
  (file, compound) => [
    'CHILD=$!',
    `(${compound('while true; do', [`if [ -f ${file} ]; then kill $CHILD; fi`, 'sleep 1'], 'done')}) &`,
    'wait $CHILD',
    `if [ -f ${file} ]; then exit 0; fi`,
  ],
  (file, compound) => [
    'pid=$!',
    compound(`while ! test -f ${file}; do`, ['sleep 1'], 'done'),
    'echo "the work is done"',
    'kill -TERM $pid',
    'wait $pid',
    `rm ${file}`,
    'exit 0',
  ],
  (file, compound) => [compound('while true; do', [`if [ -e ${file} ]; then exit 0; fi`, 'sleep 1'], 'done')],
  (file, compound) => [
    'P=$!',
    compound('while true; do', [`if [ -f ${file} ]; then kill $P; break; fi`, 'sleep 3'], 'done'),
    'wait $P',
  ],
];

/** Ways to end a program after a time. */
const TIMERS: readonly (readonly string[])[] = [
  ['sleep 600', 'exit 0'],
  ['pid=$!', 'sleep 900', 'kill $pid'],
  ['sleep 1200'],
];

/** A sidecar's script that waits for a file, or for a time. */
export function sidecarScript(draw: Draw, { words }: Daemon, file: string | undefined, isLine: boolean): Rewritten {
  const compound = isLine ? onOneLine : onLines;
  const plain = words.map((word) => (/[ ;]/.test(word) ? `'${word}'` : word)).join(' ');
  const form = draw.pick(['plain', 'plain', 'plain', 'variable', 'output', 'assignment'] as const);
  const text = {
    plain,
    variable: [...(words.length > 1 ? words.slice(0, -1) : words), '"$OPTIONS"'].join(' '),
    output: `${plain} > /dev/null 2>&1`,
    assignment: `LEVEL=info ${plain}`,
  }[form];
  const started = form === 'assignment' ? `LEVEL=info exec ${plain}` : `exec ${text}`;
  if (file === undefined && draw.chance(30)) {
    return {
      before: [form === 'assignment' ? `LEVEL=info timeout 600 ${plain}` : `timeout 600 ${text}`],
      after: [started],
      argv: form === 'plain' ? words : undefined,
      refused: false,
      shape: 'timeout',
    };
  }
  const setup = draw.chance(25) ? [draw.pick(['mkdir -p /run/helper', 'sed "s/HOST/$HOST/" /etc/in > /tmp/out'])] : [];
  const isNamed = file !== undefined && draw.chance(20);
  const named = isNamed ? [`FLAG=${file}`] : [];
  const refuses = file !== undefined && draw.chance(12);
  const watchers = WATCHERS.map((make) => make(isNamed ? '$FLAG' : (file ?? ''), compound));
  const end = file === undefined ? draw.pick(TIMERS) : draw.pick(watchers);
  const before = [...named, ...setup, `${text} &`, ...end];
  if (refuses) {
    const why = draw.pick(['two programs', 'later work']);
    const refused =
      why === 'two programs'
        ? [...named, '/opt/second --serve &', ...before.slice(named.length)]
        : [...before, '/opt/app/flush --all'];
    return { before: refused, after: refused, argv: undefined, refused: true, shape: why };
  }
  const isBare = setup.length === 0 && form === 'plain';
  return { before, after: [...setup, started], argv: isBare ? words : undefined, refused: false, shape: 'watcher' };
}
