import { race } from '@tta/obs-primitives';

export const create = (step) => race({ left: step, right: step });
