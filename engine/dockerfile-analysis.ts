import { analyze } from './analysis.ts';
import { findInstalls, type Install, mayInstall } from './dockerfile/installs.ts';
import type { ProcessKiller } from './dockerfile/killer.ts';
import { comesFrom, programsOf } from './dockerfile/programs.ts';
import { type Dockerfile, readDockerfile } from './dockerfile/read.ts';
import { removeInstalls } from './dockerfile/remove.ts';
import type { Analysis, AnalyzeOptions, Finding } from './finding.ts';
import type { Fix, Refusal } from './fix/fix.ts';
import type { Pod } from './kube/pod.ts';
import { DEFAULT_VERSIONS } from './kube/version.ts';
import { DOCKERFILE_RULES } from './rules/index.ts';
import type { DockerfileProblem } from './rules/rule.ts';
import { argvOf, readScript } from './shell/script.ts';
import { readComments } from './suppress/comments.ts';
import { commentLine, commentOnTop } from './suppress/insert.ts';
import { besides, changeOf, silence } from './suppressing.ts';
import { applyEdits, Lines } from './text.ts';
import { writtenText } from './yaml/read.ts';
import { splitDocuments } from './yaml/split.ts';

/** What the analysis of a Dockerfile depends on besides the text. */
export interface DockerfileOptions extends Pick<AnalyzeOptions, 'rules'> {
  /** Where the Dockerfile lies: a path or URI with forward slashes. */
  readonly path: string;
  /** The containers that may run its image, from `killersOf` of each manifest around. */
  readonly killers: readonly ProcessKiller[];
  /** Whether there is no other Dockerfile around. */
  readonly isOnly: boolean;
}

/** Endings that say that a file is something about a Dockerfile, or its `.dockerignore`. */
const NO_DOCKERFILE = /\.(?:dockerignore|ya?ml|json|tpl|md|txt|[cm]?[jt]sx?|go|py|rb|rs|sh|bak|orig|tmp|lock)$/i;

/** Whether a path or URI is that of a Dockerfile, by its name: `Dockerfile`, `Dockerfile.*`, `*.Dockerfile`, `Containerfile`. */
export function isDockerfile(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return /^(?:Docker|Container)file(?:\..+)?$|.\.(?:docker|container)file$/i.test(name) && !NO_DOCKERFILE.test(name);
}

/**
 * Finds packages that an image has only for the pkill or killall of a Job. Never throws. A finding's workload and
 * container are those that run pkill. Dockerfiles without the packages are not read: they cost a search.
 */
export function analyzeDockerfile(text: string, { path, killers, isOnly, rules = {} }: DockerfileOptions): Analysis {
  const isRead = killers.length > 0 && mayInstall(text);
  const dockerfile = isRead ? readDockerfile(text) : undefined;
  const context = { installs: dockerfile ? findInstalls(dockerfile) : [], killers, path, isOnly };
  const problems = new Map<Finding, DockerfileProblem>();
  for (const rule of DOCKERFILE_RULES) {
    const severity = rules[rule.id];
    if (!dockerfile || severity === 'off') continue;
    for (const problem of rule.check(context)) {
      const [killer] = problem.killers;
      if (!killer) continue;
      let fix: Fix | Refusal | undefined;
      const finding: Finding = {
        rule: rule.id,
        severity: severity ?? rule.severity(problem.confidence, DEFAULT_VERSIONS),
        confidence: problem.confidence,
        message: problem.message,
        span: problem.span,
        document: 0,
        workload: killer.workload,
        container: killer.container,
        evidence: problem.evidence ?? [],
        tags: problem.tags ?? [],
        pod: `0/${problem.span.start}`,
        fix: () => {
          fix ??= fixOf(dockerfile, [problem], `Remove '${problem.install.name}'`);
          return fix;
        },
        guarded: () => undefined,
        migration: () => undefined,
        ignores: () => [
          changeOf(`Ignore ${rule.id} here`, [commentLine(new Lines(text), problem.install.span.start, rule.id)]),
          changeOf(`Ignore ${rule.id} in this file`, [commentOnTop(text, rule.id)]),
        ],
      };
      problems.set(finding, problem);
    }
  }
  const { findings, suppressed, own } = silence({
    suppressions: readComments(text, [{ start: 0, end: text.length }]),
    findings: [...problems.keys()],
    about: ({ rule, span }) => ({ rule, span }),
    rules,
    placeOf: () => ({ document: 0 }),
    isReadable: () => true,
    // Without a kill around, nobody knows what a suppression is good for.
    isWhole: isRead,
  });
  return {
    text,
    findings,
    suppressed,
    skipped: [],
    documents: 1,
    read: isRead ? 1 : 0,
    textOf: () => undefined,
    podAt: () => undefined,
    refactorings: () => [],
    fixAll(chosen, { unsafe }) {
      // No fix here is safe: a script in the image may use the package too.
      if (!dockerfile || !unsafe) return undefined;
      const fixable = chosen.filter((finding) => 'edits' in (finding.fix() ?? {}));
      const mended = fixable.flatMap((finding) => problems.get(finding) ?? []);
      const ofOwn = besides(
        [],
        chosen.filter((finding) => own.has(finding)),
      );
      if (mended.length === 0) return ofOwn.length > 0 ? changeOf('Remove what is ignored in vain', ofOwn) : undefined;
      const fix = fixOf(dockerfile, mended, 'Remove packages that are there for pkill and killall');
      return 'edits' in fix ? fix : undefined;
    },
  };
}

