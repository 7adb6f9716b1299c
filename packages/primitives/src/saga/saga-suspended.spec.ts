import { describe, expect, it } from '@jest/globals';
import { isSuspension, type RunScope } from '@tta/obs-instrumentation';
import { observed } from '@tta/obs-testing';
import { approval } from '../approval/approval.ts';
import type { Decision } from '../approval/decision.ts';
import { fallback } from '../fallback.ts';
import { parallel } from '../parallel.ts';
import { race } from '../race.ts';
import { resumable } from '../resumable/resumable.ts';
import { SuspendedError } from '../resumable/suspended-error.ts';
import { sequential } from '../sequential.ts';
import { settle } from '../settle.ts';
import { timeout } from '../timeout.ts';
import { saga } from './saga.ts';
import { sagaStep } from './saga-step.ts';

const yes: Decision = { kind: 'continue' };
const no: Decision = { kind: 'quit', reason: 'too dear' };

/** A saga that has charged and waits for somebody to have it ship; and what it did. */
function order(name = 'charge') {
  const log: string[] = [];
  const step = saga(
    sagaStep(
      name,
      (n: number) => {
        log.push(name);
        return n + 1;
      },
      (charged) => void log.push(`undo ${name} ${charged}`),
    ),
    sagaStep(
      'ship',
      approval(
        (n: number) => {
          log.push('ship');
          return n;
        },
        { name: 'ship' },
      ),
      () => void log.push('undo ship'),
    ),
  );
  return { step, log };
}

async function suspensionOf(run: Promise<unknown>): Promise<SuspendedError> {
  const error: unknown = await run.catch((thrown: unknown) => thrown);
  if (error instanceof SuspendedError) return error;
  throw new Error('it was not suspended', { cause: error });
}

/** A step that comes to its end when it is told to. */
function held() {
  let settle: (answer: number | Error) => void = () => undefined;
  const answered = new Promise<number>((resolve, reject) => {
    settle = (answer) => (answer instanceof Error ? reject(answer) : resolve(answer));
  });
  return { step: (_: number) => answered, settle: (answer: number | Error) => settle(answer) };
}

const turns = () => new Promise((resolve) => setImmediate(resolve));
const untilAborted = (_: number, { signal }: RunScope) =>
  new Promise<never>((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error)),
  );
const charged = ['charge', 'undo charge 2'];

