import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import type { RunScope } from '@tta/obs-instrumentation';
import { race } from './race.ts';

it('a race of requests hangs up on the loser, and the body of the winner can be read on', async () => {
  let hangUp = (): void => undefined;
  const hungUp = new Promise<void>((resolve) => {
    hangUp = resolve;
  });
  const server = createServer(({ url }, response) => {
    if (url === '/slow') {
      response.once('close', hangUp);
      return;
    }
    response.write('begun');
    void hungUp.then(() => response.end(', and ended'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const get = (path: string) => (_: unknown, scope: RunScope) =>
    fetch(`http://127.0.0.1:${port}${path}`, { signal: scope.signal });

  const { winner, value } = await race({ slow: get('/slow'), quick: get('/quick') }).execute(0);
  expect(winner).toBe('quick');
  expect(await value.text()).toBe('begun, and ended');

  server.closeAllConnections();
  server.close();
});
