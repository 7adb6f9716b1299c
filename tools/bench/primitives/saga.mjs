import { saga } from '@tta/obs-primitives';

export const create = (inner) => saga(inner);
