/** What OpenAI says of a name of a tool; `undefined` where it takes it. @param param - Where it stands. */
export function nameFault(name: unknown, param: string): string | undefined {
  if (typeof name !== 'string' || name === '') return missing(param);
  if (!/^[\w-]+$/.test(name)) {
    return `Invalid '${param}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`;
  }
  if (name.length <= 64) return undefined;
  return `Invalid '${param}': string too long. Expected a string with maximum length 64, but got a string with length ${name.length} instead.`;
}

/** Whether it takes an id of a call. */
export function isId(id: unknown): id is string {
  return typeof id === 'string' && id !== '';
}

/** What it says of what is not there. */
export function missing(param: string): string {
  return `Missing required parameter: '${param}'.`;
}
