import { forEach } from '@tta/obs-primitives';

export const create = (inner) => forEach(inner);
