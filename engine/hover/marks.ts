import type { PodContext } from '../rules/rule.ts';
import { type Injector, injectorOf, isOff, nativeMarks, podMarks } from '../sidecar/mesh-annotations.ts';
import { spanOf } from '../yaml/read.ts';
import { code } from './about.ts';
import { paragraphs, type Topic } from './topic.ts';

/** Annotations and labels by which a product puts its sidecar into the pod. */
export function* markTopics({ pod }: PodContext): Iterable<Topic> {
  const marks = podMarks(pod);
  for (const { name, value, entry } of marks) {
    const injector = injectorOf(name);
    if (!injector) continue;
    yield {
      span: { start: spanOf(entry.key).start, end: spanOf(entry.written ?? entry.key).end },
      word: name,
      markdown: () => aboutMark(injector, name, value, marks, pod.workload.kind),
    };
  }
}

function aboutMark(
  injector: Injector,
  mark: string,
  value: string,
  marks: readonly { readonly name: string }[],
  kind: string,
): string {
  const { name, native, options = [], otherwise, page } = injector;
  const link = `[${name}](${page})`;
  const option = options.find(({ annotation }) => annotation === mark);
  if (option) return paragraphs(isOff(value) ? option.off : option.on, otherwise, link);
  if (mark === native?.annotation) {
    const what = isOff(value)
      ? `keeps the sidecar of ${name} a regular container: it runs on when the work is done.`
      : `makes the sidecar of ${name} a native one: it starts before the work, and does not keep the ${kind} from completing.`;
    return paragraphs(`${code(`${mark}: "${value}"`)} ${what}`, `Since ${native.since}. ${otherwise}`, link);
  }
  if (isOff(value)) return paragraphs(`${name} puts no sidecar into this pod.`, link);
  const isGiven = nativeMarks(injector).some((each) => marks.some((other) => other.name === each));
  return paragraphs(
    `${name} puts a sidecar into this pod that is not in the manifest. Where that is a regular container, it keeps the ${kind} from completing.`,
    native && !isGiven
      ? `The annotation ${code(`${native.annotation}: "${native.value}"`)} makes it a native sidecar (since ${native.since}).`
      : '',
    otherwise,
    link,
  );
}
