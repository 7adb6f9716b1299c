import { describe, expect, it } from '@jest/globals';
import { Observed } from '../test/observed.ts';
import { lambda } from './lambda.ts';

describe('lambda', () => {
  it('is a function with a name', async () => {
    const observed = new Observed();
    const double = lambda('double', async (n: number) => n * 2);
    expect(await observed.run(() => double.execute(2))).toBe(4);
    expect([double.name, double.type]).toEqual(['double', 'lambda']);
  });

  it('refuses what is no function', () => {
    expect(() => lambda('x', 1 as never)).toThrow('lambda "x" needs a function');
  });
});
