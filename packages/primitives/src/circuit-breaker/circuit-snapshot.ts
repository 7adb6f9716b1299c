import { InvalidCompositionError } from '@tta/obs-context';
import {
  requireAtLeast,
  requireNonNegativeInteger,
  requireOneOf,
  requirePositiveInteger,
} from '../internal/requirements.ts';

interface Saved {
  /** Of the circuit; empty where the breaker has but one. */
  readonly key: string;
  /** How often it has opened since it was closed last. */
  readonly openings: number;
}

/** What one circuit knows, as JSON. */
export type CircuitSnapshot = Saved &
  (
    | {
        readonly state: 'closed';
        /** By what it opens: what one kind has counted means nothing to another. */
        readonly kind: 'failures' | 'count' | 'sampling';
        readonly counted: readonly number[];
      }
    | { readonly state: 'half_open'; readonly succeeded: number }
    | {
        readonly state: 'open';
        /** When it is tried again, in milliseconds since the Unix epoch. */
        readonly reopenAt: number;
        readonly failures: number;
      }
  );

/** What a circuit breaker knows, as JSON: of each circuit, from the one used longest ago on. */
export interface CircuitBreakerSnapshot {
  readonly circuits: readonly CircuitSnapshot[];
}

/** @throws `OBS_ERR_INVALID_COMPOSITION` unless it is what `toJSON()` of a circuit breaker gave: it may come from a file. */
export function requireSnapshot(value: unknown, what: string): void {
  const { circuits } = requireObject(value, what);
  if (!Array.isArray(circuits)) throw new InvalidCompositionError(`${what}.circuits has to be an array`);
  for (const [index, circuit] of circuits.entries()) requireCircuit(circuit, `${what}.circuits[${index}]`);
}

function requireCircuit(value: unknown, what: string): void {
  const circuit = requireObject(value, what);
  const { key, state, openings, kind, counted, succeeded, reopenAt, failures } = circuit;
  if (typeof key !== 'string') throw new InvalidCompositionError(`${what}.key has to be a text`);
  requireOneOf(state as string, ['closed', 'half_open', 'open'], `${what}.state`);
  if (state === 'closed') {
    requireNonNegativeInteger(openings as number, `${what}.openings`);
    requireOneOf(kind as string, ['failures', 'count', 'sampling'], `${what}.kind`);
    if (!Array.isArray(counted)) throw new InvalidCompositionError(`${what}.counted has to be an array`);
    for (const [index, number] of counted.entries())
      requireAtLeast(0, number as number, `${what}.counted[${index}]`);
    return;
  }
  requirePositiveInteger(openings as number, `${what}.openings`);
  if (state === 'half_open') return requireNonNegativeInteger(succeeded as number, `${what}.succeeded`);
  requireAtLeast(0, reopenAt as number, `${what}.reopenAt`);
  requireNonNegativeInteger(failures as number, `${what}.failures`);
}

function requireObject(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null)
    throw new InvalidCompositionError(`${what} is ${String(value)}; it has to be what toJSON() returned`);
  return value as Record<string, unknown>;
}
