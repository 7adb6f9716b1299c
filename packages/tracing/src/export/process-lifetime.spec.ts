import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { GrpcDestination } from '../../test/grpc-destination.ts';

const run = promisify(execFile);
let folder = '';
let program = '';
let child: ChildProcess | undefined;
let stop: (() => void) | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tta-sender-'));
  program = join(folder, 'program.cjs');
  const options = {
    entryPoints: [fileURLToPath(new URL('../../test/sender-process.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    platform: 'node',
    // As an ES module Node's own HTTP loads HTTP/2 from Node 22 on.
    format: 'cjs',
    conditions: ['@tta/source'],
    logLevel: 'error',
  };
  await run(process.execPath, ['-e', `require('esbuild').buildSync(${JSON.stringify(options)})`], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  });
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => {
  child?.kill();
  stop?.();
});

/** A destination that answers requests at once until the one of that number, whose answer it hands on. */
async function destination(
  isGrpc: boolean,
  heldNumber: number,
  onHeld: (answer: () => void) => void,
): Promise<string> {
  let requests = 0;
  const answered = (answer: () => void): void => (++requests === heldNumber ? onHeld(answer) : answer());
  if (isGrpc) {
    const server = new GrpcDestination((_call, done) => answered(() => done(null, Buffer.alloc(0))));
    stop = () => server.kill();
    return server.start();
  }
  const server = createServer((request, response) => {
    request.resume().once('end', () => answered(() => response.end()));
  });
  stop = () => server.close().closeAllConnections();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`;
}

/** @param atOnce - What the program does before it sends, instead of waiting for a message. */
function start(url: string, protocol: string, atOnce: readonly string[] = []): ChildProcess {
  const destination = JSON.stringify({ name: 'here', url, protocol });
  return fork(program, [destination, ...atOnce], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
}

async function ended(child: ChildProcess): Promise<{ code: unknown; output: string }> {
  const exit = once(child, 'exit');
  const output = child.stdout ? await text(child.stdout) : '';
  const [code] = (await exit) as [unknown];
  return { code, output };
}

describe.each([
  ['http/protobuf', 'without HTTP/2'],
  ['grpc', 'with HTTP/2'],
])('a process with a sender for %s', (protocol, loaded) => {
  const isGrpc = protocol === 'grpc';

  it.each([
    ['a new connection', 1, ''],
    ['one that was idle', 2, 'taken\n'],
  ])('ends although a request is under way on %s', async (_name, heldNumber, output) => {
    const url = await destination(isGrpc, heldNumber, () => void child?.send('leave'));
    child = start(url, protocol);
    expect(await ended(child)).toEqual({ code: 0, output });
  });

  it('waits for the answer when the sender is to finish, and then ends with its connection open', async () => {
    let answer: (() => void) | undefined;
    const url = await destination(isGrpc, 2, (given) => {
      answer = given;
      child?.send('finish');
    });
    child = start(url, protocol);
    child.once('disconnect', () => answer?.());
    expect(await ended(child)).toEqual({ code: 0, output: `taken\ntaken\n${loaded}\n` });
  });

  it('waits for what is sent after the sender was told to finish', async () => {
    const url = await destination(isGrpc, 0, () => undefined);
    child = start(url, protocol, ['finish']);
    expect(await ended(child)).toEqual({ code: 0, output: `taken\ntaken\n${loaded}\n` });
  });

  it('ends without waiting for what is sent by a sender that is not to finish', async () => {
    const url = await destination(isGrpc, 1, () => undefined);
    child = start(url, protocol, ['leave']);
    expect(await ended(child)).toEqual({ code: 0, output: '' });
  });
});
