import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RecentlyUsed } from './recently-used.ts';

describe('RecentlyUsed', () => {
  it('has never more than fit, and of those the ones used last, in the order of their use', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(
          fc.tuple(fc.constantFrom('use', 'use', 'use', 'delete', 'clear'), fc.constantFrom(...'abcdef')),
        ),
        (limit, script) => {
          const recent = new RecentlyUsed<string>(limit);
          let model: string[] = [];
          for (const [act, key] of script) {
            const had = model.includes(key);
            model = act === 'clear' ? [] : model.filter((other) => other !== key);
            const before = recent.get(key);
            if (act === 'use') model = [...model, key].slice(-limit);
            const done =
              act === 'use'
                ? before !== undefined || recent.add(key, `of ${key}`)
                : act === 'delete'
                  ? recent.delete(key)
                  : recent.clear();
            expect(before).toBe(had ? `of ${key}` : undefined);
            expect(done).toBe(act === 'use' ? true : act === 'delete' ? had : undefined);
            expect([...recent]).toEqual(model.map((held) => [held, `of ${held}`]));
            expect(recent.size).toBe(model.length);
          }
        },
      ),
    );
  });

  it('makes room only by what may go, and takes nothing in where nothing may', () => {
    const recent = new RecentlyUsed<number>(2);
    recent.add('busy', 1);
    recent.add('idle', 0);
    const idle = (value: number): boolean => value === 0;
    expect(recent.add('next', 2, idle)).toBe(true);
    expect([...recent]).toEqual([
      ['busy', 1],
      ['next', 2],
    ]);
    expect(recent.add('one more', 3, idle)).toBe(false);
    expect(recent.size).toBe(2);
    expect(recent.get('one more')).toBeUndefined();
  });
});
