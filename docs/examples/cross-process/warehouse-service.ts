#!/usr/bin/env node
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { context } from '@opentelemetry/api';
import { initializeObservability } from '@tta/obs';
import { extract } from '@tta/obs-context';
import { type Order, reserveStock } from './workflow.ts';

/** The warehouse: an HTTP service that prints its address, and ends when whoever started it closes its input. */
initializeObservability({ serviceName: 'warehouse', logLevel: 'silent' });
const reserve = reserveStock(new Map([['kettle', { shelf: 'B7', left: 12 }]]));

const server = createServer((request, response) => {
  // What the headers say of the caller's trace holds for everything that begins inside.
  void context.with(extract(context.active(), request.headers), async () => {
    const order = JSON.parse(await text(request)) as Order;
    const outcome = await reserve.tryExecute(order);
    if (outcome.ok) response.end(JSON.stringify({ ...outcome.value, traceId: outcome.traceId }));
    else response.writeHead(409).end(outcome.info.message);
  });
});
server.listen(0, '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/reservations`),
);
process.stdin.resume().once('end', () => {
  server.closeAllConnections();
  server.close();
});
