import type { Resource } from '@opentelemetry/resources';
import { type Clock, type Random, systemClock, systemRandom, within } from '@tta/obs-context';
import type { Trouble } from './export-counts.ts';

/** What an export is started in. */
export interface ExportSurroundings {
  /**
   * Whose telemetry it is: the resource of the provider that makes it. What of it is still being found out
   * holds up the first request for 500 ms at most.
   */
  readonly resource: Resource;
  /**
   * Told when something does not arrive, and why. What it gives to the same export itself, such as a log line
   * of what it is told, is dropped and counted: it would be trouble again.
   */
  readonly onTrouble?: (trouble: Trouble) => void;
  /** @defaultValue the machine's */
  readonly clock?: Clock;
  /** Spreads repetitions over time. @defaultValue the machine's */
  readonly random?: Random;
}

/** The same as a queue uses it. */
export interface QueueSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  /** Whose telemetry it is. */
  readonly serviceName: string;
  /** Settles when the resource is complete. */
  readonly ready: Promise<unknown> | undefined;
  readonly onTrouble: (trouble: Trouble) => void;
}

/** Attributes of the resource that are still being found out hold up the first request for so long. */
const resourceLimitMs = 500;

export function queueSurroundings(surroundings: ExportSurroundings): QueueSurroundings {
  const { resource, onTrouble, clock = systemClock, random = systemRandom } = surroundings;
  return {
    clock,
    random,
    serviceName: serviceNameOf(resource),
    ready: resourceReady(resource, clock),
    onTrouble: (trouble) => onTrouble?.(trouble),
  };
}

/** Empty while it is being found out: the spool does not wait for it, and `attributes` would complain. */
function serviceNameOf(resource: Resource): string {
  const [, name] =
    resource.getRawAttributes().find(([key, value]) => key === 'service.name' && value !== undefined) ?? [];
  return typeof name === 'string' ? name : '';
}

function resourceReady(resource: Resource, clock: Clock): Promise<unknown> | undefined {
  if (!resource.asyncAttributesPending) return undefined;
  return within(resourceLimitMs, clock, resource.waitForAsyncAttributes?.() ?? Promise.resolve());
}
