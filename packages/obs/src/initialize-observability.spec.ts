import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  context as contextApi,
  diag,
  metrics as metricsApi,
  propagation,
  ROOT_CONTEXT,
  type ProxyTracerProvider,
  trace,
} from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { isObsError } from '@tta/obs-context';
import { InstrumentedPrimitive } from '@tta/obs-instrumentation';
import { defineSlo } from '@tta/obs-metrics';
import { otlpSink, type OtlpSink, type OtlpSinkOptions } from '@tta/obs-testing/otlp-sink';
import { adaptive, compositeSampler, parentThreshold } from '@tta/obs-tracing';
import { clearEnvironment } from '../test/environment.ts';
import { runProgram } from '../test/program.ts';
import { initializeObservability } from './initialize-observability.ts';
import type { Observability } from './observability.ts';
import type { ObservabilityOptions } from './observability-options.ts';

class Work extends InstrumentedPrimitive<string, string> {
  constructor() {
    super({ type: 'work', name: 'work' });
  }
  protected run(input: string): string {
    return input.toUpperCase();
  }
}

const processor = {
  onStart: () => undefined,
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};
const environment = { ...process.env };
const sinks: OtlpSink[] = [];
let handle: Observability | undefined;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tta-obs-'));
  clearEnvironment(directory);
});

afterEach(async () => {
  await handle?.shutdown();
  handle = undefined;
  await Promise.all(sinks.splice(0).map((sink) => sink.stop()));
  process.env = { ...environment };
  await rm(directory, { recursive: true, force: true });
});

async function startSink(options?: OtlpSinkOptions): Promise<OtlpSink> {
  const sink = await otlpSink(options);
  sinks.push(sink);
  return sink;
}

/** Of a service that is down. */
async function deadUrl(): Promise<string> {
  const gone = await startSink();
  await gone.stop();
  return gone.httpUrl;
}

/** What all files in a folder and those below hold. */
async function textBelow(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n');
}

function initialize(options: ObservabilityOptions = {}): Observability {
  return (handle = initializeObservability({ logLevel: 'silent', ...options }));
}

