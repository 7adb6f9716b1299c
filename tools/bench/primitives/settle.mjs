import { settle } from '@tta/obs-primitives';

export const create = (inner) => settle(inner);
