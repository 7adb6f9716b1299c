import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fileWithin } from './source-file.ts';

describe('fileWithin', () => {
  it.each([
    ['/srv/app', '/srv/app/src/main.ts', '/srv/app/src/main.ts'],
    ['/srv/app/', '/srv/app/./src//main.ts', '/srv/app/src/main.ts'],
    ['/srv/app', 'file:///srv/app/a%20b.ts', '/srv/app/a b.ts'],
    ['/srv/app', 'file://localhost/srv/app/a.ts?query#hash', '/srv/app/a.ts'],
    ['/srv/app', 'src/main.py', '/srv/app/src/main.py'],
    ['/srv/app', './main.py', '/srv/app/main.py'],
    ['/srv/app', '/srv/app/lib/../main.ts', '/srv/app/main.ts'],
    ['C:\\work\\app', 'C:\\work\\app\\src\\main.ts', 'C:/work/app/src/main.ts'],
    ['C:\\Work\\app', 'file:///c:/work/App/src/main.ts', 'c:/work/App/src/main.ts'],
    ['C:\\work', 'src\\main.py', 'C:/work/src/main.py'],
  ])('lets a file of %s be opened: %s', (directory, file, path) => {
    expect(fileWithin(directory, file)).toBe(path);
  });

  it.each([
    ['/srv/app', '/etc/passwd'],
    ['/srv/app', '/srv/app'],
    ['/srv/app', '/srv/application/main.ts'],
    ['/srv/app', '/srv/app/../secret.ts'],
    ['/srv/app', '../secret.ts'],
    ['/srv/app', 'src/../../secret.ts'],
    ['/srv/app', 'file:///srv/app/%2e%2e/secret.ts'],
    ['/srv/app', 'file:///srv/app/%2e%2e%2fsecret.ts'],
    ['/srv/app', 'file://server/srv/app/main.ts'],
    ['/srv/app', 'file:////srv/app/main.ts'],
    ['/srv/app', '//srv/app/main.ts'],
    ['/srv/app', '/WORK/app/main.ts'],
    ['/srv/app', 'https://example.com/srv/app/main.ts'],
    ['/srv/app', 'javascript:alert(1)'],
    ['/srv/app', 'node:fs'],
    ['/srv/app', '<anonymous>'],
    ['/srv/app', '/srv/app/a\nb.ts'],
    ['/srv/app', 'file:///srv/app/%00.ts'],
    ['/srv/app', 'file:///srv/app/%zz.ts'],
    ['/srv/app', ''],
    ['/', '/etc/passwd'],
    ['', '/srv/app/main.ts'],
    ['work', '/srv/main.ts'],
    ['\\\\server\\share', '\\\\server\\share\\main.ts'],
    ['C:\\work', 'D:\\work\\main.ts'],
    ['C:\\work', 'C:\\work\\..\\secret.ts'],
    ['C:\\work', '/srv/main.ts'],
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
    const start = fc.constantFrom('', '/', 'file:///', 'file://', '/srv/app/', 'C:/', '\\');
    fc.assert(
      fc.property(start, fc.array(part), (begin, parts) => {
        const file = fileWithin('/srv/app', begin + parts.join('/')) ?? '/srv/app/x';
        expect(file.startsWith('/srv/app/')).toBe(true);
        expect(file.split('/')).not.toContain('..');
      }),
      { numRuns: 2_000 },
    );
  });
});
