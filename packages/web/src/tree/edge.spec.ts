import { describe, expect, it } from '@jest/globals';
import { spanColumns } from '../testing/trace-fixture.ts';
import { edgeOf, rowEdge } from './edge.ts';
import { buildSpanTree } from './span-tree.ts';

describe('edgeOf', () => {
  it.each([
    ['primitive.sequential.step_0', 'step', 'step 0'],
    ['primitive.parallel.branch_1', 'branch', 'branch 1'],
    ['primitive.parallel.branch_left', 'branch', 'left'],
    ['primitive.retry.attempt_2', 'attempt', 'attempt 2'],
    ['primitive.fallback.primary', 'primary', 'primary'],
    ['primitive.fallback.fallback_1', 'fallback', 'fallback 1'],
    ['primitive.switch.case_small', 'case', 'small'],
    ['primitive.router.route_large.v2', 'route', 'large.v2'],
    ['primitive.conditional.else', 'else', 'else'],
    ['primitive.saga.forward_book hotel', 'forward', 'book hotel'],
    ['primitive.saga.compensate_book hotel', 'compensate', 'undo book hotel'],
  ])('reads %s', (name, kind, text) => {
    expect(edgeOf(name)).toMatchObject({ kind, text });
  });

  it.each(['primitive.lambda.execute', 'primitive.timeout.execute', 'GET /primary', 'step_1', ''])(
    'finds no edge in "%s"',
    (name) => {
      expect(edgeOf(name)).toBeUndefined();
    },
  );
});

describe('rowEdge', () => {
  it('reads the edge from the span itself where those of steps are left out', () => {
    const tree = buildSpanTree(
      spanColumns([
        { name: 'primitive.retry.execute', type: 'retry' },
        { name: 'primitive.lambda.execute', type: 'lambda', parent: 0, facts: { edge: 'attempt_2' } },
        { name: 'primitive.lambda.execute', type: 'lambda', parent: 0, facts: { edge: 'anything' } },
      ]),
    );
    expect(rowEdge(tree, 0)).toBeUndefined();
    expect(rowEdge(tree, 1)).toEqual({ kind: 'attempt', key: '2', text: 'attempt 2' });
    expect(rowEdge(tree, 2)).toBeUndefined();
  });
});
