import { describe, expect, it } from '@jest/globals';
import { modelServer, type ServerReply } from '../index.ts';
import { checkedReply } from './checked-reply.ts';

describe('checkedReply', () => {
  it('takes what a server can answer', () => {
    const replies: ServerReply[] = [
      { text: 'x', delayMs: 0.5, breakAfter: 0 },
      { usage: { inputTokens: 3, cachedInputTokens: 2, cacheWriteInputTokens: 1 } },
      { usage: { cachedInputTokens: 2, outputTokens: 2, reasoningOutputTokens: 2 } },
      { status: 400 },
      { status: 599, retryAfterSeconds: 0.5, delayMs: 3 },
    ];
    expect(replies.map(checkedReply)).toEqual(replies);
    expect(checkedReply('x')).toEqual({ text: 'x' });
  });

  it.each<[unknown, string]>([
    [undefined, 'a reply is undefined; it has to be a text or an object'],
    [{ text: 42 }, 'text is 42; it has to be a text'],
    [{ toolCalls: {} }, 'toolCalls is {}; it has to be a list'],
    [{ toolCalls: [null] }, 'a call of a tool is null; it has to be an object with a name'],
    [{ toolCalls: [{ name: 7 }] }, 'a call of a tool is { name: 7 }; it has to be an object with a name'],
    [{ toolCalls: [{ name: 'a', id: 7 }] }, 'the id of a call is 7; it has to be a text'],
    [
      { toolCalls: [{ name: 'a', arguments: () => 1 }] },
      'what a call gives as arguments is [Function: arguments]; it has to be what JSON can hold, or a text that stands as it is',
    ],
    [
      { toolCalls: [{ name: 'a', arguments: 1n }] },
      'what a call gives as arguments is 1n; it has to be what JSON can hold, or a text that stands as it is',
    ],
    [{ delayMs: -1 }, 'delayMs is -1; it has to be a number of at least 0'],
    [{ delayMs: Number.NaN }, 'delayMs is NaN; it has to be a number of at least 0'],
    [{ breakAfter: 1.5 }, 'breakAfter is 1.5; it has to be a whole number of at least 0'],
    [{ usage: { outputTokens: -3 } }, 'outputTokens is -3; it has to be a whole number of at least 0'],
    [
      { usage: { inputTokens: 5, cachedInputTokens: 3, cacheWriteInputTokens: 3 } },
      'inputTokens is 5; it has to be at least the 6 that are cached, which it includes',
    ],
    [
      { usage: { outputTokens: 5, reasoningOutputTokens: 6 } },
      'outputTokens is 5; it has to be at least the 6 of reasoning, which it includes',
    ],
    [{ status: 200 }, 'the status of a refusal is 200; it has to be a whole number from 400 to 599'],
    [{ status: 600 }, 'the status of a refusal is 600; it has to be a whole number from 400 to 599'],
    [{ status: 429, retryAfterSeconds: -1 }, 'retryAfterSeconds is -1; it has to be a number of at least 0'],
  ])('refuses %j, also as the reply of a server', async (reply, message) => {
    const replies = [reply as ServerReply];
    await expect(modelServer({ replies })).rejects.toMatchObject({
      code: 'OBS_ERR_INVALID_OPTION',
      message: `model server: ${message}`,
    });
  });
});
