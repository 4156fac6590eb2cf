import {
  atLeast,
  type FactStage,
  formatVersions,
  minorsOf,
  only,
  parseVersion,
  VERSION_FACTS,
  type VersionFact,
  type VersionRange,
} from '../kube/version.ts';

/** Which Kubernetes versions have native sidecars, as a Markdown table. */
export const VERSION_TABLE = [
  '| Kubernetes | native sidecars |',
  '|---|---|',
  ...VERSION_FACTS.nativeSidecar.stages.flatMap(({ since, stage, meaning }: FactStage) =>
    stage ? `| ${since} | ${stage}: ${meaning} |` : [],
  ),
].join('\n');

/**
 * What becomes of a field in a range of versions, as a paragraph: a sentence, or a list with an item for each stretch. `what`
 * is its subject where that is not the field of the hover.
 */
export function byVersion(versions: VersionRange, { stages }: VersionFact, what?: string): string {
  const found: { stage: FactStage; versions: VersionRange }[] = [];
  for (const version of minorsOf(versions)) {
    const stage = stages.findLast(({ since }) => atLeast(version, parseVersion(since) ?? version)) ?? stages[0];
    if (!stage) continue;
    const last = found.at(-1);
    if (last?.stage === stage) last.versions = { ...last.versions, highest: version };
    else found.push({ stage, versions: only(version) });
  }
  const told = found.map((each) => `${formatVersions(each.versions)}: ${inWords(each.stage)}`);
  if (told.length === 1) return `${what === undefined ? 'In' : `${what} in`} Kubernetes ${told[0]}.`;
  return [...(what === undefined ? [] : [`${what}:`]), ...told.map((each) => `- ${each}`)].join('\n');
}

function inWords({ state, stage, meaning }: FactStage): string {
  if (state === 'works') return stage ? `${stage}, ${meaning}` : meaning;
  if (state === 'rejected') return `the API server refuses it, ${meaning}`;
  if (state === 'unknown') return `${meaning}: kubectl is refused, other clients lose it`;
  return `dropped without a word, ${meaning.replace(/^dropped /, '')}`;
}
