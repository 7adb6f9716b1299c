import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import type { RunScope } from '@tta/obs-instrumentation';
import { observed } from '@tta/obs-testing';
import { hedge } from './hedge.ts';

it(
  'a hedged fetch hangs up on the server that lost, and its caller still reads what the other sends',
  observed(async (trace) => {
    const answers = new Map<string | undefined, ServerResponse>();
    const server = createServer(({ url }, response) => {
      answers.set(url, response);
      // The first is never answered; the second sends its head now and its body when it is told to.
      if (url === '/2') response.write('half');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    let calls = 0;
    try {
      const page = hedge(
        (_: unknown, { signal }: RunScope) => fetch(`http://127.0.0.1:${port}/${++calls}`, { signal }),
        { idempotent: true, afterMs: 20, name: 'page' },
      );
      const response = await page.execute(0);
      const lost = answers.get('/1');
      if (lost && !lost.destroyed) await once(lost, 'close');
      answers.get('/2')?.end(' and half');
      expect(await response.text()).toBe('half and half');
      expect(trace).toHaveSpan({
        span: 'primitive.hedge.execute',
        outcome: 'success',
        attributes: { 'hedge.winner': 2 },
      });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }),
);
