import { fallback } from '@tta/obs-primitives';

export const create = (inner) => fallback(inner, () => -1);
