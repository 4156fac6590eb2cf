import type { Workload } from '../kube/workload.ts';
import { comesFrom, type ProcessPackage } from './programs.ts';

/** A container whose script ends another process with pkill or killall, and where it stands. */
export interface ProcessKiller {
  readonly workload: Workload;
  /** The container's name as written. */
  readonly container: string | undefined;
  /** The image as written. */
  readonly image: string | undefined;
  readonly program: 'pkill' | 'killall';
  /** The manifest's name for people. */
  readonly file: string;
  /** A program of the packages that the container still runs when its pod has been migrated. */
  readonly stays: string | undefined;
  /** Whether someone named the manifest and the Dockerfile together: then they belong together. */
  readonly given?: boolean;
}

/** How a killer's image relates to a Dockerfile. */
export type Kinship = 'likely' | 'possible' | undefined;

/**
 * Whether a killer's image is built from the Dockerfile at `path` (with forward slashes): `likely` when they share a
 * name, `possible` when both were named together or there is no other Dockerfile, and the image is nobody's public one.
 */
export function kinship(killer: ProcessKiller, path: string, isOnly: boolean): Kinship {
  const image = killer.image ?? '';
  const bare = image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  if (!isPublic(bare) && namesOf(path).includes(plain(bare.split('/').at(-1) ?? ''))) return 'likely';
  if (killer.given) return 'possible';
  // A name alone may be anybody's; without one nothing is known.
  return isOnly && bare.includes('/') && !isPublic(bare) ? 'possible' : undefined;
}

/** Whether the killer needs the package. */
export function needs(killer: ProcessKiller, name: ProcessPackage): boolean {
  return comesFrom(killer.program, name);
}

const FOLDERS_OF_NO_PROJECT =
  /^(?:\.?docker|dockerfiles?|build|container|containers|images?|deploy|ci|\.devcontainer|src|app)$/;

/** The names that an image of a Dockerfile may have: a suffix, its folder, and the project's folder above `docker/`. */
function namesOf(path: string): string[] {
  const steps = path.split('/').map((step) => safeDecode(step));
  const file = steps.pop() ?? '';
  const suffix =
    /^(?:Dockerfile|Containerfile)\.(.+)$/i.exec(file)?.[1] ?? /^(.+)\.(?:Dockerfile|Containerfile)$/i.exec(file)?.[1];
  const folder = steps.at(-1) ?? '';
  const project = FOLDERS_OF_NO_PROJECT.test(folder) ? steps.at(-2) : undefined;
  return [suffix, folder, project]
    .flatMap((name) => (name ? plain(name) : []))
    .filter((name) => !/^(?:\.*|)$/.test(name));
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

function safeDecode(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

const OFFICIAL =
  /^(?:adoptopenjdk|almalinux|alpine|amazoncorretto|amazonlinux|archlinux|bash|busybox|caddy|centos|debian|docker|eclipse-temurin|elasticsearch|envoyproxy|fedora|golang|gradle|haproxy|httpd|influxdb|mariadb|maven|memcached|mongo|mysql|nginx|node|openjdk|oraclelinux|perl|php|postgres|python|rabbitmq|redis|rockylinux|ruby|rust|telegraf|traefik|ubuntu|vault)$/;
const PUBLIC =
  /^(?:docker\.io\/)?(?:bitnami|bitnamilegacy|curlimages|google|grafana|hashicorp|amazon|prom|envoyproxy|fluent|otel|istio|linuxserver|cgr\.dev|mcr\.microsoft\.com|registry\.k8s\.io|k8s\.gcr\.io|public\.ecr\.aws|registry\.access\.redhat\.com|gcr\.io\/(?:cloudsql-docker|cloud-sql-connectors|google-containers|google\.com|distroless))\//;

/** Whether everybody knows the image: then it is not built here. */
function isPublic(bare: string): boolean {
  return OFFICIAL.test(bare.replace(/^(?:docker\.io\/)?(?:library\/)?/, '')) || PUBLIC.test(bare);
}
