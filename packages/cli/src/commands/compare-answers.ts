import {
  isPrimitiveComparison,
  isPrimitiveVersionList,
  type PrimitiveComparison,
  type PrimitiveVersion,
} from '@tta/obs-protocol';
import { CommandError } from '../command-error.ts';
import type { ServiceClient } from '../service-client.ts';

export interface ComparisonQuestion {
  readonly windowMs: number;
  /** By default all services. */
  readonly serviceName: string | undefined;
  readonly baseline: string;
  /** By default what ran last. */
  readonly candidate: string | undefined;
}

/**
 * Which versions of services have run primitives, those that ran last first.
 *
 * @throws CommandError when the service does not know versions, or does not answer.
 */
export async function primitiveVersions(
  client: ServiceClient,
  serviceName: string | undefined,
): Promise<readonly PrimitiveVersion[]> {
  const service = serviceName === undefined ? '' : `?service=${encodeURIComponent(serviceName)}`;
  const answer = await client.read(`/api/primitives/versions${service}`, isPrimitiveVersionList);
  if (answer === undefined) {
    throw new CommandError(
      1,
      `The service at ${client.url} is of an older version that does not compare: stop it, and start this one with "tta-obs start".`,
    );
  }
  return answer.items;
}

/**
 * How primitives differ between two versions; `undefined` when one of them is not there.
 *
 * @throws CommandError when the service does not answer.
 */
export async function primitiveComparison(
  client: ServiceClient,
  { windowMs, serviceName, baseline, candidate }: ComparisonQuestion,
): Promise<PrimitiveComparison | undefined> {
  const untilMs = Date.now();
  const query = new URLSearchParams({
    baseline,
    ...(candidate !== undefined && { candidate }),
    ...(serviceName !== undefined && { service: serviceName }),
    sinceMs: String(untilMs - windowMs),
    untilMs: String(untilMs),
  });
  return client.read(`/api/primitives/comparison?${query.toString()}`, isPrimitiveComparison);
}
