import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDatabaseFile } from './database-file.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { findText, TextIndex } from './text-index.ts';

/** Keys that are this far apart lie in segments of their own. */
const SEGMENT = 100_000;

let directory: string;
let connection: SqliteConnection;
let index: TextIndex;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-text-'));
  await open();
});

afterEach(() => {
  connection.close();
  rmSync(directory, { recursive: true, force: true });
});

async function open(): Promise<void> {
  connection = new SqliteConnection(await openDatabaseFile(join(directory, 'traces.db')));
  index = new TextIndex(connection);
}

function add(texts: Readonly<Record<number, string>>): void {
  connection.transaction(() => {
    for (const [key, text] of Object.entries(texts)) index.add(Number(key), text);
  });
}

/** Spans that are stored: what of the text is of others may go. */
function keep(...keys: readonly number[]): void {
  connection.transaction(() => {
    connection.exec('DELETE FROM span');
    for (const key of keys) {
      connection
        .sql(
          `INSERT INTO span (span_key, trace_key, span_id, name, kind, start_ns, end_ns, status, status_code,
             resource_id, scope_id, flags, attributes) VALUES (?, 1, ?, '', 1, 0, 0, '', 0, 1, 1, 0, '{}')`,
        )
        .run(key, `${key}`);
    }
    index.dropUnused();
  });
}

const find = (words: string, limit = 10, isStored = (_key: number) => true) =>
  findText(connection, words.split(' '), limit, (keys) => keys.filter(isStored));
const segments = () =>
  connection
    .sql(`SELECT name FROM sqlite_schema WHERE name GLOB 'span_text_[0-9]*' AND sql LIKE 'CREATE VIRTUAL%'`)
    .all()
    .map(({ name }) => name);

