import { describe, expect, it } from '@jest/globals';
import type { SpanDetail, SpanDetailList } from '@tta/obs-protocol';
import { traceSummary } from '../testing/trace-fixture.ts';
import { traceJson } from './trace-json.ts';
import { TraceSpans } from './trace-spans.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanOf = (index: number) => ({ spanId: String(index) }) as Partial<SpanDetail> as SpanDetail;

/** A service that has so many spans on pages of two. */
function serviceOf(count: number) {
  const asked: (string | undefined)[] = [];
  const load = (_: string, { cursor }: { readonly cursor?: string }): Promise<SpanDetailList> => {
    asked.push(cursor);
    const from = Number(cursor ?? 0);
    const items = [from, from + 1].filter((index) => index < count).map(spanOf);
    return Promise.resolve({ items, nextCursor: from + 2 < count ? String(from + 2) : null });
  };
  return { asked, load };
}

describe('TraceSpans', () => {
  it('loads page after page and tells how far it is', async () => {
    const { asked, load } = serviceOf(5);
    const spans = new TraceSpans(load);
    const counts: number[] = [];
    spans.state.subscribe((state) => {
      if (state.kind === 'loading') counts.push(state.count);
    });
    await spans.load(TRACE);
    const state = spans.state.value;
    expect(state.kind === 'shown' && state.spans.map(({ spanId }) => spanId)).toEqual([
      '0',
      '1',
      '2',
      '3',
      '4',
    ]);
    expect([asked, counts]).toEqual([
      [undefined, '2', '4'],
      [0, 2, 4, 5],
    ]);
  });

  it('keeps what is shown until all is loaded anew, also when that fails', async () => {
    const { load } = serviceOf(1);
    let isDown = false;
    const spans = new TraceSpans((traceId, query) =>
      isDown ? Promise.reject(new Error('down')) : load(traceId, query),
    );
    await spans.load(TRACE);
    isDown = true;
    await spans.load(TRACE);
    expect(spans.state.value.kind).toBe('shown');
  });

  it('says why it failed, and can be asked again', async () => {
    const { load } = serviceOf(1);
    let isDown = true;
    const spans = new TraceSpans((traceId, query) =>
      isDown ? Promise.reject(new Error('down')) : load(traceId, query),
    );
    await spans.load(TRACE);
    expect(spans.state.value).toEqual({ kind: 'failed', message: 'The service cannot be reached.' });
    isDown = false;
    await spans.load(TRACE);
    expect(spans.state.value.kind).toBe('shown');
  });

  it('gives up when it is stopped', async () => {
    const { load } = serviceOf(9);
    const spans = new TraceSpans(load);
    const loading = spans.load(TRACE);
    spans.stop();
    await loading;
    expect(spans.state.value).toEqual({ kind: 'idle' });
  });
});

describe('traceJson', () => {
  it.each([0, 1, 500, 1_001])('is one document of %d spans, each on a line', (count) => {
    const spans = Array.from({ length: count }, (_, index) => spanOf(index));
    const summary = traceSummary();
    const text = traceJson({ summary, services: ['demo'] }, spans).join('');
    expect(JSON.parse(text)).toEqual({ summary, services: ['demo'], spans });
    expect(text.split('\n')).toHaveLength(count + 3);
  });
});
