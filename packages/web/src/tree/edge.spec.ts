import { describe, expect, it } from '@jest/globals';
import { edgeOf } from './edge.ts';

describe('edgeOf', () => {
  it.each([
    ['primitive.sequential.step_0', 'step', 'step 0'],
    ['primitive.parallel.branch_1', 'branch', 'branch 1'],
    ['primitive.parallel.branch_left', 'branch', 'left'],
    ['primitive.retry.attempt_2', 'attempt', 'attempt 2'],
    ['primitive.fallback.primary', 'primary', 'primary'],
    ['primitive.fallback.fallback_1', 'fallback', 'fallback 1'],
    ['primitive.switch.case_small', 'case', 'case small'],
    ['primitive.conditional.else', 'else', 'else'],
  ])('reads %s', (name, kind, text) => {
    expect(edgeOf(name)).toEqual({ kind, text });
  });

  it.each(['primitive.lambda.execute', 'primitive.timeout.execute', 'GET /primary', 'step_1', ''])(
    'finds no edge in "%s"',
    (name) => {
      expect(edgeOf(name)).toBeUndefined();
    },
  );
});
