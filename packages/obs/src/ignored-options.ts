import { isDeepStrictEqual } from 'node:util';
import type { ObservabilityOptions } from './observability-options.ts';

/** Names of the options of a later call that the first call was not given like this. */
export function ignoredOptions(first: ObservabilityOptions, later: ObservabilityOptions): string[] {
  const known = new Map<string, unknown>(Object.entries(first));
  return Object.entries(later)
    .filter(([name, value]) => value !== undefined && !isDeepStrictEqual(value, known.get(name)))
    .map(([name]) => name);
}
