import { IMAGE_FAMILIES, type ImageFamily } from './images.ts';

/** An image reference in its parts: `registry/path:tag@digest`. */
export interface ImageName {
  /** Repository path without the registry's host and without Docker Hub's `library/`. */
  readonly path: string;
  readonly tag: string | undefined;
}

/** Takes an image reference apart. Source: the grammar of the distribution project's `reference` package. */
export function parseImage(image: string): ImageName {
  const [reference = ''] = image.trim().toLowerCase().split('@');
  const slash = reference.lastIndexOf('/');
  const colon = reference.indexOf(':', slash + 1);
  const segments = (colon < 0 ? reference : reference.slice(0, colon)).split('/');
  const [first = ''] = segments;
  if (segments.length > 1 && (/[.:]/.test(first) || first === 'localhost')) segments.shift();
  if (segments.length > 1 && segments[0] === 'library') segments.shift();
  return { path: segments.join('/'), tag: colon < 0 ? undefined : reference.slice(colon + 1) };
}

const MATCHERS = IMAGE_FAMILIES.map((family) => ({
  family,
  // The end of the path decides: mirrors and pull-through caches put their own segments in front.
  pattern: new RegExp(
    `(?:^|/)(?:${family.images.map((image) => image.replace(/[.]/g, '\\.').replace(/\*/g, '[^/]*')).join('|')})$`,
  ),
}));

/** The family that an image belongs to. */
export function lookUpImage(image: string): ImageFamily | undefined {
  const { path, tag } = parseImage(image);
  return MATCHERS.find(({ family, pattern }) => pattern.test(path) && (family.tag?.test(tag ?? '') ?? true))?.family;
}

/** The family whose daemon a program's base name is. `_` and `-` are alike. */
export function lookUpProcess(name: string): ImageFamily | undefined {
  const wanted = sameName(name);
  return IMAGE_FAMILIES.find((family) => family.processes.some((each) => sameName(each) === wanted));
}

/** The spelling in which names are compared. */
export function sameName(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/** Whether a program of the family runs until it is stopped, with these arguments and `NAME=value` variables. */
export function runsForEver(family: ImageFamily, argv: readonly string[], env: readonly string[]): boolean {
  const text = argv.join(' ');
  if (family.ends && [text, ...env].some((each) => family.ends?.test(each))) return false;
  return family.needs ? family.needs.test(text) : true;
}
