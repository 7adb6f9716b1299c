import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stream, written } from '../../test/streams.ts';
import { anySpans } from '../../test/trace-span-arbitrary.ts';
import { traceSpan } from '../../test/trace-span.ts';
import { writeSpeedscope, type TraceSpan } from '../formats.ts';

interface SpeedscopeFile {
  readonly $schema: string;
  readonly exporter: string;
  readonly shared: { readonly frames: readonly { readonly name: string }[] };
  readonly profiles: readonly {
    readonly type: string;
    readonly name: string;
    readonly unit: string;
    readonly startValue: number;
    readonly endValue: number;
    readonly events: readonly { readonly type: string; readonly frame: number; readonly at: number }[];
  }[];
}

describe('writeSpeedscope', () => {
  it('closes each frame that it opens, innermost first and in order of time, whatever the spans are', async () => {
    await fc.assert(
      fc.asyncProperty(anySpans, async (spans) => {
        const { shared, profiles } = await writtenFile(spans);
        let frames = 0;
        for (const { type, unit, startValue, endValue, events } of profiles) {
          expect([type, unit]).toEqual(['evented', 'nanoseconds']);
          const open: number[] = [];
          let last = startValue;
          for (const event of events) {
            expect(event.at).toBeGreaterThanOrEqual(last);
            last = event.at;
            expect(shared.frames[event.frame]).toBeDefined();
            const isOpening = event.type === 'O';
            if (isOpening) open.push(event.frame);
            expect([event.type, event.frame]).toEqual([isOpening ? 'O' : 'C', open.at(-1)]);
            if (!isOpening) open.pop();
            if (isOpening) frames++;
          }
          expect(open).toEqual([]);
          expect(endValue).toBe(last);
        }
        expect(frames).toBe(spans.length);
      }),
      { numRuns: 100 },
    );
  });

  it('has a profile for each lane of a service, with times from the first span', async () => {
    const start = 1_700_000_000_000_000_000n;
    const spans = [
      traceSpan({ name: 'b', startTimeUnixNano: start + 10n, endTimeUnixNano: start + 20n }),
      traceSpan({
        name: 'a',
        spanId: '0000000000000002',
        startTimeUnixNano: start,
        endTimeUnixNano: start + 15n,
      }),
      traceSpan({
        name: '',
        spanId: '0000000000000003',
        startTimeUnixNano: start + 5n,
        endTimeUnixNano: start + 15n,
        parentSpanId: '0000000000000002',
        resource: { attributes: {}, droppedAttributesCount: 0, schemaUrl: '' },
      }),
    ];
    expect(await writtenFile(spans)).toEqual({
      $schema: 'https://www.speedscope.app/file-format-schema.json',
      exporter: '@tta/obs-tracing',
      shared: { frames: [{ name: 'b' }, { name: 'a' }, { name: '(no name)' }] },
      profiles: [
        profile('shop', 1, 0, 15),
        profile('shop · lane 2', 0, 10, 20),
        profile('unknown_service', 2, 5, 15),
      ],
    });
  });

  it('writes a file of nothing', async () => {
    expect((await writtenFile([])).profiles).toEqual([]);
  });
});

function profile(name: string, frame: number, startValue: number, endValue: number) {
  const events = [
    { type: 'O', frame, at: startValue },
    { type: 'C', frame, at: endValue },
  ];
  return { type: 'evented', name, unit: 'nanoseconds', events, startValue, endValue };
}

async function writtenFile(spans: readonly TraceSpan[]): Promise<SpeedscopeFile> {
  return JSON.parse(await written(writeSpeedscope(stream(spans))));
}
