import { describe, expect, it } from '@jest/globals';
import { mockPrimitive, observed } from '@tta/obs-testing';
import { z } from 'zod';
import { describeOutcomes } from '../../test/outcomes.ts';
import { circuitBreaker } from '../circuit-breaker/circuit-breaker.ts';
import { fallback } from '../fallback.ts';
import { retry } from '../retry.ts';
import { sequential } from '../sequential.ts';
import { tool } from '../tool/tool.ts';
import { approval } from './approval.ts';
import { ApprovalRefusedError } from './approval-errors.ts';
import type { ApprovalRequest } from './approval-request.ts';
import type { Decision } from './decision.ts';

const double = (n: number) => n * 2;
const isNumber = (value: unknown): value is number => typeof value === 'number';
const always = (decision: Decision) => () => decision;

describe('approval', () => {
  it(
    'runs the step where somebody agrees at once, and tells who did',
    observed(
      async (trace) => {
        const asked: ApprovalRequest[] = [];
        const pay = approval(mockPrimitive<number, string>('pay').returns('paid'), {
          message: (amount) => `Pay ${amount}?`,
          ask: async (request, { clock }) => {
            asked.push(request);
            await new Promise<void>((resolve) => clock.timer(1500, resolve, true));
            return { kind: 'continue', by: 'ada' };
          },
        });
        const running = pay.execute(7);
        await trace.clock.advance(1500);
        expect(await running).toBe('paid');
        expect(asked).toEqual([
          { id: expect.any(String), name: 'pay', message: 'Pay 7?', input: 7, level: 0 },
        ]);
        expect(trace).toHaveSpanTree(`
          primitive.approval.execute "pay" success
          └─ primitive.mock.execute "pay" success
        `);
        expect(trace.span('primitive.approval.execute').attributes).toMatchObject({
          'decision.choice': 'continue',
          'decision.reason': 'policy',
          'approval.by': 'ada',
          'approval.wait_ms': 1500,
        });
        expect(trace).toHaveMetric('primitive.decisions', {
          value: 1,
          labels: { 'primitive.name': 'pay', 'decision.choice': 'continue', 'decision.reason': 'policy' },
        });
      },
      { clock: 'manual' },
    ),
  );

  it('runs the step with the edited input, as the validator gives it back', async () => {
    const edited = always({ kind: 'edit', input: 21 });
    expect(await approval(double, { ask: edited, input: isNumber }).execute(1)).toBe(42);
    expect(await approval(double, { ask: edited, input: (value) => Number(value) + 1 }).execute(1)).toBe(44);
    const schema = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value: unknown) => ({ value: Number(value) * 10 }),
      },
    } as const;
    expect(await approval(double, { ask: edited, input: schema }).execute(1)).toBe(420);
  });

  it.each<[string, RegExp, object]>([
    ['not allowed', /its input may not be edited; allow it by the option input$/, {}],
    ['not valid', /^approval "double": the edited input is not valid: /, { input: isNumber }],
    [
      'not valid to a schema',
      /the edited input is not valid: amount: too much; and more$/,
      {
        input: {
          '~standard': {
            version: 1,
            vendor: 'test',
            validate: () => ({
              issues: [{ message: 'too much', path: ['amount'] }, { message: 'and more' }],
            }),
          },
        },
      },
    ],
  ])('refuses an edit that is %s', async (_, message, options) => {
    const step = approval(double, { ...options, ask: always({ kind: 'edit', input: 'x' }) });
    await expect(step.execute(1)).rejects.toMatchObject({ code: 'OBS_ERR_INVALID_DECISION', message });
  });

  it(
    'gives what stands in for the output where the step is skipped',
    observed(async (trace) => {
      const step = approval(double, { ask: always({ kind: 'skip' }), onSkip: (n) => `not ${n}` });
      expect(await step.execute(3)).toBe('not 3');
      expect(trace).toHaveSpanTree('primitive.approval.execute "double" success');
      await expect(approval(double, { ask: always({ kind: 'skip' }) }).execute(3)).rejects.toMatchObject({
        code: 'OBS_ERR_INVALID_DECISION',
        message:
          'approval "double": it may not be skipped; say by the option onSkip what stands in for its output',
      });
    }),
  );

  it(
    'ends the run where it is refused: nothing is tried again, answered, or held against the service',
    observed(async (trace) => {
      const step = approval(double, { ask: always({ kind: 'quit', reason: 'too dear', by: 'ada' }) });
      const guarded = circuitBreaker(step, { trip: { failures: 1 } });
      const workflow = fallback(retry(guarded), () => 0);
      const outcome = await workflow.tryExecute(1);
      expect(outcome).toMatchObject({
        error: {
          code: 'OBS_ERR_APPROVAL_REFUSED',
          message: '"double" was refused by ada: too dear',
          reason: 'too dear',
          by: 'ada',
        },
        info: { category: 'permanent', severity: 'low', recoverable: false },
      });
      expect(guarded.state).toBe('closed');
      expect(trace.span('primitive.approval.execute').attributes).toMatchObject({
        'decision.choice': 'quit',
        'approval.reason': 'too dear',
        'execution.status': 'error',
      });
      expect(trace.spans.some(({ name }) => /attempt_2|fallback_1/.test(name))).toBe(false);
    }),
  );

  it('is answered by an alternative that asks for a refusal', async () => {
    const step = approval(double, { ask: always({ kind: 'quit' }) });
    const workflow = fallback(step, {
      step: () => 'refused',
      when: (error) => error instanceof ApprovalRefusedError,
    });
    expect(await workflow.execute(1)).toBe('refused');
    await expect(step.execute(1)).rejects.toThrow('"double" was refused');
  });

  it(
    'asks once more, of somebody else, where the one who was asked hands it on',
    observed(async (trace) => {
      const asked: (string | undefined)[] = [];
      const step = approval(double, {
        ask: ({ for: to, level }) => {
          asked.push(`${level} ${to}`);
          if (level === 0) return { kind: 'escalate', to: 'head', by: 'ada' };
          return level === 1 ? { kind: 'escalate' } : { kind: 'continue' };
        },
      });
      expect(await step.execute(1)).toBe(2);
      expect(asked).toEqual(['0 undefined', '1 head', '2 undefined']);
      expect(trace).toHaveMetric('primitive.decisions', {
        value: 2,
        labels: { 'decision.choice': 'escalate' },
      });
    }),
  );

  it('ends the run where everybody hands it on', async () => {
    let asked = 0;
    const step = approval(double, { ask: () => (asked++, { kind: 'escalate' }) });
    await expect(step.execute(1)).rejects.toMatchObject({
      code: 'OBS_ERR_APPROVAL_REFUSED',
      message: '"double" was refused: nobody decided, also after 8 escalations',
    });
    expect(asked).toBe(9);
  });

  it.each([
    [{ kind: 'yes' }, 'the decision is of the kind "yes"; it has to be'],
    [{}, 'the decision is [object Object]; it has to be'],
    ['continue', 'the decision is continue; it has to be'],
    [null, 'the decision is null; it has to be'],
    [{ kind: 'continue', by: 7 }, '"by" of the decision has to be a text'],
    [{ kind: 'quit', reason: {} }, '"reason" of the decision has to be a text'],
    [{ kind: 'escalate', to: 1 }, '"to" of the decision has to be a text'],
    [{ kind: 'edit' }, 'the decision to edit has no input'],
  ])('refuses %j, which is no decision', async (given, message) => {
    await expect(approval(double, { ask: always(given as Decision) }).execute(1)).rejects.toMatchObject({
      code: 'OBS_ERR_INVALID_DECISION',
      category: 'validation',
      message: expect.stringContaining(message),
    });
  });

  it('asks nobody about arguments that the tool in it does not take, and gives the tool what it was asked about', async () => {
    const asked: unknown[] = [];
    const paid: unknown[] = [];
    const pay = tool({
      name: 'pay',
      input: z.object({ usd: z.string().transform(Number) }),
      execute: ({ usd }) => paid.push(usd),
    });
    const careful = approval(pay, {
      message: ({ usd }) => `Pay ${usd.trim()}?`,
      ask: ({ message, input }) => {
        asked.push([message, input]);
        return { kind: 'continue' };
      },
    });
    await expect(careful.execute({ usd: 7 } as never)).rejects.toMatchObject({
      code: 'OBS_ERR_TOOL_INPUT',
      message: expect.stringContaining('invalid arguments for tool "pay": usd: '),
    });
    expect([asked, paid]).toEqual([[], []]);
    await careful.execute({ usd: ' 7' });
    expect([asked, paid]).toEqual([[['Pay 7?', { usd: ' 7' }]], [7]]);
  });

  it('asks nobody where the run is cancelled while the arguments of its tool are checked', async () => {
    const abort = new AbortController();
    let asked = 0;
    const input = async (value: unknown): Promise<unknown> => {
      abort.abort(new Error('enough'));
      return value;
    };
    const careful = approval(tool({ name: 'pay', input, execute: () => 'paid' }), {
      ask: () => (asked++, { kind: 'continue' }),
    });
    await expect(careful.execute({}, { signal: abort.signal })).rejects.toThrow('enough');
    expect(asked).toBe(0);
  });

  it('fails with what ask throws, untouched', async () => {
    const broken = new Error('no terminal');
    const ask = (): never => {
      throw broken;
    };
    await expect(approval(double, { ask }).execute(1)).rejects.toBe(broken);
  });

  it('says what to do where nobody decides and the run cannot wait', async () => {
    const outcome = await sequential(approval(double, { ask: () => undefined })).tryExecute(1);
    expect(outcome).toMatchObject({
      error: {
        code: 'OBS_ERR_NOT_RESUMABLE',
        message: expect.stringMatching(/^approval "double" has no answer, .* resumable\(workflow\)/),
      },
    });
    await expect(approval(double).execute(1)).rejects.toMatchObject({ code: 'OBS_ERR_NOT_RESUMABLE' });
  });

  it('has a name also where its step has none, and asks by that', async () => {
    let asked: string | undefined;
    const ask = ({ message }: ApprovalRequest): Decision => {
      asked = message;
      return { kind: 'continue' };
    };
    expect(approval((n: number) => n).name).toBe('approval');
    await approval((n: number) => n, { ask }).execute(1);
    expect(asked).toBe('approval?');
    await approval((n: number) => n, { ask, name: 'send', message: 'Send it?' }).execute(1);
    expect(asked).toBe('Send it?');
  });

  it.each<[string, unknown[]]>([
    ['the step is a number', [1]],
    ['the options are of type boolean', [double, true]],
    ['ask is 1', [double, { ask: 1 }]],
    ['onSkip is 1', [double, { onSkip: 1 }]],
    ['expiresInMs is 0', [double, { expiresInMs: 0 }]],
    ['input checks nothing', [double, { input: { type: 'number' } }]],
    ['input checks nothing', [double, { input: 'number' }]],
  ])('cannot be made where %s', (what, given) => {
    expect(() => approval(...(given as [typeof double]))).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_INVALID_COMPOSITION',
        message: expect.stringContaining(what),
      }),
    );
  });
});

describeOutcomes('approval', (step) => approval(step, { ask: always({ kind: 'continue' }) }), {
  output: 2,
  success: `
    primitive.approval.execute "step" success
    └─ primitive.mock.execute "step" success
  `,
  error: `
    primitive.approval.execute "step" error
    └─ primitive.mock.execute "step" error
  `,
  timeout: `
    primitive.approval.execute "step" timeout
    └─ primitive.timeout.execute "step" timeout
       └─ primitive.mock.execute "step" cancelled
  `,
  cancelled: `
    primitive.approval.execute "step" cancelled
    └─ primitive.mock.execute "step" cancelled
  `,
});
