import { saga, sagaStep } from '@tta/obs-primitives';

export const create = (step) => saga(sagaStep('only', step, () => undefined));
