import { KNOWN_GAPS } from './migrate-gaps.ts';
import type { Making } from './migrate-parts.ts';
import type { Tree } from './migrate-yaml.ts';

/** Chooses brackets, quotes and remarks. */
export function decorate(making: Making, node: Tree): void {
  const { draw, remark } = making;
  const isClosed = making.shapes.includes('copier') && KNOWN_GAPS.has('copier in brackets');
  const visit = (each: Tree, isInFlow: boolean): boolean => {
    if (each.kind === 'scalar') {
      if (isInFlow && /literal|folded|keep|wrapped/.test(each.quoting ?? '')) each.quoting = 'double';
      if (isInFlow && each.quoting === 'plain') each.quoting = 'double';
      each.quoting ??= draw.pick(['plain', 'plain', 'plain', 'single', 'double']);
      return true;
    }
    if (each.kind === 'list') {
      const isFlow =
        each.items.every(({ value }) => value.kind === 'scalar' && !String(value.value).includes('\n')) &&
        draw.chance(55);
      each.flow = isInFlow || isFlow;
      for (const [at, one] of each.items.entries()) {
        const isBetween = one.fate !== 'stays' && at > 0 && each.items[at - 1]?.fate !== 'stays';
        const mayGap = !(isBetween && KNOWN_GAPS.has('remark between two that leave'));
        visit(one.value, each.flow || (one.value.kind === 'mapping' && !isClosed && draw.chance(3)));
        if (!each.flow && each.becomes === undefined && draw.chance(one.value.kind === 'mapping' ? 15 : 4))
          one.above = { text: remark(), gap: mayGap && draw.chance(25) };
      }
      return true;
    }
    const isSmall =
      each.entries.length <= 3 &&
      each.entries.every(
        ({ value, key }) =>
          value.kind === 'scalar' && /^(?:name|value|mountPath|cpu|memory|medium|readOnly)$/.test(key),
      );
    each.flow = isInFlow || (isSmall && draw.chance(30));
    for (const [at, one] of each.entries.entries()) {
      visit(one.value, each.flow);
      if (each.flow) continue;
      if (at > 0 && draw.chance(7)) one.above = { text: remark(), gap: draw.chance(20) };
      if (
        draw.chance(5) &&
        !(one.value.kind === 'scalar' && /literal|folded|keep|wrapped/.test(one.value.quoting ?? ''))
      )
        one.beside = remark();
    }
    return true;
  };
  visit(node, false);
}
