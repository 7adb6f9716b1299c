import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OtlpReceiver } from '../../test/otlp-receiver.ts';

const run = promisify(execFile);
const source = new URL('../../test/export-process.ts', import.meta.url);
let folder = '';
let program = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tta-export-'));
  program = join(folder, 'program.cjs');
  await build({
    entryPoints: [fileURLToPath(source)],
    outfile: program,
    bundle: true,
    platform: 'node',
    conditions: ['@tta/source'],
    logLevel: 'error',
  });
});
afterAll(() => rm(folder, { recursive: true }));

/** @returns What the program has counted, and whether its words have arrived. */
async function outcome(
  receiver: OtlpReceiver,
  parameters: readonly [signal: string, how: string, protocol: string],
): Promise<{ counts: unknown; hasArrived: boolean }> {
  const [signal, how, protocol] = parameters;
  try {
    const destination = JSON.stringify({ name: 'here', url: await receiver.start(), protocol });
    const { stdout } = await run(process.execPath, [program, signal, how, destination]);
    const hasArrived = JSON.stringify(receiver.messages).includes('last words');
    return { counts: JSON.parse(stdout) as unknown, hasArrived };
  } finally {
    await receiver.stop();
  }
}

describe.each(['logs', 'metrics'] as const)('a program with %s to export', (signal) => {
  describe.each(['http/protobuf', 'http/json', 'grpc'] as const)('by %s', (protocol) => {
    it('sends them when it exits', async () => {
      const receiver = new OtlpReceiver(signal, protocol);
      const { counts, hasArrived } = await outcome(receiver, [signal, 'exit', protocol]);
      expect([counts, hasArrived]).toEqual([{ exported: 1, spooled: 0, dropped: 0 }, true]);
    });

    it('counts them as lost when they are refused at its exit', async () => {
      const receiver = new OtlpReceiver(signal, protocol);
      receiver.reply = 'refused';
      const { counts, hasArrived } = await outcome(receiver, [signal, 'exit', protocol]);
      expect([counts, hasArrived]).toEqual([{ exported: 0, spooled: 0, dropped: 1 }, true]);
    });

    it('is not kept alive by a destination that does not answer', async () => {
      const receiver = new OtlpReceiver(signal, protocol);
      receiver.reply = 'none';
      const { counts } = await outcome(receiver, [signal, 'leave', protocol]);
      expect(counts).toEqual({ exported: 0, spooled: 0, dropped: 0 });
    });
  });
});
