import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { context } from '@opentelemetry/api';
import { inject } from '@tta/obs-context';
import { lambda } from '@tta/obs-primitives';
import type { Order, Reservation } from './workflow.ts';

/** Starts the warehouse as a process of its own. */
export async function startWarehouse() {
  const program = fileURLToPath(new URL('./warehouse-service.js', import.meta.url));
  const service = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [address] = (await Promise.race([
    once(createInterface({ input: service.stdout }), 'line'),
    once(service, 'exit').then(([code]) => {
      throw new Error(`the warehouse ended with ${code} before it was ready`);
    }),
  ])) as [string];

  return {
    /** Asks it. The headers say in which trace: that line is all that makes one trace of two processes. */
    reserve: lambda('ask warehouse', async (order: Order, { signal }): Promise<Reservation> => {
      const headers = inject(context.active(), new Headers({ 'content-type': 'application/json' }));
      const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify(order), signal });
      if (!response.ok)
        throw new Error(`the warehouse answered ${response.status}: ${await response.text()}`);
      return (await response.json()) as Reservation;
    }),
    /** Ends it, once it has sent what it has to tell. */
    async stop() {
      service.stdin.end();
      await once(service, 'exit');
    },
  };
}
