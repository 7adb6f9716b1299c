import { tool } from '@tta/obs-primitives';

export const create = (step) => tool({ name: 'only', execute: step });
