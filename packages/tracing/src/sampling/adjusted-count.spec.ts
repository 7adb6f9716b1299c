import { describe, expect, it } from '@jest/globals';
import { parentSpan, traceIdOf } from '../../test/sampling.ts';
import { adjustedCount } from './adjusted-count.ts';

const id = traceIdOf('ffffffffffffff');

describe('adjustedCount', () => {
  it.each([
    ['ot=th:0', 1],
    ['ot=th:8', 2],
    ['a=1,ot=th:c;k:1', 4],
    ['ot=th:fd70a', 99.99771123402633],
    ['ot=th:ffffffffffffff', 2 ** 56],
    ['ot=th:8;rv:80000000000000', 2],
  ])('of a span with %s is %d', (tracestate, count) => {
    expect(adjustedCount(parentSpan(id, { tracestate }))).toBe(count);
  });

  it.each([
    [undefined, 0x01],
    ['a=1', 0x01],
    ['ot=th:x', 0x01],
    ['ot=th:8;rv:7fffffffffffff', 0x01], // would not have been kept
    ['ot=th:8', 0x00],
    ['ot=th:8', 0x02],
  ])('of a span with %j and the flags %d is not known', (tracestate, traceFlags) => {
    expect(adjustedCount(parentSpan(id, { traceFlags, ...(tracestate && { tracestate }) }))).toBeUndefined();
  });
});
