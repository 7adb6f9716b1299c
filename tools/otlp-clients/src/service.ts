import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The built service in a process of its own, with an empty database. */
export interface Service {
  /** Where all of it is, such as `http://127.0.0.1:8765`. */
  readonly url: string;
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL('../../../packages/cli/bin/tta-obs.js', import.meta.url));

export async function startService(): Promise<Service> {
  const folder = await mkdtemp(join(tmpdir(), 'tta-otlp-'));
  const { PATH = '' } = process.env;
  const child = spawn(
    process.execPath,
    [program, 'start', '--port', '0', '--db-path', join(folder, 'traces.db')],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH, HOME: folder, XDG_DATA_HOME: folder, NO_COLOR: '1' } },
  );
  const complaints: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^ +page +(http:\S+)$/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    return { url, stop };
  }
  await stop();
  throw new Error(`the service did not start (has it been built?)\n${Buffer.concat(complaints).toString()}`);
}
