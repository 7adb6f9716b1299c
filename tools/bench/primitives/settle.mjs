import { settle } from '@tta/obs-primitives';

export const create = (step) => settle({ left: step, right: step });
