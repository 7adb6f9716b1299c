import { rateLimit } from '@tta/obs-primitives';

export const create = (inner) => rateLimit(inner);
