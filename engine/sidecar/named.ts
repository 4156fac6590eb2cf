import { wildcardMatches } from '../glob.ts';
import type { Container } from '../kube/pod.ts';
import { parseImage } from './catalog.ts';
import type { Marker } from './markers.ts';

/** Which containers somebody means; `*` and `?` are wildcards. */
export interface ContainerPatterns {
  readonly names?: readonly string[];
  /** The ends of image names, in whole segments, with or without a tag: mirrors put their own segments in front. */
  readonly images?: readonly string[];
}

/** What the configuration says of containers. */
export interface Named {
  readonly sidecars?: ContainerPatterns;
  readonly mains?: ContainerPatterns;
}

/** What the configuration says of a container; a main container wins. */
export function namedIn({ sidecars, mains }: Named, container: Container): Marker | undefined {
  for (const [role, patterns] of [
    ['main', mains],
    ['sidecar', sidecars],
  ] as const) {
    const text = patterns && fitting(patterns, container);
    if (text) return { role, clue: { message: `the configuration names '${text.value}' a ${role}`, span: text.span } };
  }
  return undefined;
}

function fitting({ names = [], images = [] }: ContainerPatterns, { name, image }: Container) {
  if (name && names.some((pattern) => wildcardMatches(pattern, name.value))) return name;
  if (image && images.some((pattern) => imageMatches(pattern, image.value))) return image;
  return undefined;
}

function imageMatches(pattern: string, image: string): boolean {
  const wanted = parseImage(pattern);
  const given = parseImage(image);
  const segments = (of: typeof wanted) => [...(of.registry === undefined ? [] : [of.registry]), ...of.path.split('/')];
  const last = segments(wanted);
  const tail = segments(given).slice(-last.length);
  if (tail.length < last.length || !last.every((each, index) => wildcardMatches(each, tail[index] ?? ''))) return false;
  return wanted.tag === undefined || wildcardMatches(wanted.tag, given.tag ?? 'latest');
}
