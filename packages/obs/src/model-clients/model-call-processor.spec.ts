import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Attributes, context, type Context, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-node';
import { describe, expect, it } from '@jest/globals';
import { stateKey } from '@tta/obs-context';
import { Instrumentation, withExecution, withInstrumentation } from '@tta/obs-instrumentation';
import { observe } from '@tta/obs-testing';
import { ModelCallProcessor } from './model-call-processor.ts';

const chat = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.usage.input_tokens': 3,
  'gen_ai.usage.output_tokens': 2,
};
const legacy = { 'ai.operationId': 'ai.generateText.doGenerate', 'ai.usage.inputTokens': 3 };
const held = stateKey<object>('held');
const tool = { 'gen_ai.operation.name': 'execute_tool' };

/** What is spent, at a dollar a token, in an execution in which these spans begin and end. */
async function spent(
  make: (
    start: (attributes: Attributes, above?: Context, scope?: string) => { span: Span; inside: Context },
  ) => void,
  options: { readonly repeated?: Attributes; readonly type?: string; readonly scope?: string } = {},
): Promise<number | undefined> {
  const processor = new ModelCallProcessor((attributes) =>
    Object.keys(options.repeated ?? {}).some((name) => name in attributes),
  );
  const provider = new BasicTracerProvider({ spanProcessors: [processor] });
  const pricing = { estimateUsd: ({ inputTokens = 0, outputTokens = 0 }) => inputTokens + outputTokens };
  const instrumentation = new Instrumentation({ pricing });
  let usd: number | undefined;
  await context.with(withInstrumentation(ROOT_CONTEXT, instrumentation), () =>
    withExecution({ type: options.type ?? 'lambda' }, (scope) => {
      make((attributes, above = context.active(), name = options.scope ?? 'theirs') => {
        const span = provider.getTracer(name).startSpan('a', { attributes }, above);
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

  it('tells tokens of the innermost span that has some, and again nothing of those around', async () => {
    await observe(async () => {
      const usd = await spent((start) => {
        const outermost = start({ ...chat, 'gen_ai.usage.input_tokens': 50 });
        const outer = start(chat, outermost.inside);
        start({ 'gen_ai.operation.name': 'chat' }, outer.inside).span.end();
        outer.span.end();
        outermost.span.end();
      });
      expect(usd).toBe(5);
    });
  });

  it('tells what a tool calls also where the span of the tool repeats another', async () => {
    await observe(async () => {
      const usd = await spent(
        (start) => {
          const root = start({ 'ai.operationId': 'ai.generateText' });
          const between = start({ 'ai.operationId': 'ai.toolCall' }, root.inside);
          start(chat, between.inside).span.end();
          between.span.end();
          root.span.end();
        },
        { repeated: { 'ai.operationId': '' } },
      );
      expect(usd).toBe(5);
    });
  });

  it('tells what a tool calls in an llm, except what an llm in there tells', async () => {
    await observe(async () => {
      const usd = await spent(
        (start) => {
          const outer = start(chat);
          const between = start(tool, outer.inside);
          start(chat, between.inside).span.end();
          const ours = start({ 'primitive.type': 'lambda' }, between.inside, 'tta.primitives');
          start(chat, ours.inside).span.end();
          const called = start({ 'primitive.type': 'llm' }, ours.inside, 'tta.primitives');
          start(chat, called.inside).span.end();
          between.span.end();
          outer.span.end();
        },
        { type: 'llm' },
      );
      expect(usd).toBe(10);
    });
  });

  it('keeps no run in memory for a span that never ends', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    await observe(async () => {
      const processor = new ModelCallProcessor(() => false);
      const tracer = new BasicTracerProvider({ spanProcessors: [processor] }).getTracer('theirs');
      const began = async (): Promise<WeakRef<object>> => {
        const state = {};
        await withExecution({ type: 'lambda' }, (scope) => {
          scope.context.set(held, state);
          tracer.startSpan('never ended', { attributes: chat });
        });
        return new WeakRef(state);
      };
      const state = await began();
      await new Promise(setImmediate);
      collect();
      expect(state.deref()).toBeUndefined();
      await processor.shutdown();
    });
  });
});
