import { retry } from '@tta/obs-primitives';

export const create = (inner) => retry(inner);
