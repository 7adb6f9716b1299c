import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { collect, stream, written } from '../../test/streams.ts';
import { anySpans } from '../../test/trace-span-arbitrary.ts';
import { traceSpan } from '../../test/trace-span.ts';
import { readChromeTrace, writeChromeTrace, type TraceSpan } from '../formats.ts';

interface ChromeEvent {
  readonly name: string;
  readonly cat?: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
  readonly args: Readonly<Record<string, unknown>>;
}

describe('writeChromeTrace', () => {
  it('nests what lies on a thread, and names each process and thread, whatever the spans are', async () => {
    await fc.assert(
      fc.asyncProperty(anySpans, async (spans) => {
        const events = await writtenEvents(spans);
        const complete = events.filter(({ ph }) => ph === 'X');
        expect(complete).toHaveLength(spans.length);
        const named = (name: string) => events.filter((event) => event.ph === 'M' && event.name === name);
        expect(new Set(complete.map(({ pid }) => pid))).toEqual(
          new Set(named('process_name').map(({ pid }) => pid)),
        );
        expect(new Set(complete.map(({ tid }) => tid))).toEqual(
          new Set(named('thread_name').map(({ tid }) => tid)),
        );
        const times = complete.map(({ ts, dur, tid }) => {
          return { tid, start: Math.round(ts * 1000), end: Math.round(ts * 1000) + Math.round(dur * 1000) };
        });
        for (const [index, { tid, start, end }] of times.entries()) {
          expect(start).toBeGreaterThanOrEqual(0);
          const around = times.slice(0, index).filter((other) => other.tid === tid && other.end > start);
          for (const other of around) expect(end).toBeLessThanOrEqual(other.end);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('writes a process for each resource, times from the first span, and instants for events', async () => {
    const start = 1_700_000_000_000_000_000n;
    const event = { attributes: {}, droppedAttributesCount: 0 };
    const events = await writtenEvents([
      traceSpan({
        statusCode: 2,
        statusMessage: 'no stock',
        attributes: { n: 1n, list: [true, null] },
        events: [
          { ...event, name: 'retry', timeUnixNano: start + 1_500n },
          { ...event, name: 'before', timeUnixNano: start - 1_500n },
        ],
        scope: { name: 'http', version: '', attributes: {}, droppedAttributesCount: 0, schemaUrl: '' },
      }),
      traceSpan({
        spanId: '0000000000000002',
        parentSpanId: '00f067aa0ba902b7',
        startTimeUnixNano: start + 1_001n,
        endTimeUnixNano: start + 2_002n,
        statusCode: 2,
        resource: { attributes: {}, droppedAttributesCount: 0, schemaUrl: '' },
      }),
    ]);
    expect(events).toEqual([
      { name: 'process_name', ph: 'M', pid: 1, args: { name: 'shop', 'tta.otlp': expect.any(String) } },
      { name: 'thread_name', ph: 'M', pid: 1, tid: 1, args: { name: 'lane 1' } },
      { name: 'thread_sort_index', ph: 'M', pid: 1, tid: 1, args: { sort_index: 0 } },
      {
        name: 'checkout',
        cat: 'http',
        ph: 'X',
        pid: 1,
        tid: 1,
        ts: 0,
        dur: 250_000,
        args: {
          trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
          span_id: '00f067aa0ba902b7',
          error: 'no stock',
          attributes: { n: 1, list: [true, null] },
          'tta.otlp': expect.any(String),
        },
      },
      { name: 'retry', ph: 'i', s: 't', pid: 1, tid: 1, ts: 1.5 },
      { name: 'before', ph: 'i', s: 't', pid: 1, tid: 1, ts: -1.5 },
      { name: 'process_name', ph: 'M', pid: 2, args: { name: 'unknown_service' } },
      { name: 'thread_name', ph: 'M', pid: 2, tid: 2, args: { name: 'lane 1' } },
      { name: 'thread_sort_index', ph: 'M', pid: 2, tid: 2, args: { sort_index: 0 } },
      {
        name: 'checkout',
        cat: 'span',
        ph: 'X',
        pid: 2,
        tid: 2,
        ts: 1.001,
        dur: 1.001,
        args: {
          trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
          span_id: '0000000000000002',
          parent_span_id: '00f067aa0ba902b7',
          error: true,
          attributes: {},
          'tta.otlp': expect.any(String),
        },
      },
    ]);
  });
});

describe('readChromeTrace', () => {
  it('counts events of other programs, and says so at the end', async () => {
    const foreign = ['B', 'E', 'X', 'i', 'M'].map((ph) => ({
      name: 'work',
      ph,
      pid: 1,
      tid: 1,
      ts: 5,
      dur: 1,
    }));
    expect(await collect(readChromeTrace(stream([JSON.stringify(foreign)])))).toEqual([
      { problem: 'skipped', message: '3 events that are no spans exported from here were skipped' },
    ]);
  });

  it('refuses more processes than it remembers', async () => {
    const args = { name: 'a', 'tta.otlp': '{}' };
    const events = Array.from({ length: 10_002 }, (_, index) => ({
      name: 'process_name',
      ph: 'M',
      args,
      pid: Math.min(index, 10_000),
    }));
    const records = await collect(readChromeTrace(stream([JSON.stringify(events)])));
    expect(records).toEqual(
      ['event 10000', 'event 10001'].map((where) => ({
        problem: 'invalid',
        message: `${where} was left out: the document has more than 10000 processes`,
      })),
    );
  });
});

async function writtenEvents(spans: readonly TraceSpan[]): Promise<ChromeEvent[]> {
  const { traceEvents } = JSON.parse(await written(writeChromeTrace(stream(spans))));
  return traceEvents;
}
