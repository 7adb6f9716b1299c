import { resumable } from '@tta/obs-primitives';

export const create = (step) => resumable(step);
