import { parallel } from '@tta/obs-primitives';

export const create = (step) => parallel({ left: step, right: step });
