import { sequential } from '@tta/obs-primitives';

export const create = (inner) => sequential(inner);
