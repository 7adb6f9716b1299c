import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { logs } from '@opentelemetry/api-logs';
import { InstrumentedPrimitive } from '@tta/obs-instrumentation';
import { ObservedProcess } from '../test/observed-process.ts';
import { runProgram } from '../test/program.ts';
import { sentText } from '../test/sent-text.ts';

class Failing extends InstrumentedPrimitive<string, string> {
  constructor() {
    super({ type: 'work', name: 'work' });
  }
  protected run(): string {
    throw new Error('out of paper');
  }
}

const observed = new ObservedProcess();
const json = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_METRICS_EXPORTER: 'none' };

describe('log lines', () => {
  it('reach the local service by themselves, from level info on whatever is printed', async () => {
    const sink = await observed.sink();
    const obs = observed.initialize({}, { enableTtaUi: true, ttaUiEndpoint: sink.httpUrl });
    obs.log.debug('too quiet');
    obs.log.info('loud enough', { shelf: 'top' });
    const { lines } = await sink.received({ lines: 1 });
    expect(lines).toMatchObject([{ level: 'info', message: 'loud enough', fields: { shelf: 'top' } }]);
  });

  it('reach it from level debug on where that is printed', async () => {
    const sink = await observed.sink();
    const body = `const obs = initializeObservability({ logLevel: 'debug' }); obs.log.debug('quiet');`;
    const { stderr } = await runProgram(observed.folder, body, { TTA_UI_ENDPOINT: sink.httpUrl });
    expect(stderr).toContain('quiet');
    expect(sink.trace.lines).toContainEqual(expect.objectContaining({ level: 'debug', message: 'quiet' }));
  });

  it('carry the ids of the run that they are written in, and of its caller', async () => {
    const sink = await observed.sink();
    const obs = observed.initialize({
      ...json,
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.httpUrl,
      OTEL_SERVICE_NAME: 'shop',
    });
    await new Failing().tryExecute('x', { userId: 'u1', workflowName: 'print', correlationId: 'c1' });
    obs.log.child({ part: 'end' }).warn('outside');
    await obs.flush();
    const { lines, spans } = sink.trace;
    expect(sink.resources).toMatchObject([{ 'service.name': 'shop' }]);
    const [failed, outside] = lines;
    expect(failed?.level).toBe('error');
    expect(failed?.message).toContain('out of paper');
    expect(spans.map(({ traceId }) => traceId)).toContain(failed?.traceId);
    expect(failed?.fields).toMatchObject({
      'user.id': 'u1',
      'workflow.name': 'print',
      'correlation.id': 'c1',
    });
    expect(outside?.traceId).toBeUndefined();
    expect(outside?.fields).toEqual({ part: 'end' });
  });

  it('go to the endpoint that is theirs, with the limits that are', async () => {
    const [general, own] = [await observed.sink(), await observed.sink()];
    const obs = observed.initialize({
      ...json,
      OTEL_EXPORTER_OTLP_ENDPOINT: general.httpUrl,
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${own.httpUrl}/v1/logs`,
      OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'x-tenant=t1',
      OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: '1',
      OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT: '4',
    });
    obs.log.info('hello', { a: 'abcdef', b: 1 });
    await obs.flush();
    const [request] = own.requestsOf('logs');
    expect(request?.headers).toMatchObject({ 'x-tenant': 't1' });
    expect(request?.message.resourceLogs[0]?.scopeLogs[0]?.logRecords).toMatchObject([
      { attributes: [{ key: 'a', value: { stringValue: 'abcd' } }], droppedAttributesCount: 1 },
    ]);
    expect(general.requestsOf('logs')).toEqual([]);
  });

  it('go nowhere but to standard error with OTEL_LOGS_EXPORTER=none', async () => {
    const sink = await observed.sink();
    const env = {
      OTEL_LOGS_EXPORTER: 'none',
      TTA_UI_ENDPOINT: sink.httpUrl,
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.httpUrl,
    };
    const body = `const obs = initializeObservability(); obs.log.warn('here'); await new Work().execute('a');`;
    const { stderr } = await runProgram(observed.folder, body, env);
    expect(stderr).toContain('here');
    expect(sink.requestsOf('traces')).toHaveLength(1);
    expect(sink.requestsOf('logs')).toEqual([]);
  });

  it('are written to standard output as records of OpenTelemetry', async () => {
    const body = `const obs = initializeObservability({ enableTtaUi: false, logLevel: 'silent' });
      obs.log.info('hello', { shelf: 'top' });`;
    const { stdout, stderr } = await runProgram(observed.folder, body, { OTEL_LOGS_EXPORTER: 'console' });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({
      body: 'hello',
      severity: 'info',
      attributes: { shelf: 'top' },
    });
  });

  it('lose their secrets, unless they are to keep them', async () => {
    const sink = await observed.sink();
    const body = (options: string): string =>
      `const obs = initializeObservability({ ${options} });
       obs.log.warn('sent', { password: 'hunter2', pin: 4711 });`;
    const env = { TTA_UI_ENDPOINT: sink.httpUrl };
    const strict = await runProgram(observed.folder, body("redaction: { keys: ['pin'] }"), env);
    expect(`${strict.stderr}${sentText(sink)}`).not.toMatch(/hunter2|4711/);
    expect(sentText(sink)).toContain('redacted');
    const open = await runProgram(observed.folder, body('redaction: false'), env);
    expect(open.stderr).toContain('hunter2');
    expect(sentText(sink)).toContain('hunter2');
  });

  it.each([
    [{ keys: ['pin'] }, 'all'],
    [false, 'none'],
  ] as const)('of other libraries lose with redaction %j of their secrets %s', async (redaction, lost) => {
    const sink = await observed.sink();
    const obs = observed.initialize(
      { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${sink.httpUrl}/v1/logs` },
      { redaction },
    );
    const attributes = { password: 'hunter2', pin: 'p4711' };
    logs.getLogger('lib').emit({ severityText: 'INFO', body: 'hello', attributes });
    await obs.flush();
    expect(sink.trace.lines).toMatchObject([{ message: 'hello' }]);
    for (const secret of ['hunter2', 'p4711']) expect(sentText(sink).includes(secret)).toBe(lost === 'none');
  });

  it('are as many as sampling lets through, all errors among them, and in the format that is asked for', async () => {
    const body = `const obs = initializeObservability({
        enableTtaUi: false, logLevel: 'info', logFormat: 'pretty', logSampling: { rate: 0 } });
      obs.log.info('left out'); obs.log.error('kept');`;
    const { stderr } = await runProgram(observed.folder, body);
    expect(stderr).toMatch(/kept/);
    expect(stderr).not.toMatch(/left out|^\{/);
  });

  it.each([
    [{}, false],
    [{ FORCE_COLOR: '1' }, true],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('are, pretty and on a pipe with %j, coloured: %j', async (env, isColoured) => {
    const body = `initializeObservability({ enableTtaUi: false, logFormat: 'pretty' }).log.warn('hm');`;
    const { stderr } = await runProgram(observed.folder, body, env);
    expect(stderr.includes('\u001b[')).toBe(isColoured);
  });

  it('wait on disk while the local service is down, also at the end of the program', async () => {
    const url = await observed.deadUrl();
    const body = (ending: string): string =>
      `const obs = initializeObservability({ logLevel: 'silent' }); obs.log.info('kept for later'); ${ending}`;
    for (const ending of ['', 'process.exit();', 'await obs.shutdown();']) {
      await runProgram(observed.folder, body(ending), { TTA_UI_ENDPOINT: url });
    }
    const spool = join(observed.folder, 'tta-obs/spool');
    const files = readdirSync(spool, { recursive: true }).filter((name) => String(name).endsWith('.seg'));
    expect(files).toHaveLength(3);

    const sink = await observed.sink({ httpPort: Number(new URL(url).port) });
    await runProgram(observed.folder, 'const obs = initializeObservability(); await obs.flush();', {
      TTA_UI_ENDPOINT: url,
    });
    expect(sink.trace.lines.filter(({ message }) => message === 'kept for later')).toHaveLength(3);
  });

  it.each([
    ['dies of an error', "throw new Error('fatal');"],
    ['calls process.exit()', 'process.exit(3);'],
    ['exits while a shutdown is under way', 'void obs.shutdown(); setImmediate(() => process.exit(3));'],
  ])('are sent before a program %s', async (_, ending) => {
    const sink = await observed.sink();
    const body = `const obs = initializeObservability({ logLevel: 'silent' }); obs.log.info('last words'); ${ending}`;
    await expect(runProgram(observed.folder, body, { TTA_UI_ENDPOINT: sink.httpUrl })).rejects.toMatchObject({
      code: expect.any(Number),
    });
    // At least once: an exit does not wait for the answer to what a shutdown has sent.
    expect(sink.trace.lines[0]).toMatchObject({ message: 'last words' });
  });

  it.each([
    ['after the shutdown', "await obs.shutdown(); obs.log.warn('late');"],
    ['while the process exits', "process.on('exit', () => obs.log.warn('late')); process.exit();"],
  ])('that are written %s are printed, and nothing is said about them', async (_, ending) => {
    const { httpUrl } = await observed.sink();
    const body = `const obs = initializeObservability(); ${ending}`;
    const { stderr } = await runProgram(observed.folder, body, { TTA_UI_ENDPOINT: httpUrl });
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain('late');
  });
});

describe('trouble with log lines', () => {
  it('is said once of a local service that is too old for them', async () => {
    const sink = await observed.sink();
    sink.answer({ status: 404 }, { signal: 'logs' });
    const url = sink.httpUrl;
    const body = `const obs = initializeObservability();
      for (let i = 0; i < 3; i++) { obs.log.info('line ' + i); await obs.flush(); }
      await new Work().execute('a');`;
    const { stderr } = await runProgram(observed.folder, body, { TTA_UI_ENDPOINT: url });
    expect(stderr.trim().split('\n')).toHaveLength(2);
    expect(stderr).toContain(`2 more log lines are lost on the way to the local service at ${url}/v1/logs`);
    expect(stderr).toContain(
      `Log lines are lost on the way to the local service at ${url}/v1/logs: 404 Not Found. ` +
        'It takes none: update it, or set OTEL_LOGS_EXPORTER=none.',
    );
    expect(sink.requestsOf('logs')).toHaveLength(3);
    expect(sink.requestsOf('traces')).toHaveLength(1);
  });

  it('is said again of a service that took some meanwhile', async () => {
    const sink = await observed.sink();
    sink.answer(() => (sink.requestsOf('logs').length === 2 ? 'accept' : { status: 404 }), {
      signal: 'logs',
    });
    const body = `const obs = initializeObservability();
      for (let i = 0; i < 3; i++) { obs.log.info('line ' + i); await obs.flush(); }`;
    const { stderr } = await runProgram(observed.folder, body, { TTA_UI_ENDPOINT: sink.httpUrl });
    expect(stderr.match(/It takes none/g)).toHaveLength(2);
  });

  it('is not told to the destination that has it', async () => {
    const sink = await observed.sink();
    sink.answer({ status: 400 }, { signal: 'traces' });
    const body = `initializeObservability(); await new Work().execute('a');`;
    const { stderr } = await runProgram(observed.folder, body, { TTA_UI_ENDPOINT: sink.httpUrl });
    expect(stderr).toContain('1 span is lost on the way to the local service');
    expect(sink.requestsOf('logs')).toEqual([]);
  });

  it('takes two seconds of process.exit() for two destinations that hang, and none for more', async () => {
    const [local, other] = [await observed.sink(), await observed.sink()];
    for (const sink of [local, other]) sink.answer('hang');
    const body = `const obs = initializeObservability(); obs.log.info('late'); await new Work().execute('a'); process.exit();`;
    const env = {
      TTA_UI_ENDPOINT: local.httpUrl,
      OTEL_EXPORTER_OTLP_ENDPOINT: other.httpUrl,
      OTEL_METRICS_EXPORTER: 'none',
    };
    const { stderr } = await runProgram(observed.folder, body, env);
    expect([...local.requests, ...other.requests].map(({ signal }) => signal)).toEqual(['traces', 'traces']);
    expect(stderr).toMatch(/Log lines do not reach the local service[^\n]*1 log line waits on disk/);
    expect(stderr).toMatch(/1 log line is lost on the way to http/);
  });

  it('ends a shutdown although a destination does not answer', async () => {
    const sink = await observed.sink();
    sink.answer('hang');
    const obs = observed.initialize({ OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${sink.httpUrl}/v1/logs` });
    obs.log.info('a');
    await expect(obs.shutdown()).resolves.toBeUndefined();
    expect(sink.requests).toHaveLength(1);
  });
});
