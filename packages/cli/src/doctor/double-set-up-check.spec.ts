import { describe, expect, it } from '@jest/globals';
import { evidenceOf, RESOURCE, type ToldSpan } from '../../test/stored-spans.ts';
import { checkDoubleSetUp } from './double-set-up-check.ts';

const id = (number: number, length: number) => number.toString(16).padStart(length, '0');

describe('checkDoubleSetUp', () => {
  const other = { ...RESOURCE, 'service.name': 'shop-copy' };
  const instance = { ...RESOURCE, 'service.instance.id': 'i-2' };
  const thread = { ...other, 'thread.id': 2 };
  /** The same five calls, told by two resources. */
  const fiveCalls = (resource: ToldSpan['resource'], laterMs: number) =>
    [1, 2, 3, 4, 5].flatMap((number) => [
      work(number, number * 100),
      work(number + 10, number * 100 + laterMs, resource, number),
    ]);
  const work = (
    number: number,
    startMs: number,
    resource: ToldSpan['resource'] = RESOURCE,
    item = number,
  ): ToldSpan => ({
    traceId: id(number, 32),
    spanId: id(number, 16),
    name: 'GET /',
    startMs,
    endMs: startMs + 30,
    resource,
    attributes: { item },
  });
  const setUps = (...spans: readonly ToldSpan[]) =>
    checkDoubleSetUp(evidenceOf(spans)).map(({ evidence }) => evidence);

  it('finds two resources of one process that tell the same work', () => {
    const [evidence] = setUps(work(1, 0), work(2, 100), work(3, 0, other, 1), work(4, 101, other, 2));
    expect(evidence!.at(-1)).toBe('their resources differ: service.name "shop" and "shop-copy"');
  });

  it('finds two of which but the id of the instance differs, where they tell of it in the same moment', () => {
    expect(setUps(...fiveCalls(instance, 0.2))).toHaveLength(1);
  });

  it.each<[string, readonly ToldSpan[]]>([
    ['one call only is told twice', [work(1, 0), work(3, 0, other, 1)]],
    [
      'threads work side by side on other things',
      [work(1, 0), work(2, 100), work(3, 0, other, 3), work(4, 100, other, 4)],
    ],
    ['threads do the same work side by side', fiveCalls(instance, 3)],
    [
      'few calls of what may be threads agree',
      [work(1, 0), work(2, 100), work(3, 0, instance, 1), work(4, 100, instance, 2)],
    ],
    ['they are threads for certain', fiveCalls(thread, 0.2)],
    ['it is other work', [work(1, 0), work(2, 100), work(3, 50, other, 1), work(4, 150, other, 2)]],
    [
      'it is another process',
      [
        work(1, 0),
        work(2, 100),
        work(3, 0, { ...RESOURCE, 'process.pid': 8 }, 1),
        work(4, 100, { ...RESOURCE, 'process.pid': 8 }, 2),
      ],
    ],
    ['it is one set-up', [work(1, 0), work(2, 100), work(3, 0, RESOURCE, 1), work(4, 100, RESOURCE, 2)]],
  ])('says nothing when %s', (_reason, spans) => {
    expect(setUps(...spans)).toEqual([]);
  });
});
