import { describe, expect, it } from '@jest/globals';
import { contextAttributes, type ContextInit, copyInit } from './context-init.ts';
import { WorkflowContext } from './workflow-context.ts';

describe('copyInit', () => {
  it('takes what is undefined for not said', () => {
    expect(
      Object.keys(copyInit({ workflowName: 'review', tags: undefined } as unknown as ContextInit)),
    ).toEqual(['workflowName']);
  });

  it('keeps a map that can not change as it is', () => {
    const tags = Object.freeze({ team: 'blue' });
    expect(copyInit({ tags }).tags).toBe(tags);
  });

  it('reads what a context of another copy of this package knows', () => {
    const other = new WorkflowContext({ agentId: 'a-1', tags: { team: 'blue' }, correlationId: 'c-1' });
    expect(copyInit(other as ContextInit)).toMatchObject({
      agentId: 'a-1',
      tags: { team: 'blue' },
      correlationId: 'c-1',
    });
  });
});

describe('contextAttributes', () => {
  it('invents nothing for what was not said', () => {
    expect(contextAttributes({})).toEqual({});
  });
});
