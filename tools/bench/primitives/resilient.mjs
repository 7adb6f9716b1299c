import { resilient } from '@tta/obs-primitives';

export const create = (inner) => resilient(inner);