function fixOf(dockerfile: Dockerfile, problems: readonly DockerfileProblem[], title: string): Fix | Refusal {
  for (const { killers, install } of problems) {
    const still = killers.find(({ stays }) => stays !== undefined && comesFrom(stays, install.name));
    if (!still) continue;
    const { container, workload, stays } = still;
    const name = `'${container ?? '?'}' of ${workload.kind} '${workload.name ?? '?'}'`;
    return { title, refused: `Not offered: the fixes for ${name} leave its '${stays}' in place.` };
  }
  const installs: Install[] = problems.map(({ install }) => install);
  const removal = removeInstalls(dockerfile, installs);
  if ('refused' in removal) return { title, refused: `Not offered: ${removal.refused}.` };
  const { edits } = removal;
  return { title, edits, safe: false, steps: [{ title, also: [], review: true, edits }], stays: [] };
}

/** Signals that end nothing: reload, user-defined, and the test whether a process is there. */
const HARMLESS = /^(?:SIG)?(?:HUP|USR1|USR2|WINCH|CONT|0|1|10|12|28|18)$/i;

/** The containers of a manifest that end a process with pkill or killall. `file` is the manifest's name for people. */
export function killersOf(analysis: Analysis, file: string): ProcessKiller[] {
  if (!/pkill|killall/.test(analysis.text)) return [];
  const found = runs(analysis).flatMap(({ pod, container, image, started }) => {
    const programs = new Set(started.filter(({ args }) => !isHarmless(args)).map(({ program }) => program));
    return (['pkill', 'killall'] as const)
      .filter((program) => programs.has(program))
      .map((program) => ({ workload: pod.workload, container, image, program, file }));
  });
  if (found.length === 0) return [];
  const fix = analysis.fixAll(analysis.findings, { unsafe: true });
  const after = runs(fix ? analyze(applyEdits(analysis.text, fix.edits)) : analysis);
  return found.map((killer) => ({
    ...killer,
    stays: after
      .filter(
        ({ pod, container }) =>
          pod.workload.kind === killer.workload.kind &&
          pod.workload.name === killer.workload.name &&
          container === killer.container,
      )
      .flatMap(({ started }) => started)
      .find(({ program }) => comesFrom(program, killer.program === 'pkill' ? 'procps' : 'psmisc'))?.program,
  }));
}

function isHarmless(args: readonly string[]): boolean {
  return args.some(
    (arg, i) =>
      HARMLESS.test(arg.replace(/^-(?:-signal=?)?/, '')) &&
      (arg.startsWith('-') || /^(?:-s|--signal)$/.test(args[i - 1] ?? '')),
  );
}

interface Runs {
  readonly pod: Pod;
  readonly container: string | undefined;
  readonly image: string | undefined;
  readonly started: readonly { readonly program: string; readonly args: readonly string[] }[];
}

/** The programs that each container of a manifest runs. */
function runs(analysis: Analysis): Runs[] {
  const pods = splitDocuments(analysis.text).flatMap(({ start }) => analysis.podAt(start)?.pods ?? []);
  return [...new Set(pods)].flatMap(({ pod }) =>
    [...pod.initContainers, ...pod.containers].map((container) => {
      const commands = readScript([...(container.command ?? []), ...(container.args ?? [])])?.commands.map(
        ({ words }) => words,
      ) ?? [argvOf(container).map(({ value }) => value)];
      const started = commands.flatMap((words) => programsOf(words));
      const name = container.name && writtenText(pod.document, container.name);
      return { pod, container: name, image: container.image?.value, started };
    }),
  );
}
