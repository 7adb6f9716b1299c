import { approval } from '@tta/obs-primitives';

const agreed = { kind: 'continue' };

export const create = (step) => approval(step, { ask: () => agreed });
