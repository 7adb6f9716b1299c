import { describe, expect, it } from '@jest/globals';
import { decodedSpans } from '../testing/decoded-spans.ts';
import { decodeJsonTraces } from './decode-json-traces.ts';
import { mendSpanTimes } from './span-times.ts';

const arrival = 1_763_700_000_000_000_000n;
const day = 86_400_000_000_000n;
const year2000 = 946_684_800_000_000_000n;
const expected = '(nanoseconds since 1970 are expected)';

/** The times and the warning of spans with these starts and ends. */
function mended(...times: readonly (readonly [start: bigint, end: bigint])[]) {
  const spans = times.map(([start, end], index) => ({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: String(index + 1).padStart(16, '0'),
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(end),
  }));
  const batch = decodeJsonTraces(
    Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] })),
  );
  const warning = mendSpanTimes(batch, arrival);
  const stored = decodedSpans(batch).map((span) => [span.startTimeUnixNano, span.endTimeUnixNano]);
  return { stored, warning };
}

describe('mendSpanTimes', () => {
  it.each<readonly [string, bigint, bigint, bigint, bigint, string]>([
    ['no start', 0n, arrival, arrival, arrival, 'has no start and got its end for it'],
    ['no times', 0n, 0n, arrival, arrival, 'has no times and got that of its arrival'],
    ['no end', arrival, 0n, arrival, 0n, 'has no end, for which its start is taken'],
    [
      'an end before the start',
      7n + year2000,
      6n + year2000,
      7n + year2000,
      6n + year2000,
      'ends before it starts',
    ],
    [
      'milliseconds',
      1_763_700_000_000n,
      1_763_700_000_900n,
      1_763_700_000_000n,
      1_763_700_000_900n,
      'starts before the year 2000',
    ],
    [
      'the last moment of 1999',
      year2000 - 1n,
      arrival,
      year2000 - 1n,
      arrival,
      'starts before the year 2000',
    ],
    [
      'a start too far ahead',
      arrival + day + 1n,
      arrival + day + 2n,
      arrival + day + 1n,
      arrival + day + 2n,
      'lies more than a day ahead',
    ],
    [
      'an end too far ahead',
      arrival,
      arrival + day + 1n,
      arrival,
      arrival + day + 1n,
      'lies more than a day ahead',
    ],
  ])('tells of a span with %s', (_, start, end, storedStart, storedEnd, fault) => {
    const { stored, warning } = mended([arrival, arrival + 1n], [start, end]);
    expect(stored[1]).toEqual([storedStart, storedEnd]);
    expect(warning).toContain(
      `1 spans were stored whose times cannot be right ${expected}; the first: span 0000000000000002 ${fault}`,
    );
  });

  it.each([
    ['the first moment of 2000', year2000, year2000],
    ['a day ahead', arrival + day, arrival + day],
    ['no duration', arrival, arrival],
  ])('says nothing about %s', (_, start, end) => {
    expect(mended([start, end])).toEqual({ stored: [[start, end]], warning: '' });
  });

  it('counts all and names the first', () => {
    const { stored, warning } = mended([arrival, arrival], [0n, 0n], [0n, 5n]);
    expect(warning).toMatch(/^2 spans .* span 0000000000000002 has no times/);
    expect(stored[2]).toEqual([5n, 5n]);
  });

  it('has nothing to say of no spans', () => {
    expect(mended()).toEqual({ stored: [], warning: '' });
  });
});
