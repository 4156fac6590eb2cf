import { isNativeSidecar, OPAQUE, textOf } from '../kube/pod.ts';
import { readScript } from '../shell/script.ts';
import { SENTINEL_PLACE } from '../sidecar/workarounds.ts';
import type { Rule } from './rule.ts';

/** An empty volume that carried a sentinel file, and that nobody writes or reads any more. */
export const leftoverSharedVolume: Rule = {
  id: 'leftover-shared-volume',
  title: 'A volume for a sentinel file is left over',
  severity: () => 'hint',

  *check({ pod, roles }) {
    if (!pod.initContainers.some(isNativeSidecar) || roles.some(({ role }) => role === 'sidecar')) return;
    const annotations = [...pod.annotations.values()].map(({ value }) => value.value).join('\n');
    for (const volume of pod.volumes) {
      const name = volume.name.value;
      if (volume.source !== 'emptyDir' || annotations.includes(name)) continue;
      const all = [...pod.initContainers, ...pod.containers];
      const mounts = all.flatMap((container) =>
        container.volumeMounts.filter((mount) => mount.name.value === name).map((mount) => ({ container, mount })),
      );
      const [only] = mounts;
      if (!only && !SENTINEL_PLACE.test(name)) continue;
      if (mounts.length > 1) continue;
      if (only) {
        const isSentinel = SENTINEL_PLACE.test(name) || SENTINEL_PLACE.test(only.mount.mountPath);
        const path = only.mount.mountPath.replace(/\/+$/, '');
        // What a program of the image does with it is not known.
        const { container } = only;
        const script = readScript([...(container.command ?? []), ...(container.args ?? [])]);
        const isOpaque = container.list === 'containers' && (!script || OPAQUE.test(script.text));
        if (!isSentinel || isOpaque || all.some((container) => textOf(pod, container).includes(path))) continue;
      }
      yield {
        message: only
          ? `Only '${only.container.name?.value ?? ''}' mounts the volume '${name}', and no command names it. It can go.`
          : `No container mounts the volume '${name}'. It can go.`,
        span: volume.name.span,
        confidence: 'likely',
        tags: ['unnecessary'],
        mend: () => ({
          title: `Remove the volume '${name}'`,
          safe: false,
          changes: [
            ...mounts.map(({ container, mount }) => ({
              kind: 'remove' as const,
              path: [...pod.path, container.list, container.index, 'volumeMounts', mount.index],
            })),
            { kind: 'remove', path: [...pod.path, 'volumes', volume.index] },
          ],
        }),
      };
    }
  },
};
