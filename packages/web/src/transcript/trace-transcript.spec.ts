import { describe, expect, it } from '@jest/globals';
import type { SpanTranscript, TranscriptList } from '@tta/obs-protocol';
import { TraceTranscript } from './trace-transcript.ts';

describe('TraceTranscript', () => {
  const clock = { timer: (_: number, fn: () => void) => (fn(), () => {}), nowMs: () => 0 };
  const item = (spanId: string) => ({ spanId }) as Partial<SpanTranscript> as SpanTranscript;
  const settled = async () => {
    for (let step = 0; step < 20; step++) await Promise.resolve();
  };
  const ids = (transcript: TraceTranscript) => transcript.state.value.items.map(({ spanId }) => spanId);

  it('shows page after page at first, and the next state when all of it is there', async () => {
    const answers: ((page: TranscriptList) => void)[] = [];
    const load = () => new Promise<TranscriptList>((resolve) => answers.push(resolve));
    const transcript = new TraceTranscript({ load, ...clock });
    transcript.show('t', 1);
    answers.shift()!({ items: [item('a')], nextCursor: 'x' });
    await settled();
    expect([ids(transcript), transcript.state.value.isComplete]).toEqual([['a'], false]);
    answers.shift()!({ items: [item('b')], nextCursor: null });
    await settled();
    expect([ids(transcript), transcript.state.value.isComplete]).toEqual([['a', 'b'], true]);
    transcript.show('t', 1);
    expect(answers).toEqual([]);
    transcript.show('t', 2);
    answers.shift()!({ items: [item('c')], nextCursor: 'x' });
    await settled();
    expect(ids(transcript)).toEqual(['a', 'b']);
    answers.shift()!({ items: [item('d')], nextCursor: null });
    await settled();
    expect(ids(transcript)).toEqual(['c', 'd']);
    transcript.close();
    expect(ids(transcript)).toEqual([]);
  });

  it('keeps what is shown when the service is away, and says so', async () => {
    let isDown = false;
    const load = () =>
      isDown ? Promise.reject(new Error('down')) : Promise.resolve({ items: [item('a')], nextCursor: null });
    const transcript = new TraceTranscript({ load, ...clock });
    transcript.show('t', 1);
    await settled();
    isDown = true;
    transcript.show('t', 2);
    await settled();
    expect(transcript.state.value).toMatchObject({
      isComplete: true,
      failure: 'The service cannot be reached.',
    });
    expect(ids(transcript)).toEqual(['a']);
    isDown = false;
    transcript.reload();
    await settled();
    expect(transcript.state.value.failure).toBeUndefined();
  });
});
