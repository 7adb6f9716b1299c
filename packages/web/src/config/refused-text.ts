import type { RefusedCounts } from '@tta/obs-protocol';
import { countOf } from '../format/count.ts';

/** What the service did not take since its start: `3 requests and 1 record`; `undefined` when it took all. */
export function refusedText({ requestCount, recordCount }: RefusedCounts): string | undefined {
  const refusals = [
    ...(requestCount === 0 ? [] : [countOf(requestCount, 'request', 'requests')]),
    ...(recordCount === 0 ? [] : [countOf(recordCount, 'record', 'records')]),
  ];
  return refusals.length === 0 ? undefined : refusals.join(' and ');
}
