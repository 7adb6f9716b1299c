import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { newTraceId } from './span-tree.mjs';

/** Sentry's local viewer in a process of its own. It keeps what it is sent in memory. */
export class Spotlight {
  /** @returns it, listening. */
  static async start() {
    const port = await freePort();
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL('spotlight-server.mjs', import.meta.url)), String(port)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    for await (const line of createInterface({ input: child.stdout })) {
      if (line === 'ready') return new Spotlight(port, child);
    }
    throw new Error('Spotlight ended before it was ready');
  }

  #child;

  constructor(port, child) {
    this.url = `http://localhost:${port}`;
    this.#child = child;
  }

  /** Sends a tree as one transaction, which may have any number of spans here. @returns the id of its trace. */
  async sendTree([root, ...rest], startMs = Date.now() - 60_000) {
    const traceId = newTraceId();
    const eventId = newTraceId();
    const seconds = (ms) => (startMs + ms) / 1000;
    const tree = [root, ...rest];
    const transaction = {
      type: 'transaction',
      event_id: eventId,
      transaction: root.label,
      platform: 'node',
      start_timestamp: seconds(0),
      timestamp: seconds(root.durationMs),
      contexts: { trace: { trace_id: traceId, span_id: root.id, op: root.type, status: 'ok' } },
      spans: rest.map((span) => ({
        span_id: span.id,
        parent_span_id: tree[span.parent].id,
        trace_id: traceId,
        op: span.type,
        description: span.label,
        start_timestamp: seconds(span.offsetMs),
        timestamp: seconds(span.offsetMs + span.durationMs),
        status: span.isFailed ? 'internal_error' : 'ok',
        data: {},
      })),
    };
    const sdk = { name: 'sentry.javascript.node', version: '10.0.0' };
    const envelope = [{ event_id: eventId, sdk, trace: { trace_id: traceId } }, { type: 'transaction' }];
    const response = await fetch(`${this.url}/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-sentry-envelope' },
      body: [...envelope, { ...transaction, sdk }].map((part) => `${JSON.stringify(part)}\n`).join(''),
    });
    if (!response.ok) throw new Error(`Spotlight answered ${response.status}`);
    await response.arrayBuffer();
    return traceId;
  }

  async stop() {
    this.#child.kill('SIGKILL');
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      await new Promise((resolve) => this.#child.once('exit', resolve));
    }
  }
}

/** A port that was free a moment ago. */
async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
