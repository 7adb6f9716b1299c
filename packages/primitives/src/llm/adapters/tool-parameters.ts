/** JSON Schema of a tool that does not say what it takes. */
export const anyObject: Readonly<Record<string, unknown>> = { type: 'object', properties: {} };
