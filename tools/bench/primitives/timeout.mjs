import { timeout } from '@tta/obs-primitives';

export const create = (inner) => timeout(inner, 10_000);
