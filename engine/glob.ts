/**
 * Whether a path lies under a glob: `*` and `?` stay within a segment, `**` spans segments, `{a,b}` are alternatives. A
 * glob without a slash means that name at any depth, as in `.gitignore`; a folder means everything in it. Costs at most
 * the product of both lengths, whatever people write.
 */
export function globMatches(glob: string, path: string): boolean {
  const segments = path.split('/').filter((each) => each !== '');
  return braces(glob).some((each) => {
    const trimmed = each.replace(/^\.?\/+/, '').replace(/\/+$/, '');
    if (trimmed === '') return false;
    const isAnchored = each.replace(/\/+$/, '').includes('/');
    const wanted = [...(isAnchored ? [] : ['**']), ...trimmed.split('/'), '**'].filter((part) => part !== '.');
    return matches(
      wanted,
      segments,
      (part) => part === '**',
      (part, segment) => wildcardMatches(part, segment),
    );
  });
}

/** Whether a text fits a pattern as a whole: `*` stands for any characters, `?` for one. */
export function wildcardMatches(pattern: string, text: string): boolean {
  return matches(
    [...pattern],
    [...text],
    (part) => part === '*',
    (part, character) => part === '?' || part === character,
  );
}

/** Matches parts, some of which stand for any run of items. Only the last such run is ever tried again. */
function matches(
  parts: readonly string[],
  items: readonly string[],
  isAny: (part: string) => boolean,
  fits: (part: string, item: string) => boolean,
): boolean {
  let part = 0;
  let item = 0;
  let any = -1;
  let mark = 0;
  while (item < items.length) {
    const wanted = parts[part];
    if (wanted !== undefined && isAny(wanted)) {
      any = part++;
      mark = item;
    } else if (wanted !== undefined && fits(wanted, items[item] ?? '')) {
      part += 1;
      item += 1;
    } else if (any >= 0) {
      part = any + 1;
      item = ++mark;
    } else return false;
  }
  return parts.slice(part).every(isAny);
}

const MAX_ALTERNATIVES = 64;

/** The globs that one with `{a,b}` stands for; of very many the first. */
function braces(glob: string): string[] {
  let all = [glob];
  for (let again = true; again; ) {
    const next = all.flatMap((each) => {
      const [whole, list = ''] = /\{([^{}]*,[^{}]*)\}/.exec(each) ?? [];
      return whole === undefined ? [each] : list.split(',').map((one) => each.replace(whole, () => one));
    });
    again = next.length > all.length && next.length <= MAX_ALTERNATIVES;
    all = next.slice(0, MAX_ALTERNATIVES);
  }
  return all;
}
