import type { RetentionPreview, RetentionSettings } from '@tta/obs-protocol';
import { silentLogger } from '../logger.ts';
import { openDatabaseFile } from './database-file.ts';
import { Retention } from './retention.ts';
import { SqliteStorage } from './sqlite-storage.ts';
import { isDamage } from './sqlite-errors.ts';
import { damaged, openUnchanged } from './unchanged-file.ts';

/** Retention of a database that no service has open. */
export interface DatabaseCleanup {
  /** What the user should know of how the file was opened. */
  readonly notices: readonly string[];
  /**
   * What is over the limits; unless it is a preview, it is removed.
   *
   * @throws ServiceError when the file turns out to be damaged.
   */
  cleanUp(preview: boolean): Promise<RetentionPreview>;
  /** Leaves one database file. */
  close(): Promise<void>;
}

export interface DatabaseCleanupOptions {
  /** Nothing but previews: the file is left as it is, also when it is damaged or of an older version. */
  readonly isPreview: boolean;
}

/** @throws ServiceError when the database cannot be opened, or belongs to a running service. */
export async function openDatabaseCleanup(
  databasePath: string,
  limits: RetentionSettings,
  { isPreview }: DatabaseCleanupOptions,
): Promise<DatabaseCleanup> {
  const file = await (isPreview ? openUnchanged(databasePath) : openDatabaseFile(databasePath));
  const storage = new SqliteStorage(file);
  const retention = new Retention({ ...limits, storage, logger: silentLogger, now: Date.now });
  return {
    notices: file.notices,
    cleanUp: async (preview) => {
      try {
        return await (preview ? retention.preview() : retention.cleanUp());
      } catch (error) {
        throw isDamage(error) ? damaged(file.path, error as Error) : error;
      }
    },
    close: () => storage.close(),
  };
}
