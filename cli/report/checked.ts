import type { Analysis, Origin, VersionRange } from '../../engine/index.ts';

/** A checked file: its name for the user, and what was found. */
export interface Checked {
  readonly path: string;
  readonly analysis: Analysis;
  readonly versions: VersionRange;
  readonly origin: Origin;
}
