import { agent, tool } from '@tta/obs-primitives';

const wants = { text: '', toolCalls: [{ name: 'only', arguments: 1 }], usage: {} };
const says = { text: 'done', toolCalls: [], usage: {} };

/** One call of a tool, between two answers of its model. */
export const create = (step) => {
  const guide = agent({
    name: 'guide',
    model: ({ messages }) => (messages.length === 1 ? wants : says),
    tools: [tool({ name: 'only', execute: step })],
  });
  return { execute: () => guide.execute('go') };
};
