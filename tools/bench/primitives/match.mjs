import { match } from '@tta/obs-primitives';

export const create = (inner) => match(inner);
