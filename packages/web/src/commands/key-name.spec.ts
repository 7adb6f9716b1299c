import { describe, expect, it } from '@jest/globals';
import { hasCommandKey, keyNames } from './key-name.ts';

describe('keyNames', () => {
  it.each([
    ['j', ['j']],
    ['g t', ['g', 't']],
    ['ArrowDown', ['↓']],
    ['Mod+k', ['Ctrl', 'k']],
    ['Mod++', ['Ctrl', '+']],
    ['Shift+ArrowLeft', ['Shift', '←']],
    ['+', ['+']],
    [' ', ['Space']],
    ['?', ['?']],
  ])('writes %j on the keys %j', (keys, names) => {
    expect(keyNames(keys, false)).toEqual(names);
  });

  it('has the key of a Mac where there is one', () => {
    expect(keyNames('Mod+k', hasCommandKey('MacIntel'))).toEqual(['⌘', 'k']);
    expect(keyNames('Mod+k', hasCommandKey('Linux x86_64'))).toEqual(['Ctrl', 'k']);
  });
});
