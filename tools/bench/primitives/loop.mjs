import { loop } from '@tta/obs-primitives';

export const create = (inner) => loop(inner, { until: () => true, maxIterations: 1 });
