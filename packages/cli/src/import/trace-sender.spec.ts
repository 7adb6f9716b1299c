import { describe, expect, it } from '@jest/globals';
import type { TracesAnswer } from '../traces-answer.ts';
import { TraceSender } from './trace-sender.ts';

const taken: TracesAnswer = { kind: 'taken', rejectedCount: 0, message: '', retryAfterMs: undefined };
const busy = (retryAfterMs?: number): TracesAnswer => ({
  kind: 'busy',
  rejectedCount: 0,
  message: 'the queue is full',
  retryAfterMs,
});

/** A service that answers in turn, the last answer for ever, and a sender with a clock that only notes. */
function senderTo(...answers: readonly TracesAnswer[]) {
  const sent: string[] = [];
  const pauses: number[] = [];
  const client = {
    url: 'http://service',
    sendTraces: (request: string) => {
      sent.push(request);
      return Promise.resolve(answers[Math.min(sent.length, answers.length) - 1]!);
    },
  };
  const sender = new TraceSender(client, (ms) => Promise.resolve(pauses.push(ms)));
  return { sender, sent, pauses };
}

describe('TraceSender', () => {
  it('sends again when the service says so, and after a second when it does not say', async () => {
    const { sender, sent, pauses } = senderTo(busy(3_000), busy(), taken);
    expect(await sender.send('{}')).toEqual(taken);
    expect([sent, pauses]).toEqual([
      ['{}', '{}', '{}'],
      [3_000, 1_000],
    ]);
  });

  it('sends nothing again that is refused for good', async () => {
    const refused: TracesAnswer = { ...taken, kind: 'refused', message: 'bad' };
    const { sender, sent } = senderTo(refused);
    expect([await sender.send('{}'), sent]).toEqual([refused, ['{}']]);
  });

  it('gives up after two minutes without success', async () => {
    const { sender, pauses } = senderTo(busy(600_000));
    await expect(sender.send('{}')).rejects.toThrow(
      'The service at http://service takes nothing (the queue is full): see tta-obs status, and import again then',
    );
    expect(pauses).toEqual([30_000, 30_000, 30_000, 30_000]);
  });
});
