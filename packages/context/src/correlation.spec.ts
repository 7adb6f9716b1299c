import { createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { type Correlation, correlationOf, withCorrelation } from './correlation.ts';

describe('correlationOf', () => {
  it('knows nothing of a context of which nothing was said', () => {
    expect(correlationOf(ROOT_CONTEXT)).toBeUndefined();
    expect(
      correlationOf(ROOT_CONTEXT.setValue(createContextKey('other'), { userId: 'u-1' })),
    ).toBeUndefined();
  });

  it('tells what was said, in every context below', () => {
    const told = withCorrelation(ROOT_CONTEXT, { userId: 'u-1', requestId: 'r-1' });
    const below = told.setValue(createContextKey('other'), 1);
    expect(correlationOf(below)).toEqual({ userId: 'u-1', requestId: 'r-1' });
  });
});

describe('withCorrelation', () => {
  it('leaves the context above as it is', () => {
    const above = withCorrelation(ROOT_CONTEXT, { userId: 'u-1' });
    withCorrelation(above, { userId: 'u-2' });
    expect(correlationOf(above)).toEqual({ userId: 'u-1' });
  });

  it('adds to what is known, field by field, and wins', () => {
    const above = withCorrelation(ROOT_CONTEXT, { userId: 'u-1', sessionId: 's-1' });
    const below = withCorrelation(above, { sessionId: 's-2', workflowName: 'review' });
    expect(correlationOf(below)).toEqual({ userId: 'u-1', sessionId: 's-2', workflowName: 'review' });
  });

  it('takes what is there and undefined for not said', () => {
    const above = withCorrelation(ROOT_CONTEXT, { userId: 'u-1' });
    const below = withCorrelation(above, { userId: undefined, agentId: undefined } as unknown as Correlation);
    expect(Object.entries(correlationOf(below) ?? {})).toEqual([['userId', 'u-1']]);
  });

  it('keeps a copy, which later changes do not reach and nobody can write into', () => {
    const said = { userId: 'u-1' };
    const told = withCorrelation(ROOT_CONTEXT, said);
    said.userId = 'u-2';
    expect(correlationOf(told)).toEqual({ userId: 'u-1' });
    expect(correlationOf(told)).toBe(correlationOf(told));
    expect(Object.isFrozen(correlationOf(told))).toBe(true);
  });
});
