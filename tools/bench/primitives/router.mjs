import { router } from '@tta/obs-primitives';

export const create = (inner) => router(inner);
