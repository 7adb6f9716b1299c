import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AttributeJson } from '@tta/obs-protocol';
import { jsonPathText, JsonTree, kindOfJson, looksLikeJson, parsedJson } from './json-tree.ts';

const json = fc.jsonValue({ maxDepth: 6 }) as fc.Arbitrary<AttributeJson>;
/** Values without texts that hold JSON, which are trees of their own. */
const plain = json.filter((value) => !(typeof value === 'string' && parsedJson(value) !== undefined));

function valueCount(value: AttributeJson): number {
  if (typeof value !== 'object' || value === null) return 1;
  return 1 + Object.values(value).reduce<number>((sum, child) => sum + valueCount(child), 0);
}

function rowsOf(tree: JsonTree) {
  return Array.from({ length: tree.rowCount }, (_, index) => tree.row(index));
}

function outline(tree: JsonTree): string[] {
  return rowsOf(tree).map(({ path, key }) => `${' '.repeat(path.length)}${key ?? '$'}`);
}

describe('JsonTree', () => {
  it('has a row for each value when all is open', () => {
    fc.assert(
      fc.property(plain, (value) => {
        const tree = new JsonTree(value);
        expect(tree.openAll()).toBe(true);
        expect(tree.rowCount).toBe(valueCount(value));
        expect(rowsOf(tree).length).toBe(tree.rowCount);
      }),
    );
  });

  it('finds the row of each value again, whatever is opened and closed', () => {
    fc.assert(
      fc.property(plain, fc.array(fc.tuple(fc.nat(), fc.boolean()), { maxLength: 20 }), (value, turns) => {
        const tree = new JsonTree(value);
        for (const [at, isOpening] of turns) {
          const { path } = tree.row(at % tree.rowCount);
          if (isOpening) tree.open(path);
          else tree.close(path);
        }
        const rows = rowsOf(tree);
        expect(rows.map(({ path }) => tree.indexOf(path))).toEqual(rows.map((_, index) => index));
        for (const row of rows) expect(tree.at(row.path).value).toBe(row.value);
      }),
    );
  });

  it('is in the end what it was when what was opened is closed', () => {
    fc.assert(
      fc.property(plain, (value) => {
        const tree = new JsonTree(value);
        const before = outline(tree);
        tree.openAll();
        tree.closeAll();
        expect(outline(tree)).toEqual(before);
      }),
    );
  });

  it('shows the root open, and more where it is opened', () => {
    const tree = new JsonTree({ a: [1, { b: 2 }], c: {} });
    expect(outline(tree)).toEqual(['$', ' a', ' c']);
    expect(tree.open([0])).toBe(true);
    expect(tree.open([0, 1])).toBe(true);
    expect(outline(tree)).toEqual(['$', ' a', '  0', '  1', '   b', ' c']);
    tree.close([0]);
    expect(outline(tree)).toEqual(['$', ' a', ' c']);
    expect(tree.indexOf([0, 1])).toBe(-1);
    expect(tree.row(2)).toMatchObject({ kind: 'object', childCount: 0, canOpen: false });
    tree.close([]);
    expect(outline(tree)).toEqual(['$']);
  });

  it('does not open what has nothing in it', () => {
    const tree = new JsonTree({ a: 1, b: [], c: 'text' });
    expect([tree.open([0]), tree.open([1]), tree.open([2]), tree.open([7, 1])]).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(new JsonTree(3).rowCount).toBe(1);
  });

  it('opens the JSON in a text, and says so in the path', () => {
    const tree = new JsonTree({ body: '{"id": [7]}', broken: '{"id"' });
    expect(tree.row(1)).toMatchObject({ kind: 'text', canOpen: true, isOpen: false });
    expect(tree.open([0])).toBe(true);
    expect(tree.reveal([0, 0, 0])).toBe(3);
    expect(tree.at([0, 0, 0]).value).toBe(7);
    expect(jsonPathText(tree.at([0, 0, 0]).steps)).toBe('$.body → $.id[0]');
    expect(tree.open([1])).toBe(false);
  });

  it('opens a list of a million numbers at once', () => {
    const tree = new JsonTree({ list: Array.from({ length: 1_000_000 }, (_, index) => index), end: true });
    tree.open([0]);
    expect(tree.rowCount).toBe(1_000_003);
    expect(tree.row(1_000_001).value).toBe(999_999);
    expect(tree.row(1_000_002).key).toBe('end');
  });

  it('opens from above what there is room for', () => {
    const tree = new JsonTree([{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }]);
    tree.openUpTo(5);
    expect(outline(tree)).toEqual(['$', ' 0', '  role', '  parts', '   0']);
    tree.openUpTo(7);
    expect(tree.rowCount).toBe(7);
    const long = new JsonTree(Array.from({ length: 100 }, () => [1]));
    long.openUpTo(16);
    expect(long.rowCount).toBe(101);
  });

  it('never opens more than there is room for', () => {
    fc.assert(
      fc.property(plain, fc.nat(20), (value, rows) => {
        const tree = new JsonTree(value);
        const before = tree.rowCount;
        tree.openUpTo(rows);
        expect(tree.rowCount).toBeLessThanOrEqual(Math.max(before, rows));
      }),
    );
  });

  it('opens no more than can be of use', () => {
    const tree = new JsonTree(Array.from({ length: 30_000 }, () => [1]));
    expect(tree.openAll()).toBe(false);
    expect(tree.rowCount).toBe(1 + 30_000 + 19_999);
  });

  it('finds keys and values in any case, and where they are', () => {
    const tree = new JsonTree({ Name: 'x', list: ['say NAME', { other: 1, deep: { name: null } }] });
    const found = tree.search('name').advance().found;
    expect(found.map((path) => jsonPathText(tree.at(path).steps))).toEqual([
      '$.Name',
      '$.list[0]',
      '$.list[1].deep.name',
    ]);
    expect(tree.row(tree.reveal(found[2]!)).key).toBe('name');
    expect(tree.search('').advance().found).toEqual([]);
    expect(new JsonTree('name').search('NAM').advance().found).toEqual([[]]);
  });

  it('finds every value that it shows', () => {
    fc.assert(
      fc.property(plain, (value) => {
        const tree = new JsonTree(value);
        tree.openAll();
        for (const row of rowsOf(tree).slice(0, 20)) {
          if (row.canOpen || row.value === '' || typeof row.value === 'object') continue;
          const found = tree
            .search(String(row.value))
            .advance()
            .found.map((path) => path.join());
          expect(found).toContain(row.path.join());
        }
      }),
    );
  });

  it('looks through what is large a part at a time, and finds the same', () => {
    fc.assert(
      fc.property(plain, fc.string({ maxLength: 2 }), fc.integer({ min: 1, max: 5 }), (value, text, step) => {
        const tree = new JsonTree(value);
        const search = tree.search(text);
        let turns = 0;
        while (!search.isDone && turns < 10_000) {
          search.advance(step);
          turns += 1;
        }
        expect(search.found).toEqual(tree.search(text).advance().found);
        expect(search.isDone).toBe(true);
      }),
    );
  });

  it('counts no more than 1,000 places', () => {
    const search = new JsonTree(Array.from({ length: 5_000 }, () => 'x')).search('x').advance();
    expect([search.found.length, search.isDone]).toEqual([1_000, true]);
  });

  it('does not overflow the stack on what is nested deeply', () => {
    let deep: AttributeJson = 'end';
    for (let level = 0; level < 15_000; level++) deep = [deep];
    const tree = new JsonTree(deep);
    expect(tree.openAll()).toBe(true);
    expect(tree.rowCount).toBe(15_001);
    expect(tree.search('end').advance().found[0]).toHaveLength(15_000);
  });
});

