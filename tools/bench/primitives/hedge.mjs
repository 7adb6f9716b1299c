import { hedge } from '@tta/obs-primitives';

export const create = (inner) => hedge(inner, { idempotent: true });
