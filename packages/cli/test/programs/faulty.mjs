// Programs with one fault each, for the doctor: `node faulty.mjs <fault>`.
import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { context, propagation, ROOT_CONTEXT, SpanKind, trace, TraceFlags } from '@opentelemetry/api';
import { keepContext, moveClock, pause, setUp } from './set-up.mjs';

const INTERNAL = SpanKind.INTERNAL;

/** Runs a step in a span that is current in it, and always ended. */
async function inSpan(tracer, name, step, options = { kind: INTERNAL }) {
  return tracer.startActiveSpan(name, options, async (span) => {
    try {
      return await step(span);
    } finally {
      span.end();
    }
  });
}

const FAULTS = {
  async none() {
    keepContext();
    const provider = setUp('shop');
    const tracer = provider.getTracer('shop');
    for (let order = 0; order < 3; order++) {
      await inSpan(tracer, 'order', async () => {
        await inSpan(tracer, 'reserve', () => pause(5));
        await inSpan(tracer, 'pay', () => pause(5), { kind: SpanKind.CLIENT });
      });
      await pause(20);
    }
    await Promise.all(['mail', 'invoice'].map((name, at) => inSpan(tracer, name, () => pause(10 + 10 * at))));
    // Where it sends to, nobody may be.
    await provider.shutdown().catch(() => undefined);
  },

  /** Its last spans wait for the next batch when it ends. */
  async unflushed() {
    keepContext();
    const provider = setUp('shop');
    const tracer = provider.getTracer('shop');
    await inSpan(tracer, 'order', async () => {
      await inSpan(tracer, 'reserve', () => pause(5));
      await provider.forceFlush();
      process.exit(0);
    });
  },

  /** It ends before its first batch. */
  async silent() {
    keepContext();
    await inSpan(setUp('shop').getTracer('shop'), 'order', () => pause(5));
    process.exit(0);
  },

  /** A span in the midst is never ended. */
  async unended() {
    keepContext();
    const provider = setUp('shop');
    const tracer = provider.getTracer('shop');
    await inSpan(tracer, 'order', () =>
      tracer.startActiveSpan('pay', () => inSpan(tracer, 'ask bank', () => pause(5))),
    );
    await provider.shutdown();
  },

  /** A worker that was begun outside of any span calls back. */
  async 'lost-context'() {
    keepContext();
    const provider = setUp('shop');
    const tracer = provider.getTracer('shop');
    const queue = [];
    const worker = setInterval(() => queue.shift()?.(), 3);
    for (let order = 0; order < 10; order++) {
      await inSpan(tracer, 'order', async () => {
        await inSpan(tracer, 'reserve', () => pause(5));
        await new Promise((resolve) =>
          queue.push(() => void inSpan(tracer, 'query', () => pause(3)).then(resolve)),
        );
      });
    }
    clearInterval(worker);
    await provider.shutdown();
  },

  async 'no-context-manager'() {
    const provider = setUp('shop');
    const tracer = provider.getTracer('shop');
    await inSpan(tracer, 'order', async () => {
      await pause(5);
      await inSpan(tracer, 'reserve', () => pause(5));
      await inSpan(tracer, 'pay', () => pause(600));
    });
    await provider.shutdown();
  },

  /** Two instrumentations of the same call. */
  async 'double-spans'() {
    keepContext();
    const provider = setUp('shop');
    const options = {
      kind: SpanKind.CLIENT,
      attributes: { 'http.request.method': 'GET', 'url.full': 'https://bank.example/rates' },
    };
    const [one, other] = ['axios-tracing', '@opentelemetry/instrumentation-http'].map((scope) =>
      provider.getTracer(scope),
    );
    await inSpan(one, 'GET rates', () => inSpan(other, 'GET', () => pause(600), options), options);
    await provider.shutdown();
  },

  /** The same model call in the words of two conventions. */
  async 'double-model-call'() {
    keepContext();
    const provider = setUp('shop');
    const { tracers, attributes } = {
      tracers: ['@traceloop/instrumentation-openai', '@arizeai/openinference-instrumentation-openai'].map(
        (scope) => provider.getTracer(scope),
      ),
      attributes: [
        {
          'gen_ai.operation.name': 'chat',
          'gen_ai.system': 'openai',
          'gen_ai.request.model': 'gpt-5.1',
          'gen_ai.usage.input_tokens': 100,
          'gen_ai.usage.output_tokens': 20,
        },
        {
          'openinference.span.kind': 'LLM',
          'llm.model_name': 'gpt-5.1',
          'llm.token_count.prompt': 100,
          'llm.token_count.completion': 20,
        },
      ],
    };
    await inSpan(
      tracers[0],
      'chat gpt-5.1',
      () => inSpan(tracers[1], 'OpenAI Chat Completions', () => pause(600), { attributes: attributes[1] }),
      { kind: SpanKind.CLIENT, attributes: attributes[0] },
    );
    await provider.shutdown();
  },

  /** Two providers hear of the same work. */
  async 'double-set-up'() {
    keepContext();
    const providers = ['shop', 'shop-copy'].map((name) => setUp(name));
    const tracers = providers.map((provider) => provider.getTracer('http'));
    for (let request = 0; request < 20; request++) {
      await inSpan(tracers[0], 'GET /', () => inSpan(tracers[1], 'GET /', () => pause(10)));
    }
    await Promise.all(providers.map((provider) => provider.shutdown()));
  },

  async 'clock-ahead'() {
    moveClock(3_600_000);
    await FAULTS.none();
  },

  async 'clock-behind'() {
    moveClock(-3_600_000);
    await FAULTS.none();
  },

  /** Calls a process whose clock is 400 ms ahead. */
  async 'two-clocks'() {
    keepContext();
    const child = fork(fileURLToPath(import.meta.url), ['called']);
    const [port] = await once(child, 'message');
    const provider = setUp('shop');
    const tracer = provider.getTracer('http');
    for (let call = 0; call < 3; call++) {
      const ask = async () => {
        const headers = {};
        propagation.inject(context.active(), headers);
        await (await fetch(`http://127.0.0.1:${port}/`, { headers })).text();
      };
      await inSpan(tracer, 'GET rates', ask, { kind: SpanKind.CLIENT });
    }
    await provider.shutdown();
    child.send('stop');
    await once(child, 'exit');
  },

  async called() {
    moveClock(400);
    keepContext();
    const provider = setUp('bank');
    const tracer = provider.getTracer('http');
    const server = createServer((request, response) => {
      const parent = propagation.extract(ROOT_CONTEXT, request.headers);
      void context.with(parent, async () => {
        await inSpan(tracer, 'GET /', () => pause(15), { kind: SpanKind.SERVER });
        response.end('1.1');
      });
    });
    server.listen(0, '127.0.0.1', () => process.send(server.address().port));
    await once(process, 'message');
    server.closeAllConnections();
    await provider.shutdown();
    process.exit();
  },

  /** Was called two minutes ago by a process that reports elsewhere. */
  async orphans() {
    keepContext();
    const provider = setUp('shop');
    const caller = {
      traceId: 'c'.repeat(32),
      spanId: 'd'.repeat(16),
      traceFlags: TraceFlags.SAMPLED,
      isRemote: true,
    };
    const parent = trace.setSpanContext(ROOT_CONTEXT, caller);
    const startTime = Date.now() - 120_000;
    provider
      .getTracer('http')
      .startSpan('GET /', { kind: SpanKind.SERVER, startTime }, parent)
      .end(startTime + 20);
    await provider.shutdown();
  },

  async limits() {
    keepContext();
    const provider = setUp('shop', { spanLimits: { attributeCountLimit: 4, eventCountLimit: 1 } });
    await inSpan(provider.getTracer('shop'), 'order', async (span) => {
      for (let item = 0; item < 200; item++) span.setAttribute(`item.${item}`, item);
      span.addEvent('one').addEvent('two');
    });
    await provider.shutdown();
  },
};

await FAULTS[process.argv[2]]();
