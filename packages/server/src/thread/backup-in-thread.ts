import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { errorFromJson } from './error-json.ts';
import type { Reply, ThreadStart } from './storage-messages.ts';
import { storageThreadUrl } from './storage-thread-url.ts';

/**
 * Copies a database into a new file as {@link backupDatabase} does, in a thread of its own: everything else goes on.
 *
 * @throws ServiceError `OBS_ERR_BACKUP` when there is no such database, or the backup exists already or cannot
 *   be written.
 */
export function backupInThread(databasePath: string, backupPath: string): Promise<void> {
  const start: ThreadStart = {
    role: 'backup',
    databasePath,
    durability: 'process',
    // Threads share the folder that they run in, but not the time when they ask for it.
    backupPath: resolve(backupPath),
  };
  return new Promise((done, reject) => {
    const worker = new Worker(storageThreadUrl, {
      workerData: start,
      name: 'tta-obs backup',
      execArgv: [],
    });
    worker.once('message', (reply: Reply) => {
      if (reply.kind === 'failed') reject(errorFromJson(reply.error));
      else done();
    });
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the backup thread has ended')));
  });
}
