import { spawnSync } from 'node:child_process';
import type { TlsOptions } from './destination.ts';

/** A finished request; `tls` and `headers` as the sender uses them. */
export interface LastRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsOptions;
  readonly body: Uint8Array;
  /** Whether it is a call by gRPC, to the path of the address. */
  readonly isGrpc?: boolean;
}

/** Reads the request from its input, where nobody else on the machine can: a line of JSON, then the body. */
const script = `
const chunks = [];
process.stdin.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
  const input = Buffer.concat(chunks);
  const lineEnd = input.indexOf(10);
  const { url, headers, tls, isGrpc } = JSON.parse(input.subarray(0, lineEnd));
  const body = input.subarray(lineEnd + 1);
  const leave = (isTaken) => process.exit(isTaken ? 0 : 1);
  if (isGrpc) {
    let status;
    const read = (head) => (status ??= head['grpc-status']);
    const session = require('node:http2').connect(url, tls).on('error', () => leave(false));
    const call = session.request({ ':method': 'POST', ':path': new URL(url).pathname, ...headers });
    call.on('response', read).on('trailers', read).on('error', () => leave(false));
    call.on('close', () => leave(status === '0')).resume().end(body);
  } else {
    const { request } = require(url.startsWith('https:') ? 'node:https' : 'node:http');
    request(url, { method: 'POST', headers, ...tls }, ({ statusCode }) => {
      leave(statusCode >= 200 && statusCode < 300);
    }).on('error', () => leave(false)).end(body);
  }
});`;

/**
 * Sends a request while this process is ending and its event loop turns no more: another process does it.
 * What the caller needs is that a program which dies of an error leaves the trace of it.
 *
 * @returns Whether it was taken within `limitMs`.
 */
export function sendFromAnotherProcess({ body, ...head }: LastRequest, limitMs: number): boolean {
  const { nodeExtraCaCerts } = head.tls;
  const { status } = spawnSync(process.execPath, ['-e', script], {
    input: Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body]),
    // What else the environment tells Node, to load or to trace, is meant for the program. Windows adds by
    // itself what a process needs there.
    env: nodeExtraCaCerts === undefined ? {} : { NODE_EXTRA_CA_CERTS: nodeExtraCaCerts },
    stdio: ['pipe', 'ignore', 'ignore'],
    timeout: limitMs,
    windowsHide: true,
  });
  return status === 0;
}
