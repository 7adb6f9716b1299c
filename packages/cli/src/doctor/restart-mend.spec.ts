import { describe, expect, it } from '@jest/globals';
import { namedBy, restartMend } from './restart-mend.ts';

describe('namedBy', () => {
  it.each([
    [{}, ''],
    [{ port: '9', host: '::1', config: '/a b/$c.json' }, " --port 9 --host ::1 --config '/a b/$c.json'"],
    [{ config: "it's", token: 't'.repeat(16) }, String.raw` --config 'it'\''s'`],
  ])('tells %j for a shell', (flags, words) => {
    expect(namedBy(flags)).toBe(words);
  });
});

describe('restartMend', () => {
  it('names the service in both commands', () => {
    expect(restartMend(' --port 9')).toBe('tta-obs stop --port 9 && tta-obs start --detach --port 9');
  });
});
