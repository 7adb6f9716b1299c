import { describe, expect, it } from '@jest/globals';
import { isSectionOpen, rememberSection } from './section-state.ts';

function memory(initial?: string) {
  let kept: string | null = initial ?? null;
  return { getItem: () => kept, setItem: (_key: string, value: string) => void (kept = value) };
}

describe('the state of a section', () => {
  it('is the default until the user changes it, and then what the user left', () => {
    const store = memory();
    expect([isSectionOpen(store, 'Events', true), isSectionOpen(store, 'Resource', false)]).toEqual([
      true,
      false,
    ]);
    rememberSection(store, 'Events', false);
    rememberSection(store, 'Resource', true);
    expect([isSectionOpen(store, 'Events', true), isSectionOpen(store, 'Resource', false)]).toEqual([
      false,
      true,
    ]);
  });

  it.each(['', 'null', '3', '{"Events":"no"}', '{'])('is the default when %j is stored', (stored) => {
    expect(isSectionOpen(memory(stored), 'Events', true)).toBe(true);
  });

  it('is the default where storage is forbidden', () => {
    const forbidden = {
      getItem: () => {
        throw new Error('denied');
      },
      setItem: () => {
        throw new Error('denied');
      },
    };
    rememberSection(forbidden, 'Events', false);
    expect(isSectionOpen(forbidden, 'Events', true)).toBe(true);
  });
});
