import { describe, expect, it } from '@jest/globals';
import { ThemeSetting } from './theme.ts';
import type { MediaPreference } from './theme.ts';

function memoryStorage(entries: Record<string, string> = {}): Pick<Storage, 'getItem' | 'setItem'> {
  const held = new Map(Object.entries(entries));
  return { getItem: (key) => held.get(key) ?? null, setItem: (key, value) => void held.set(key, value) };
}

function preference(matches = false): MediaPreference & { change(matches: boolean): void } {
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
  it('follows the browser, also when its preferences change', () => {
    const system = { dark: preference(), contrast: preference() };
    const setting = new ThemeSetting(memoryStorage(), system);
    expect(setting.theme.value).toBe('light');
    system.dark.change(true);
    expect(setting.theme.value).toBe('dark');
    system.contrast.change(true);
    expect(setting.theme.value).toBe('contrast-dark');
  });

  it('remembers a choice and prefers it to the browser', () => {
    const storage = memoryStorage();
    const system = { dark: preference(), contrast: preference(true) };
    new ThemeSetting(storage, system).choose('dark');
    const next = new ThemeSetting(storage, system);
    expect(next.choice.value).toBe('dark');
    expect(next.theme.value).toBe('dark');
  });

  it('asks the browser whether high contrast is light or dark', () => {
    const system = { dark: preference(), contrast: preference() };
    const setting = new ThemeSetting(memoryStorage({ 'obs.theme': 'contrast' }), system);
    expect(setting.theme.value).toBe('contrast-light');
    system.dark.change(true);
    expect(setting.theme.value).toBe('contrast-dark');
  });

  it('ignores a stored value that it does not know', () => {
    const system = { dark: preference(true), contrast: preference() };
    expect(new ThemeSetting(memoryStorage({ 'obs.theme': 'pink' }), system).theme.value).toBe('dark');
  });

  it('keeps working where storage is forbidden', () => {
    const forbidden = (): never => {
      throw new Error('The operation is insecure.');
    };
    const system = { dark: preference(), contrast: preference() };
    const setting = new ThemeSetting({ getItem: forbidden, setItem: forbidden }, system);
    setting.choose('dark');
    expect(setting.theme.value).toBe('dark');
  });
});
