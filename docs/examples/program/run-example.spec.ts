import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { lambda } from '@tta/obs-primitives';
import { startServer } from '@tta/obs-server';
import { observe } from '@tta/obs-testing';
import { runExample, type Surroundings } from './run-example.ts';

class Captured extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

const nowhere = { destinations: [] };
const about = 'Adds.\n';

/** Runs an example whose body is observed. */
async function run(
  body: () => Promise<void>,
  { args = [], obs = nowhere }: { args?: readonly string[]; obs?: Parameters<typeof runExample>[0] } = {},
) {
  const [stdout, stderr] = [new Captured(), new Captured()];
  const surroundings: Surroundings = { argv: ['node', 'main.js', ...args], env: {}, stdout, stderr };
  await observe(() => runExample(obs, about, body, surroundings));
  const text = stdout.text.replaceAll(/\b\d+ ms\b/g, '… ms').replaceAll(/[0-9a-f]{32}/g, '…');
  return { stdout: text, stderr: stderr.text, exitCode: surroundings.exitCode };
}

const add = lambda('add', (n: number, { cost }) => {
  cost(0.000_123);
  return n + 1;
});

describe('runExample', () => {
  it('says which runs there were, how they ended and what they cost', async () => {
    const fail = lambda('fail', () => Promise.reject(new Error('no')));
    const { stdout, stderr, exitCode } = await run(async () => {
      await add.execute(1, { workflowName: 'sum' });
      await fail.tryExecute(undefined);
    });
    expect(stdout).toBe('\n✓ sum  … ms, $0.00012\n✗ fail  error, … ms\n');
    expect([stderr, exitCode]).toEqual(['', undefined]);
  });

  it('shows no more runs than somebody reads', async () => {
    const { stdout } = await run(async () => {
      for (let n = 0; n < 14; n++) await add.execute(n);
    });
    expect(stdout.split('\n')).toHaveLength(15);
    expect(stdout).toMatch(/\n… and 2 more runs\n$/);
  });

  it('ends with 1 and one line when the result is not what it has to be', async () => {
    const { stderr, exitCode } = await run(async () => {
      throw new Error('the sum is 3\nand a stack');
    });
    expect([stderr, exitCode]).toEqual(['error: the sum is 3\n', 1]);
  });

  it('prints what it is about, and runs nothing', async () => {
    const body = () => Promise.reject(new Error('it ran'));
    expect(await run(body, { args: ['--help'] })).toEqual({ stdout: about, stderr: '', exitCode: undefined });
  });

  it('refuses what it does not know', async () => {
    const { stdout, stderr, exitCode } = await run(async () => undefined, { args: ['--fast'] });
    expect(stderr).toMatch(/^error: Unknown option '--fast'.*\n$/);
    expect([stdout, exitCode]).toEqual(['', 2]);
  });

  it('tells where the page of each run is, and without the local service how to see it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'run-example-'));
    const service = await startServer({ port: 0, databasePath: join(folder, 'traces.db') });
    const obs = { destinations: [{ name: 'local', address: `${service.url}/v1/traces` }] };
    const runOnce = () => run(async () => void (await add.execute(1)), { obs });
    try {
      expect((await runOnce()).stdout).toBe(`\n✓ add  … ms, $0.00012  ${service.url}/#/traces/…\n`);
      await service.close();
      expect((await runOnce()).stdout).toBe(
        '\n✓ add  … ms, $0.00012\nto see them as trees: npx tta-obs run --exit -- node main.js\n',
      );
    } finally {
      await service.close();
      await rm(folder, { recursive: true });
    }
  });
});
