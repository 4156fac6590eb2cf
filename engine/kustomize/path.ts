/** The folder of a path or URI with forward slashes, without the last slash. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

/** A path or URI from a folder; undefined for what lies elsewhere than among files. */
export function resolvePath(folder: string, relative: string): string | undefined {
  if (relative === '' || isRemote(relative)) return undefined;
  const steps = folder.split('/');
  for (const step of relative.split('/')) {
    if (step === '' || step === '.') continue;
    if (step !== '..') steps.push(step);
    else if (steps.pop() === undefined) return undefined;
  }
  return steps.join('/');
}

/** How to go from a folder to a path, as a kustomization would write it. */
export function relativePath(folder: string, path: string): string {
  const [from, to] = [folder === '' ? [] : folder.split('/'), path.split('/')];
  let same = 0;
  while (same < from.length && same < to.length - 1 && from[same] === to[same]) same += 1;
  return [...from.slice(same).map(() => '..'), ...to.slice(same)].join('/');
}

/** A URL, a repository (`github.com/owner/name?ref=v1`, `git@host:name`), or a place on one machine alone. */
function isRemote(path: string): boolean {
  return /^[\w+.-]+:|^[\w.-]+@|^\/|[?]|^(?:github|gitlab|bitbucket)\.[\w.-]+\/|\.git(?:\/|$)/.test(path);
}
