import { describe, expect, it } from '@jest/globals';
import { textTable } from './text-table.ts';

const columns = [
  { title: 'name', align: 'left' },
  { title: 'kind', align: 'left' },
  { title: 'calls', align: 'right' },
] as const;
const cells = [
  ['a name that is rather long', 'retry', '7'],
  ['b', 'sequential', '1234567'],
];

describe('textTable', () => {
  it('aligns names at the left and figures at the right', () => {
    expect(textTable(columns, cells, 80)).toEqual([
      'name                        kind          calls',
      'a name that is rather long  retry             7',
      'b                           sequential  1234567',
    ]);
  });

  it('cuts the widest names until a line fits, and never a figure', () => {
    expect(textTable(columns, cells, 33)).toEqual([
      'name          kind          calls',
      'a name that…  retry             7',
      'b             sequential  1234567',
    ]);
    const narrow = textTable(columns, cells, 10);
    expect(narrow[2]).toBe('b         sequent…  1234567');
  });

  it('draws titles alone for no rows', () => {
    expect(textTable(columns, [], 80)).toEqual(['name  kind  calls']);
  });
});
