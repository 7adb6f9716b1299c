import { beforeAll, describe, expect, it } from '@jest/globals';
import { outer } from '../test/custom.ts';
import { enableContexts, Observed } from '../test/observed.ts';
import { withExecution } from './with-execution.ts';

beforeAll(enableContexts);

describe('withExecution', () => {
  it('runs a block with a scope, in a run of its own that is as it is told', async () => {
    const observed = new Observed();
    const caller = new AbortController();
    const plan = observed.run(() =>
      withExecution(
        { type: 'agent', name: 'plan', action: 'think' },
        async (scope) => {
          scope.attr('plan.steps', 3);
          expect(scope.signal).toBe(caller.signal);
          return scope.step('step_0', (text: string) => text.length, 'abc');
        },
        { workflowName: 'trip', signal: caller.signal },
      ),
    );
    expect(await plan).toBe(3);
    expect(observed.tree()).toBe(
      [
        'primitive.agent.think "plan" success',
        '  primitive.agent.step_0 "lambda" success',
        '    primitive.lambda.execute "step_0" success',
      ].join('\n'),
    );
    const { attributes } = observed.span('primitive.agent.think');
    expect(attributes).toMatchObject({ 'plan.steps': 3, 'workflow.name': 'trip' });
  });

  it('is part of the run that it is in', async () => {
    const observed = new Observed();
    const step = (input: number) => withExecution({ type: 'agent' }, () => input + 1);
    expect(await observed.run(() => outer(step).execute(1))).toBe(2);
    expect(observed.tree()).toContain('\n      primitive.agent.execute "agent" success');
  });

  it('rejects with what the block throws, and what cannot be read of init', async () => {
    const error = new Error('boom');
    const throwing = (): number => {
      throw error;
    };
    await expect(withExecution({ type: 'agent' }, throwing)).rejects.toBe(error);
    const init = {
      get tags(): never {
        throw error;
      },
    };
    await expect(withExecution({ type: 'agent' }, () => 1, init)).rejects.toBe(error);
  });

  it('rejects where its description cannot be read', async () => {
    const error = new Error('boom');
    const description = {
      get type(): never {
        throw error;
      },
    };
    await expect(withExecution(description, () => 1)).rejects.toBe(error);
    // @ts-expect-error a description is needed
    await expect(withExecution(undefined, () => 1)).rejects.toThrow(TypeError);
  });

  it('has the type of what the block returns', async () => {
    const answer: Promise<string> = withExecution({ type: 'agent' }, async () => 'a');
    // @ts-expect-error it has to be waited for
    const unawaited: string = withExecution({ type: 'agent' }, () => 'a');
    expect(unawaited).toBeInstanceOf(Promise);
    expect(await answer).toBe('a');
  });
});
