import { describe, expect, it } from '@jest/globals';
import type { ServiceClient } from '../service-client.ts';
import { errorStats } from './error-stats.ts';
import { sessionStats } from './session-stats.ts';
import { usageStats } from './usage-stats.ts';

const question = { since: '1h', windowMs: 3_600_000, serviceName: undefined };
const usage = {
  calls: 1,
  errors: 0,
  inputTokens: 10,
  outputTokens: 2,
  cacheReadTokens: 4,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  reportedUsd: 0,
  estimatedUsd: 0,
  unpricedCount: 0,
};
/** Answers whatever is asked so. */
const client = (answer: object | undefined) =>
  ({ url: 'http://service', read: () => Promise.resolve(answer) }) as unknown as ServiceClient;

describe('statistics', () => {
  it('say what an older service has to be told', async () => {
    const old = client(undefined);
    for (const asked of [usageStats('model', old, question), sessionStats(old), errorStats(old, question)]) {
      await expect(asked).rejects.toThrow('of an older version without these statistics');
    }
  });

  it('say that there is more than is shown', async () => {
    const more = { items: [], nextCursor: 'next' };
    expect((await sessionStats(client(more))).footer[0]).toBe('the newest 50');
    expect((await errorStats(client(more), question)).footer[0]).toBe('the 50 most frequent');
  });

  it('name what is not told', async () => {
    const group = { ...usage, key: null, provider: null };
    const report = { sinceMs: 0, untilMs: 1, by: 'model', total: usage, items: [group] };
    const models = await usageStats('model', client(report), question);
    expect(models.cells).toEqual([['(not told)', '', '1', '', '10', '4', '2', '']]);
    expect(models.footer[0]).toBe('in all 1 call, 10→2 tokens');
    const session = {
      sessionId: 's',
      userId: null,
      serviceName: 'a',
      traceCount: 1,
      errorCount: 0,
      usage,
      lastTimeMs: 0,
    };
    expect(
      (await sessionStats(client({ items: [session], nextCursor: null }))).cells[0]?.slice(0, 3),
    ).toEqual(['s', '', 'a']);
    const error = {
      type: null,
      message: null,
      spanName: 'pay',
      serviceName: 'a',
      count: 2,
      lastTimeMs: 0,
      traceId: 'a'.repeat(32),
    };
    const failure = async (changes: object) =>
      (await errorStats(client({ items: [{ ...error, ...changes }], nextCursor: null }), question))
        .cells[0]?.[0];
    expect([
      await failure({}),
      await failure({ type: 'Error' }),
      await failure({ type: 'Error', message: 'no' }),
      await failure({ type: 'E1', message: 'no' }),
    ]).toEqual(['in pay', 'Error', 'no', 'E1: no']);
  });
});