describe('TextIndex', () => {
  it('finds the newest first, over all segments, up to the limit', () => {
    add({ 1: 'a whale', 2: 'a whale', [SEGMENT + 5]: 'a whale', [3 * SEGMENT]: 'a whale', 400_000: 'shark' });
    expect(find('whale')).toEqual([3 * SEGMENT, SEGMENT + 5, 2, 1]);
    expect(find('whale', 3)).toEqual([3 * SEGMENT, SEGMENT + 5, 2]);
    expect(find('a whale', 1)).toEqual([3 * SEGMENT]);
    expect(find('whale shark')).toEqual([]);
    expect(segments()).toHaveLength(4);
  });

  it('passes over spans that are gone, and goes on behind them', () => {
    add(Object.fromEntries(Array.from({ length: 50 }, (_, key) => [key + 1, 'whale'])));
    expect(find('whale', 5, (key) => key % 10 === 0)).toEqual([50, 40, 30, 20, 10]);
    expect(find('whale', 5, () => false)).toEqual([]);
  });

  it('drops each segment whose spans are all gone, whatever is left before it, never the newest', () => {
    add({ 1: 'whale', [SEGMENT + 1]: 'whale', [2 * SEGMENT + 1]: 'whale', [3 * SEGMENT + 1]: 'whale' });
    keep(1, 2 * SEGMENT + 1);
    expect(find('whale')).toEqual([3 * SEGMENT + 1, 2 * SEGMENT + 1, 1]);
    keep();
    expect(find('whale')).toEqual([3 * SEGMENT + 1]);
    add({ [3 * SEGMENT + 2]: 'whale', [5 * SEGMENT]: 'whale' });
    expect(find('whale')).toEqual([5 * SEGMENT, 3 * SEGMENT + 2, 3 * SEGMENT + 1]);
  });

  it('gives up a segment of which few spans are left, one a call, and finds all in the same order', () => {
    add({
      1: 'whale gone',
      70: 'whale first',
      [SEGMENT]: 'whale gone',
      [SEGMENT + 7]: 'whale second',
      [SEGMENT + 8]: 'whale third',
      [2 * SEGMENT]: 'whale gone',
      [2 * SEGMENT + 9]: 'whale fourth',
      [3 * SEGMENT]: 'whale newest',
    });
    const kept = [70, SEGMENT + 7, SEGMENT + 8, 2 * SEGMENT + 9, 3 * SEGMENT];
    keep(...kept);
    connection
      .sql(
        `UPDATE span SET name = 'whale', status_message = 'orca', attributes = ?, events = ?, links = ? WHERE span_key = 70`,
      )
      .run(
        JSON.stringify({ a: ['narwhal', { b: 'shark' }], c: 7, d: null, e: '[redacted:secret]' }),
        JSON.stringify([{ name: 'nameless', timeUnixNano: '123', attributes: { f: 'dolphin' } }]),
        JSON.stringify([{ traceId: 'abc', attributes: { g: 'porpoise' } }]),
      );
    connection.exec(`UPDATE span SET name = 'whale' WHERE span_key > 70`);
    const merge = () => connection.transaction(() => index.mergeThin());
    expect([merge(), merge(), merge(), segments().length]).toEqual([true, true, false, 2]);
    expect(find('whale', 10, (key) => kept.includes(key))).toEqual(kept.toReversed());
    for (const word of ['orca', 'narwhal', 'shark', 'dolphin', 'porpoise']) expect(find(word)).toEqual([70]);
    for (const word of ['redacted', 'nameless', 'abc', '123', '7']) expect(find(word)).toEqual([]);
    expect(find('gone')).toEqual([2 * SEGMENT]);
    keep(3 * SEGMENT);
    expect([segments().length, find('whale')]).toEqual([1, [3 * SEGMENT]]);
  });

  it('keeps a segment of which much is left, by number, part or bytes, and what is taken back', () => {
    const closed = { [SEGMENT + 50_000]: 'x', [2 * SEGMENT + 50_000]: 'x' };
    add({ 1: 'whale', ...closed });
    keep(1, ...Array.from({ length: 1_000 }, (_, key) => key + 2), SEGMENT + 50_000);
    const merge = () => connection.transaction(() => index.mergeThin());
    expect(merge()).toBe(false);
    keep(1, 2, SEGMENT + 50_000);
    connection
      .sql('UPDATE span SET attributes = ? WHERE span_key = 2')
      .run(JSON.stringify({ a: 'x'.repeat(4_200_000) }));
    expect(merge()).toBe(false);
    connection.sql(`UPDATE span SET attributes = '{}' WHERE span_key = 2`).run();
    expect(() =>
      connection.transaction(() => {
        index.mergeThin();
        throw new Error('taken back');
      }),
    ).toThrow('taken back');
    expect([find('whale'), segments().length]).toEqual([[1], 3]);
    expect([merge(), find('whale'), segments().length]).toEqual([true, [], 2]);
  });

  it('keeps a short segment of which a tenth is left', () => {
    index.limit(1_000);
    const long = 'x '.repeat(600);
    add({ 1: long, 20: long, 40: long, 60: 'x' });
    keep(1, 2, 3, 20, 40);
    const merge = () => connection.transaction(() => index.mergeThin());
    expect([merge(), segments().length]).toEqual([false, 4]);
    expect([merge(), segments().length]).toEqual([true, 3]);
  });

  it('begins a segment earlier where texts are long', () => {
    const long = ' '.repeat(70_000_000);
    add({ 1: long, 2: `whale ${long}`, 3: 'whale', 4: 'whale' });
    expect(segments()).toHaveLength(2);
    keep(3, 4);
    expect([segments().length, find('whale')]).toEqual([1, [4, 3]]);
  });

  it('lets nobody wait until many long pieces are merged: it begins a segment instead', () => {
    let key = 0;
    const commits = (count: number, text: string) => {
      for (let commit = 0; commit < count; commit++) {
        add({ [++key]: text });
        index.endPiece();
      }
    };
    const pieces = (segment: number) =>
      Number(connection.sql(`SELECT count(DISTINCT segid) AS n FROM span_text_${segment}_idx`).get()?.['n']);
    commits(499, 'whale');
    expect(pieces(1)).toBe(499);
    commits(1, 'whale');
    expect(pieces(1)).toBe(1);
    commits(399, `whale ${' '.repeat(85_000)}`);
    commits(1, 'whale');
    expect([segments().length, pieces(1)]).toEqual([1, 401]);
    commits(1, 'whale');
    expect([segments().length, pieces(1), pieces(2)]).toEqual([2, 401, 1]);
    commits(498, 'whale');
    expect([segments().length, pieces(2)]).toEqual([2, 499]);
    commits(1, 'whale');
    expect([segments().length, pieces(2)]).toEqual([2, 1]);
    expect(find('whale', 2_000)).toHaveLength(key);
  });

  it('begins a segment as early as it is told, never later than by itself', () => {
    index.limit(1_000);
    add({ 1: 'x '.repeat(600), 2: 'whale', 3: 'whale' });
    expect(segments()).toHaveLength(2);
    index.limit(1e12);
    add({ 4: ' '.repeat(135_000_000), 5: 'whale' });
    expect(segments()).toHaveLength(3);
  });

  it('goes on in its newest segment after a restart, and after what was taken back', async () => {
    add({ 1: 'whale', [SEGMENT + 1]: 'whale' });
    expect(() =>
      connection.transaction(() => {
        index.add(3 * SEGMENT, 'whale');
        throw new Error('taken back');
      }),
    ).toThrow('taken back');
    expect(find('whale')).toEqual([SEGMENT + 1, 1]);
    add({ [3 * SEGMENT]: 'whale' });
    connection.close();
    await open();
    add({ [3 * SEGMENT + 1]: 'whale' });
    expect(find('whale')).toEqual([3 * SEGMENT + 1, 3 * SEGMENT, SEGMENT + 1, 1]);
    expect(segments()).toHaveLength(3);
  });

  it('shows another connection what is committed', async () => {
    add({ 1: 'whale' });
    const words = () => find('whale').length;
    expect(words()).toBe(1);
    connection.transaction(() => {
      index.add(2, 'whale');
    });
    expect(words()).toBe(2);
  });
});
