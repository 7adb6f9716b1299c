import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServer } from '@tta/obs-server';
import type { ServerOptions } from '@tta/obs-server';

export interface Service {
  readonly url: string;
  close(): Promise<void>;
}

/** The real service with the built page, by default on a free port, with a database of its own. */
export async function startService(
  options: Omit<Partial<ServerOptions>, 'databasePath' | 'pageDir'> = {},
): Promise<Service> {
  const folder = await mkdtemp(join(tmpdir(), 'obs-browser-'));
  const server = await startServer({
    port: 0,
    ...options,
    databasePath: join(folder, 'traces.db'),
    pageDir: dirname(fileURLToPath(import.meta.resolve('@tta/obs-web/index.html'))),
  });
  // The service loads its decoder with the first request. Under Jest that compiles sources, which a built
  // service never does: an empty request takes that out of what the specs measure.
  const answer = await fetch(new URL('v1/traces', server.url), {
    method: 'POST',
    headers: {
      'content-type': 'application/x-protobuf',
      ...(options.token !== undefined && { 'x-tta-token': options.token }),
    },
    body: new Uint8Array(),
  });
  if (!answer.ok) throw new Error(`The service answered ${answer.status} to an empty request.`);
  await answer.arrayBuffer();
  return {
    url: server.url,
    close: async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
