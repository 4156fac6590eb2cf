import { explain } from '../engine/index.ts';
import type { ConfigOptions } from './config.ts';
import { readPlace } from './place.ts';
import { reportExplanation } from './report/explain.ts';

/** Prints why containers are sidecars or are not. `place` is a path, or a path and a line: `job.yaml:12`. */
export function explainFile(place: string, options: ConfigOptions): void {
  for (const { file, analysis, offset } of readPlace(place, options)) {
    process.stdout.write(reportExplanation(file.name, analysis.text, explain(analysis, offset)));
  }
}
