/** What the engine does not do as the documentation says, yet: the grammar leaves it out. */
export const KNOWN_GAPS: ReadonlySet<string> = new Set<string>([
  // `initContainers: [{name: copy, …}]`: only the move is done.
  'copier in brackets',
  // `trap 'kill $pid; touch "$DONE"' TERM`: `DONE=…` stays.
  'variable of a handler that stays',
  // Two containers that ask a sidecar to quit are taken for sidecars themselves.
  'two that call',
]);
