import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fileWithin } from './source-file.ts';

describe('fileWithin', () => {
  it.each([
    ['/work/app', '/work/app/src/main.ts', '/work/app/src/main.ts'],
    ['/work/app/', '/work/app/./src//main.ts', '/work/app/src/main.ts'],
    ['/work/app', 'file:///work/app/a%20b.ts', '/work/app/a b.ts'],
    ['/work/app', 'file://localhost/work/app/a.ts?query#hash', '/work/app/a.ts'],
    ['/work/app', 'src/main.py', '/work/app/src/main.py'],
    ['/work/app', './main.py', '/work/app/main.py'],
    ['/work/app', '/work/app/lib/../main.ts', '/work/app/main.ts'],
    ['C:\\work\\app', 'C:\\work\\app\\src\\main.ts', 'C:/work/app/src/main.ts'],
    ['C:\\Work\\app', 'file:///c:/work/App/src/main.ts', 'c:/work/App/src/main.ts'],
    ['C:\\work', 'src\\main.py', 'C:/work/src/main.py'],
  ])('lets a file of %s be opened: %s', (directory, file, path) => {
    expect(fileWithin(directory, file)).toBe(path);
  });

  it.each([
    ['/work/app', '/etc/passwd'],
    ['/work/app', '/work/app'],
    ['/work/app', '/work/application/main.ts'],
    ['/work/app', '/work/app/../secret.ts'],
    ['/work/app', '../secret.ts'],
    ['/work/app', 'src/../../secret.ts'],
    ['/work/app', 'file:///work/app/%2e%2e/secret.ts'],
    ['/work/app', 'file:///work/app/%2e%2e%2fsecret.ts'],
    ['/work/app', 'file://server/work/app/main.ts'],
    ['/work/app', 'file:////work/app/main.ts'],
    ['/work/app', '//work/app/main.ts'],
    ['/work/app', '/WORK/app/main.ts'],
    ['/work/app', 'https://example.com/work/app/main.ts'],
    ['/work/app', 'javascript:alert(1)'],
    ['/work/app', 'node:fs'],
    ['/work/app', '<anonymous>'],
    ['/work/app', '/work/app/a\nb.ts'],
    ['/work/app', 'file:///work/app/%00.ts'],
    ['/work/app', 'file:///work/app/%zz.ts'],
    ['/work/app', ''],
    ['/', '/etc/passwd'],
    ['', '/work/app/main.ts'],
    ['work', '/work/main.ts'],
    ['\\\\server\\share', '\\\\server\\share\\main.ts'],
    ['C:\\work', 'D:\\work\\main.ts'],
    ['C:\\work', 'C:\\work\\..\\secret.ts'],
    ['C:\\work', '/work/main.ts'],
    ['C:\\', 'C:\\secret.ts'],
  ])('lets no other be opened: in %j %j', (directory, file) => {
    expect(fileWithin(directory, file)).toBeUndefined();
  });

  it('never leads out of the directory', () => {
    const part = fc.constantFrom(
      '..',
      '.',
      '',
      'a',
      'app',
      'work',
      '%2e%2e',
      '%2f',
      '\\',
      'C:',
      '//',
      '\u0000',
    );
    const start = fc.constantFrom('', '/', 'file:///', 'file://', '/work/app/', 'C:/', '\\');
    fc.assert(
      fc.property(start, fc.array(part), (begin, parts) => {
        const file = fileWithin('/work/app', begin + parts.join('/')) ?? '/work/app/x';
        expect(file.startsWith('/work/app/')).toBe(true);
        expect(file.split('/')).not.toContain('..');
      }),
      { numRuns: 2_000 },
    );
  });
});
