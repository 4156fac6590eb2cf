import type { ImageFamily } from './family.ts';
import { COMMON_PROCESSES, IMAGE_FAMILIES, ONE_SHOT_IMAGES } from './images.ts';

/** An image reference in its parts: `registry/path:tag@digest`. */
export interface ImageName {
  /** The registry's host; undefined for Docker Hub's short names. */
  readonly registry: string | undefined;
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
  const registry = segments.length > 1 && (/[.:]/.test(first) || first === 'localhost') ? segments.shift() : undefined;
  if (segments.length > 1 && segments[0] === 'library') segments.shift();
  return { registry, path: segments.join('/'), tag: colon < 0 ? undefined : reference.slice(colon + 1) };
}

/** What a name must look like to fit a pattern such as `envoyproxy/envoy*`. */
export function imagePattern(image: string): RegExp {
  return new RegExp(`(?:^|/)${escapeRegExp(image).replaceAll('\\*', '[^/]*')}$`);
}

/** Finds the items one of whose image patterns fits, in their order, by the last segment of a path. */
function indexImages<T>(items: readonly T[], imagesOf: (item: T) => readonly string[]): (image: ImageName) => T[] {
  const entries = items.flatMap((item, order) =>
    imagesOf(item).map((image) => ({
      item,
      order,
      pattern: imagePattern(image),
      last: image.slice(image.lastIndexOf('/') + 1),
    })),
  );
  const wild = entries.filter(({ last }) => last.includes('*'));
  const exact = new Map<string, typeof entries>();
  for (const entry of entries) {
    if (!entry.last.includes('*')) exact.set(entry.last, [...(exact.get(entry.last) ?? []), entry]);
  }
  return ({ registry, path }) => {
    const name = registry === undefined ? path : `${registry}/${path}`;
    return [...(exact.get(path.slice(path.lastIndexOf('/') + 1)) ?? []), ...wild]
      .filter(({ pattern }) => pattern.test(name))
      .sort((a, b) => a.order - b.order)
      .map(({ item }) => item);
  };
}

const familiesOf = indexImages(IMAGE_FAMILIES, ({ images }) => images);
const oneShotsOf = indexImages(Object.values(ONE_SHOT_IMAGES), (images) => images);

/** Whether an image holds a tool that runs once, a shell or a language: then only its command makes it a sidecar. */
export function isOneShotImage(image: string): boolean {
  return oneShotsOf(parseImage(image)).length > 0;
}

/** The family that an image belongs to; the arguments tell where one repository holds several programs. */
export function lookUpImage(image: string, argv: readonly string[], env: readonly string[]): ImageFamily | undefined {
  const name = parseImage(image);
  const families = familiesOf(name).filter(({ tag }) => tag === undefined || name.tag?.includes(tag));
  return families.find((family) => isGiven(family.needs, argv, env)) ?? families[0];
}

/** Families by the names of their programs, as they are spelled and as they are compared. */
const BY_PROCESS = new Map<string, ImageFamily[]>();
for (const family of IMAGE_FAMILIES) {
  for (const process of family.processes) {
    if (COMMON_PROCESSES.includes(process)) continue;
    for (const name of new Set([process, sameName(process)])) {
      BY_PROCESS.set(name, [...(BY_PROCESS.get(name) ?? []), family]);
    }
  }
}

/**
 * The family whose daemon a program's base name is: the image's own, or else the first that the arguments fit. Where
 * nobody spells it so, `_` and `-` are alike.
 */
export function lookUpProcess(
  name: string,
  argv: readonly string[],
  env: readonly string[],
  image: ImageFamily | undefined,
): ImageFamily | undefined {
  const wanted = sameName(name);
  if (image?.processes.some((each) => sameName(each) === wanted)) return image;
  const families = BY_PROCESS.get(name) ?? BY_PROCESS.get(wanted) ?? [];
  return families.find((family) => isGiven(family.needs, argv, env)) ?? families[0];
}

/** Words that are names of other things too, and tools that run once as often: as names they tell nothing. */
const NO_NAMES =
  /^(?:vault|kubectl|teleport|vector|chisel|odyssey|gatekeeper|squid|unbound|thanos|infisical|juicefs|(?:json|sql|other)exporters?|podman.*)$/;

/** Helpers by the names of their programs without `-` and `_`, as people name containers. */
const HELPERS = new Map(
  IMAGE_FAMILIES.filter(({ role }) => role === 'helper').flatMap((each) =>
    [each.id.replace(/-v\d$/, ''), ...each.processes]
      .filter((name) => !COMMON_PROCESSES.includes(name) && !/\.\w+$/.test(name))
      .map((name) => sameName(name).replaceAll('-', ''))
      .filter((name) => name.length >= 5 && !NO_NAMES.test(name))
      .map((name) => [name, each] as const),
  ),
);

/** The helper whose name a container's name is or ends in: `billing-cloudsql-proxy` is a `cloudsql-proxy`. */
export function lookUpName(name: string): { readonly name: string; readonly family: ImageFamily } | undefined {
  const parts = sameName(name)
    .replace(/(?:-(?:container|sidecar|\d+))+$/, '')
    .split(/[-.]/);
  for (const index of parts.keys()) {
    const family = HELPERS.get(parts.slice(index).join(''));
    if (family) return { name: parts.slice(index).join('-'), family };
  }
  return undefined;
}

/** The spelling in which names are compared. */
export function sameName(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/** Whether a program of the family runs until it is stopped, with these arguments and `NAME=value` variables. */
export function runsForEver(family: ImageFamily, argv: readonly string[], env: readonly string[]): boolean {
  return isGiven(family.needs, argv, env) && !(family.ends !== undefined && isGiven(family.ends, argv, env));
}

/** The argument or variable by which a program of the family ends by itself; undefined when none of them is given. */
export function endedBy({ ends }: ImageFamily, argv: readonly string[], env: readonly string[]): string | undefined {
  const compiled = ends === undefined ? undefined : ALTERNATIVES.get(ends);
  return compiled?.words.exec(argv.join(' '))?.[0].trim() ?? env.find((each) => compiled?.variable.test(each));
}

interface Alternatives {
  /** Fits among arguments that are joined by blanks. */
  readonly words: RegExp;
  /** Fits a whole `NAME=value`. */
  readonly variable: RegExp;
}

const ALTERNATIVES = new Map(
  IMAGE_FAMILIES.flatMap(({ needs, ends }) => [needs, ends]).flatMap((each) => (each ? [[each, compile(each)]] : [])),
);

function compile(alternatives: string): Alternatives {
  const each = alternatives
    .split(' | ')
    .filter((alternative) => alternative !== '<none>')
    .map((alternative) =>
      escapeRegExp(alternative).replaceAll('\\*', '\\S*').replaceAll(' ', '[ =]').replace(/^--/, '--?'),
    )
    .join('|');
  const none = alternatives.split(' | ').includes('<none>') ? '^$|' : '';
  return {
    words: new RegExp(`${none}(?:^|\\s)(?:${each})(?=\\s|$)`),
    variable: new RegExp(`^(?:${each})$`),
  };
}

/** Whether one of the alternatives is given; always when there are none. */
function isGiven(alternatives: string | undefined, argv: readonly string[], env: readonly string[]): boolean {
  const compiled = alternatives === undefined ? undefined : ALTERNATIVES.get(alternatives);
  if (!compiled) return true;
  return compiled.words.test(argv.join(' ')) || env.some((each) => compiled.variable.test(each));
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Whether a program's name is that of a helper that is never the work itself. */
export function isHelper(program: string): boolean {
  return lookUpProcess(program, [], [], undefined)?.role === 'helper';
}
