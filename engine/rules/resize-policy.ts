import { firstWith, formatVersion, VERSION_FACTS } from '../kube/version.ts';
import { resizeProblems } from './resizing.ts';
import type { Rule } from './rule.ts';

/** What a move to the init containers loses besides, where somebody has switched the feature on early. */
const MOVED = ` Where the InPlacePodVerticalScaling feature gate was switched on before ${formatVersion(firstWith(VERSION_FACTS.resizePolicy, 'works'))}, a native sidecar with one is refused: "must not be set for init containers".`;

/** A regular container is resized in place only where the version can do it. */
export const resizePolicy: Rule = {
  id: 'resize-policy',
  title: 'A regular container has a resizePolicy that is refused or lost',
  severity: () => 'error',

  *check(context) {
    for (const { container, role } of context.roles) {
      yield* resizeProblems(context, container, role === 'sidecar' ? MOVED : '');
    }
  },
};
