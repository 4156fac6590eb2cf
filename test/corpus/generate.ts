import { stringify } from 'yaml';

/** A generator of random numbers that gives the same row for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A manifest with at least one sidecar, in one of many layouts. The same number gives the same text. */
export function generate(seed: number): string {
  const next = random(seed);
  const chance = (share: number) => next() < share;
  const pick = <T>(...from: T[]): T => from[Math.floor(next() * from.length)] as T;
  const shuffled = (object: object) => Object.fromEntries(Object.entries(object).sort(() => next() - 0.5));

  const script = 'echo start\n# a comment inside\n\nif true; then\n  echo "it: works"\nfi\n';
  const extras = () => ({
    ...(chance(0.4) && { env: [{ name: 'ON', value: pick('yes', 'on', '1', '08', 'null') }] }),
    ...(chance(0.3) && { resources: { limits: { memory: '64Mi' } } }),
    ...(chance(0.2) && { volumeMounts: [{ name: 'v', mountPath: '/v' }] }),
    ...(chance(0.2) && { securityContext: { runAsUser: 1000, readOnlyRootFilesystem: true } }),
  });
  const main = { name: 'work', image: 'alpine:3.20', command: ['sh', '-c', script], ...extras() };
  const sidecars = [
    { name: 'haproxy', image: 'haproxy:2.9', ...extras() },
    { name: 'logs', image: 'fluent/fluent-bit:3.1.9', args: ['-c', '/c'], ...extras() },
    { name: 'tail', image: 'busybox:1.36', command: ['tail', '-F', '/v/log'], ...extras() },
  ].filter((_, index) => index === seed % 3 || chance(0.3));
  const containers = [main, ...sidecars].map(shuffled).sort(() => next() - 0.5);
  const init = chance(0.4) && { initContainers: [{ name: 'prepare', image: 'alpine:3.20', command: ['true'] }] };
  const spec = shuffled({ restartPolicy: 'Never', containers, ...init, volumes: [{ name: 'v', emptyDir: {} }] });
  const template = { metadata: { labels: { a: 'b' } }, spec };
  const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: `g${seed}` }, spec: { template } };
  const cron = { schedule: '* * * * *', jobTemplate: { spec: { template } } };
  const object = chance(0.5)
    ? job
    : { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: `g${seed}` }, spec: cron };
  const listed = chance(0.15) ? { apiVersion: 'v1', kind: 'List', items: [object] } : object;

  const text = write(listed);
  return chance(0.2) ? text.replace(/\n/g, '\r\n') : text;

  function write(value: object): string {
    if (chance(0.15)) return JSON.stringify(value, null, pick<string | number>(0, 2, 4, '\t'));
    const yaml = stringify(value, {
      version: '1.1',
      indent: pick(2, 4),
      indentSeq: chance(0.5),
      aliasDuplicateObjects: false,
      lineWidth: 0,
      singleQuote: chance(0.3),
      defaultKeyType: chance(0.1) ? 'QUOTE_DOUBLE' : 'PLAIN',
    });
    const lines = yaml.split('\n').flatMap((line) => {
      const isItem = /^\s*- "?(?:name|image|env|args|command)"?:/.test(line);
      const indent = /^\s*/.exec(line)?.[0] ?? '';
      const before = isItem && chance(0.3) ? [`${indent}# note ${Math.floor(next() * 1000)}`] : [];
      const behind = isItem && !/[|>]/.test(line) && chance(0.2) ? `${line} # here` : line;
      return isItem && chance(0.1) ? ['', ...before, behind] : [...before, behind];
    });
    const joined = lines.join('\n');
    return chance(0.1) ? joined.replace(/\n$/, '') : joined;
  }
}
