import { streaming } from '@tta/obs-primitives';

export const create = (inner) =>
  streaming('chunks', async function* (input) {
    return yield await inner(input);
  });
