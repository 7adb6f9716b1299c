import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '@tta/obs-context';
import { type Certificates, makeCertificates } from '../../test/certificates.ts';
import { createSender } from './create-sender.ts';
import type { OtlpEndpoint } from './destination.ts';
import { grpcFrame } from './grpc-frame.ts';

const body = Buffer.from('the last spans\n, as bytes');
const generous = 30_000;
const program = fileURLToPath(new URL('../../test/last-words-destination.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tta-last-words-'));
let child: ChildProcess | undefined;

afterEach(() => void child?.kill());
afterAll(() => rmSync(folder, { recursive: true }));

/** A destination in a process of its own. `answer` is its status; `null` for none at all. */
async function destinationThat(answer: number | null, isGrpc: boolean, tls?: object): Promise<string> {
  child = fork(program, [JSON.stringify({ isGrpc, tls, answer })]);
  const [port] = (await once(child, 'message')) as [number];
  return `${tls ? 'https' : 'http'}://127.0.0.1:${port}/v1/traces`;
}

interface Received {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Sends while this process waits for nothing; what arrived is told later. */
async function sendTo(
  url: string,
  options: Partial<OtlpEndpoint>,
): Promise<{ isTaken: boolean; headers: Record<string, string>; sent: Buffer }> {
  const arrival = once(child as ChildProcess, 'message') as Promise<[Received]>;
  const sender = createSender({ name: 'here', url, ...options }, 'traces', systemClock);
  const isTaken = sender.sendBeforeExit(body, generous);
  sender.abort();
  const [received] = await arrival;
  return { isTaken, headers: received.headers, sent: Buffer.from(received.body, 'base64') };
}

describe.each(['http/protobuf', 'http/json', 'grpc'] as const)('the last words by %s', (protocol) => {
  const isGrpc = protocol === 'grpc';
  const good = isGrpc ? 0 : 200;
  const bad = isGrpc ? 14 : 503;
  let certificates: Certificates;
  beforeAll(() => void (certificates = makeCertificates()));

  it('arrive as they are', async () => {
    const url = await destinationThat(good, isGrpc);
    const { isTaken, headers, sent } = await sendTo(url, { protocol, headers: { 'X-Key': 'k-1' } });
    expect(isTaken).toBe(true);
    expect(sent).toEqual(isGrpc ? grpcFrame(body, false) : body);
    expect(headers).toMatchObject({ 'x-key': 'k-1', 'user-agent': 'tta-obs' });
    expect(headers['grpc-timeout']).toBe(isGrpc ? '30000m' : undefined);
  });

  it('arrive compressed', async () => {
    const url = await destinationThat(good, isGrpc);
    const { isTaken, headers, sent } = await sendTo(url, { protocol, compression: 'gzip' });
    expect(isTaken).toBe(true);
    expect(gunzipSync(isGrpc ? sent.subarray(5) : sent)).toEqual(body);
    expect(headers[isGrpc ? 'grpc-encoding' : 'content-encoding']).toBe('gzip');
  });

  it('arrive over TLS, with a certificate of the client', async () => {
    const { ca, server, client } = certificates;
    const url = await destinationThat(good, isGrpc, { ca, ...server });
    const { isTaken, sent } = await sendTo(url, { protocol, tls: { ca, ...client } });
    expect(isTaken).toBe(true);
    expect(sent.subarray(-body.length)).toEqual(body);
  });

  it('arrive over TLS when NODE_EXTRA_CA_CERTS names the authority', async () => {
    const { ca, server, client } = certificates;
    const nodeExtraCaCerts = join(folder, 'ca.pem');
    writeFileSync(nodeExtraCaCerts, ca);
    const url = await destinationThat(good, isGrpc, { ca, ...server });
    const untold = createSender({ name: 'here', url, protocol, tls: client }, 'traces', systemClock);
    expect(untold.sendBeforeExit(body, generous)).toBe(false);
    const { isTaken, sent } = await sendTo(url, { protocol, tls: { ...client, nodeExtraCaCerts } });
    expect(isTaken).toBe(true);
    expect(sent.subarray(-body.length)).toEqual(body);
  });

  it('are not taken when the destination says no', async () => {
    const url = await destinationThat(bad, isGrpc);
    expect((await sendTo(url, { protocol })).isTaken).toBe(false);
  });

  it('are not taken when nobody answers in time, or nobody listens', async () => {
    const url = await destinationThat(null, isGrpc);
    const sender = createSender({ name: 'here', url, protocol }, 'traces', systemClock);
    expect(sender.sendBeforeExit(body, 300)).toBe(false);
    child?.kill();
    await once(child as ChildProcess, 'exit');
    expect(sender.sendBeforeExit(body, generous)).toBe(false);
  });
});
