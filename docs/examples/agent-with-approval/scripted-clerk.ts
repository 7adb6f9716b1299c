import type { ModelRequest, ServerReply } from '@tta/obs-testing';

/** What a model would say at each point of the conversation: looks up the order, asks for the refund, tells what came of it. */
export function scriptedClerk({ body }: ModelRequest): ServerReply {
  const messages = body['messages'] as readonly { readonly role: string; readonly content: string }[];
  const told = messages.filter(({ role }) => role === 'tool');
  if (told.length === 0)
    return { text: '', toolCalls: [{ name: 'find_order', arguments: { order: 'A-17' } }] };
  if (told.length === 1) {
    return { text: '', toolCalls: [{ name: 'refund', arguments: { order: 'A-17', usd: 30 } }] };
  }
  const { usd } = JSON.parse(told[1]?.content as string) as { usd: number };
  return `I am sorry that it broke. We have given you $${usd} back.`;
}
