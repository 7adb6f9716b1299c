import { dedupe } from '@tta/obs-primitives';

export const create = (inner) => dedupe(inner);
