/** A text of a template as it was read and as it is written. */
export interface Told {
  readonly value: string;
  readonly written: string;
}

/** The shortest action (`{{.}}`) has five characters, and so has its filler. */
const FILLER = /x{5,}/g;

/**
 * A message about a template for people: where it names one of the texts, what is written stands instead of filler, and
 * other filler is left out.
 */
export function tellWritten(message: string, texts: readonly Told[]): string {
  if (message.search(FILLER) < 0) return message;
  let told = message;
  const unknown = texts.filter(({ value }) => value.search(FILLER) >= 0);
  for (const { value, written } of unknown.sort((a, b) => b.value.length - a.value.length)) {
    if (told.includes(value)) told = told.split(value).join(written);
  }
  return told.replace(FILLER, '…');
}
