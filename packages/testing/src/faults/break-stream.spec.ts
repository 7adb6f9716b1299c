import { describe, expect, it } from '@jest/globals';
import { classifyError } from '@tta/obs-context';
import type { InstrumentedPrimitive, RunScope, RunStream } from '@tta/obs-instrumentation';
import fc from 'fast-check';
import { passingOn } from '../../test/compositions.ts';
import { double } from '../../test/doubles.ts';
import { ConnectionResetError, expectTrace, fakeLlm, faults, mockPrimitive, observed } from '../index.ts';

const read = async <C>(stream: RunStream<C, unknown>): Promise<readonly [readonly C[], unknown]> => {
  const chunks: C[] = [];
  try {
    for await (const chunk of stream) chunks.push(chunk);
    return [chunks, undefined];
  } catch (error) {
    await expect(stream.result).rejects.toBe(error);
    return [chunks, error];
  }
};

describe('faults.breakStream', () => {
  it(
    'ends the stream with an error after so many chunks, in the place of the step',
    observed(
      async (trace) => {
        const model = fakeLlm({ text: 'one two three', usage: { inputTokens: 7, outputTokens: 30 } });
        const [words, error] = await read(faults.breakStream(2, model).stream('count'));
        expect(words).toEqual(['one', ' two']);
        expect(error).toBeInstanceOf(ConnectionResetError);
        expect(error).toMatchObject({ name: 'ConnectionResetError', code: 'ECONNRESET' });
        expect(classifyError(error)).toMatchObject({ category: 'network', recoverable: true });
        expect(String(trace)).toBe('  primitive.llm.chat "fake-model" error 0 ms: read ECONNRESET');
        expect(trace.spans[0]?.attributes).toMatchObject({
          'stream.chunks': 2,
          'gen_ai.usage.input_tokens': 7,
          'gen_ai.usage.output_tokens': 20,
        });
        expect(model.lastCall).toMatchObject({ outcome: 'error', error });
      },
      { clock: 'manual' },
    ),
  );

  it('throws what it is told to, in each of its executions', async () => {
    const reset = new Error('reset');
    for (const error of [reset, null]) {
      const broken = faults.breakStream(1, fakeLlm('one two'), error);
      expect(await read(broken.stream('a'))).toEqual([['one'], error]);
      expect(await read(broken.stream('b'))).toEqual([['one'], error]);
    }
  });

  it('gives as many chunks as there are, and no result where as many are all', async () => {
    const count = fc.integer({ min: 0, max: 6 });
    await fc.assert(
      fc.asyncProperty(count, count, async (after, made) => {
        const numbers = Array.from({ length: made }, (_, index) => index);
        const step = mockPrimitive<string, string, number>('count').streams(numbers, 'all');
        const [chunks, error] = await read(faults.breakStream(after, step).stream('a'));
        expect(chunks).toEqual(numbers.slice(0, after));
        expect(error instanceof ConnectionResetError).toBe(made >= after);
      }),
    );
  });

  it(
    'counts what steps inside the step emit through it, and leaves those alone that it keeps to itself',
    observed(
      async (trace) => {
        const kept = mockPrimitive<string, string, string>('kept').streams(['x', 'y', 'z'], 'a');
        const outer: InstrumentedPrimitive<string, unknown, string> = double<string, unknown, string>(
          'outer',
          'outer',
          async (input, scope) => {
            await scope.step('step_0', kept, input);
            await scope.emit('first');
            return scope.step('step_1', passingOn(fakeLlm('one two')), input, { streamed: true });
          },
        );
        const [chunks, error] = await read(faults.breakStream(2, outer).stream('a'));
        expect(chunks).toEqual(['first', 'one']);
        expect(error).toBeInstanceOf(ConnectionResetError);
        expectTrace(trace).toHaveSpanTree(`
          primitive.outer.execute "outer" error
          ├─ primitive.outer.step_0 "kept" success
          │  └─ primitive.mock.execute "kept" success
          └─ primitive.outer.step_1 "outer" error
             └─ primitive.outer.execute "outer" error
                └─ primitive.llm.chat "fake-model" error
        `);
      },
      { clock: 'manual' },
    ),
  );

  it('breaks a step that does not wait for its chunks, at its end at the latest', async () => {
    const hasty = mockPrimitive<string, string, number>('hasty').runs((input, { emit }) => {
      for (const n of [1, 2, 3]) void emit(n);
      return input;
    });
    const [chunks, error] = await read(faults.breakStream(2, hasty).stream('a'));
    expect(chunks).toEqual([1, 2]);
    expect(error).toBeInstanceOf(ConnectionResetError);
  });

  it('passes functions inside the step on under their names', async () => {
    await observed(async (trace) => {
      const shout = (text: string): string => text.toUpperCase();
      expect(await faults.breakStream(1, passingOn(shout)).execute('a')).toBe('A');
      expectTrace(trace).toHaveSpan('primitive.lambda.execute "shout" success', 1);
    })();
  });

  it('does not break what nobody reads, and so is not streamed; after no chunks it breaks all', async () => {
    const model = fakeLlm('one two');
    expect(await faults.breakStream(1, model).execute('a')).toMatchObject({ text: 'one two' });
    await expect(faults.breakStream(0, model).execute('a')).rejects.toThrow('read ECONNRESET');
  });

  it('goes around another: the first of both to break does', async () => {
    for (const [outer, inner] of [
      [1, 2],
      [2, 1],
    ] as const) {
      const broken = faults.breakStream(
        outer,
        faults.breakStream(inner, fakeLlm('one two three'), inner),
        outer,
      );
      expect(await read(broken.stream('a'))).toEqual([['one'], 1]);
    }
  });

  it('gives the step the scope of its own execution, also to link to', async () => {
    await observed(async (trace) => {
      let leader: RunScope | undefined;
      const joined = double('joined', 'joined', async (input, scope) => {
        if (leader) scope.link(leader, 'joined');
        leader = scope;
        const { emit, attr, isRead, signal } = scope;
        await emit(input);
        attr('read', isRead && !signal.aborted);
        return input;
      });
      const whole = faults.breakStream(9, joined);
      const streams = [whole.stream('a'), whole.stream('b')];
      expect(await Promise.all(streams.map(read))).toEqual([
        [['a'], undefined],
        [['b'], undefined],
      ]);
      expectTrace(trace).toHaveSpan({ name: 'joined', attributes: { 'stream.chunks': 1, read: true } }, 2);
      const second = trace.spans.find(({ links }) => links.length > 0);
      expect(second?.links[0]?.attributes).toEqual({ 'link.type': 'joined' });

      const failing = double('failing', 'failing', (_, scope) => {
        if (leader) scope.link(leader, 'joined');
        throw new Error('mine');
      });
      await expect(failing.execute('a')).rejects.toThrow('mine');
      await expect(faults.breakStream(1, failing).execute('a')).rejects.toThrow('mine');
    })();
  });

  it.each([-1, 1.5, Number.NaN])('refuses to break after %s chunks', (after) => {
    expect(() => faults.breakStream(after, fakeLlm('a'))).toThrow(
      `faults.breakStream: the number of chunks is ${after}; it has to be a whole number of at least 0`,
    );
  });

  it('refuses what is no step', () => {
    expect(() => faults.breakStream(1, undefined as never)).toThrow('faults.breakStream: the step');
  });
});
