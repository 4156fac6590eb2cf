import type { PodContext } from '../rules/rule.ts';
import { injectorOf, isOff, isSettled, type Mark, marksOf } from '../sidecar/injected.ts';
import { type Injector, meaningOf, offeredBy, otherwise, told } from '../sidecar/injectors.ts';
import { capital } from '../words.ts';
import { spanOf } from '../yaml/read.ts';
import { paragraphs, type Topic } from './topic.ts';

/** Annotations and labels by which a product puts its sidecar into the pod. */
export function* markTopics({ pod }: PodContext): Iterable<Topic> {
  const marks = marksOf(pod);
  for (const mark of marks) {
    const injector = injectorOf(mark.name);
    if (!injector) continue;
    yield {
      span: { start: spanOf(mark.entry.key).start, end: spanOf(mark.entry.written ?? mark.entry.key).end },
      word: mark.name,
      markdown: () => aboutMark(injector, mark, marks, pod.workload.kind),
    };
  }
}

function aboutMark(injector: Injector, mark: Mark, marks: readonly Mark[], kind: string): string {
  const { page, settings = [] } = injector;
  const name = capital(injector.name);
  const link = page ? `[${name}](${page})` : '';
  const setting = settings.find(({ annotation }) => annotation === mark.name);
  if (setting) {
    const meaning = mark.value === undefined ? '' : meaningOf(injector, setting, !isOff(mark.value));
    return paragraphs(meaning, otherwise(injector), link);
  }
  if (mark.value !== undefined && isOff(mark.value)) return paragraphs(`${name} puts no sidecar into this pod.`, link);
  const offered = isSettled(injector, marks) ? undefined : offeredBy(injector);
  return paragraphs(
    mark.value === undefined
      ? ''
      : `${name} puts a sidecar into this pod that is not in the manifest. Where that is a regular container, it keeps the ${kind} from completing.`,
    offered ? `What lets the pod end: the annotation ${told(offered)}.` : '',
    otherwise(injector),
    link,
  );
}
