import { createTree } from '@nx/devkit/testing';
import { describe, expect, it } from '@jest/globals';
import { addTableRow } from './markdown-table.ts';

const page = '# Page\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n| c |\n| - |';

describe('addTableRow', () => {
  const added = (heading: string, cells: readonly string[]): string | null => {
    const tree = createTree();
    tree.write('page.md', page);
    addTableRow(tree, 'page.md', heading, cells);
    return tree.read('page.md', 'utf8');
  };

  it('adds a row at the end of its table', () => {
    expect(added('| a ', ['3', '4'])).toBe(page.replace('| 1 | 2 |\n', '| 1 | 2 |\n| 3 | 4 |\n'));
  });

  it('adds a row to a table that ends with the page', () => {
    expect(added('| c ', ['5'])).toBe(`${page}\n| 5 |`);
  });

  it('throws where there is no such table', () => {
    expect(() => added('| x ', ['3'])).toThrow('page.md has no table that begins with "| x "');
  });
});
