import { race } from '@tta/obs-primitives';

export const create = (inner) => race(inner);
