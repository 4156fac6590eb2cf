import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  ALL_RULES,
  type Analysis,
  type AnalyzeOptions,
  analyze,
  analyzeDockerfile,
  analyzePatch,
  applyEdits,
  killersOf,
  parseVersions,
  readKustomize,
} from '../../engine/index.ts';

interface Fence {
  readonly language: string;
  readonly kind: string;
  readonly text: string;
}

/** The fences of a page that are test cases: their language is followed by `bad`, `fixed` or `good`. */
function fences(page: string): Fence[] {
  return [...page.matchAll(/^```(yaml|dockerfile) (bad|fixed|good)\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', kind = '', text = '']) => ({ language, kind, text }),
  );
}

/** A Dockerfile's analysis knows the manifests that the page shows in plain fences. */
function analysisOf({ language, text }: Fence, page: string): Analysis {
  const path = pathOf(text);
  if (language === 'yaml')
    return path
      ? analyzePatch(text, { path, kustomize: kustomizeOf(page, path, text) })
      : analyze(text, versionsOf(text));
  const shown = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, yaml = '']) => yaml);
  const killers = shown
    .flatMap((yaml) => killersOf(analyze(yaml), 'job.yaml'))
    .map((killer) => ({ ...killer, stays: undefined }));
  assert.ok(killers.length > 0, 'the page shows no Job that kills');
  return analyzeDockerfile(text, { path: 'report/Dockerfile', killers, isOnly: true });
}

/** The versions that a fence begins with: `# Kubernetes 1.29`. */
function versionsOf(text: string): Pick<AnalyzeOptions, 'versions'> {
  const versions = parseVersions(/^# Kubernetes (.+)$/m.exec(text.split('\n')[0] ?? '')?.[1] ?? '');
  return versions ? { versions } : {};
}

/** The path that a fence begins with: of a patch, or of a file that belongs to it. */
function pathOf(text: string): string | undefined {
  return /^# (\S+\.yaml)$/m.exec(text.split('\n')[0] ?? '')?.[1];
}

/** The kustomizations that the page shows in plain fences, and a patch. */
function kustomizeOf(page: string, path: string, text: string) {
  const shown = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, yaml = '']) => yaml);
  return readKustomize(new Map([...shown.flatMap((each) => [[pathOf(each) ?? '', each] as const]), [path, text]]));
}

test('every rule has a page, and every page a rule', () => {
  const pages = readdirSync('docs/rules').filter((file) => file !== 'README.md');
  assert.deepEqual(pages.sort(), ALL_RULES.map(({ id }) => `${id}.md`).sort());
});

for (const { id } of ALL_RULES) {
  const page = readFileSync(`docs/rules/${id}.md`, 'utf8');
  const cases = fences(page);
  test(`the page of ${id} shows it at work`, () => {
    assert.ok(cases.some(({ kind }) => kind === 'bad') && cases.some(({ kind }) => kind === 'good'));
  });
  for (const [index, fence] of cases.entries()) {
    test(`the page of ${id}: fence ${index + 1} is ${fence.kind}`, () => {
      const analysis = analysisOf(fence, page);
      const findings = analysis.findings.filter((finding) => finding.rule === id);
      if (fence.kind !== 'bad') return assert.deepEqual(findings, []);
      assert.ok(findings.length > 0, 'nothing is reported');
      const next = cases[index + 1];
      if (next?.kind !== 'fixed') return;
      const fix = analysis.fixAll(findings, { unsafe: true });
      assert.equal(fix && applyEdits(fence.text, fix.edits), next.text);
    });
  }
}
