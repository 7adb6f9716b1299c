import { describe, expect, it } from '@jest/globals';
import { takenOutcome } from './partial-success.ts';
import type { Signal } from './signal.ts';

const json = (answer: unknown): Uint8Array => Buffer.from(JSON.stringify(answer));
/** partial_success { <1>: 7, error_message: "no" } */
const protobuf = Uint8Array.from([0x0a, 0x06, 0x08, 0x07, 0x12, 0x02, 0x6e, 0x6f]);
const names = { traces: 'rejectedSpans', metrics: 'rejectedDataPoints', logs: 'rejectedLogRecords' };

describe.each(Object.entries(names) as [Signal, string][])('an answer about %s', (signal, name) => {
  it.each([
    ['protobuf', protobuf],
    ['json', json({ partialSuccess: { [name]: '7', errorMessage: 'no' } })],
    ['json', json({ partialSuccess: { [name]: 7, errorMessage: 'no' } })],
  ] as const)('tells in %s how many were rejected, and why', (encoding, answer) => {
    expect(takenOutcome(answer, encoding, signal, [])).toEqual({ kind: 'taken', rejected: 7, message: 'no' });
  });

  it('takes nothing for rejected that another signal calls so', () => {
    for (const other of Object.values(names).filter((candidate) => candidate !== name)) {
      const answer = json({ partialSuccess: { [other]: 7 } });
      expect(takenOutcome(answer, 'json', signal, [])).toMatchObject({ rejected: 0 });
    }
  });

  it.each([
    ['nothing in protobuf', 'protobuf', new Uint8Array()],
    ['half a message in protobuf', 'protobuf', protobuf.subarray(0, 4)],
    ['nothing in JSON', 'json', json({ partialSuccess: null })],
    ['no document', 'json', Buffer.from('{')],
    ['a document that is no answer', 'json', json(null)],
    ['another encoding', undefined, Buffer.from('thanks')],
  ] as const)('is a success where it holds %s', (_name, encoding, answer) => {
    const outcome = { kind: 'taken', rejected: 0, message: undefined };
    expect(takenOutcome(answer, encoding, signal, [])).toEqual(outcome);
  });
});