describe('initializeObservability', () => {
  it('has defaults', async () => {
    const obs = initialize();
    expect(obs.serviceName).toBe('tta-workflow');
    expect(obs.destinations.map(({ address }) => address)).toEqual(['http://127.0.0.1:8765/v1/traces']);
    expect(await obs.prometheusUrl).toBeUndefined();
  });

  it('feeds an adaptive sampler: traces it asks for, how they end, and what telemetry costs', async () => {
    const sink = await startSink();
    const overheads: number[] = [];
    const load = adaptive({
      targetPerSecond: 5,
      intervalMs: 1,
      overhead: () => {
        overheads.push(obs.overhead());
        return 0;
      },
    });
    let ended = 0;
    const obs = initialize({
      ttaUiEndpoint: sink.httpUrl,
      sampler: compositeSampler(parentThreshold(load)),
      spanProcessors: [load, { ...processor, onEnd: () => void ended++ }],
    });
    while (overheads.length < 2) {
      await new Work().execute('x');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(ended).toBeGreaterThan(0);
    expect(load.probability).toBeLessThan(1);
    expect(overheads.every((share) => share >= 0 && share <= 1)).toBe(true);
  });

  it('takes an option before the environment, and the environment before a default', () => {
    Object.assign(process.env, {
      OTEL_SERVICE_NAME: 'from-env',
      TTA_UI_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:2/base',
    });
    const first = initialize({ serviceName: 'from-option', otlpEndpoint: 'http://127.0.0.1:3' });
    expect(first.serviceName).toBe('from-option');
    expect(first.destinations.map(({ address }) => address)).toEqual([
      'http://127.0.0.1:1/v1/traces',
      'http://127.0.0.1:3/v1/traces',
    ]);
  });

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a.test/base' }, ['http://a.test/base/v1/traces']],
    [
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a.test',
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://b.test/as-it-is',
      },
      ['http://b.test/as-it-is'],
    ],
    [{ OTEL_SERVICE_NAME: 'x' }, []],
  ])('sends to where %j says', (env, destinations) => {
    Object.assign(process.env, env);
    expect(initialize({ enableTtaUi: false }).destinations.map(({ address }) => address)).toEqual(
      destinations,
    );
  });

  it('tells what tail sampling kept and dropped', async () => {
    const sink = await startSink();
    const obs = initialize({
      enableTtaUi: false,
      otlpEndpoint: sink.httpUrl,
      tailSampling: { decision_wait: '1ms', policies: [{ name: 'all', type: 'always_sample' }] },
    });
    await new Work().execute('a');
    await obs.shutdown();
    expect(obs.tailSampling()).toMatchObject({ keptTraces: 1 });
  });

  it('names a destination once that is given twice, and no password', () => {
    const obs = initialize({
      ttaUiEndpoint: 'http://me:secret@127.0.0.1:1',
      otlpEndpoint: 'http://me:secret@127.0.0.1:1/',
    });
    expect(obs.destinations.map(({ address }) => address)).toEqual(['http://127.0.0.1:1/v1/traces']);
    expect([...obs.counts().keys()].join()).not.toContain('secret');
  });

  it('sends every execution to the local service and to another endpoint', async () => {
    const [local, other] = [await startSink(), await startSink()];
    const obs = initialize({
      serviceName: 'shop',
      ttaUiEndpoint: local.httpUrl,
      otlpEndpoint: other.httpUrl,
    });
    expect(await new Work().execute('hello')).toBe('HELLO');
    // The local one gets it by itself, before anything is flushed.
    await local.received({ spans: 1 });
    await obs.flush();
    for (const sink of [local, other]) {
      expect(sink.requests).toHaveLength(1);
      expect(sink.resources).toMatchObject([{ 'service.name': 'shop' }]);
      expect(sink.trace.spans).toMatchObject([
        { name: 'primitive.work.execute', attributes: { 'execution.status': 'success' } },
      ]);
    }
    expect([...obs.counts().values()]).toEqual([
      { exported: 1, spooled: 0, dropped: 0 },
      { exported: 1, spooled: 0, dropped: 0 },
    ]);
  });

  it('serves the metrics of executions for Prometheus', async () => {
    const obs = initialize({ enableTtaUi: false, enablePrometheus: true, prometheusPort: 0 });
    await new Work().execute('hello');
    const text = await (await fetch((await obs.prometheusUrl) ?? '')).text();
    expect(text).toMatch(/primitive_execution_count\w*\{[^}]*primitive_name="work"[^}]*\} 1/);
    expect(text).toMatch(/primitive_execution_duration\w*_bucket\{[^}]*le="2500"\}/);
  });

  it('serves what became of the spans of each destination', async () => {
    const sink = await startSink();
    const obs = initialize({ ttaUiEndpoint: sink.httpUrl, enablePrometheus: true, prometheusPort: 0 });
    await new Work().execute('hello');
    await obs.flush();
    const text = await (await fetch((await obs.prometheusUrl) ?? '')).text();
    const spans = (outcome: string): string | undefined =>
      new RegExp(`obs_export_spans\\w*\\{[^}]*export_outcome="${outcome}"[^}]*\\} (\\d+)`).exec(text)?.[1];
    expect([spans('exported'), spans('spooled'), spans('dropped')]).toEqual(['1', '0', '0']);
  });

  it('returns the handle of the first call while it runs', () => {
    const first = initialize({ serviceName: 'first' });
    expect(initializeObservability({ serviceName: 'second' })).toBe(first);
  });

  it('says once which options of a later call are ignored', async () => {
    const { stderr } = await runProgram(
      directory,
      `const options = { serviceName: 'a', enableTtaUi: false, baggageKeys: ['tenant'] };
       const first = initializeObservability(options);
       initializeObservability();
       initializeObservability({ serviceName: 'a', baggageKeys: ['tenant'] });
       console.log(first === initializeObservability({ ...options, serviceName: 'b', stepSpans: false }));
       initializeObservability({ serviceName: 'c' });
       await first.shutdown();
       initializeObservability({ ...options, serviceName: 'd' });`,
    );
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain(
      'initializeObservability() runs already: serviceName, stepSpans of a later call are ignored.',
    );
  });

  it('says that there is no option of a mistyped name', async () => {
    const { stderr } = await runProgram(
      directory,
      `const obs = initializeObservability({ serviceNam: 'x', enableTtaUi: false });
       initializeObservability({ serviceNam: 'x', enableTtaUi: false });
       await obs.shutdown();`,
    );
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain('has no option \\"serviceNam\\" (did you mean serviceName?): left aside.');
  });

  it('takes everything down, and a new call records again', async () => {
    const sink = await startSink();
    const obs = initialize({ ttaUiEndpoint: sink.httpUrl, enablePrometheus: true, prometheusPort: 0 });
    const metricsUrl = (await obs.prometheusUrl) ?? '';
    await new Work().execute('a');
    const atExit = process.listenerCount('exit');
    expect(process.listenerCount('beforeExit')).toBeGreaterThan(0);
    await Promise.all([obs.shutdown(), obs.shutdown()]);
    expect(sink.requests).toHaveLength(1);
    await expect(fetch(metricsUrl)).rejects.toThrow('fetch failed');
    expect(process.listenerCount('beforeExit')).toBe(0);
    expect(process.listenerCount('exit')).toBe(atExit - 1);
    expect(metricsApi.getMeterProvider().constructor.name).toBe('NoopMeterProvider');
    await new Work().execute('unseen');

    const again = initialize({ ttaUiEndpoint: sink.httpUrl });
    expect(again).not.toBe(obs);
    await new Work().execute('b');
    await again.flush();
    expect(again.counts().get('local')).toEqual({
      exported: 1,
      spooled: 0,
      dropped: 0,
    });
  });

  it.each<[ObservabilityOptions, string]>([
    [{ ttaUiEndpoint: 'localhost' }, 'ttaUiEndpoint is "localhost"; it has to be an address like http'],
    [{ otlpEndpoint: 'file:///etc/x' }, 'otlpEndpoint is "file:///etc/x"; it has to be an address'],
    [{ otlpEndpoint: 'ftp://me:secret@a.test' }, 'otlpEndpoint is "ftp://a.test"; it has to be'],
    [
      { enablePrometheus: true, prometheusPort: 70_000 },
      'prometheusPort is 70000; it has to be a whole number',
    ],
    [{ enablePrometheus: true, prometheusPort: 1.5 }, 'prometheusPort is 1.5; it has to be a whole number'],
    [{ cardinalityLimit: 1 }, 'cardinalityLimit is 1; it has to be a whole number'],
    [{ logSampling: { rate: 2 } }, 'rate of log lines is 2'],
    [{ redaction: { maxLength: 0 } }, 'maxLength of the redactor is 0'],
    [{ logFormat: 'xml' as 'json' }, 'the format of log lines is "xml"'],
    [{ tailSampling: {} as never }, 'policies is missing'],
    [{ baggageKeys: [''] }, 'baggageKeys'],
    [{ slos: 'x' as never }, 'slos is not usable; it has to be a list'],
    [{ destinations: {} as never }, 'destinations is not usable; it has to be a list'],
    [{ spanProcessors: {} as never }, 'spanProcessors is not usable; it has to be a list'],
    [{ baggageKeys: 'tenant' as never }, 'baggageKeys is not usable; it has to be a list'],
    [
      { spoolDirectory: 5 as never },
      'spoolDirectory is not usable; it has to be the path of a folder, or false',
    ],
    [{ serviceName: 5 as never }, 'serviceName is not usable; it has to be a text'],
    [{ ttaUiEndpoint: 5 as never }, 'ttaUiEndpoint is not usable; it has to be a text'],
    [
      { ttaUiToken: 'a secret with blanks' },
      'ttaUiToken is not usable; it has to be 16 to 256 printable ASCII characters without blanks',
    ],
    [{ sampler: 'always_on' as never }, 'sampler is not usable; it has to be an object with shouldSample()'],
    [{ sampler: null as never }, 'sampler is not usable'],
    [{ onSloAlert: 3 as never }, 'onSloAlert is not usable; it has to be a function'],
    [{ pricing: {} as never }, 'pricing is not usable; it has to be an object with estimateUsd(), or false'],
    [{ pricing: true as never }, 'pricing is not usable'],
    [
      { captureContent: 'yes' as never },
      'captureContent is not usable; it has to be true, false or { maxLength }',
    ],
    [{ captureContent: {} as never }, 'captureContent is not usable'],
    [{ captureContent: null as never }, 'captureContent is not usable'],
    [{ captureContent: { maxLength: '8' as never } }, 'with a number of characters, 32768 at most'],
    [{ captureContent: { maxLength: 32_769 } }, 'with a number of characters, 32768 at most'],
    [{ captureContent: { maxLength: Infinity } }, 'with a number of characters, 32768 at most'],
    [{ captureContent: { maxLength: Number.NaN } }, 'maxLength of captureContent is NaN'],
    [{ captureContent: { maxLength: 0 } }, 'maxLength of captureContent is 0'],
  ])('rejects %j and starts nothing', (options, message) => {
    let thrown: unknown;
    try {
      initializeObservability(options);
    } catch (error) {
      thrown = error;
    }
    expect(isObsError(thrown) && thrown.code).toBe('OBS_ERR_INVALID_OPTION');
    expect((thrown as Error).message).toContain(message);
    expect(process.listenerCount('beforeExit')).toBe(0);
    expect(metricsApi.getMeterProvider().constructor.name).toBe('NoopMeterProvider');
    expect((trace.getTracerProvider() as ProxyTracerProvider).getDelegate().constructor.name).toBe(
      'NoopTracerProvider',
    );
    // Where the API of log records, which is none of ours, keeps the provider.
    expect(Symbol.for('io.opentelemetry.js.api.logs') in globalThis).toBe(false);
  });

  it('frees the port, and says no more about OpenTelemetry, when the last option is rejected', async () => {
    const url = await deadUrl();
    const port = Number(new URL(url).port);
    process.env['OTEL_LOG_LEVEL'] = 'info';
    const written = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const options = { enablePrometheus: true, prometheusPort: port, baggageKeys: [''] };
    expect(() => initialize(options)).toThrow('baggageKeys');
    written.mockClear();
    diag.error('nobody hears it');
    expect(written).not.toHaveBeenCalled();
    written.mockRestore();
    // It is opened and closed in the turns of the event loop that follow.
    for (let turns = 0; turns < 10; turns++) await new Promise((resolve) => setImmediate(resolve));
    await expect(startSink({ httpPort: port })).resolves.toMatchObject({ httpUrl: url });
  });

  it('does nothing with OTEL_SDK_DISABLED=true', async () => {
    process.env['OTEL_SDK_DISABLED'] = 'true';
    const obs = initialize({ enablePrometheus: true });
    expect(obs.destinations.map(({ address }) => address)).toEqual([]);
    expect(await obs.prometheusUrl).toBeUndefined();
    expect((trace.getTracerProvider() as ProxyTracerProvider).getDelegate().constructor.name).toBe(
      'NoopTracerProvider',
    );
    expect(await new Work().execute('a')).toBe('A');
    expect(obs.counts().size).toBe(0);
    expect(obs.overhead()).toBe(0);
    expect(obs.tailSampling()).toBeUndefined();
    expect(obs.primitiveMetrics().primitives).toEqual([]);
    expect(obs.slos()).toEqual([]);
    expect(() => obs.log.child({ a: 1 }).info('b')).not.toThrow();
    await obs.flush();
    await obs.shutdown();
    expect(initializeObservability({ logLevel: 'silent' })).not.toBe(obs);
  });

  it('prints log lines of primitives, and how they fail, with OTEL_SDK_DISABLED=true', async () => {
    const body = `const obs = initializeObservability();
      class Broken extends InstrumentedPrimitive<string, string> {
        constructor() { super({ type: 'broken', name: 'broken' }); }
        protected run(input: string, { log }: { log: { warn(line: string): void } }): string {
          log.warn('about to break'); throw new Error('out of paper');
        }
      }
      const { traceId } = await new Broken().tryExecute('x'); console.log(traceId);
      await obs.shutdown(); await new Broken().tryExecute('x');`;
    const { stdout, stderr } = await runProgram(directory, body, { OTEL_SDK_DISABLED: 'true' });
    expect(stdout).toBe('undefined\n');
    expect(stderr.match(/about to break/g)).toHaveLength(1);
    expect(stderr.match(/out of paper/g)).not.toBeNull();
  });

  it('prints log lines of the program with OTEL_SDK_DISABLED=true, and keeps its SLOs empty', async () => {
    const sink = await startSink();
    const slo = { name: 'runs', objective: 0.9, indicator: { kind: 'availability' } } as const;
    const { stdout, stderr } = await runProgram(
      directory,
      `const obs = initializeObservability({ slos: [${JSON.stringify(defineSlo(slo))}] });
       obs.log.warn('still here'); await new Work().execute('a');
       console.log(obs.slos().map(({ slo, good }) => slo.name + good).join());`,
      { OTEL_SDK_DISABLED: 'true', TTA_UI_ENDPOINT: sink.httpUrl },
    );
    expect(stdout).toBe('runs0\n');
    expect(stderr).toContain('still here');
    expect(sink.requests).toEqual([]);
  });

  describe.each([
    ['dies of an error', "throw new Error('fatal');"],
    ['calls process.exit()', 'process.exit(3);'],
    ['shuts down and does not wait for it', 'void obs.shutdown(); process.exit(3);'],
    ['exits while a shutdown is under way', 'void obs.shutdown(); setImmediate(() => process.exit(3));'],
    ['exits at its natural end', "process.on('beforeExit', () => process.exit(3));"],
    [
      'exits when a signal asks for it',
      `process.once('SIGTERM', () => { void obs.shutdown(); process.exit(3); });
       setInterval(() => {}, 60_000); process.kill(process.pid, 'SIGTERM');`,
    ],
  ])('a program that %s', (_, ending) => {
    const body = `const obs = initializeObservability({ logLevel: 'silent' }); await new Work().execute('a'); ${ending}`;

    it('sends what is queued', async () => {
      const sink = await startSink();
      await expect(runProgram(directory, body, { TTA_UI_ENDPOINT: sink.httpUrl })).rejects.toMatchObject({
        code: expect.any(Number),
      });
      // At least once: an exit does not wait for the answer to what a shutdown has sent.
      expect(sink.trace.spans[0]).toMatchObject({ name: 'primitive.work.execute' });
    });

    it('leaves it on disk when the service is down', async () => {
      const url = await deadUrl();
      await expect(runProgram(directory, body, { TTA_UI_ENDPOINT: url })).rejects.toMatchObject({
        code: expect.any(Number),
      });
      expect(await textBelow(join(directory, 'tta-obs/spool'))).toContain('primitive.work.execute');
    });
  });

  it('sends what tail sampling holds when the program exits while a shutdown is under way', async () => {
    const sink = await startSink();
    const policies = "[{ name: 'all', type: 'always_sample' }]";
    await runProgram(
      directory,
      `const obs = initializeObservability({
         enableTtaUi: false, otlpEndpoint: '${sink.httpUrl}', tailSampling: { decision_wait: '60s', policies: ${policies} } });
       await new Work().execute('a'); void obs.shutdown(); process.exit();`,
    );
    expect(sink.trace.spans[0]).toMatchObject({ name: 'primitive.work.execute' });
  });

  it('can be initialised anew while a shutdown is under way', async () => {
    const first = initializeObservability({ serviceName: 'first', enableTtaUi: false, logLevel: 'silent' });
    const stopping = first.shutdown();
    const second = initializeObservability({ serviceName: 'second', enableTtaUi: false, logLevel: 'silent' });
    await stopping;
    expect(second).not.toBe(first);
    expect((await new Work().tryExecute('a')).traceId).toMatch(/^[0-9a-f]{32}$/);
    await second.shutdown();
  });

  it('ends shutdown although a destination does not answer', async () => {
    const sink = await startSink();
    sink.answer('hang');
    const obs = initialize({ enableTtaUi: false, otlpEndpoint: sink.httpUrl });
    await new Work().execute('a');
    await expect(obs.shutdown()).resolves.toBeUndefined();
    expect(obs.counts().get('otlp')).toEqual({ exported: 0, spooled: 0, dropped: 1 });
  });

  it('keeps on disk what a service that is down does not take, and runs on', async () => {
    const url = await deadUrl();
    const obs = initialize({ ttaUiEndpoint: url });
    expect(await new Work().execute('a')).toBe('A');
    await obs.flush();
    expect([...obs.counts().values()]).toEqual([{ exported: 0, spooled: 1, dropped: 0 }]);
    expect(await readdir(join(directory, 'tta-obs/spool'))).not.toEqual([]);
    expect(await new Work().execute('b')).toBe('B');
  });

  it.each([
    ['in a folder that the code names', 'mine', 1],
    ['in memory', false, 0],
  ] as const)('keeps traces %s', async (_, spoolDirectory, spooled) => {
    const url = await deadUrl();
    const folder = spoolDirectory && join(directory, spoolDirectory);
    const obs = initialize({ ttaUiEndpoint: url, spoolDirectory: folder });
    await new Work().execute('a');
    await obs.flush();
    expect([...obs.counts().values()]).toEqual([{ exported: 0, spooled, dropped: 0 }]);
    expect(await readdir(directory)).toEqual(folder ? ['mine'] : []);
  });

  it('shows the baggage that the code names, and no other', async () => {
    const sink = await startSink();
    const obs = initialize({ ttaUiEndpoint: sink.httpUrl, baggageKeys: ['tenant'] });
    const baggage = propagation.createBaggage({ tenant: { value: 't1' }, card: { value: 'c1' } });
    await contextApi.with(propagation.setBaggage(ROOT_CONTEXT, baggage), () => new Work().execute('a'));
    await obs.flush();
    expect(sink.trace.spans).toMatchObject([{ attributes: { 'baggage.tenant': 't1' } }]);
    expect(sink.trace.spans[0]?.attributes).not.toHaveProperty('baggage.card');
  });

  it('runs on without metrics when the port of Prometheus is taken', async () => {
    const sink = await startSink();
    const obs = initialize({
      ttaUiEndpoint: sink.httpUrl,
      enablePrometheus: true,
      prometheusPort: Number(new URL(sink.httpUrl).port),
    });
    expect(await obs.prometheusUrl).toBeUndefined();
    await new Work().execute('a');
    await obs.flush();
    expect(sink.requests).toHaveLength(1);
  });

  it('shuts down when the program comes to its end by itself', async () => {
    const sink = await startSink();
    const obs = initialize({ enableTtaUi: false, otlpEndpoint: sink.httpUrl });
    await new Work().execute('a');
    process.emit('beforeExit', 0);
    await obs.shutdown();
    expect(sink.requests).toHaveLength(1);
  });
});

