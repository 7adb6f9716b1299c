import {
  agent,
  approval,
  type Conversation,
  lambda,
  llm,
  openAiChat,
  resumable,
  tool,
} from '@tta/obs-primitives';
import type { Models } from '../model/connect-models.ts';
import type { Shop } from './shop.ts';

export interface Refund {
  readonly order: string;
  readonly usd: number;
}

const order = { type: 'string', description: 'Number of the order, such as A-17' };

/**
 * Answers customers by an agent that may look up orders by itself, but gives no money back unless a person agrees. The run
 * does not wait for that person: it is suspended, and goes on from its token, also in another process.
 */
export function supportDesk({ createChat, model }: Models, shop: Shop) {
  const ask = llm({
    provider: 'openai',
    model,
    call: (conversation: Conversation, { signal }) =>
      createChat({ model, ...openAiChat.request(conversation) }, signal),
    reads: openAiChat,
  });

  const findOrder = tool({
    name: 'find_order',
    description: 'Says what was ordered, what it cost and whether it was delivered.',
    parameters: { properties: { order }, required: ['order'] },
    input: isQuestion,
    execute: ({ order }) => shop.find(order),
  });
  // Inside of the tool, so that nobody is asked about arguments that are none.
  const giveBack = approval(lambda('give back', shop.refund), {
    message: ({ order, usd }) => `give $${usd} back for ${order}?`,
    expiresInMs: 86_400_000,
    input: isRefund,
  });
  const refund = tool({
    name: 'refund',
    description: 'Gives the money for an order back, or a part of it.',
    parameters: { properties: { order, usd: { type: 'number' } }, required: ['order', 'usd'] },
    input: isRefund,
    execute: giveBack,
  });

  const clerk = agent({
    name: 'clerk',
    model: ask,
    tools: [findOrder, refund],
    instructions:
      'You answer customers of a shop. Look up the order first. Refund what arrived broken, by the tool, at once.',
    maxSteps: 6,
  });
  return resumable(clerk, { name: 'support desk' });
}

function isQuestion(value: unknown): value is { readonly order: string } {
  return typeof value === 'object' && value !== null && 'order' in value && typeof value.order === 'string';
}

function isRefund(value: unknown): value is Refund {
  return isQuestion(value) && 'usd' in value && typeof value.usd === 'number' && value.usd > 0;
}
