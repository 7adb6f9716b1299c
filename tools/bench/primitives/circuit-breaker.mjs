import { circuitBreaker } from '@tta/obs-primitives';

export const create = (inner) => circuitBreaker(inner);
