import { getEventListeners, once, setMaxListeners } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import type { RunScope } from '@tta/obs-instrumentation';
import { forEach } from './for-each.ts';
import { parallel } from './parallel.ts';

type Get = (input: unknown, scope: RunScope) => Promise<string>;

it.each<[string, (get: Get) => Promise<unknown>]>([
  ['items', (get) => forEach(get, { concurrency: 8 }).execute(Array(200).fill(0))],
  ['branches', (get) => parallel(Array<Get>(200).fill(get), { concurrency: 8 }).execute(0)],
])('hundreds of %s that fetch pile no listeners up on a signal, and nothing warns of it', async (_, run) => {
  const server = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const warnings: Error[] = [];
  const hear = (warning: Error) => warnings.push(warning);
  process.on('warning', hear);
  const listeners: number[] = [];

  const answers = await run(async (_input, { signal }) => {
    // Where it is not the usual limit, `fetch` does not raise it.
    setMaxListeners(11, signal);
    const text = await (await fetch(`http://127.0.0.1:${port}/`, { signal })).text();
    listeners.push(getEventListeners(signal, 'abort').length);
    return text;
  });
  await new Promise(setImmediate);
  process.off('warning', hear);
  server.closeAllConnections();
  server.close();

  expect(answers).toEqual(Array(200).fill('ok'));
  expect(warnings).toEqual([]);
  expect(Math.max(...listeners)).toBeLessThan(10);
});
