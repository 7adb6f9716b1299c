import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { faults, mockPrimitive, observed } from '@tta/obs-testing';
import fc from 'fast-check';
import { describeOutcomes } from '../test/outcomes.ts';
import { dedupe } from './dedupe.ts';
import { sequential } from './sequential.ts';

const key = String;

/** A step whose answers are given by hand. */
function asked() {
  const answers: { resolve: (value: string) => void; reject: (error: unknown) => void }[] = [];
  const signals: AbortSignal[] = [];
  const step = mockPrimitive<string, string>('ask').runs((_, { signal }) => {
    signals.push(signal);
    return new Promise((resolve, reject) => answers.push({ resolve, reject }));
  });
  return { step, answers, signals };
}

describe('dedupe', () => {
  it(
    'runs its step once for calls of one key that come together, and again for those that come later',
    observed(async (trace) => {
      const { step, answers } = asked();
      const shared = dedupe(step, { key });
      const calls = [shared.execute('a'), shared.execute('a'), shared.execute('b'), shared.execute('a')];
      expect(step.calls.map(({ input }) => input)).toEqual(['a', 'b']);
      answers[0]?.resolve('of a');
      answers[1]?.resolve('of b');
      expect(await Promise.all(calls)).toEqual(['of a', 'of a', 'of b', 'of a']);
      const later = shared.execute('a');
      answers[2]?.resolve('anew');
      expect(await later).toBe('anew');
      expect(trace).toHaveSpan('primitive.dedupe.execute "ask" success', 5);
      expect(trace).toHaveSpan('primitive.mock.execute "ask" success', 3);
    }),
  );

  it(
    'gives each caller a span of its own, linked to that of the first, in whose trace the work is',
    observed(async (trace) => {
      const { step, answers } = asked();
      const shared = dedupe(step, { key });
      const calls = [shared.execute('a'), shared.execute('a'), shared.execute('a')];
      answers[0]?.resolve('one');
      await Promise.all(calls);
      expect(trace).toHaveSpanTree(
        `
        primitive.dedupe.execute "ask" success
        └─ primitive.mock.execute "ask" success
        `,
        'primitive.dedupe.execute "ask" success',
        'primitive.dedupe.execute "ask" success',
      );
      const [leader, ...followers] = trace.spans.filter(({ name }) => name === 'primitive.dedupe.execute');
      expect(leader?.links).toEqual([]);
      expect(leader?.attributes).toMatchObject({ 'shared_run.callers': 3 });
      for (const follower of followers) {
        expect(follower.attributes).toMatchObject({ 'shared_run.joined': true });
        expect(follower.links).toEqual([
          {
            context: expect.objectContaining({ spanId: leader?.spanId, traceId: leader?.traceId }),
            attributes: { 'link.type': 'shared_run' },
          },
        ]);
      }
    }),
  );

  it(
    'throws one and the same error at all callers, and has the exception where it arose alone',
    observed(async (trace) => {
      const { step, answers } = asked();
      const shared = dedupe(step, { key });
      const calls = [shared.tryExecute('a'), shared.tryExecute('a')];
      const noAnswer = new Error('no answer');
      answers[0]?.reject(noAnswer);
      const [first, second] = await Promise.all(calls);
      expect(first).toMatchObject({ ok: false, error: noAnswer, info: { path: ['ask', 'ask'] } });
      expect(second).toMatchObject({ ok: false, error: noAnswer, info: { path: ['ask', 'ask'] } });
      const excepted = trace.spans.filter(({ events }) => events.some(({ name }) => name === 'exception'));
      expect(excepted.map(({ name }) => name)).toEqual(['primitive.mock.execute']);
      expect(trace).toHaveSpan('primitive.dedupe.execute "ask" error', 2);
    }),
  );

  it(
    'goes on for the others when the first caller leaves, and ends that one at once',
    observed(async (trace) => {
      const { step, answers, signals } = asked();
      const shared = sequential(dedupe(step, { key }), (text: string) => text.toUpperCase());
      const first = new AbortController();
      const left = shared.tryExecute('a', { signal: first.signal });
      const stays = shared.execute('a');
      const hungUp = new Error('hung up');
      first.abort(hungUp);
      expect(await left).toMatchObject({ ok: false, error: hungUp });
      expect(signals[0]?.aborted).toBe(false);
      answers[0]?.resolve('answer');
      expect(await stays).toBe('ANSWER');
      expect(trace).toHaveSpanTree(
        `
        primitive.sequential.execute "sequential" cancelled
        └─ primitive.sequential.step_0 "ask" cancelled
           └─ primitive.dedupe.execute "ask" cancelled
              └─ primitive.mock.execute "ask" success
        `,
        `
        primitive.sequential.execute "sequential" success
        ├─ primitive.sequential.step_0 "ask" success
        │  └─ primitive.dedupe.execute "ask" success
        └─ primitive.sequential.step_1 "lambda" success
           └─ primitive.lambda.execute "step_1" success
        `,
      );
      expect(getEventListeners(first.signal, 'abort')).toEqual([]);
    }),
  );

  it(
    'aborts the step when the last caller leaves, and begins anew for the next',
    observed(async (trace) => {
      const { step, answers, signals } = asked();
      const shared = dedupe(step, { key });
      const callers = [new AbortController(), new AbortController(), new AbortController()];
      const calls = callers.map(({ signal }) => shared.tryExecute('a', { signal }));
      const reasons = callers.map((_, index) => new Error(`left ${index}`));
      for (const index of [1, 0]) callers[index]?.abort(reasons[index]);
      expect(signals[0]?.aborted).toBe(false);
      callers[2]?.abort(reasons[2]);
      expect(signals[0]?.reason).toBe(reasons[2]);
      expect(await Promise.all(calls)).toMatchObject(reasons.map((error) => ({ ok: false, error })));
      const next = shared.execute('a');
      answers[1]?.resolve('anew');
      expect(await next).toBe('anew');
      expect(callers.flatMap(({ signal }) => getEventListeners(signal, 'abort'))).toEqual([]);
      expect(trace).not.toHaveMetric('recovery.events');
    }),
  );

  it.each(['value', 'error'])(
    'drops and counts the late %s of a step that does not heed that all have left',
    observed(async (trace, kind: string) => {
      const { step, answers } = asked();
      const caller = new AbortController();
      const call = dedupe(step, { key }).tryExecute('a', { signal: caller.signal });
      caller.abort();
      expect((await call).ok).toBe(false);
      if (kind === 'value') answers[0]?.resolve('too late');
      else answers[0]?.reject(new Error('too late'));
      await new Promise(setImmediate);
      expect(trace).toHaveMetric('recovery.events', [
        { labels: { 'primitive.name': 'ask', 'recovery.kind': 'late_result' }, value: 1 },
      ]);
    }),
  );

  it('has nothing to do any more with a run that all have left, also when that one ends', async () => {
    const { step, answers } = asked();
    const shared = dedupe(step, { key });
    const caller = new AbortController();
    const left = shared.tryExecute('a', { signal: caller.signal });
    caller.abort();
    await left;
    const next = shared.execute('a');
    answers[0]?.resolve('too late');
    await new Promise(setImmediate);
    const joins = shared.execute('a');
    answers[1]?.resolve('anew');
    expect(await Promise.all([next, joins])).toEqual(['anew', 'anew']);
    expect(step.calls).toHaveLength(2);
  });

  it('is not begun by a caller who has left, and not joined by one', async () => {
    const { step, answers } = asked();
    const caller = new AbortController();
    const leaving = dedupe(step, {
      key: (input: string) => {
        caller.abort(new Error('left'));
        return input;
      },
    });
    await expect(leaving.execute('a', { signal: caller.signal })).rejects.toThrow('left');
    expect(answers).toEqual([]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new RangeError('no id');
      },
      'no id',
    ],
    [
      'returns no text',
      () => undefined as never,
      'the key of an input has to be text, made at once; it is of type undefined',
    ],
    ['returns null', () => null as never, 'the key of an input has to be text, made at once; it is null'],
    [
      'returns a promise, and also where that rejects',
      () => Promise.reject(new Error('no key')) as never,
      'the key of an input has to be text, made at once; it is a promise',
    ],
  ])(
    'runs each call by itself where the key %s, and tells it',
    observed(async (trace, _what: string, failing: (input: string) => string, message: string) => {
      const { step, answers } = asked();
      const shared = dedupe(step, { key: failing });
      const calls = [shared.execute('a'), shared.execute('a')];
      answers[0]?.resolve('one');
      answers[1]?.resolve('two');
      expect(await Promise.all(calls)).toEqual(['one', 'two']);
      expect(trace).toHaveMetric('recovery.events', [
        { labels: { 'primitive.name': 'ask', 'recovery.kind': 'key_failure' }, value: 2 },
      ]);
      expect(trace).toHaveLogged({ level: 'warn', fields: { 'error.message': message } });
    }),
  );

  it(
    'closes a step that heeds nothing when the last caller leaves, also after the first one has',
    observed(async (trace) => {
      const shared = dedupe(asked().step, { key });
      const callers = [new AbortController(), new AbortController()] as const;
      const calls = callers.map(({ signal }) => shared.tryExecute('a', { signal }));
      callers[0].abort(new Error('first'));
      await calls[0];
      callers[1].abort(new Error('last'));
      await calls[1];
      expect(trace.span('primitive.mock.execute').attributes).toMatchObject({
        'execution.status': 'cancelled',
        'execution.abandoned': true,
      });
    }),
  );

  it('has no rejection unhandled of a key that is a promise', async () => {
    const unhandled: unknown[] = [];
    const listener = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', listener);
    try {
      const failing = () => Promise.reject(new Error('no key')) as never;
      expect(await dedupe((n: number) => n, { key: failing }).execute(1)).toBe(1);
      await new Promise(setImmediate);
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', listener);
    }
  });

  it('has 10,000 callers wait for one run, and remembers none of them', async () => {
    const { step, answers } = asked();
    const shared = dedupe(step, { key });
    const { signal } = new AbortController();
    const calls = Array.from({ length: 10_000 }, () => shared.execute('a', { signal }));
    expect(step.calls).toHaveLength(1);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    answers[0]?.resolve('one');
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['one']));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('has 10,000 callers leave one by one, and ends the run with the last', async () => {
    const { step, signals } = asked();
    const shared = dedupe(step, { key });
    const callers = Array.from({ length: 10_000 }, () => new AbortController());
    const calls = callers.map(({ signal }) => shared.tryExecute('a', { signal }));
    for (const caller of callers.slice(1)) caller.abort();
    expect(signals[0]?.aborted).toBe(false);
    callers[0]?.abort();
    expect(signals[0]?.aborted).toBe(true);
    expect((await Promise.all(calls)).some(({ ok }) => ok)).toBe(false);
    expect(step.calls).toHaveLength(1);
  });

  it('gives every caller who stays the answer of the run that it came to, whoever else comes and leaves', async () => {
    const move = fc.oneof(
      fc.record({ kind: fc.constant('come' as const), key: fc.constantFrom('a', 'b') }),
      fc.record({ kind: fc.constant('leave' as const), who: fc.nat(20) }),
      fc.record({ kind: fc.constant('end' as const), key: fc.constantFrom('a', 'b'), fails: fc.boolean() }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 40 }), async (moves) => {
        const { step, answers, signals } = asked();
        const shared = dedupe(step, { key });
        /** Of each key, the run that is under way: its number, and who waits for it. */
        const running = new Map<string, { run: number; waiting: Set<number> }>();
        const callers: { abort: AbortController; call: Promise<unknown>; expected: unknown }[] = [];
        let runs = 0;
        let abortedRight = true;
        for (const next of moves) {
          if (next.kind === 'come') {
            let current = running.get(next.key);
            if (!current) running.set(next.key, (current = { run: runs++, waiting: new Set() }));
            const abort = new AbortController();
            const call = shared.execute(next.key, { signal: abort.signal }).catch((error: unknown) => error);
            callers.push({ abort, call, expected: undefined });
            current.waiting.add(callers.length - 1);
          } else if (next.kind === 'leave') {
            const caller = callers[next.who];
            const current = [...running].find(([, { waiting }]) => waiting.has(next.who));
            if (!caller || !current) continue;
            caller.expected = new Error(`left ${next.who}`);
            caller.abort.abort(caller.expected);
            current[1].waiting.delete(next.who);
            abortedRight &&= signals[current[1].run]?.aborted === (current[1].waiting.size === 0);
            if (current[1].waiting.size === 0) running.delete(current[0]);
          } else {
            const current = running.get(next.key);
            if (!current) continue;
            running.delete(next.key);
            const answer = next.fails ? new Error(`failed ${current.run}`) : `answer ${current.run}`;
            for (const who of current.waiting) (callers[who] as { expected: unknown }).expected = answer;
            if (typeof answer === 'string') answers[current.run]?.resolve(answer);
            else answers[current.run]?.reject(answer);
            await new Promise(setImmediate);
          }
          expect([step.calls.length, abortedRight]).toEqual([runs, true]);
        }
        for (const { call, expected } of callers.filter((caller) => caller.expected !== undefined)) {
          expect(await call).toBe(expected);
        }
      }),
    );
  });

  it(
    'is called by its option, else like its step, else by its type',
    observed(async (trace) => {
      await dedupe((n: number) => n, { key, name: 'given' }).execute(1);
      const addOne = (n: number) => n + 1;
      await dedupe(addOne, { key }).execute(1);
      await dedupe((n: number) => n, { key }).execute(1);
      for (const name of ['given', 'addOne', 'dedupe']) {
        expect(trace).toHaveSpan(`primitive.dedupe.execute "${name}"`);
      }
    }),
  );

  it.each([undefined, 'a name', Promise.resolve(1)])('refuses %p for a step, at construction', (value) => {
    expect(() => dedupe(value as never, { key })).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_INVALID_COMPOSITION',
        message: expect.stringMatching(/^dedupe: the step is /),
      }),
    );
  });

  it.each([undefined, {}, { key: 'url' }])('refuses %p for options, at construction', (options) => {
    expect(() => dedupe(faults.hang(), options as never)).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_INVALID_COMPOSITION',
        message: expect.stringMatching(/^dedupe: key is (undefined|"?url"?); it has to be a function$/),
      }),
    );
  });
});

describeOutcomes('dedupe', (step) => dedupe(step, { key, name: 'shared' }), {
  output: 2,
  success: `
    primitive.dedupe.execute "shared" success
    └─ primitive.mock.execute "step" success
  `,
  error: `
    primitive.dedupe.execute "shared" error
    └─ primitive.mock.execute "step" error
  `,
  timeout: `
    primitive.dedupe.execute "shared" timeout
    └─ primitive.timeout.execute "step" timeout
       └─ primitive.mock.execute "step" cancelled
  `,
  cancelled: `
    primitive.dedupe.execute "shared" cancelled
    └─ primitive.mock.execute "step" cancelled
  `,
});
