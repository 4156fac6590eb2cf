import { format } from 'node:util';
import Mocha from 'mocha';

/** Called by VS Code's extension host: runs the suite, throws when a test fails. */
export async function run(): Promise<void> {
  // The marked lines are what the runner passes on.
  Mocha.reporters.Base.consoleLog = (...line: unknown[]) => console.log(`[mocha] ${format(...line)}`);
  const mocha = new Mocha({ ui: 'tdd', color: false, timeout: 90_000, reporter: 'spec' });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  require('./suite.cjs');
  const failed = await new Promise<number>((done) => mocha.run(done));
  if (failed > 0) throw new Error(`${failed} failed`);
}
