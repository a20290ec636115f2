/** The text as a sentence, with its full stop: another may follow it. */
export function sentence(text: string): string {
  const trimmed = text.trimEnd()
  return trimmed === '' || /[.!?…:]$/.test(trimmed) ? trimmed : `${trimmed}.`
}