describe('a program that forgets a stream', () => {
  const answer = `
    class Answer extends InstrumentedPrimitive<string, string, string> {
      constructor() { super({ type: 'work', name: 'answer' }); }
      protected async run(input: string, { emit }: any): Promise<string> {
        for (;;) await emit(input);
      }
    }`;

  it.each([
    ['comes to its end', "new Answer().stream('a');"],
    ['reads one chunk of it', "await new Answer().stream('a')[Symbol.asyncIterator]().next();"],
    ['calls process.exit()', "new Answer().stream('a'); process.exit();"],
    ['shuts down', "new Answer().stream('a'); await obs.shutdown();"],
  ])('and %s sends its span, and names it in one line', async (_, ending) => {
    const sink = await startSink();
    const { stderr } = await runProgram(
      directory,
      `${answer}
       const obs = initializeObservability({ enableTtaUi: false, otlpEndpoint: '${sink.httpUrl}' }); ${ending}`,
    );
    expect(sink.trace.spans).toMatchObject([
      { name: 'primitive.work.execute', attributes: { 'execution.status': 'cancelled' } },
    ]);
    expect(stderr.match(/stream of \\"answer\\" was neither read to its end nor cancelled/g)).toHaveLength(1);
  });

  it('counts those that it forgets more than once', async () => {
    const { stderr } = await runProgram(
      directory,
      `${answer}
       initializeObservability({ enableTtaUi: false });
       for (let at = 0; at < 12; at++) new Answer().stream('a');`,
    );
    expect(stderr).toContain('12 streams of \\"answer\\" were neither read to their end nor cancelled');
  });
});

