import {
  type Analysis,
  explain,
  SCENARIOS,
  type Scenario,
  type Timeline,
  timeline,
  timelineMermaid,
  timelineSvg,
  timelineText,
} from '../engine/index.ts';
import type { ConfigOptions } from './config.ts';
import { UserError } from './files.ts';
import { readPlace } from './place.ts';

const FORMATS: Readonly<Record<string, (timeline: Timeline) => string>> = {
  text: (each) => timelineText(each),
  svg: (each) => timelineSvg(each),
  mermaid: timelineMermaid,
};

/** How timelines are drawn. */
export interface TimelineOptions extends ConfigOptions {
  readonly format: string;
  readonly scenario: string;
}

/** Prints what becomes of the pods of a file, or of the one in a line: `job.yaml:12`. */
export function drawTimelines(place: string, { format, scenario, ...options }: TimelineOptions): void {
  const draw = FORMATS[format];
  const assumed = SCENARIOS.find(({ id }) => id === scenario)?.id;
  if (!draw) throw new UserError(`--format is text, svg or mermaid, not '${format}'`);
  if (!assumed) {
    throw new UserError(`--scenario is ${SCENARIOS.map(({ id }) => id).join(', ')}, not '${scenario}'`);
  }
  for (const { file, analysis, offset } of readPlace(place, options)) {
    const all = offset === undefined ? allOf(analysis, assumed) : one(analysis, offset, assumed);
    const [first] = all;
    if (!first) throw new UserError(`${file.name} has no pod that is known to run to completion there`);
    if (format === 'svg' && all.length > 1) {
      throw new UserError(`${file.name} has ${all.length} pods; name a line of one: ${file.name}:12`);
    }
    process.stdout.write(all.map(draw).join('\n'));
  }
}

function one(analysis: Analysis, offset: number, scenario: Scenario): Timeline[] {
  const found = timeline(analysis, offset, { scenario });
  return found ? [found] : [];
}

function allOf(analysis: Analysis, scenario: Scenario): Timeline[] {
  return explain(analysis).pods.flatMap(({ span }) => timeline(analysis, span.start, { scenario }) ?? []);
}
