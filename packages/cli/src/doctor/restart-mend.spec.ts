import { describe, expect, it } from '@jest/globals';
import { namedBy, restartMend, withDatabase } from './restart-mend.ts';

describe('namedBy', () => {
  it.each([
    [{}, ''],
    [{ port: '9', host: '::1', config: '/a b/$c.json' }, " --port 9 --host ::1 --config '/a b/$c.json'"],
    [{ config: "it's", token: 't'.repeat(16) }, String.raw` --config 'it'\''s' --token "$TTA_UI_TOKEN"`],
    [{ dbPath: '/a b.db' }, " --db-path '/a b.db'"],
  ])('tells %j for a shell', (flags, words) => {
    expect(namedBy(flags)).toBe(words);
  });
});

describe('withDatabase', () => {
  it.each([
    ['/kept.db', false, ' --port 9 --db-path /kept.db'],
    ['/usual.db', false, ' --port 9'],
    ['/kept.db', true, ' --port 9'],
  ])('of one that keeps %s (named: %s) is "%s"', (databasePath, isDatabaseNamed, words) => {
    const settings = { databasePath: '/usual.db', isDatabaseNamed };
    expect(withDatabase(' --port 9', settings, { databasePath })).toBe(words);
  });
});

describe('restartMend', () => {
  it('names the service in both commands', () => {
    expect(restartMend(' --port 9')).toBe('tta-obs stop --port 9 && tta-obs start --detach --port 9');
  });
});
