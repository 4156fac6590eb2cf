import type { Rule } from './rule.ts';

/** Uses of what stands behind the script of `sh -c`. */
const USES = /\$(?:[0-9@*#]|\{[#!]?[0-9@*#])|\b(?:shift|getopts)\b|\bfor\s+\w+\s*(?:;|\n|do\b)/;

/** `sh -c "a &" "b" "exit 0"` runs only `a &`: the rest are arguments that the script never looks at. */
export const shellCExtraArguments: Rule = {
  id: 'shell-c-extra-arguments',
  title: 'A shell runs only the first of several commands',
  severity: () => 'warning',

  *check({ clues, pod: { document } }) {
    for (const { container, script } of clues) {
      const [first, ...more] = script?.positional ?? [];
      if (!script || !first || USES.test(script.text.replace(/'[^']*'/g, ''))) continue;
      // In a template it may be what stands there instead of the script.
      if (document.branchAt?.(first.span.start) !== document.branchAt?.(script.source.span.start)) continue;
      if (more.length === 0 && !/\s/.test(first.value)) continue;
      yield {
        message: `The shell runs only the first item behind -c. ${more.length === 0 ? 'This one is an argument' : 'From here on they are arguments'} that the script never uses. Write all commands in one item.`,
        span: first.span,
        confidence: 'certain',
        container,
      };
    }
  },
};
