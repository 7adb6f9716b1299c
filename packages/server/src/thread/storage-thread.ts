/** The entry of the threads that work on the database: one writes, one answers questions meanwhile, one copies. */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { backupDatabase } from '../storage/backup.ts';
import { openDatabaseFile, openForReading } from '../storage/database-file.ts';
import { DamagedDatabaseError } from '../storage/sqlite-errors.ts';
import { SqliteStorage } from '../storage/sqlite-storage.ts';
import { errorToJson } from './error-json.ts';
import { StorageWorker } from './storage-worker.ts';
import type { Reply, Request, ThreadStart } from './storage-messages.ts';

const port = parentPort!;
const { role, databasePath, durability, backupPath, damage } = workerData as ThreadStart;
const reply = (message: Reply): void => port.postMessage(message);

try {
  if (role === 'backup') {
    await backupDatabase(databasePath, backupPath!);
    reply({ kind: 'ready', path: backupPath!, notices: [] });
  } else await serve();
} catch (error) {
  reply({ kind: 'failed', error: errorToJson(error) });
}

async function serve(): Promise<void> {
  const file =
    role === 'writer'
      ? await openDatabaseFile(databasePath, {
          durability,
          ...(damage !== undefined && {
            damage: { reason: new DamagedDatabaseError(damage.message), seq: damage.seq },
          }),
        })
      : await openForReading(databasePath);
  const worker = new StorageWorker(new SqliteStorage(file), reply, role === 'writer' ? role : 'reader');
  port.on('message', (request: Request) =>
    worker.handle(request, () => receiveMessageOnPort(port)?.message as Request | undefined),
  );
  reply({ kind: 'ready', path: file.path, notices: file.notices });
}
