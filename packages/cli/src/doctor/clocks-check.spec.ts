import { describe, expect, it } from '@jest/globals';
import { evidenceOf, RESOURCE, type ToldSpan } from '../../test/stored-spans.ts';
import { checkClocks } from './clocks-check.ts';

const BANK = { 'service.name': 'bank', 'host.name': 'eve', 'process.pid': 8 };

interface CallTimes {
  readonly offsetMs: number;
  readonly callerMs?: number;
  readonly calledMs?: number;
}

/** A call of 100 ms that is answered in 60 ms, on a clock that is off. */
const call = (
  number: number,
  { offsetMs, callerMs = 100, calledMs = 60 }: CallTimes,
): readonly ToldSpan[] => {
  const traceId = number.toString(16).padStart(32, '0');
  const [callerId, calledId] = ['a', 'b'].map((digit) => digit.repeat(16)) as [string, string];
  const startMs = number * 1000;
  const begin = startMs + 20 + offsetMs;
  return [
    { traceId, spanId: callerId, name: 'GET rates', kind: 3, startMs, endMs: startMs + callerMs },
    {
      traceId,
      spanId: calledId,
      parentSpanId: callerId,
      name: 'GET /',
      kind: 2,
      flags: 0x301,
      startMs: begin,
      endMs: begin + calledMs,
      resource: BANK,
    },
  ];
};

const calls = (count: number, times: CallTimes) =>
  Array.from({ length: count }, (_, at) => call(at + 1, times)).flat();

const found = (spans: readonly ToldSpan[]) => checkClocks(evidenceOf(spans)).map(({ what }) => what);

describe('checkClocks', () => {
  it.each([
    [-3000, 'behind', '3.00 s'],
    [-150, 'behind', '150 ms'],
    [250, 'ahead of', '250 ms'],
    [7_200_000, 'ahead of', '2 h 00 min'],
  ])('tells an offset of %d ms', (offsetMs, direction, text) => {
    expect(found(calls(3, { offsetMs }))).toEqual([
      `The clock of "bank" (process 8 on eve) is ${direction} that of "shop" (process 7 on ada) by about ${text}.`,
    ]);
  });

  it('names the hosts in what mends it', () => {
    const [finding] = checkClocks(evidenceOf(calls(3, { offsetMs: -3000 })));
    expect(finding!.mend).toEqual([
      '# on ada and eve; chronyc makestep does it at once:',
      'sudo timedatectl set-ntp true',
    ]);
    expect(finding!.evidence[0]).toMatch(/begins 2\.98 s before its caller "GET rates"$/);
  });

  it.each<[string, readonly ToldSpan[]]>([
    ['clocks agree', calls(5, { offsetMs: 0 })],
    ['a clock was set right during one call, or two', calls(2, { offsetMs: -3000 })],
    ['they differ by less than can be told', calls(5, { offsetMs: 25 })],
    ['one call alone is answered late', calls(2, { offsetMs: 250 })],
    ['the answer goes on after the caller has its first part', calls(5, { offsetMs: 0, calledMs: 400 })],
    [
      'callers have given up',
      calls(5, { offsetMs: 60 }).map((span) => (span.kind === 3 ? { ...span, statusCode: 2 } : span)),
    ],
    [
      'consumers had begun to wait before',
      calls(5, { offsetMs: -3000 }).map((span) => (span.kind === 2 ? { ...span, kind: 5 } : span)),
    ],
    ['it is one process', calls(5, { offsetMs: -3000 }).map((span) => ({ ...span, resource: RESOURCE }))],
    ['one call of many is odd', [...calls(5, { offsetMs: 0 }), ...call(9, { offsetMs: -3000 })]],
  ])('says nothing when %s', (_reason, spans) => {
    expect(found(spans)).toEqual([]);
  });
});
