import { describe, expect, it } from '@jest/globals';
import { dataDirectory } from './data-directory.ts';

describe('dataDirectory', () => {
  it.each([
    ['linux', {}, '/home/me', '/home/me/.local/share/tta-obs'],
    ['linux', { XDG_DATA_HOME: '/data' }, '/home/me', '/data/tta-obs'],
    ['linux', { XDG_DATA_HOME: 'data' }, '/home/me', '/home/me/.local/share/tta-obs'],
    ['linux', { XDG_DATA_HOME: '' }, '/home/me', '/home/me/.local/share/tta-obs'],
    ['linux', { XDG_DATA_HOME: '/data' }, undefined, '/data/tta-obs'],
    ['linux', {}, undefined, undefined],
    ['linux', {}, '', undefined],
    ['linux', {}, 'relative', undefined],
    ['darwin', { XDG_DATA_HOME: '/data' }, '/Users/me', '/Users/me/Library/Application Support/tta-obs'],
    ['darwin', {}, undefined, undefined],
    ['win32', { LOCALAPPDATA: 'D:\\Local' }, 'C:\\Users\\me', 'D:\\Local\\tta-obs'],
    ['win32', {}, 'C:\\Users\\me', 'C:\\Users\\me\\AppData\\Local\\tta-obs'],
    ['win32', { LOCALAPPDATA: 'Local' }, undefined, undefined],
  ] as const)('on %s with %j and the home %j is %j', (platform, env, homeDirectory, expected) => {
    expect(dataDirectory({ platform, env, homeDirectory })).toBe(expected);
  });
});
