import type { Carrier } from './carrier.ts';

/** Environment variables, as `process.env` holds them and `spawn` takes them. */
export type Environment = { [name: string]: string | undefined };

/**
 * Reads and writes `TRACEPARENT`, `TRACESTATE` and `BAGGAGE` (OpenTelemetry, Environment Variables as
 * Context Propagation Carriers).
 *
 * It writes to the object it is given and to no other: give it a copy of the environment, and the copy to
 * the child. Everyone who may look at the child reads along, so no secrets.
 */
export const environment: Carrier<Environment> = {
  get: (variables, field) => variables[variableName(field)],
  set(variables, field, value) {
    variables[variableName(field)] = value;
  },
  remove(variables, field) {
    delete variables[variableName(field)];
  },
  keys: (variables) => Object.keys(variables),
};

/** Upper case letters, digits and `_`, with no digit in front. */
function variableName(field: string): string {
  const name = field.replace(/[a-z]/g, (letter) => letter.toUpperCase()).replace(/[^A-Z0-9]/gu, '_');
  return /^\d|^$/.test(name) ? `_${name}` : name;
}
