import { once } from '../once.ts';
import type { PodContext, Problem, Rule, Severity } from '../rules/rule.ts';
import type { Fix, Refusal } from './fix.ts';
import { fixOf } from './manifest.ts';
import { fixInTemplate, guardInTemplate, type TemplateEdit } from './template.ts';

/** What a rule found in a pod, and what is offered against it. */
export interface Found {
  readonly rule: Rule;
  readonly severity: Severity;
  readonly problem: Problem;
  readonly context: PodContext;
  /** Worked out once, when first asked. */
  readonly fix: () => Fix | Refusal | undefined;
  /** The fix for charts that old clusters install too. */
  readonly guarded: () => Fix | Refusal | undefined;
  readonly migration: () => Fix | Refusal | undefined;
  /** How the pod is edited, when it stands in a template. */
  readonly edit: TemplateEdit | undefined;
}

interface Placing {
  readonly rule: Rule;
  readonly severity: Severity | undefined;
  readonly problem: Problem;
  readonly context: PodContext;
  readonly migration: () => Fix | Refusal | undefined;
  readonly edit: TemplateEdit | undefined;
}

/** A problem with its severity and its fix. `severity`: what the configuration says of the rule. */
export function place({ rule, severity, problem, context, migration, edit }: Placing): Found {
  return {
    rule,
    severity: severity ?? problem.severity ?? rule.severity(problem.confidence, context.versions),
    problem,
    context,
    fix: once(() => (edit ? fixInTemplate(rule, problem, context, edit) : fixOf(problem, context))),
    guarded: once(() => edit && guardInTemplate(problem, context, edit)),
    migration,
    edit,
  };
}
