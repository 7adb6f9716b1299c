import { context, trace as otel } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@tta/obs-context/manual';
import { InstrumentedPrimitive, type RunScope } from '@tta/obs-instrumentation';
import { observe, observed } from './observe.ts';

class Shout extends InstrumentedPrimitive<string, string> {
  constructor() {
    super({ type: 'shout', name: 'loud' });
  }

  protected async run(input: string, scope: RunScope): Promise<string> {
    scope.log.info('shouting', { letters: input.length });
    await scope.step('step_0', (text: string) => text, input);
    return input.toUpperCase();
  }
}

describe('observe', () => {
  it('keeps what is told meanwhile, and returns what the body returns', async () => {
    const answer = await observe(
      async (trace) => {
        const said = await new Shout().execute('hello');
        expect(String(trace)).toBe(
          [
            '  primitive.shout.execute "loud" success 0 ms',
            '  └─ primitive.shout.step_0 "lambda" success 0 ms',
            '     └─ primitive.lambda.execute "step_0" success 0 ms',
          ].join('\n'),
        );
        expect(trace.lines).toMatchObject([{ level: 'info', message: 'shouting', fields: { letters: 5 } }]);
        return said;
      },
      { clock: new ManualClock() },
    );
    expect(answer).toBe('HELLO');
  });

  it('registers nothing and leaves no context manager behind', async () => {
    await observe(() => new Shout().execute('x'));
    expect(otel.getTracer('x').startSpan('y').isRecording()).toBe(false);
    expect(
      context.with(context.active().setValue(Symbol.for('k'), 1), () =>
        context.active().getValue(Symbol.for('k')),
      ),
    ).toBe(undefined);
  });

  it.each([1, 2])(
    'is the body of a test, here of row %d',
    observed(async (trace, row: number) => {
      await new Shout().execute(String(row));
      expect(trace.spans).toHaveLength(3);
    }),
  );
});
