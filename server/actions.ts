import {
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  type Command,
  type Range,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Analysis, Finding, Fix } from '../engine/index.ts';
import { rulePage, toDiagnostic, toWorkspaceEdit } from './convert.ts';

/** Fixes everything that is safe; run on save. */
export const FIX_ALL = `${CodeActionKind.SourceFixAll}.nativeSidecars`;

/** Applies a fix for clients that know commands only: arguments are those of ActionData. */
export const APPLY_COMMAND = 'nativeSidecars.applyFix';

/** Opens a rule's page, on clients that say that they can. Its argument is the page. */
const OPEN_RULE_COMMAND = 'nativeSidecars.openRule';

/** What the client understands of code actions. */
export interface ActionSupport {
  readonly literals: boolean;
  readonly resolve: boolean;
  readonly disabled: boolean;
  readonly versioned: boolean;
  readonly related: boolean;
  readonly openRule: boolean;
}

/** Names a fix so that it can be worked out again from the same version of the document. */
export interface ActionData {
  readonly uri: string;
  readonly version: number;
  /** Indexes into the analysis' findings; `all` for every one. */
  readonly findings: readonly number[] | 'all';
  readonly unsafe: boolean;
}

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
  if (wants(CodeActionKind.QuickFix)) {
    const touched = [...analysis.findings.entries()].filter(([, finding]) => meets(document, finding, range));
    for (const [index, finding] of touched) offer.fixOf(index, finding);
    for (const pod of new Set(touched.map(([, finding]) => finding.pod))) {
      offer.several('Make all sidecars in this pod native', (finding) => finding.pod === pod);
    }
    if (touched.length > 0) offer.several('Make all sidecars in this file native', () => true);
    for (const rule of new Set(touched.map(([, finding]) => finding.rule))) offer.page(rule);
  }
  // Only where it is asked for: it would double the quick fixes in the menu.
  if (context.only && wants(FIX_ALL)) offer.fixAll();
  return offer.actions;
}

/** The edit that an action stands for; undefined when there is nothing left to do. */
export function fixFor(analysis: Analysis, { findings, unsafe }: ActionData): Fix | undefined {
  const chosen = findings === 'all' ? analysis.findings : findings.flatMap((index) => analysis.findings[index] ?? []);
  return analysis.fixAll(chosen, { unsafe });
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
    const diagnostics = [toDiagnostic(this.#document, finding, this.#support.related)];
    if ('edits' in fix) {
      this.#add(fix.title, CodeActionKind.QuickFix, [index], true, { diagnostics, isPreferred: fix.safe });
    } else if (this.#support.literals && this.#support.disabled) {
      const { title, refused: reason } = fix;
      this.actions.push({ title, kind: CodeActionKind.QuickFix, diagnostics, disabled: { reason } });
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
    if (fixable.length >= 2) this.#add(title, CodeActionKind.QuickFix, fixable, true, {});
  }

  fixAll(): void {
    const data: ActionData = this.#data('all', false);
    if (fixFor(this.#analysis, data)) this.#add('Make all sidecars native', FIX_ALL, 'all', false, {});
  }

  page(rule: string): void {
    if (!this.#support.openRule) return;
    const command = { title: `Open the page of ${rule}`, command: OPEN_RULE_COMMAND, arguments: [rulePage(rule)] };
    if (this.#support.literals) this.actions.push({ title: command.title, kind: CodeActionKind.QuickFix, command });
    else this.actions.push(command);
  }

  #data(findings: ActionData['findings'], unsafe: boolean): ActionData {
    return { uri: this.#document.uri, version: this.#document.version, findings, unsafe };
  }

  #add(
    title: string,
    kind: string,
    findings: ActionData['findings'],
    unsafe: boolean,
    more: Pick<CodeAction, 'diagnostics' | 'isPreferred'>,
  ): void {
    const data = this.#data(findings, unsafe);
    if (!this.#support.literals) {
      this.actions.push({ title, command: APPLY_COMMAND, arguments: [data] });
      return;
    }
    if (this.#support.resolve) {
      this.actions.push({ title, kind, data, ...more });
      return;
    }
    const fix = fixFor(this.#analysis, data);
    if (!fix) return;
    const edit = toWorkspaceEdit(this.#document, fix.edits, this.#support.versioned);
    this.actions.push({ title, kind, edit, ...more });
  }
}

function meets(document: TextDocument, finding: Finding, range: Range): boolean {
  return finding.span.start <= document.offsetAt(range.end) && document.offsetAt(range.start) <= finding.span.end;
}
