import { describe, expect, it } from '@jest/globals';
import { ThemeSetting } from './theme.ts';
import type { DarkPreference } from './theme.ts';

function memoryStorage(entries: Record<string, string> = {}): Pick<Storage, 'getItem' | 'setItem'> {
  const held = new Map(Object.entries(entries));
  return { getItem: (key) => held.get(key) ?? null, setItem: (key, value) => void held.set(key, value) };
}

function preference(matches: boolean): DarkPreference & { change(matches: boolean): void } {
  let listener: (event: { readonly matches: boolean }) => void = () => {};
  return {
    matches,
    addEventListener: (_type, added) => {
      listener = added;
    },
    change: (changed) => listener({ matches: changed }),
  };
}

describe('ThemeSetting', () => {
  it('follows the browser, also when its preference changes', () => {
    const system = preference(false);
    const setting = new ThemeSetting(memoryStorage(), system);
    expect(setting.theme.value).toBe('light');
    system.change(true);
    expect(setting.theme.value).toBe('dark');
  });

  it('remembers a choice and prefers it to the browser', () => {
    const storage = memoryStorage();
    new ThemeSetting(storage, preference(false)).choose('dark');
    const next = new ThemeSetting(storage, preference(false));
    expect(next.choice.value).toBe('dark');
    expect(next.theme.value).toBe('dark');
  });

  it('ignores a stored value that it does not know', () => {
    expect(new ThemeSetting(memoryStorage({ 'obs.theme': 'pink' }), preference(true)).theme.value).toBe(
      'dark',
    );
  });

  it('keeps working where storage is forbidden', () => {
    const forbidden = {
      getItem: (): never => {
        throw new Error('denied');
      },
      setItem: (): never => {
        throw new Error('denied');
      },
    };
    const setting = new ThemeSetting(forbidden, preference(false));
    setting.choose('dark');
    expect(setting.theme.value).toBe('dark');
  });
});
