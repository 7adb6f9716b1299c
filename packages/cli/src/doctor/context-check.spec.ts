import { describe, expect, it } from '@jest/globals';
import { evidenceOf, RESOURCE, type ToldSpan } from '../../test/stored-spans.ts';
import { checkContext } from './context-check.ts';

const id = (number: number, length: number) => number.toString(16).padStart(length, '0');

/** `order` with a child, then a wait; a root `query` lies in the wait, and `order` ends with it. */
const run = (number: number, startMs: number, changes: Partial<ToldSpan> = {}): readonly ToldSpan[] => {
  const traceId = id(2 * number, 32);
  const orderId = id(10 * number, 16);
  return [
    { traceId, spanId: orderId, name: 'order', startMs, endMs: startMs + 50 },
    {
      traceId,
      spanId: id(10 * number + 1, 16),
      parentSpanId: orderId,
      name: 'reserve',
      startMs,
      endMs: startMs + 10,
    },
    {
      traceId: id(2 * number + 1, 32),
      spanId: id(10 * number + 2, 16),
      name: 'query',
      startMs: startMs + 20,
      endMs: startMs + 48,
      ...changes,
    },
  ];
};

const runs = (count: number, changes: (startMs: number) => Partial<ToldSpan> = () => ({})) =>
  Array.from({ length: count }, (_, at) => run(at + 1, at * 100, changes(at * 100))).flat();

const found = (spans: readonly ToldSpan[]) => checkContext(evidenceOf(spans)).map(({ what }) => what);

describe('checkContext', () => {
  it('finds roots that time and again lie where a child would', () => {
    expect(found(runs(3))).toEqual([
      'In "shop" (process 7 on ada) "query" begins 3 traces of its own within "order": the context looks lost in between.',
    ]);
  });

  it('finds one that has the id of the run that it lies in', () => {
    const [order, reserve, query] = run(1, 0);
    const attributes = { 'request.id': 'r-1' };
    expect(found([{ ...order!, attributes }, reserve!, { ...query!, attributes }])).toHaveLength(1);
    const others = { 'request.id': 'r-2' };
    expect(found([{ ...order!, attributes }, reserve!, { ...query!, attributes: others }])).toEqual([]);
  });

  it.each<[string, readonly ToldSpan[]]>([
    ['it was seen twice only', runs(2)],
    ['requests come in', runs(3, () => ({ kind: 2 }))],
    ['messages come in', runs(3, () => ({ kind: 5 }))],
    ['it was begun side by side', runs(3, (startMs) => ({ startMs: startMs + 1 }))],
    ['it runs beside a child', runs(3, (startMs) => ({ startMs: startMs + 5 }))],
    ['nothing goes on when it ends', runs(3, (startMs) => ({ endMs: startMs + 30 }))],
    ['it outlasts the other', runs(3, (startMs) => ({ endMs: startMs + 60 }))],
    ['it is in another process', runs(3, () => ({ resource: { ...RESOURCE, 'process.pid': 8 } }))],
    ['nobody knows the process', runs(3).map((span) => ({ ...span, resource: { 'service.name': 'shop' } }))],
    [
      'it also comes alone',
      [...runs(3), { traceId: id(99, 32), spanId: id(99, 16), name: 'query', startMs: 900, endMs: 920 }],
    ],
    [
      'it is linked on purpose',
      Array.from({ length: 3 }, (_, at) => run(at + 1, at * 100, { links: [id(2 * (at + 1), 32)] })).flat(),
    ],
  ])('says nothing when %s', (_reason, spans) => {
    expect(found(spans)).toEqual([]);
  });

  it('says nothing of calls of models side by side, each a trace of its own', () => {
    const call = (number: number, name: string, startMs: number, endMs: number): ToldSpan => ({
      traceId: id(number, 32),
      spanId: id(number, 16),
      name,
      kind: 3,
      startMs,
      endMs,
    });
    expect(
      found([
        call(1, 'chat large', 0, 100),
        call(2, 'chat small', 0, 30),
        call(3, 'chat small', 31, 60),
        call(4, 'embed', 61, 98),
      ]),
    ).toEqual([]);
  });

  it('finds that no span has a parent, where calls lie one after the other in one that waits for them', () => {
    const root = (number: number, name: string, startMs: number, endMs: number): ToldSpan => ({
      traceId: id(number, 32),
      spanId: id(number, 16),
      name,
      startMs,
      endMs,
    });
    const tree = [root(1, 'order', 0, 50), root(2, 'reserve', 5, 20), root(3, 'pay', 20, 48)];
    expect(found(tree)).toEqual([
      'In "shop" (process 7 on ada) no span has a parent, although they lie within each other: nothing keeps the context.',
    ]);
    const sideBySide = [root(1, 'order', 0, 50), root(2, 'reserve', 0, 20), root(3, 'pay', 1, 48)];
    expect(found(sideBySide)).toEqual([]);
  });
});
