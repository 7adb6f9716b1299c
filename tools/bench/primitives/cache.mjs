import { cache } from '@tta/obs-primitives';

export const create = (inner) => cache(inner);
