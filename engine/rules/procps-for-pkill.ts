import { type Kinship, kinship, needs } from '../dockerfile/killer.ts';
import type { DockerfileRule } from './rule.ts';

/** A package that is in an image only so that a script can end its sidecar with pkill or killall. */
export const procpsForPkill: DockerfileRule = {
  id: 'procps-for-pkill',
  title: 'A package is in the image for the pkill or killall that ends a sidecar',
  severity: () => 'hint',

  *check({ installs, killers, path, isOnly }) {
    for (const install of installs) {
      const related = killers
        .filter((killer) => needs(killer, install.name))
        .map((killer) => ({ killer, kin: kinship(killer, path, isOnly) }))
        .filter(({ kin }) => kin !== undefined);
      const [first] = [...related].sort((a, b) => rank(a.kin) - rank(b.kin));
      if (!first?.kin) continue;
      const { container, program, workload, file } = first.killer;
      const who = container === undefined ? 'a container' : `container '${container}'`;
      const whose = workload.name === undefined ? `a ${workload.kind}` : `${workload.kind} '${workload.name}'`;
      yield {
        message: `'${install.name}' is here for the ${program} in ${who} of ${whose} (${file}). With a native sidecar neither is needed.`,
        span: install.span,
        confidence: first.kin,
        tags: ['unnecessary'],
        install,
        killers: related.map(({ killer }) => killer),
      };
    }
  },
};

function rank(kin: Kinship): number {
  return kin === 'likely' ? 0 : 1;
}
