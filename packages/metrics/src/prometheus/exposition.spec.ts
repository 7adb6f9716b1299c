import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { diag, DiagLogLevel } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '@tta/obs-context/manual';
import { Exposition } from './exposition.ts';

interface Answer {
  readonly status: number | undefined;
  readonly headers: Record<string, unknown>;
  readonly body: Buffer;
}

const servers: Server[] = [];

afterEach(() => {
  diag.disable();
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** Serves an exposition; `ask` scrapes it. */
async function exposed(
  collect: () => Promise<string>,
  clock = new ManualClock(),
): Promise<(acceptEncoding?: string, method?: string) => Promise<Answer>> {
  const exposition = new Exposition(collect, clock);
  const server = createServer((incoming, response) => void exposition.answer(incoming, response));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return (acceptEncoding, method = 'GET') =>
    new Promise((resolve, reject) => {
      const headers = acceptEncoding === undefined ? {} : { 'accept-encoding': acceptEncoding };
      const asked = request({ port, host: '127.0.0.1', agent: false, method, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      });
      asked.on('error', reject);
      asked.end();
    });
}

describe('Exposition', () => {
  it('answers in the text format 0.0.4', async () => {
    const ask = await exposed(() => Promise.resolve('ü 1\n'));
    const { status, headers, body } = await ask();
    expect({ status, body: body.toString() }).toEqual({ status: 200, body: 'ü 1\n' });
    expect(headers).toMatchObject({
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      vary: 'accept-encoding',
    });
    expect((await ask(undefined, 'HEAD')).body).toHaveLength(0);
  });

  it.each(['gzip', 'deflate, gzip', 'br;q=1.0, GZIP;q=0.8', 'gzip;q=1'])(
    'compresses for %s',
    async (accepted) => {
      const ask = await exposed(() => Promise.resolve('x 1\n'.repeat(1000)));
      const { headers, body } = await ask(accepted);
      expect(headers['content-encoding']).toBe('gzip');
      expect(body.length).toBeLessThan(200);
      expect(gunzipSync(body).toString()).toBe('x 1\n'.repeat(1000));
    },
  );

  it.each(['identity', 'gzip;q=0', 'br, gzip; q=0.0', 'xgzip', ''])(
    'does not compress for "%s"',
    async (accepted) => {
      const ask = await exposed(() => Promise.resolve('x 1\n'));
      const { headers, body } = await ask(accepted);
      expect(headers['content-encoding']).toBeUndefined();
      expect(body.toString()).toBe('x 1\n');
    },
  );

  it('says in one line what went wrong, and answers the next scrape', async () => {
    const errors: unknown[] = [
      new Error(`no gauge\nat ${'x'.repeat(300)}`),
      'text',
      undefined,
      new Error('y'.repeat(999)),
    ];
    const ask = await exposed(() =>
      errors.length > 0 ? Promise.reject(errors.shift()) : Promise.resolve('x 1\n'),
    );
    const { status, headers, body } = await ask();
    expect(status).toBe(500);
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(body.toString()).toBe('The metrics could not be collected: no gauge\n');
    expect((await ask()).body.toString()).toBe('The metrics could not be collected: text\n');
    expect((await ask()).body.toString()).toBe('The metrics could not be collected: unknown error\n');
    expect((await ask('gzip')).body.length).toBeLessThan(300);
    expect((await ask()).body.toString()).toBe('x 1\n');
  });

  it('reports a failure once, until it works again or fails otherwise', async () => {
    const lines: string[] = [];
    const say = (message: string): void => void lines.push(message);
    diag.setLogger({ verbose: say, debug: say, info: say, warn: say, error: say }, DiagLogLevel.ERROR);
    const answers = ['no gauge', 'no gauge', undefined, 'no gauge', 'no disk'];
    const ask = await exposed(() => {
      const problem = answers.shift();
      return problem === undefined ? Promise.resolve('x 1\n') : Promise.reject(new Error(problem));
    });
    for (let scrape = 0; scrape < 5; scrape++) await ask();
    expect(lines.map((line) => line.split(': ')[1])).toEqual(['no gauge', 'no gauge', 'no disk']);
  });

  it('collects once for scrapes that come together, and anew for the next', async () => {
    let collections = 0;
    const waiting: (() => void)[] = [];
    const ask = await exposed(async () => {
      collections += 1;
      await new Promise<void>((resolve) => waiting.push(resolve));
      return `x ${collections}\n`;
    });
    let arrived = 0;
    servers[0]?.on('request', () => void arrived++);
    const together = [ask(), ask('gzip')];
    while (arrived < 2) await new Promise((resolve) => setImmediate(resolve));
    waiting.shift()?.();
    const [plain, packed] = await Promise.all(together);
    expect(plain?.body.toString()).toBe('x 1\n');
    expect(packed && gunzipSync(packed.body).toString()).toBe('x 1\n');
    const next = ask();
    while (waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
    waiting.shift()?.();
    expect((await next).body.toString()).toBe('x 2\n');
  });

  it('gives up on a collection that hangs, before Prometheus does', async () => {
    const clock = new ManualClock();
    let hangs = true;
    let asked = 0;
    const ask = await exposed(() => {
      asked += 1;
      return hangs ? new Promise<string>(() => undefined) : Promise.resolve('x 1\n');
    }, clock);
    const stuck = ask();
    while (asked === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(8_000);
    const { status, body } = await stuck;
    expect(status).toBe(500);
    expect(body.toString()).toBe('The metrics could not be collected: it took longer than 8 s\n');
    hangs = false;
    expect((await ask()).status).toBe(200);
    expect(clock.pendingTimers).toBe(0);
  });
});
