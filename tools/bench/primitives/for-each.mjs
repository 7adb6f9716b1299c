import { forEach } from '@tta/obs-primitives';

export const create = (step) => {
  const both = forEach(step);
  return { execute: (input) => both.execute([input, input]) };
};
