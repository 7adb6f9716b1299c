import { type Attributes, context, type Context, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-node';
import { describe, expect, it } from '@jest/globals';
import { Instrumentation, withExecution, withInstrumentation } from '@tta/obs-instrumentation';
import { observe } from '@tta/obs-testing';
import { ModelCallProcessor } from './model-call-processor.ts';

const chat = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.usage.input_tokens': 3,
  'gen_ai.usage.output_tokens': 2,
};
const legacy = { 'ai.operationId': 'ai.generateText.doGenerate', 'ai.usage.inputTokens': 3 };
const tool = { 'gen_ai.operation.name': 'execute_tool' };

/** What is spent, at a dollar a token, in an execution in which these spans begin and end. */
async function spent(
  make: (start: (attributes: Attributes, above?: Context) => { span: Span; inside: Context }) => void,
  options: { readonly repeated?: Attributes; readonly type?: string; readonly scope?: string } = {},
): Promise<number | undefined> {
  const processor = new ModelCallProcessor((attributes) =>
    Object.keys(options.repeated ?? {}).some((name) => name in attributes),
  );
  const tracer = new BasicTracerProvider({ spanProcessors: [processor] }).getTracer(
    options.scope ?? 'theirs',
  );
  const pricing = { estimateUsd: ({ inputTokens = 0, outputTokens = 0 }) => inputTokens + outputTokens };
  const instrumentation = new Instrumentation({ pricing });
  let usd: number | undefined;
  await context.with(withInstrumentation(ROOT_CONTEXT, instrumentation), () =>
    withExecution({ type: options.type ?? 'lambda' }, (scope) => {
      make((attributes, above = context.active()) => {
        const span = tracer.startSpan('a', { attributes }, above);
        return { span, inside: trace.setSpan(above, span) };
      });
      usd = scope.spentUsd;
    }),
  );
  await processor.forceFlush();
  return usd;
}

describe('ModelCallProcessor', () => {
  it('tells the execution of each call when its span ends', async () => {
    await observe(async () => {
      expect(await spent((start) => void start(chat))).toBeUndefined();
      expect(
        await spent((start) => {
          start(chat).span.end();
          start(chat).span.end();
          start({ 'http.method': 'GET' }).span.end();
        }),
      ).toBe(10);
    });
  });

  it('tells of calls inside of each other the innermost, also where there are others between', async () => {
    await observe(async () => {
      const usd = await spent((start) => {
        const outer = start({ ...chat, 'gen_ai.usage.input_tokens': 50 });
        const between = start({ 'openinference.span.kind': 'CHAIN' }, outer.inside);
        for (let i = 0; i < 2; i++) start(chat, between.inside).span.end();
        between.span.end();
        outer.span.end();
      });
      expect(usd).toBe(10);
    });
  });

  it('tells of a model and of what its tools call', async () => {
    await observe(async () => {
      const usd = await spent((start) => {
        const outer = start(chat);
        const between = start(tool, outer.inside);
        start(chat, between.inside).span.end();
        between.span.end();
        outer.span.end();
      });
      expect(usd).toBe(10);
    });
  });

  it('says nothing of what repeats others, and of all below it', async () => {
    await observe(async () => {
      const usd = await spent(
        (start) => {
          const root = start({ 'ai.operationId': 'ai.generateText' });
          const inner = start({ 'ai.prompt': 'a' }, root.inside);
          start({ ...legacy, 'ai.operationId': 'ai.generateText.doGenerate' }, inner.inside).span.end();
          inner.span.end();
          root.span.end();
        },
        { repeated: { 'ai.operationId': '' } },
      );
      expect(usd).toBeUndefined();
    });
  });

  it('says nothing in an llm, of our own spans, outside of executions, and when it is over', async () => {
    await observe(async () => {
      expect(await spent((start) => start(chat).span.end(), { type: 'llm' })).toBeUndefined();
      expect(await spent((start) => start(chat).span.end(), { scope: 'tta.primitives' })).toBeUndefined();
      expect(await spent((start) => start(chat, ROOT_CONTEXT).span.end())).toBeUndefined();
    });
    const processor = new ModelCallProcessor(() => {
      throw new Error('asked');
    });
    const tracer = new BasicTracerProvider({ spanProcessors: [processor] }).getTracer('theirs');
    await processor.shutdown();
    expect(() => tracer.startSpan('a').end()).not.toThrow();
  });

  it('forgets the oldest of more than 10,000 spans that never end', async () => {
    await observe(async () => {
      const usd = await spent((start) => {
        const oldest = start(chat);
        const next = start(chat);
        for (let i = 0; i < 9_999; i++) start({});
        oldest.span.end();
        next.span.end();
      });
      expect(usd).toBe(5);
    });
  });
});
