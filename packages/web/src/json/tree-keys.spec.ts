import { describe, expect, it } from '@jest/globals';
import { JsonTree } from './json-tree.ts';
import type { JsonPath } from './json-search.ts';
import { moveInTree, neighbouringFind } from './tree-keys.ts';

function walk(tree: JsonTree, ...keys: string[]): (string | number | undefined)[] {
  let path: JsonPath = [];
  return keys.map((key) => {
    path = moveInTree(tree, path, key, 3) ?? path;
    return tree.row(tree.indexOf(path)).key;
  });
}

const value = { a: [1, 2], b: { c: { d: 1 } }, e: '[1]', f: 0 };

describe('moveInTree', () => {
  it('walks over the rows and stays within them', () => {
    expect(
      walk(new JsonTree(value), 'ArrowUp', 'ArrowDown', 'ArrowDown', 'PageDown', 'PageUp', 'End'),
    ).toEqual([undefined, 'a', 'b', 'f', 'a', 'f']);
    expect(walk(new JsonTree(value), 'End', 'ArrowDown', 'Home')).toEqual(['f', 'f', undefined]);
  });

  it('opens, enters, closes and leaves', () => {
    const tree = new JsonTree(value);
    const keys = [
      'ArrowRight',
      'ArrowRight',
      'ArrowRight',
      'ArrowLeft',
      'ArrowLeft',
      'ArrowLeft',
      'ArrowLeft',
    ];
    expect(walk(tree, ...keys)).toEqual(['a', 'a', 0, 'a', 'a', undefined, undefined]);
    expect(tree.rowCount).toBe(1);
  });

  it('opens all that stands beside, but no texts', () => {
    const tree = new JsonTree(value);
    walk(tree, 'ArrowDown', '*');
    expect(tree.rowCount).toBe(5 + 2 + 1);
  });

  it('leaves other keys to the page', () => {
    expect(moveInTree(new JsonTree(value), [], 'j', 3)).toBeUndefined();
  });
});

describe('neighbouringFind', () => {
  const found = [[0], [1, 0], [1, 2], [10]];

  it('goes to the next or the previous place, round the end', () => {
    expect([[], [0], [1], [1, 0, 5], [10], [11]].map((path) => neighbouringFind(found, path, 1))).toEqual([
      [0],
      [1, 0],
      [1, 0],
      [1, 2],
      [0],
      [0],
    ]);
    expect([[], [0], [1], [1, 0, 5], [9]].map((path) => neighbouringFind(found, path, -1))).toEqual([
      [10],
      [10],
      [0],
      [1, 0],
      [1, 2],
    ]);
    expect(neighbouringFind([], [0], 1)).toBeUndefined();
  });
});
