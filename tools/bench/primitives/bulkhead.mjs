import { bulkhead } from '@tta/obs-primitives';

export const create = (inner) => bulkhead(inner, { concurrency: 10 });
