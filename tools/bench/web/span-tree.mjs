import { randomBytes } from 'node:crypto';

const groupSize = 20;
const stepMs = 0.8;
const steps = ['read', 'parse', 'rank', 'ask model', 'check', 'store'];

/**
 * A run of `count` spans: one below which groups of twenty stand, each with its steps, every 97th failed. Parents come
 * before their children.
 */
export function newSpanTree(count) {
  return Array.from({ length: count }, (_, index) => {
    const group = 1 + Math.floor((index - 1) / groupSize) * groupSize;
    const isRoot = index === 0;
    const isGroup = index === group;
    return {
      id: randomBytes(8).toString('hex'),
      parent: isRoot ? undefined : isGroup ? 0 : group,
      type: isRoot ? 'parallel' : isGroup ? 'sequential' : 'lambda',
      label: isRoot
        ? 'index documents'
        : isGroup
          ? `document ${(group - 1) / groupSize}`
          : steps[index % steps.length],
      offsetMs: isRoot ? 0 : index * stepMs,
      durationMs: isRoot ? count * stepMs : isGroup ? groupSize * stepMs : 0.4 + (index % 7) * 0.1,
      isFailed: index > 0 && index % 97 === 0,
    };
  });
}

export const newTraceId = () => randomBytes(16).toString('hex');
