import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { spanColumns } from '../testing/trace-fixture.ts';
import { buildSpanTree } from '../tree/span-tree.ts';
import { RowSearch } from './row-search.ts';

const columns = spanColumns([
  { name: 'primitive.sequential.execute', label: 'Review' },
  { name: 'primitive.sequential.step_0', label: 'read', parent: 0 },
  { name: 'primitive.lambda.execute', label: 'read files', parent: 1 },
  { name: 'chat', parent: 0 },
  { name: 'execute_tool', parent: 0, status: 'error', message: 'Disk is FULL' },
]);
const tree = buildSpanTree({
  ...columns,
  ai: {
    ...columns.ai,
    span: [3, 4],
    model: ['gpt-5-mini', null],
    provider: ['openai', null],
    tool: [null, 'write_file'],
    agent: [null, null],
  },
});
const search = new RowSearch(tree, ['demo']);
const found = (text: string): number[] => [...search.find(text)];

describe('RowSearch', () => {
  it.each([
    ['review', [0]],
    ['READ', [1]],
    ['step_0', [1]],
    ['gpt-5', [2]],
    ['openai', [2]],
    ['write_file', [3]],
    ['disk is full', [3]],
    ['demo', [0, 1, 2, 3]],
    [' files ', [1]],
    ['nothing of it', []],
    ['  ', []],
  ])('finds %j in rows %j', (text, rows) => {
    expect(found(text)).toEqual(rows);
  });

  it('takes no character for a pattern', () => {
    expect(found('.*')).toEqual([]);
    expect(found('primitive.lambda')).toEqual([1]);
  });

  it('finds what a look at each row finds', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'B', '.', 'ß'), maxLength: 4 });
    fc.assert(
      fc.property(fc.array(name, { maxLength: 30 }), name, (names, wanted) => {
        const rows = buildSpanTree(spanColumns(names.map((text) => ({ name: text }))));
        const text = wanted.trim().toLowerCase();
        expect([...new RowSearch(rows, ['']).find(wanted)]).toEqual(
          names.flatMap((candidate, row) =>
            text !== '' && candidate.toLowerCase().includes(text) ? [row] : [],
          ),
        );
      }),
    );
  });

  it('takes a moment over 50,000 rows', () => {
    const many = buildSpanTree(
      spanColumns(
        Array.from({ length: 50_000 }, (_, index) => ({
          name: `call ${index}`,
          label: `item ${index % 97}`,
        })),
      ),
    );
    const large = new RowSearch(many, ['demo']);
    const startedMs = performance.now();
    expect(large.find('call 4')).toHaveLength(11_111);
    // A wide bound for a busy machine; a frame has 16 ms.
    expect(performance.now() - startedMs).toBeLessThan(200);
  });
});