describe('a saga that waits for a decision', () => {
  it('is not undone while all around it waits, and goes on', async () => {
    const { step, log } = order();
    const workflow = resumable(parallel({ order: step, mail: approval((n: number) => n) }));
    const { token, requests } = await suspensionOf(workflow.execute(1));
    expect(log).toEqual(['charge']);
    const ids = requests.map(({ id }) => [id, yes]);
    expect(await workflow.resume(token, Object.fromEntries(ids))).toEqual({ order: 2, mail: 1 });
    expect(log).toEqual(['charge', 'ship']);
  });

  it(
    'is undone when a step beside it fails, before the run has ended',
    observed(async (trace) => {
      const { step, log } = order();
      const beside = held();
      const run = resumable(parallel({ order: step, stock: beside.step })).execute(1);
      await turns();
      expect(log).toEqual(['charge']);
      beside.settle(new Error('nothing in stock'));
      await expect(run).rejects.toThrow('nothing in stock');
      expect(log).toEqual(charged);
      const [undone] = trace.spans.filter(({ name }) => name === 'primitive.saga.compensate_charge');
      expect(undone?.attributes['execution.status']).toBe('success');
    }),
  );

  it('is undone when another branch wins the race', async () => {
    const { step, log } = order();
    const beside = held();
    const run = resumable(race({ order: step, other: beside.step })).execute(1);
    await turns();
    beside.settle(7);
    expect(await run).toMatchObject({ value: 7 });
    expect(log).toEqual(charged);
  });

  it('is undone when the run is cancelled while a step beside it runs', async () => {
    const { step, log } = order();
    const abort = new AbortController();
    const run = resumable(parallel({ order: step, slow: untilAborted })).execute(1, {
      signal: abort.signal,
    });
    await turns();
    abort.abort(new Error('closed'));
    await expect(run).rejects.toThrow('closed');
    expect(log).toEqual(charged);
  });

  it('is undone when the time is over for what is around it', async () => {
    const { step, log } = order();
    const limited = timeout(parallel({ order: step, slow: untilAborted }), 20);
    await expect(resumable(limited).execute(1)).rejects.toMatchObject({ code: 'OBS_ERR_TIMEOUT' });
    expect(log).toEqual(charged);
  });

  it('is undone when the run cannot be saved', async () => {
    const { step, log } = order();
    const workflow = resumable(
      sequential((n: number) => n, parallel({ order: step, at: () => new Date(0) })),
    );
    await expect(workflow.execute(1)).rejects.toMatchObject({ code: 'OBS_ERR_NOT_SAVABLE' });
    expect(log).toEqual(charged);
  });

  it('is undone when what it was given cannot be saved', async () => {
    const { step, log } = order();
    const workflow = resumable(sequential((_: Date) => 1, step));
    await expect(workflow.execute(new Date(0))).rejects.toMatchObject({ code: 'OBS_ERR_NOT_SAVABLE' });
    expect(log).toEqual(charged);
  });

  it('is undone around a workflow that can be resumed alone', async () => {
    const log: string[] = [];
    const alone = resumable(approval((n: number) => n));
    const outer = saga(
      sagaStep(
        'charge',
        (n: number) => n + 1,
        (n) => void log.push(`undo ${n}`),
      ),
      sagaStep('pay', alone, () => undefined),
    );
    const { token } = await suspensionOf(outer.execute(1));
    expect(log).toEqual(['undo 2']);
    expect(await alone.resume(token, yes)).toBe(2);
  });

  it('is undone before the one around it, and that one as well', async () => {
    const { step, log } = order('inner');
    const beside = held();
    const outer = saga(
      sagaStep(
        'outer',
        (n: number) => n,
        () => void log.push('undo outer'),
      ),
      sagaStep('order', step, () => undefined),
    );
    const run = resumable(parallel({ outer, stock: beside.step })).execute(1);
    await turns();
    beside.settle(new Error('nothing in stock'));
    await expect(run).rejects.toThrow('nothing in stock');
    expect(log).toEqual(['inner', 'undo inner 2', 'undo outer']);
  });

  it('is undone once, whatever ends after that', async () => {
    const { step, log } = order();
    const beside = held();
    const inner = fallback(parallel({ order: step, stock: beside.step }), () => 'none');
    const workflow = resumable(
      sequential(
        inner,
        approval(() => 'sent'),
      ),
    );
    const run = suspensionOf(workflow.execute(1));
    await turns();
    beside.settle(new Error('nothing in stock'));
    const { token } = await run;
    expect(log).toEqual(charged);
    expect(await workflow.resume(token, yes)).toBe('sent');
    expect(log).toEqual(charged);
  });

  it('is left alone when a branch beside it has failed and all branches count', async () => {
    const { step, log } = order();
    const workflow = resumable(
      settle({
        order: step,
        stock: () => {
          throw new Error('nothing in stock');
        },
      }),
    );
    const { token } = await suspensionOf(workflow.execute(1));
    expect(log).toEqual(['charge']);
    expect(await workflow.resume(token, yes)).toMatchObject({ order: { value: 2 } });
    expect(log).toEqual(['charge', 'ship']);
  });

  it('is undone when a function goes on without it', async () => {
    const { step, log } = order();
    const workflow = resumable(async (n: number, scope) =>
      scope.step('inner', step, n).catch((error: unknown) => (isSuspension(error) ? 'not now' : 'failed')),
    );
    expect(await workflow.execute(1)).toBe('not now');
    expect(log).toEqual(charged);
  });

  it(
    'tells what could not be undone',
    observed(async (trace) => {
      const beside = held();
      const step = saga(
        sagaStep(
          'charge',
          (n: number) => n,
          () => {
            throw new TypeError('no account');
          },
        ),
        sagaStep(
          'ship',
          approval((n: number) => n),
          () => undefined,
        ),
      );
      const run = resumable(race({ step, other: beside.step })).execute(1);
      await turns();
      beside.settle(7);
      expect(await run).toMatchObject({ value: 7 });
      expect(trace.lines.map(({ message }) => message).join('\n')).toContain('compensation_failed');
    }),
  );

  it('is undone when a decision beside it ends the run before the run has come back to it', async () => {
    const { step, log } = order();
    const pass = (n: number) => n;
    const deep = sequential(pass, sequential(pass, pass, sequential(pass, pass, pass, step)));
    const workflow = resumable(parallel({ mail: approval(pass, { name: 'mail' }), order: deep }));
    const { token, requests } = await suspensionOf(workflow.execute(1));
    const mail = requests.find(({ name }) => name === 'mail')?.id ?? '';
    await expect(workflow.resume(token, { [mail]: no })).rejects.toMatchObject({
      code: 'OBS_ERR_APPROVAL_REFUSED',
    });
    expect(log).toEqual(charged);
  });

  it('is undone when the run waits again, and has left what the saga is in without coming back to it', async () => {
    const { step, log } = order();
    const pass = (n: number) => n;
    const deep = sequential(pass, sequential(pass, pass, sequential(pass, pass, pass, step)));
    const either = race({ order: deep, mail: approval(pass, { name: 'mail' }) });
    const workflow = resumable(
      sequential(
        either,
        approval(() => 'sent', { name: 'last' }),
      ),
    );
    const { token, requests } = await suspensionOf(workflow.execute(1));
    const mail = requests.find(({ name }) => name === 'mail')?.id ?? '';
    const next = await suspensionOf(workflow.resume(token, { [mail]: yes }));
    expect(next.requests.map(({ name }) => name)).toEqual(['last']);
    expect(log).toEqual(charged);
    expect(await workflow.resume(next.token, yes)).toBe('sent');
    expect(log).toEqual(charged);
  });

  it('is undone once when the run has come back to it', async () => {
    const { step, log } = order();
    const workflow = resumable(parallel({ order: step, mail: approval((n: number) => n, { name: 'mail' }) }));
    const { token, requests } = await suspensionOf(workflow.execute(1));
    const mail = requests.find(({ name }) => name === 'mail')?.id ?? '';
    await expect(workflow.resume(token, { [mail]: no })).rejects.toMatchObject({
      code: 'OBS_ERR_APPROVAL_REFUSED',
    });
    expect(log).toEqual(charged);
  });

  it('is left alone when it has come to its end before the run fails', async () => {
    const { step, log } = order();
    const workflow = resumable(
      sequential(step, (): number => {
        throw new Error('full');
      }),
    );
    const { token } = await suspensionOf(workflow.execute(1));
    await expect(workflow.resume(token, yes)).rejects.toThrow('full');
    expect(log).toEqual(['charge', 'ship']);
  });

  it('is left alone when nothing of the rest has run', async () => {
    const { step, log } = order();
    const workflow = resumable(step);
    const { token } = await suspensionOf(workflow.execute(1));
    const signal = AbortSignal.abort(new Error('closed'));
    await expect(workflow.resume(token, yes, { signal })).rejects.toThrow('closed');
    expect(log).toEqual(['charge']);
    expect(await workflow.resume(token, yes)).toBe(2);
  });
});
