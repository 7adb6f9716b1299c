import { router } from '@tta/obs-primitives';

export const create = (step) => router({ routes: { fast: step, slow: step }, select: 'fastest' });
