import type { RetentionPreview, RetentionSettings } from '@tta/obs-protocol';
import { silentLogger } from '../logger.ts';
import { openDatabaseFile } from './database-file.ts';
import { Retention } from './retention.ts';
import { SqliteStorage } from './sqlite-storage.ts';

/** Retention of a database that no service has open. */
export interface DatabaseCleanup {
  /** What the user should know of how the file was opened. */
  readonly notices: readonly string[];
  /** What is over the limits; unless it is a preview, it is removed. */
  cleanUp(preview: boolean): Promise<RetentionPreview>;
  /** Leaves one database file. */
  close(): Promise<void>;
}

/** @throws ServiceError when the database cannot be opened, or belongs to a running service. */
export async function openDatabaseCleanup(
  databasePath: string,
  limits: RetentionSettings,
): Promise<DatabaseCleanup> {
  const file = await openDatabaseFile(databasePath);
  const storage = new SqliteStorage(file);
  const retention = new Retention({ ...limits, storage, logger: silentLogger, now: Date.now });
  return {
    notices: file.notices,
    cleanUp: (preview) => (preview ? retention.preview() : retention.cleanUp()),
    close: () => storage.close(),
  };
}
