import { dedupe } from '@tta/obs-primitives';

export const create = (step) => dedupe(step, { key: String });
