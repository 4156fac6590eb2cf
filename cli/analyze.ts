import { resolve, sep } from 'node:path';
import {
  type Analysis,
  analyze,
  analyzeDockerfile,
  analyzePatch,
  applyEdits,
  type FixAllOptions,
  isDockerfile,
  isPatch,
  type Kustomize,
  killersOf,
  mayInstall,
  patchesOf,
  readKustomize,
  type Settled,
} from '../engine/index.ts';
import { openCharts } from './chart.ts';
import { type InputFile, type InputText, readText } from './files.ts';
import { findKustomize, keyOf } from './kustomize.ts';

/** A file, its text, and what was found in it. */
export interface Analyzed extends InputText {
  readonly file: InputFile;
  readonly analysis: Analysis;
  /** Whether its fixes are right only when those of other files are made. */
  readonly isDependent: boolean;
}

/**
 * Reads and analyses files, manifests first, then the patches of kustomizations: a Dockerfile's findings come from the
 * Jobs of the same run. What cannot be read is told and left out. With `fixing` the findings in patches are those that
 * there are when all manifests are fixed.
 */
export function analyzeFiles(
  files: readonly InputFile[],
  settled: (file: InputFile) => Settled,
  tell: (error: unknown) => void,
  fixing?: FixAllOptions,
): Analyzed[] {
  const texts = files.flatMap((file) => {
    try {
      return { file, ...readText(file) };
    } catch (error) {
      tell(error);
      return [];
    }
  });
  const charts = openCharts(tell);
  const dockerfiles = texts.filter(({ file }) => isDockerfile(file.name));
  const others = texts.filter((each) => !dockerfiles.includes(each));
  const key = ({ file: { path } }: Text) => (typeof path === 'string' ? keyOf(path) : '');
  const kustomize = findKustomize(
    new Map(others.filter(key).map((each) => [key(each), each.text])),
    others.filter(({ file }) => file.given).flatMap((each) => key(each) || []),
    [...new Set(files.flatMap(({ folder }) => folder ?? []))].map(keyOf),
  );
  const patches = kustomize ? others.filter((each) => isPatch(kustomize, key(each))) : [];
  const manifests = others
    .filter((each) => !patches.includes(each))
    .map((each) => {
      const changed = kustomize ? patchesOf(kustomize, key(each)) : [];
      // Those of this run are fixed together with it.
      const left = fixing ? changed.filter((patch) => !patches.some((other) => key(other) === patch.key)) : changed;
      const own = settled(each.file);
      const chart = each.text.includes('{{') ? charts(each.file, own.helm) : undefined;
      const options = { ...own, patches: left, ...(chart && { chart }) };
      return { ...each, analysis: analyze(each.text, options) };
    });
  const rulesOf = ({ file }: Text) => settled(file).rules;
  const patched = kustomize ? analyzePatches(kustomize, manifests, patches, key, rulesOf, fixing) : [];
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
      rules: settled(each.file).rules,
    }),
  }));
  return [
    ...manifests.map((each) => ({ ...each, isDependent: false })),
    ...[...patched, ...images].map((each) => ({ ...each, isDependent: true })),
  ];
}

type Text = InputText & { readonly file: InputFile };
type Read = Text & { readonly analysis: Analysis };

/** Those of a base come first: what overlays patch is what bases make of it. */
function analyzePatches(
  before: Kustomize,
  manifests: readonly Read[],
  patches: readonly Text[],
  key: (each: Text) => string,
  rulesOf: (each: Text) => Settled['rules'],
  fixing: FixAllOptions | undefined,
): Read[] {
  const files = new Map(before.files);
  const apply = (path: string, { text, analysis }: Read) => {
    const fix = fixing && analysis.fixAll(analysis.findings, fixing);
    if (fix) files.set(path, applyEdits(text, fix.edits));
    return fix !== undefined;
  };
  let isChanged = false;
  for (const each of manifests) if (before.resources.has(key(each)) && apply(key(each), each)) isChanged = true;
  let kustomize = isChanged ? readKustomize(new Map(files)) : before;
  const found: Read[] = [];
  for (let pending = patches; pending.length > 0; ) {
    const ready = readyOf(kustomize, pending, key);
    isChanged = false;
    for (const each of ready) {
      const path = key(each);
      const analysis = analyzePatch(each.text, {
        path,
        kustomize,
        rules: rulesOf(each),
        ...(kustomize !== before && { before }),
      });
      found.push({ ...each, analysis });
      if (apply(path, { ...each, analysis })) isChanged = true;
    }
    pending = pending.filter((each) => !ready.includes(each));
    if (isChanged) kustomize = readKustomize(new Map(files));
  }
  return found;
}

/** The patches whose workloads no other of them changes first; one of them where they wait for each other. */
function readyOf(kustomize: Kustomize, patches: readonly Text[], key: (each: Text) => string): readonly Text[] {
  const waiting = new Set(patches.map(key));
  const ahead = new Map<string, Set<string>>();
  for (const { file, targets } of kustomize.patches) {
    const files = ahead.get(file) ?? new Set();
    for (const each of targets.flatMap(({ changedBy }) => changedBy)) if (each !== file) files.add(each);
    ahead.set(file, files);
  }
  const ready = patches.filter((each) => ![...(ahead.get(key(each)) ?? [])].some((file) => waiting.has(file)));
  return ready.length > 0 ? ready : patches.slice(0, 1);
}
