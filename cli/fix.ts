import { randomBytes } from 'node:crypto';
import { chmodSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createTwoFilesPatch } from 'diff';
import { type Analysis, applyEdits, type FixAllOptions } from '../engine/index.ts';
import { analyzeFiles } from './analyze.ts';
import { inputs } from './check.ts';
import { type ConfigOptions, openConfig } from './config.ts';
import { type InputFile, reasonOf, UserError } from './files.ts';
import { describeSteps } from './steps.ts';

/**
 * Makes sidecars native in files, or shows how; patches of kustomizations and Dockerfiles last, when the manifests are
 * written. Messages go to standard error; what is fixed from standard input and diffs go to standard output. Gives the exit status: 0, or 2 when something could not be read or written.
 */
export function fix(
  paths: readonly string[],
  options: ConfigOptions & FixAllOptions & { readonly diff: boolean },
): number {
  let failed = false;
  const tell = (error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    console.error(`native-sidecars: ${error.message}`);
    failed = true;
  };
  let done = 0;
  let files = 0;
  let forReview = 0;
  const settled = openConfig(options);
  const analyzed = analyzeFiles(inputs(paths, settled, tell), settled, tell, options);
  for (const { file, text, mark, analysis, isDependent } of analyzed) {
    try {
      const { fixable, safe } = fixesOf(analysis, options);
      const chosen = analysis.fixAll(analysis.findings, options);
      const fixed = chosen ? applyEdits(text, chosen.edits) : text;
      if (options.diff) {
        if (chosen && fixed !== text) {
          const patch = createTwoFilesPatch(file.name, file.name, text, fixed, 'now', 'fixed');
          process.stdout.write(describeSteps(analysis, chosen, options) + patch);
        }
      } else if (file.path === 0) {
        process.stdout.write((mark ? '\uFEFF' : '') + fixed);
      } else if (fixed !== text) {
        if (failed && isDependent) throw new UserError(`${file.name}: not changed, because another file could not be`);
        replaceFile(file, (mark ? '\uFEFF' : '') + fixed);
      }
      tellRefusals(file, analysis, options);
      if (fixed !== text) {
        files += 1;
        done += options.unsafe ? fixable : safe;
      }
      if (!options.unsafe) forReview += fixable - safe;
    } catch (error) {
      tell(error);
    }
  }
  const verb = options.diff ? 'to fix' : 'fixed';
  console.error(`${count(done, 'finding')} ${verb} in ${count(files, 'file')}`);
  if (forReview > 0) {
    const needs = forReview === 1 ? '1 more fix needs' : `${forReview} more fixes need`;
    console.error(`${needs} a review: see --unsafe --diff, then run with --unsafe`);
  }
  return failed ? 2 : 0;
}

function fixesOf(analysis: Analysis, { versionGuard }: FixAllOptions): { fixable: number; safe: number } {
  const fixes = analysis.findings
    .map((finding) => (versionGuard && finding.guarded()) || finding.fix())
    .filter((each) => each && 'edits' in each);
  return { fixable: fixes.length, safe: fixes.filter((each) => each && 'edits' in each && each.safe).length };
}

function tellRefusals(file: InputFile, analysis: Analysis, { unsafe }: { readonly unsafe: boolean }): void {
  const told = new Set<string>();
  for (const finding of analysis.findings) {
    for (const outcome of [finding.fix(), unsafe ? finding.migration() : undefined]) {
      if (!outcome) continue;
      const line = analysis.text.slice(0, finding.span.start).split('\n').length;
      // What stops the migration of a pod, or a part of it, is said once, at its first finding.
      for (const reason of 'edits' in outcome ? outcome.stays : [outcome.refused]) {
        if (told.has(finding.pod + reason)) continue;
        told.add(finding.pod + reason);
        console.error(`${file.name}:${line} ${outcome.title}: ${reason}`);
      }
    }
  }
}

/** Writes beside the file and renames, so that nobody ever sees half a file. A link stays, its target is replaced. */
function replaceFile(file: InputFile, text: string): void {
  let beside = '';
  try {
    const target = realpathSync(String(file.path));
    const { mode } = statSync(target);
    beside = `${target}.${randomBytes(4).toString('hex')}.tmp`;
    writeFileSync(beside, text, { mode, flag: 'wx' });
    chmodSync(beside, mode);
    renameSync(beside, target);
  } catch (error) {
    if (beside) rmSync(beside, { force: true });
    throw new UserError(`${file.name}: not changed: ${reasonOf(error)}`);
  }
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
