import { type ChildProcess, spawn } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFile } from 'node:fs/promises';
import { request, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { createNoopMeter, diag, DiagLogLevel, metrics as metricsApi } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { afterEach, describe, expect, it } from '@jest/globals';
import { transform } from '@swc/core';
import { ManualClock } from '@tta/obs-context/manual';
import { servePrometheus } from './prometheus/prometheus-endpoint.ts';
import { type Metrics, type MetricsOptions, startMetrics } from './start-metrics.ts';

const running: Metrics[] = [];
const children: ChildProcess[] = [];
const resource = resourceFromAttributes({ 'service.name': 'shop' });

afterEach(async () => {
  diag.disable();
  for (const child of children.splice(0)) child.kill();
  await Promise.all(running.splice(0).map((metrics) => metrics.shutdown()));
});

function start(options: Partial<MetricsOptions> = {}): Metrics {
  const metrics = startMetrics({ resource, prometheus: { port: 0 }, ...options });
  running.push(metrics);
  return metrics;
}

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
}

function ask(
  url: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent: false, ...options }, (response) => {
      let body = '';
      response.on('data', (chunk) => (body += String(chunk)));
      response.on('end', () => resolve({ status: response.statusCode, body }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** What an HTTP client of Node refuses to send. */
function askRaw(port: number, head: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${head}\r\nConnection: close\r\n\r\n`));
    let answer = '';
    socket.on('data', (chunk) => (answer += String(chunk)));
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}

async function urlOf(metrics: Metrics): Promise<string> {
  const url = await metrics.prometheusUrl;
  if (url === undefined) throw new Error('not served');
  return url;
}

describe('startMetrics', () => {
  it('serves what was counted through the OpenTelemetry API, on loopback', async () => {
    const url = await urlOf(start());
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    metricsApi.getMeter('spec').createCounter('books.sold').add(3, { shelf: 'top' });
    const { status, body } = await ask(url);
    expect(status).toBe(200);
    expect(body).toContain('books_sold_total{shelf="top"} 3');
    expect(body).toContain('service_name="shop"');
    expect(await ask(`${url}?name=x`)).toMatchObject({ status: 200 });
    expect(await ask(url, { method: 'HEAD' })).toEqual({ status: 200, body: '' });
  });

  it('has the OpenTelemetry API hand out what is made of a meter, and only that', async () => {
    const metrics = start({
      registered: (meter, name) => (name === 'quiet' ? createNoopMeter() : meter),
    });
    for (const name of ['quiet', 'loud']) metricsApi.getMeter(name).createCounter(`of.${name}`).add(1);
    metrics.getMeter('quiet').createCounter('of.its.own').add(1);
    const { body } = await ask((await metrics.prometheusUrl) ?? '');
    expect(body).toContain('of_loud');
    expect(body).toContain('of_its_own');
    expect(body).not.toContain('of_quiet');
  });

  it('shows exactly the buckets that a histogram advises', async () => {
    const metrics = start();
    const histogram = metrics.getMeter('spec').createHistogram('wait', {
      unit: 'ms',
      advice: { explicitBucketBoundaries: [10, 50, 2500] },
    });
    histogram.record(10);
    histogram.record(40);
    const { body } = await ask(await urlOf(metrics));
    const buckets = [...body.matchAll(/wait_\w*bucket\{le="([^"]+)"\} (\d+)/g)].map(
      ([, le, n]) => `${le}: ${n}`,
    );
    expect(buckets).toEqual(['10: 1', '50: 2', '2500: 2', '+Inf: 2']);
  });

  it('says that its port is taken, resolves without an address, and counts on', async () => {
    const port = Number(new URL(await urlOf(start())).port);
    const errors: string[] = [];
    const second = start({
      prometheus: { port },
      onPrometheusError: (error, options) =>
        void errors.push(`${(error as NodeJS.ErrnoException).code} ${options.port === port}`),
    });
    expect(await second.prometheusUrl).toBeUndefined();
    expect(errors).toEqual(['EADDRINUSE true']);
    expect(() => second.getMeter('spec').createCounter('x').add(1)).not.toThrow();
  });

  it('survives a handler that throws', async () => {
    const second = start({
      prometheus: { port: Number(new URL(await urlOf(start())).port) },
      onPrometheusError: () => {
        throw new Error('no disk');
      },
    });
    expect(await second.prometheusUrl).toBeUndefined();
    await expect(second.shutdown()).resolves.toBeUndefined();
  });

  it('serves nothing unless it is asked to', async () => {
    const metrics = startMetrics({ resource });
    expect(await metrics.prometheusUrl).toBeUndefined();
    await metrics.shutdown();
  });

  it('frees the port on shutdown, so that a new start on it works', async () => {
    const url = await urlOf(start());
    await running.pop()?.shutdown();
    await expect(ask(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const again = start({ prometheus: { port: Number(new URL(url).port) } });
    expect(await again.prometheusUrl).toBe(url);
    metricsApi.getMeter('spec').createCounter('again').add(1);
    expect((await ask(url)).body).toContain('again_total 1');
  });
});

describe('shutdown', () => {
  it('takes nothing down that was started after it, however often it is called', async () => {
    const first = start();
    await first.shutdown();
    const url = await urlOf(start());
    await first.shutdown();
    metricsApi.getMeter('spec').createCounter('sold').add(1);
    expect((await ask(url)).body).toContain('sold_total 1');
  });
});

describe('startMetrics with Prometheus', () => {
  it('answers with all other metrics while an observable fails, and reports it once', async () => {
    const lines: string[] = [];
    const say = (message: string): void => void lines.push(message);
    diag.setLogger({ verbose: say, debug: say, info: say, warn: say, error: say }, DiagLogLevel.ERROR);
    const metrics = start();
    const meter = metrics.getMeter('spec');
    meter.createCounter('sold').add(1);
    const failing = (): never => {
      throw new Error('sensor gone\nat line 1');
    };
    const gauge = meter.createObservableGauge('heat');
    gauge.addCallback(failing);
    const url = await urlOf(metrics);
    const report = 'Prometheus does not get all metrics: the callback of heat failed: sensor gone';
    for (let scrape = 0; scrape < 3; scrape++) {
      const { status, body } = await ask(url);
      expect(status).toBe(200);
      expect(body).toContain('\nsold_total 1\n');
    }
    expect(lines).toEqual([report]);
    gauge.removeCallback(failing);
    gauge.addCallback((result) => result.observe(30));
    expect((await ask(url)).body).toContain('\nheat 30\n');
    expect(lines).toEqual([report]);
    gauge.addCallback(failing);
    await ask(url);
    expect(lines).toEqual([report, report]);
  });

  it('answers with all other metrics when an observable has not answered for 5 s', async () => {
    const clock = new ManualClock();
    const lines: string[] = [];
    const say = (message: string): void => void lines.push(message);
    diag.setLogger({ verbose: say, debug: say, info: say, warn: say, error: say }, DiagLogLevel.ERROR);
    const metrics = start({ clock });
    const meter = metrics.getMeter('spec');
    let asked = 0;
    const hang = (): Promise<void> => {
      asked += 1;
      return new Promise(() => undefined);
    };
    const heat = meter.createObservableGauge('heat');
    const load = meter.createObservableGauge('load');
    heat.addCallback(hang);
    meter.addBatchObservableCallback(hang, [heat, load]);
    meter.createObservableGauge('mood').addCallback(async (result) => {
      await Promise.resolve();
      result.observe(7);
    });
    const answer = ask(await urlOf(metrics));
    while (asked < 2) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(5_000);
    const { status, body } = await answer;
    expect(status).toBe(200);
    expect(body).toContain('\nmood 7\n');
    expect(lines).toEqual([
      'Prometheus does not get all metrics: the callback of heat failed: took longer than 5 s; ' +
        'the callback of heat, load failed: took longer than 5 s',
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('answers 500 when an observable fails and there is nothing else', async () => {
    const metrics = start();
    const gauge = metrics.getMeter('spec').createObservableGauge('heat');
    gauge.addCallback(() => {
      throw new Error('sensor gone');
    });
    expect(await ask(await urlOf(metrics))).toEqual({
      status: 500,
      body: 'The metrics could not be collected: the callback of heat failed: sensor gone\n',
    });
  });

  it('bounds label sets over several scrapes', async () => {
    const overflows: string[] = [];
    const metrics = start({
      cardinalityLimit: 5,
      onCardinalityOverflow: ({ metric }) => void overflows.push(metric),
    });
    const url = await urlOf(metrics);
    const counter = metrics.getMeter('spec').createCounter('sold');
    for (let round = 0; round < 3; round++) {
      for (let id = 0; id < 4; id++) counter.add(1, { id: round * 4 + id });
      await ask(url);
    }
    const { body } = await ask(url);
    expect(body.match(/^sold_total/gm)).toHaveLength(5);
    expect(body).toContain('sold_total{otel_metric_overflow="true"} 8\n');
    expect(overflows).toEqual(['sold']);
  });
});

describe('servePrometheus', () => {
  it.each<[string, number, string, { method?: string; headers?: Record<string, string> }]>([
    ['a host of another name', 403, '/metrics', { headers: { host: 'evil.test' } }],
    ['a host that only begins like loopback', 403, '/metrics', { headers: { host: '127.0.0.1.evil.test' } }],
    ['a page of another site', 403, '/metrics', { headers: { origin: 'http://evil.test' } }],
    ['a page without an origin', 403, '/metrics', { headers: { origin: 'null' } }],
    ['another path', 404, '/', {}],
    ['a path below', 404, '/metrics/x', {}],
    ['a change', 405, '/metrics', { method: 'POST' }],
    ['localhost', 200, '/metrics', { headers: { host: 'localhost:9464' } }],
    ['localhost of version 6', 200, '/metrics', { headers: { host: '[::1]:9464' } }],
  ])('answers %s with %i', async (_what, status, path, options) => {
    const url = await urlOf(start());
    expect(await ask(new URL(path, url).href, options)).toMatchObject({ status });
  });

  it.each(['//', '//[', 'http://[', '*', '/metrics%'])('survives the request target %s', async (target) => {
    const url = await urlOf(start());
    const port = Number(new URL(url).port);
    expect(await askRaw(port, `GET ${target} HTTP/1.1\r\nHost: localhost`)).toMatch(/^HTTP\/1\.1 40[04] /);
    expect(await ask(url)).toMatchObject({ status: 200 });
  });

  it('rejects with the error of the system', async () => {
    await expect(servePrometheus(() => undefined, { host: '192.0.2.1', port: 0 })).rejects.toMatchObject({
      code: 'EADDRNOTAVAIL',
    });
  });

  it('closes at once although a scraper keeps its connection', async () => {
    const endpoint = await servePrometheus((_request, response) => void response.end('x'), { port: 0 });
    const response = await fetch(endpoint.url);
    expect(await response.text()).toBe('x');
    await expect(endpoint.close()).resolves.toBeUndefined();
  });

  it('takes 64 connections at a time, and one more when one has gone', async () => {
    const endpoint = await servePrometheus((_request, response) => void response.end('x'), { port: 0 });
    const scraper = async (): Promise<{ socket: Socket; isAnswered: boolean }> => {
      const socket = connect(Number(new URL(endpoint.url).port), '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n');
      const isAnswered = await new Promise<boolean>((resolve) => {
        socket.once('data', () => resolve(true));
        socket.once('close', () => resolve(false));
      });
      return { socket, isAnswered };
    };
    const scrapers = [];
    for (let count = 0; count < 65; count++) scrapers.push(await scraper());
    expect(scrapers.map(({ isAnswered }) => isAnswered)).toEqual([
      ...Array.from({ length: 64 }, () => true),
      false,
    ]);
    const [first] = scrapers;
    first?.socket.end();
    await new Promise((resolve) => first?.socket.once('close', resolve));
    expect(await scraper()).toMatchObject({ isAnswered: true });
    await endpoint.close();
  });

  it('gives a scraper that sends or reads slowly 10 s for its request and 30 s of silence', async () => {
    const limits: unknown[] = [];
    const look = (message: unknown): void => {
      const { requestTimeout, timeout } = (message as { server: Server }).server;
      limits.push({ requestTimeout, timeout });
    };
    const url = await urlOf(start());
    subscribe('http.server.request.start', look);
    await ask(url);
    unsubscribe('http.server.request.start', look);
    expect(limits).toEqual([{ requestTimeout: 10_000, timeout: 30_000 }]);
  });

  it('does not keep the process alive, nor does a scraper that holds its connection', async () => {
    const source = await readFile(new URL('./prometheus/prometheus-endpoint.ts', import.meta.url), 'utf8');
    const { code } = await transform(source, {
      swcrc: false,
      jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
      module: { type: 'es6' },
    });
    const program = `${code}
      const { url } = await servePrometheus((_request, response) => response.end('x'), { port: 0 });
      console.log(url);
      process.stdin.once('data', () => {
        process.stdin.destroy();
        console.log(process.getActiveResourcesInfo().filter((resource) => resource.startsWith('TCP')));
      });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
    const url = await new Promise<string>((resolve) =>
      child.stdout.once('data', (line) => resolve(String(line).trim())),
    );
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\nGET ');
    await new Promise((resolve) => socket.once('data', resolve));
    socket.on('error', () => undefined);
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    // What keeps the process: a connection would do so only until it has been silent for too long.
    const keeping = new Promise((resolve) =>
      child.stdout.once('data', (line) => resolve(String(line).trim())),
    );
    child.stdin.end('go\n');
    expect(await keeping).toBe('[]');
    expect(await ended).toBe(0);
    socket.destroy();
  });
});