describe('a program', () => {
  it('sends what is queued when it comes to its end by itself', async () => {
    const sink = await startSink();
    const { stdout, stderr } = await runProgram(
      directory,
      `initializeObservability({ serviceName: 'short', enableTtaUi: false, otlpEndpoint: '${sink.httpUrl}' });
       console.log(await new Work().execute('done'));`,
    );
    expect([stdout, stderr]).toEqual(['DONE\n', '']);
    expect(sink.trace.spans).toMatchObject([{ name: 'primitive.work.execute' }]);
    expect(sink.resources[0]).toMatchObject({ 'service.name': 'short' });
  });

  it('ends well with one line of warning when the service is down', async () => {
    const url = await deadUrl();
    const { stdout, stderr } = await runProgram(
      directory,
      `initializeObservability({ ttaUiEndpoint: '${url}' });
       console.log(await new Work().execute('done'));`,
    );
    expect(stdout).toBe('DONE\n');
    const lines = stderr.trim().split('\n');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /Traces do not reach the local service at .*: .*ECONNREFUSED.* 1 span waits on disk until it is back\. Is it running there\?/,
    );
  });

  it('says in one line that the port of Prometheus is taken, and goes on', async () => {
    const sink = await startSink();
    const { port } = new URL(sink.httpUrl);
    const { stdout, stderr } = await runProgram(
      directory,
      `initializeObservability({ ttaUiEndpoint: '${sink.httpUrl}', enablePrometheus: true, prometheusPort: ${port} });
       console.log(await new Work().execute('done'));`,
    );
    expect(stdout).toBe('DONE\n');
    const lines = stderr.trim().split('\n');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(
      `Metrics are not served on port ${port}: the port is taken. Pass another prometheusPort, or set OTEL_EXPORTER_PROMETHEUS_PORT; all else goes on.`,
    );
    expect(sink.trace.spans).toMatchObject([{ name: 'primitive.work.execute' }]);
  });
});
