import { createTree } from '@nx/devkit/testing';
import { describe, expect, it } from '@jest/globals';
import { addTableRow, addToTableCell } from './markdown-table.ts';

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

describe('addToTableCell', () => {
  const added = (heading: string, key: string): string | null => {
    const tree = createTree();
    tree.write('page.md', page);
    addToTableCell(tree, 'page.md', heading, key, 'new');
    return tree.read('page.md', 'utf8');
  };

  it('adds to the second cell of the row', () => {
    expect(added('| a ', '1')).toBe(page.replace('| 1 | 2 |', '| 1 | 2, new |'));
  });

  it.each([
    { heading: '| x ', key: '1' },
    { heading: '| a ', key: '7' },
    { heading: '| c ', key: '1' },
  ])('throws where there is no row "$key" below "$heading"', ({ heading, key }) => {
    expect(() => added(heading, key)).toThrow(`page.md has no row "${key}" below "${heading}"`);
  });
});

describe('a page that is not there', () => {
  it('is an error that names it', () => {
    expect(() => addTableRow(createTree(), 'gone.md', '| a ', [])).toThrow('there is no gone.md');
  });
});
