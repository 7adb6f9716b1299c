import { match } from '@tta/obs-primitives';

/** What it is given has no tag. */
export const create = (inner) => match().on('kind', { one: inner }, inner);