it('goes to a value in the depth in time that is in proportion to it', () => {
  const depth = 10_000;
  const tree = new JsonTree(JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as AttributeJson);
  tree.openAll();
  const { path } = tree.row(tree.rowCount - 1);
  const beginMs = performance.now();
  for (let turn = 0; turn < 20; turn++) expect(tree.reveal(path)).toBe(depth - 1);
  // One such walk from the root for each level took two seconds.
  expect(performance.now() - beginMs).toBeLessThan(5_000);
});

describe('JsonTree.openLike', () => {
  const left = (value: AttributeJson, ...open: readonly (readonly number[])[]): JsonTree => {
    const tree = new JsonTree(value);
    for (const path of open) tree.open(path);
    return tree;
  };

  it('opens the same members and items of what came anew, and no others', () => {
    const before = left({ a: { x: [1] }, b: [[1], [2]] }, [0], [0, 0], [1], [1, 1]);
    const after = new JsonTree({ new: { y: 1 }, b: [[1], [2, 3], [4]], a: { x: [1] } });
    after.openLike(before);
    const expected = left({ new: { y: 1 }, b: [[1], [2, 3], [4]], a: { x: [1] } }, [1], [1, 1], [2], [2, 0]);
    expect(outline(after)).toEqual(outline(expected));
  });

  it('leaves a closed root closed, and takes it when nothing is where it was', () => {
    const closed = left({ a: 1 });
    closed.close([]);
    const after = new JsonTree({ a: 1 });
    after.openLike(closed);
    expect(after.rowCount).toBe(1);
    const other = new JsonTree([1, 2]);
    other.openLike(left({ a: { x: [1] } }, [0]));
    expect(other.rowCount).toBe(3);
    expect(other.indexOf([1])).toBe(2);
    expect(other.indexOf([2])).toBe(-1);
  });
});

describe('jsonPathText', () => {
  it.each([
    [[], '$'],
    [['a', 0, '_b1'], '$.a[0]._b1'],
    [['odd key', "it's", 'a"b', ''], `$['odd key']['it\\'s']['a"b']['']`],
  ])('writes %j', (steps, text) => {
    expect(jsonPathText(steps)).toBe(text);
  });
});

describe('looksLikeJson', () => {
  it('agrees with what is parsed', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = JSON.stringify(value);
        expect(looksLikeJson(text)).toBe(typeof value === 'object' && value !== null);
        expect(looksLikeJson(`\n  ${text} \n`)).toBe(looksLikeJson(text));
      }),
    );
    expect([looksLikeJson('[1}'), looksLikeJson(''), looksLikeJson('a {}')]).toEqual([false, false, false]);
  });
});

describe('kindOfJson', () => {
  it('tells six kinds', () => {
    expect([null, [], {}, '', 1, true].map(kindOfJson)).toEqual([
      'null',
      'list',
      'object',
      'text',
      'number',
      'boolean',
    ]);
  });
});
