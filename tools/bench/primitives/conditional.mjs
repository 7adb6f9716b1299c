import { conditional } from '@tta/obs-primitives';

export const create = (inner) => conditional(() => true, inner);
