import { resolve, sep } from 'node:path';
import {
  type Analysis,
  analyze,
  analyzeDockerfile,
  isDockerfile,
  type KubernetesVersion,
  killersOf,
  mayInstall,
} from '../engine/index.ts';
import { type InputFile, type InputText, readText } from './files.ts';

/** A file, its text, and what was found in it. */
export interface Analyzed extends InputText {
  readonly file: InputFile;
  readonly analysis: Analysis;
}

/**
 * Reads and analyses files, manifests first: a Dockerfile's findings come from the Jobs of the same run. What cannot be
 * read is told and left out.
 */
export function analyzeFiles(
  files: readonly InputFile[],
  version: KubernetesVersion | undefined,
  tell: (error: unknown) => void,
): Analyzed[] {
  const texts = files.flatMap((file) => {
    try {
      return { file, ...readText(file) };
    } catch (error) {
      tell(error);
      return [];
    }
  });
  const dockerfiles = texts.filter(({ file }) => isDockerfile(file.name));
  const manifests = texts
    .filter((each) => !dockerfiles.includes(each))
    .map((each) => ({ ...each, analysis: analyze(each.text, version ? { version } : {}) }));
  const isAsked = dockerfiles.some(({ text }) => mayInstall(text));
  const killers = isAsked
    ? manifests.flatMap(({ file, analysis }) =>
        killersOf(analysis, file.name).map((killer) => ({ ...killer, given: file.given })),
      )
    : [];
  const images = dockerfiles.map((each) => ({
    ...each,
    analysis: analyzeDockerfile(each.text, {
      path: resolve(each.file.name).split(sep).join('/'),
      killers: killers.map((killer) => ({ ...killer, given: killer.given && each.file.given })),
      isOnly: dockerfiles.length === 1,
    }),
  }));
  return [...manifests, ...images];
}
