/** The arguments that a model writes for a tool. Text that is no JSON stays text: whoever runs the tool refuses it. */
export function parseArguments(text: string): unknown {
  // A tool that takes none gets no text from some models.
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The same as a provider wants them back. */
export function printArguments(given: unknown): string {
  return typeof given === 'string' ? given : JSON.stringify(given ?? {});
}

/** The same for a provider that wants an object back. */
export function argumentsObject(given: unknown): Record<string, unknown> {
  if (typeof given === 'object' && given !== null && !Array.isArray(given))
    return given as Record<string, unknown>;
  return given === undefined || given === null ? {} : { arguments: given };
}
