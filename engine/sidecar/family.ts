/** How to ask a program whether it has started. */
export interface StartupProbe {
  readonly type: 'httpGet' | 'tcpSocket' | 'exec';
  readonly port?: number;
  readonly path?: string;
  readonly scheme?: 'HTTPS';
  readonly command?: readonly string[];
  /** The address that it listens on by default, when that is not every address: kubelet asks at the pod's. */
  readonly bind?: string;
  /** Arguments (`--health-check`) and variables (`DD_HEALTH_PORT=5555`) without which nobody answers. */
  readonly requires: readonly string[];
  /** What the program's own configuration must switch on, as a phrase; a manifest does not always show it. */
  readonly configured?: string;
  /** All ways to tell the program where it answers, where they are known: then what is not said is as it is by default. */
  readonly told?: Told;
  /** The end of the names of the images whose program answers there, where others of the family do not. */
  readonly only?: string;
}

/** How a program is told where to listen. */
export interface Told {
  /** Options that take a port, an address, or both. */
  readonly options: readonly string[];
  /** Words with which something else may tell it, a configuration file above all. */
  readonly files: readonly string[];
  /** What its variables begin with: `GITSYNC_` makes `--http-bind` `GITSYNC_HTTP_BIND`. */
  readonly prefix?: string;
  /** The oldest version, as a number, to which the default place applies; before it the program listens elsewhere. */
  readonly since?: number;
}

/** The endpoint of the container at which the program is asked to quit. */
export interface Quit {
  readonly port: number;
  readonly path: string;
  /** The argument that switches it on. */
  readonly requires?: string;
  /** What else must be configured, as a phrase. */
  readonly configured?: string;
}

/**
 * A family of images that run one program. `needs` and `ends` hold alternatives, joined by ` | `, that are looked for
 * among the arguments and the `NAME=value` variables, as whole words: `*` stands for any run of characters but blanks,
 * a blank for a blank or `=`, a leading `--` for one or two dashes, `<none>` for no arguments at all.
 */
export interface ImageFamily {
  readonly id: string;
  /**
   * `helper`: beside a main container almost always; `service`: a server that others use, often a one-shot client by
   * another command; `either`: as often the work itself.
   */
  readonly role: 'helper' | 'service' | 'either';
  /**
   * The ends of image names without tag, in whole segments; `*` stands for any run of characters but `/`. Mirrors and
   * pull-through caches put their own segments in front.
   */
  readonly images: readonly string[];
  /** Base names of the programs that make a container of the family a daemon. */
  readonly processes: readonly string[];
  /** The daemon runs only with one of these. */
  readonly needs?: string;
  /** With one of these the program ends by itself. */
  readonly ends?: string;
  /** A word that the tag holds, where one repository holds several programs. */
  readonly tag?: string;
  readonly startupProbe?: StartupProbe;
  readonly quit?: Quit;
}

/** What the arguments do not say of a family. */
interface More extends Pick<ImageFamily, 'needs' | 'ends' | 'tag' | 'quit'> {
  readonly probe?: StartupProbe;
}

function family(
  id: string,
  role: ImageFamily['role'],
  images: string,
  processes = '',
  { probe, ...more }: More = {},
): ImageFamily {
  const names = processes === '' ? [id] : processes.split(' ');
  return { id, role, images: images.split(' '), processes: names, ...more, ...(probe && { startupProbe: probe }) };
}

/** A family of helpers. `images` and `processes` are joined by blanks; without processes the id is the only one. */
export const helper = (id: string, images: string, processes?: string, more?: More) =>
  family(id, 'helper', images, processes, more);

/** A family of servers that others use. */
export const service = (id: string, images: string, processes?: string, more?: More) =>
  family(id, 'service', images, processes, more);

/** A family that is as often the work itself. */
export const either = (id: string, images: string, processes?: string, more?: More) =>
  family(id, 'either', images, processes, more);

/** A Prometheus exporter that answers at a port and path; its images are named like it where none are given. */
export const exporter = (id: string, probe?: StartupProbe, images = `*/${id} */${id.replaceAll('-', '_')}`) =>
  family(id, 'helper', images, '', probe && { probe });

/** Conditions of a probe; `requires` is joined by blanks. */
interface Conditions extends Pick<StartupProbe, 'bind' | 'configured' | 'scheme' | 'told' | 'only'> {
  readonly requires?: string;
}

/** How a program is told where to listen; `options` and `files` are joined by blanks. */
export const told = (options: string, files = '', more: Pick<Told, 'prefix' | 'since'> = {}): Told => ({
  options: options.split(' '),
  files: files.split(' ').filter((each) => each !== ''),
  ...more,
});

const conditions = ({ requires = '', ...more }: Conditions) => ({
  requires: requires.split(' ').filter((each) => each !== ''),
  ...more,
});

export const http = (port: number, path: string, more: Conditions = {}): StartupProbe => ({
  type: 'httpGet',
  port,
  path,
  ...conditions(more),
});

export const tcp = (port: number, more: Conditions = {}): StartupProbe => ({
  type: 'tcpSocket',
  port,
  ...conditions(more),
});

/** A probe by a command of plain words. */
export const exec = (command: string): StartupProbe => ({ type: 'exec', command: command.split(' '), requires: [] });
