import {
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  type Command,
  type Range,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import {
  type Analysis,
  type Finding,
  type Fix,
  MIGRATION_TITLE,
  type Refusal,
  UNUSED_SUPPRESSION,
} from '../engine/index.ts';
import { type EditSupport, rulePage, toDiagnostic, toWorkspaceEdit } from './convert.ts';

/** Fixes everything that is safe; run on save. */
export const FIX_ALL = `${CodeActionKind.SourceFixAll}.nativeSidecars`;

/** Moves a container to the other list, or migrates its pod, where nothing has to be wrong. */
export const REFACTOR = `${CodeActionKind.RefactorRewrite}.nativeSidecars`;

/** Applies a fix for clients that know commands only: arguments are those of ActionData. */
export const APPLY_COMMAND = 'nativeSidecars.applyFix';

/** Opens a rule's page, on clients that say that they can. Its argument is the page. */
const OPEN_RULE_COMMAND = 'nativeSidecars.openRule';

/** What the client understands of code actions. */
export interface ActionSupport extends EditSupport {
  readonly literals: boolean;
  readonly resolve: boolean;
  readonly disabled: boolean;
  readonly related: boolean;
  readonly openRule: boolean;
}

/** Names a fix so that it can be worked out again from the same version of the document. */
export interface ActionData {
  readonly uri: string;
  readonly version: number;
  readonly origin: Origin;
}

/** Where a fix comes from. Findings are indexes into those of the analysis. */
type Origin =
  | { readonly fix: number }
  | { readonly guarded: number }
  | { readonly migration: number }
  | { readonly ignore: number; readonly at: number }
  | { readonly findings: readonly number[]; readonly unsafe: true }
  | { readonly findings: 'all'; readonly unsafe: false }
  | { readonly refactoring: string; readonly offset: number };

/** The code actions for a range. Nothing is detected here: the findings are there already. */
export function codeActions(
  document: TextDocument,
  analysis: Analysis,
  { range, context }: CodeActionParams,
  support: ActionSupport,
): (CodeAction | Command)[] {
  const wants = (kind: string) =>
    !context.only || context.only.some((only) => kind === only || kind.startsWith(`${only}.`));
  const offer = new Offer(document, analysis, support);
  const touched = [...analysis.findings.entries()].filter(
    ([, finding]) => wants(CodeActionKind.QuickFix) && meets(document, finding, range),
  );
  const isManifest = document.languageId !== 'dockerfile';
  for (const pod of new Set(touched.map(([, finding]) => finding.pod))) {
    const ofPod = touched.filter(([, finding]) => finding.pod === pod);
    const isMigrated = isManifest && offer.migration(ofPod);
    for (const [index, finding] of ofPod) offer.fixOf(index, finding);
    if (isManifest && !isMigrated)
      offer.several('Make all sidecars in this pod native', (finding) => finding.pod === pod);
  }
  if (isManifest && touched.length > 0)
    offer.several('Make all sidecars in this file native', ({ rule }) => rule !== UNUSED_SUPPRESSION);
  for (const [index, finding] of touched) offer.ignores(index, finding);
  for (const rule of new Set(touched.map(([, finding]) => finding.rule))) offer.page(rule);
  if (wants(REFACTOR)) {
    // Quick fixes say what can be migrated already.
    const isNews = ({ title }: { title: string }) => touched.length === 0 || title !== MIGRATION_TITLE;
    offer.refactorings(document.offsetAt(range.start), isNews);
  }
  // Only where it is asked for: it would double the quick fixes in the menu.
  if (context.only && wants(FIX_ALL)) offer.fixAll();
  return offer.actions;
}

/** The edit that an action stands for; undefined when there is nothing left to do. */
export function fixFor(analysis: Analysis, origin: Origin): Fix | undefined {
  if ('fix' in origin) return made(analysis.findings[origin.fix]?.fix());
  if ('guarded' in origin) return made(analysis.findings[origin.guarded]?.guarded());
  if ('migration' in origin) return made(analysis.findings[origin.migration]?.migration());
  if ('ignore' in origin) return analysis.findings[origin.ignore]?.ignores()[origin.at];
  if ('refactoring' in origin) {
    return made(analysis.refactorings(origin.offset).find(({ title }) => title === origin.refactoring));
  }
  const { findings, unsafe } = origin;
  const chosen = findings === 'all' ? analysis.findings : findings.flatMap((index) => analysis.findings[index] ?? []);
  return analysis.fixAll(chosen, { unsafe });
}

function made(outcome: Fix | Refusal | undefined): Fix | undefined {
  return outcome && 'edits' in outcome ? outcome : undefined;
}

/** Whether a migration does more than move containers. A safe one moves, or tidies up what its findings fix. */
function doesMore({ steps, safe }: Fix): boolean {
  return !safe && (steps.length > 1 || steps.some(({ also, review }) => also.length > 0 || review));
}

class Offer {
  readonly actions: (CodeAction | Command)[] = [];
  readonly #document: TextDocument;
  readonly #analysis: Analysis;
  readonly #support: ActionSupport;

  constructor(document: TextDocument, analysis: Analysis, support: ActionSupport) {
    this.#document = document;
    this.#analysis = analysis;
    this.#support = support;
  }

  fixOf(index: number, finding: Finding): void {
    const fix = finding.fix();
    if (!fix) return;
    const diagnostics = this.#diagnostics([finding]);
    if ('refused' in fix) this.#refuse(fix, CodeActionKind.QuickFix, { diagnostics });
    else {
      this.#add(fix.title, CodeActionKind.QuickFix, { fix: index }, { diagnostics, isPreferred: fix.safe });
      const guarded = finding.guarded();
      if (guarded && 'edits' in guarded)
        this.#add(guarded.title, CodeActionKind.QuickFix, { guarded: index }, { diagnostics });
    }
  }

  /** Offers the comments that hide a finding. */
  ignores(index: number, finding: Finding): void {
    const diagnostics = this.#diagnostics([finding]);
    for (const [at, { title }] of finding.ignores().entries()) {
      if (this.actions.some((action) => action.title === title && title.endsWith('file'))) continue;
      this.#add(title, CodeActionKind.QuickFix, { ignore: index, at }, { diagnostics });
    }
  }

  /** Offers the migration of the pod that findings lie in, where it does more than their own fixes. */
  migration(findings: readonly [index: number, Finding][]): boolean {
    const [index, first] = findings[0] ?? [];
    const migration = first?.migration();
    if (index === undefined || !migration) return false;
    const diagnostics = this.#diagnostics(findings.map(([, finding]) => finding));
    if ('edits' in migration) {
      if (!doesMore(migration)) return false;
      const origin = { migration: index };
      this.#add(MIGRATION_TITLE, CodeActionKind.QuickFix, origin, { diagnostics, isPreferred: true });
      return true;
    }
    const isSaid = findings.some(([, finding]) => {
      const fix = finding.fix();
      return fix && 'refused' in fix && fix.refused === migration.refused;
    });
    if (!isSaid) this.#refuse({ ...migration, title: MIGRATION_TITLE }, CodeActionKind.QuickFix, { diagnostics });
    return false;
  }

  /** Offers what may be done at a place. */
  refactorings(offset: number, isNews: (refactoring: Fix | Refusal) => boolean): void {
    for (const refactoring of this.#analysis.refactorings(offset).filter(isNews)) {
      const { title } = refactoring;
      if ('refused' in refactoring) this.#refuse(refactoring, REFACTOR, {});
      else this.#add(title, REFACTOR, { refactoring: title, offset }, {});
    }
  }

  several(title: string, belongs: (finding: Finding) => boolean): void {
    const indexes = [...this.#analysis.findings.entries()].flatMap(([index, finding]) =>
      belongs(finding) ? index : [],
    );
    if (indexes.length < 2 || this.actions.some((action) => action.title === title)) return;
    const fixable = indexes.filter((index) => {
      const fix = this.#analysis.findings[index]?.fix();
      return fix && 'edits' in fix;
    });
    if (fixable.length >= 2) this.#add(title, CodeActionKind.QuickFix, { findings: fixable, unsafe: true }, {});
  }

  fixAll(): void {
    const origin = { findings: 'all', unsafe: false } as const;
    if (fixFor(this.#analysis, origin)) this.#add('Make all sidecars native', FIX_ALL, origin, {});
  }

  page(rule: string): void {
    if (!this.#support.openRule) return;
    const command = { title: `Open the page of ${rule}`, command: OPEN_RULE_COMMAND, arguments: [rulePage(rule)] };
    if (this.#support.literals) this.actions.push({ title: command.title, kind: CodeActionKind.QuickFix, command });
    else this.actions.push(command);
  }

  #diagnostics(findings: readonly Finding[]) {
    return findings.map((finding) => toDiagnostic(this.#document, this.#analysis, finding, this.#support.related));
  }

  /** Shows what cannot be done, greyed, where the client knows such actions. */
  #refuse({ title, refused: reason }: Refusal, kind: string, more: Pick<CodeAction, 'diagnostics'>): void {
    if (!this.#support.literals || !this.#support.disabled) return;
    this.actions.push({ title, kind, ...more, disabled: { reason } });
  }

  #add(title: string, kind: string, origin: Origin, more: Pick<CodeAction, 'diagnostics' | 'isPreferred'>): void {
    const data: ActionData = { uri: this.#document.uri, version: this.#document.version, origin };
    if (!this.#support.literals) {
      this.actions.push({ title, command: APPLY_COMMAND, arguments: [data] });
      return;
    }
    if (this.#support.resolve) {
      this.actions.push({ title, kind, data, ...more });
      return;
    }
    const fix = fixFor(this.#analysis, origin);
    if (fix) this.actions.push({ title, kind, edit: toWorkspaceEdit(this.#document, fix, this.#support), ...more });
  }
}

function meets(document: TextDocument, finding: Finding, range: Range): boolean {
  return finding.span.start <= document.offsetAt(range.end) && document.offsetAt(range.start) <= finding.span.end;
}
