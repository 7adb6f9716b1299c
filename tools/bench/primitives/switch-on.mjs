import { switchOn } from '@tta/obs-primitives';

export const create = (inner) => switchOn(() => 'one', { one: inner });
