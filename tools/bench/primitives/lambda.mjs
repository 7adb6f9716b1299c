import { lambda } from '@tta/obs-primitives';

export const create = (inner) => lambda('bare', inner);
