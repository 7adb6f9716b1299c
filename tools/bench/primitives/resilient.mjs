import { resilient } from '@tta/obs-primitives';

export const create = (inner) =>
  resilient(inner, {
    retry: {},
    circuitBreaker: {},
    bulkhead: { concurrency: 10 },
    attemptTimeout: 1000,
  });
