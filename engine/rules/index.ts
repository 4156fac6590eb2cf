import { nonNativeSidecar } from './non-native-sidecar.ts';
import type { Rule } from './rule.ts';

/** Every rule, in the order in which findings at one place are listed. */
export const RULES: readonly Rule[] = [nonNativeSidecar];
