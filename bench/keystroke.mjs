// npm run bench:keystroke: what one keystroke costs the server in a file of 200 CronJobs against a file of one.
// Both servers run side by side and take turns; figures are medians of CPU milliseconds, spent by the server's process.
import { importBundled } from '../scripts/bundle.mjs';

const LIMIT = 3;
const WARM_UP = 100;
const KEYSTROKES = 300;
const URI = 'file:///keystroke.yaml';

const { MODERN, startServer } = await importBundled('test/server/client.ts');

/** A CronJob of 50 lines whose proxy keeps it from completing. */
function cronJob(index) {
  const variables = Array.from(
    { length: 15 },
    (_, at) => `                - name: VARIABLE_${at}\n                  value: "${index}"`,
  );
  return `apiVersion: batch/v1
kind: CronJob
metadata:
  name: report-${index}
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: report
              image: alpine:3.20
              command: ["sh", "-c", "date"]
              env:
${variables.join('\n')}
            - name: haproxy
              image: haproxy:2.9
---
`;
}

/** Answers a message with the CPU time of its process, in microseconds. */
const METER =
  "process.on('message', () => { const { user, system } = process.cpuUsage(); process.send(user + system); });";

async function openServer(text) {
  const server = await startServer(MODERN, undefined, `data:text/javascript,${encodeURIComponent(METER)}`);
  const { connection, process: child } = server;
  await server.open(URI, text);
  const cpu = () =>
    new Promise((done) => {
      child.once('message', done);
      child.send('how much');
    });
  const middle = text
    .split('\n')
    .findIndex((line, at, all) => at >= all.length / 2 - 25 && line.includes('"sh", "-c"'));
  const position = { line: middle, character: text.split('\n')[middle].indexOf('date') + 4 };
  let version = 1;
  return {
    /** Types one letter into a script in the middle of the file; gives the CPU milliseconds until its diagnostics are there. */
    async type() {
      const before = await cpu();
      version += 1;
      await connection.sendNotification('textDocument/didChange', {
        textDocument: { uri: URI, version },
        contentChanges: [{ range: { start: position, end: position }, text: 'x' }],
      });
      const { items } = await connection.sendRequest('textDocument/diagnostic', { textDocument: { uri: URI } });
      return { milliseconds: ((await cpu()) - before) / 1000, findings: items.length };
    },
    stop: () => server.stop(),
  };
}

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const texts = [1, 200].map((count) => Array.from({ length: count }, (_, index) => cronJob(index)).join(''));
const servers = await Promise.all(texts.map(openServer));
const spent = [[], []];
const found = [0, 0];
for (let round = 0; round < WARM_UP + KEYSTROKES; round++) {
  for (const [index, server] of servers.entries()) {
    const { milliseconds, findings } = await server.type();
    found[index] = findings;
    if (round >= WARM_UP) spent[index].push(milliseconds);
  }
}
for (const server of servers) await server.stop();
const [one, many] = spent.map(median);
for (const [index, text] of texts.entries()) {
  const size = `${text.split('\n').length - 1} lines, ${found[index]} findings`;
  console.log(`${size}: ${[one, many][index].toFixed(2)} ms a keystroke`);
}
console.log(`ratio ${(many / one).toFixed(2)}, at most ${LIMIT} wanted`);
process.exitCode = many / one > LIMIT || found[0] !== 1 || found[1] !== 200 ? 1 : 0;
