import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { logs } from '@opentelemetry/api-logs';
import { InstrumentedPrimitive } from '@tta/obs-instrumentation';
import { ObservedProcess } from '../test/observed-process.ts';
import { runProgram } from '../test/program.ts';
import { Receiver, until } from '../test/receiver.ts';
import { byKey, sent } from '../test/sent.ts';

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

async function address(answer?: ConstructorParameters<typeof Receiver>[0]): Promise<[Receiver, string]> {
  const receiver = new Receiver(answer);
  observed.closing.push(() => receiver.stop());
  return [receiver, await receiver.start()];
}

/** Of a service that is down. */
async function deadAddress(): Promise<string> {
  const gone = new Receiver();
  const url = await gone.start();
  await gone.stop();
  return url;
}

describe('log lines', () => {
  it('reach the local service by themselves, from level info on whatever is printed', async () => {
    const { received, url } = await observed.receiver();
    const obs = observed.initialize({}, { enableTtaUi: true, ttaUiEndpoint: url });
    obs.log.debug('too quiet');
    obs.log.info('loud enough', { shelf: 'top' });
    await until(() => received.of('logs').length > 0);
    expect(received.text).toContain('loud enough');
    expect(received.text).toContain('shelf');
    expect(received.text).not.toContain('too quiet');
  });

  it('reach it from level debug on where that is printed', async () => {
    const { received, url } = await observed.receiver();
    const body = `const obs = initializeObservability({ logLevel: 'debug' }); obs.log.debug('quiet');`;
    const { stderr } = await runProgram(observed.folder, body, { TTA_UI_ENDPOINT: url });
    expect(stderr).toContain('quiet');
    expect(received.text).toContain('quiet');
  });

  it('carry the ids of the run that they are written in, and of its caller', async () => {
    const { received, url } = await observed.receiver();
    const obs = observed.initialize({ ...json, OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_SERVICE_NAME: 'shop' });
    await new Failing().tryExecute('x', { userId: 'u1', workflowName: 'print', correlationId: 'c1' });
    obs.log.child({ part: 'end' }).warn('outside');
    await obs.flush();
    const { logRecords, spans, resource } = sent(received);
    expect(resource).toMatchObject({ 'service.name': 'shop' });
    const [failed, outside] = logRecords;
    expect(failed?.severityText).toBe('error');
    expect(failed?.body.stringValue).toContain('out of paper');
    expect(spans.map(({ traceId }) => traceId)).toContain(failed?.traceId);
    expect(byKey(failed?.attributes ?? [])).toMatchObject({
      'user.id': 'u1',
      'workflow.name': 'print',
      'correlation.id': 'c1',
    });
    expect(outside?.traceId ?? '').toBe('');
    expect(byKey(outside?.attributes ?? [])).toEqual({ part: 'end' });
  });

  it('go to the endpoint that is theirs, with the limits that are', async () => {
    const [general, own] = [await observed.receiver(), await observed.receiver()];
    const obs = observed.initialize({
      ...json,
      OTEL_EXPORTER_OTLP_ENDPOINT: general.url,
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${own.url}/as-it-is`,
      OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'x-tenant=t1',
      OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: '1',
      OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT: '4',
    });
    obs.log.info('hello', { a: 'abcdef', b: 1 });
    await obs.flush();
    expect(own.received.requests[0]).toMatchObject({ path: '/as-it-is', headers: { 'x-tenant': 't1' } });
    const [record] = sent(own.received).logRecords;
    expect(byKey(record?.attributes ?? [])).toEqual({ a: 'abcd' });
    expect(record?.droppedAttributesCount).toBe(1);
    expect(general.received.of('logs')).toEqual([]);
  });

  it('go nowhere but to standard error with OTEL_LOGS_EXPORTER=none', async () => {
    const { received, url } = await observed.receiver();
    const env = { OTEL_LOGS_EXPORTER: 'none', TTA_UI_ENDPOINT: url, OTEL_EXPORTER_OTLP_ENDPOINT: url };
    const body = `const obs = initializeObservability(); obs.log.warn('here'); await new Work().execute('a');`;
    const { stderr } = await runProgram(observed.folder, body, env);
    expect(stderr).toContain('here');
    expect(received.of('traces')).toHaveLength(1);
    expect(received.of('logs')).toEqual([]);
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
    const { received, url } = await observed.receiver();
    const body = (options: string): string =>
      `const obs = initializeObservability({ ${options} });
       obs.log.warn('sent', { password: 'hunter2', pin: 4711 });`;
    const env = { TTA_UI_ENDPOINT: url };
    const strict = await runProgram(observed.folder, body("redaction: { keys: ['pin'] }"), env);
    expect(`${strict.stderr}${received.text}`).not.toMatch(/hunter2|4711/);
    expect(received.text).toContain('redacted');
    const open = await runProgram(observed.folder, body('redaction: false'), env);
    expect(open.stderr).toContain('hunter2');
    expect(received.text).toContain('hunter2');
  });

  it.each([
    [{ keys: ['pin'] }, 'all'],
    [false, 'none'],
  ] as const)('of other libraries lose with redaction %j of their secrets %s', async (redaction, lost) => {
    const { received, url } = await observed.receiver();
    const obs = observed.initialize({ OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: url }, { redaction });
    const attributes = { password: 'hunter2', pin: 'p4711' };
    logs.getLogger('lib').emit({ severityText: 'INFO', body: 'hello', attributes });
    await obs.flush();
    expect(received.text).toContain('hello');
    for (const secret of ['hunter2', 'p4711']) expect(received.text.includes(secret)).toBe(lost === 'none');
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
    const url = await deadAddress();
    const body = (ending: string): string =>
      `const obs = initializeObservability({ logLevel: 'silent' }); obs.log.info('kept for later'); ${ending}`;
    for (const ending of ['', 'process.exit();', 'await obs.shutdown();']) {
      await runProgram(observed.folder, body(ending), { TTA_UI_ENDPOINT: url });
    }
    const spool = join(observed.folder, 'tta-obs/spool');
    const files = readdirSync(spool, { recursive: true }).filter((name) => String(name).endsWith('.seg'));
    expect(files).toHaveLength(3);

    const server = new Receiver();
    observed.closing.push(() => server.stop());
    await server.start(Number(new URL(url).port));
    await runProgram(observed.folder, 'const obs = initializeObservability(); await obs.flush();', {
      TTA_UI_ENDPOINT: url,
    });
    expect(server.of('logs').filter(({ text }) => text.includes('kept for later'))).toHaveLength(3);
  });

  it.each([
    ['dies of an error', "throw new Error('fatal');"],
    ['calls process.exit()', 'process.exit(3);'],
    ['exits while a shutdown is under way', 'void obs.shutdown(); setImmediate(() => process.exit(3));'],
  ])('are sent before a program %s', async (_, ending) => {
    const { received, url } = await observed.receiver();
    const body = `const obs = initializeObservability({ logLevel: 'silent' }); obs.log.info('last words'); ${ending}`;
    await expect(runProgram(observed.folder, body, { TTA_UI_ENDPOINT: url })).rejects.toMatchObject({
      code: expect.any(Number),
    });
    expect(received.text).toContain('last words');
  });

  it.each([
    ['after the shutdown', "await obs.shutdown(); obs.log.warn('late');"],
    ['while the process exits', "process.on('exit', () => obs.log.warn('late')); process.exit();"],
  ])('that are written %s are printed, and nothing is said about them', async (_, ending) => {
    const { url } = await observed.receiver();
    const body = `const obs = initializeObservability(); ${ending}`;
    const { stderr } = await runProgram(observed.folder, body, { TTA_UI_ENDPOINT: url });
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain('late');
  });
});

describe('trouble with log lines', () => {
  it('is said once of a local service that is too old for them', async () => {
    const [service, url] = await address((response, { path }) => {
      if (path === '/v1/logs') response.statusCode = 404;
      response.end();
    });
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
    expect(service.of('logs')).toHaveLength(3);
    expect(service.of('traces')).toHaveLength(1);
  });

  it('is said again of a service that took some meanwhile', async () => {
    let requests = 0;
    const [, url] = await address((response, { path }) => {
      if (path === '/v1/logs') response.statusCode = ++requests === 2 ? 200 : 404;
      response.end();
    });
    const body = `const obs = initializeObservability();
      for (let i = 0; i < 3; i++) { obs.log.info('line ' + i); await obs.flush(); }`;
    const { stderr } = await runProgram(observed.folder, body, { TTA_UI_ENDPOINT: url });
    expect(stderr.match(/It takes none/g)).toHaveLength(2);
  });

  it('is not told to the destination that has it', async () => {
    const [service, url] = await address((response, { path }) => {
      response.statusCode = path === '/v1/traces' ? 400 : 200;
      response.end();
    });
    const body = `initializeObservability(); await new Work().execute('a');`;
    const { stderr } = await runProgram(observed.folder, body, { TTA_UI_ENDPOINT: url });
    expect(stderr).toContain('1 span is lost on the way to the local service');
    expect(service.of('logs')).toEqual([]);
  });

  it('takes two seconds of process.exit() for two destinations that hang, and none for more', async () => {
    const [[local, url], [other, otherUrl]] = [
      await address(() => undefined),
      await address(() => undefined),
    ];
    const body = `const obs = initializeObservability(); obs.log.info('late'); await new Work().execute('a'); process.exit();`;
    const env = {
      TTA_UI_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_ENDPOINT: otherUrl,
      OTEL_METRICS_EXPORTER: 'none',
    };
    const { stderr } = await runProgram(observed.folder, body, env);
    expect([...local.requests, ...other.requests].map(({ path }) => path)).toEqual([
      '/v1/traces',
      '/v1/traces',
    ]);
    expect(stderr).toMatch(/Log lines do not reach the local service[^\n]*1 log line waits on disk/);
    expect(stderr).toMatch(/1 log line is lost on the way to http/);
  });

  it('ends a shutdown although a destination does not answer', async () => {
    const [service, url] = await address(() => undefined);
    const obs = observed.initialize({ OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${url}/v1/logs` });
    obs.log.info('a');
    await expect(obs.shutdown()).resolves.toBeUndefined();
    expect(service.requests).toHaveLength(1);
  });
});
