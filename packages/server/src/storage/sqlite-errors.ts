/** SQLite's primary result codes for a file that is no sound database: https://sqlite.org/rescode.html */
const DAMAGED: ReadonlySet<number> = new Set([11, 26]);

/** What SQLite does not find out by itself, or what another thread has found out. */
export class DamagedDatabaseError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DamagedDatabaseError';
  }
}

/** The primary result code that an error of either SQLite driver tells; 0 for other errors. */
export function sqliteCodeOf(error: unknown): number {
  if (typeof error !== 'object' || error === null) return 0;
  const { errcode, rawCode } = error as { readonly errcode?: unknown; readonly rawCode?: unknown };
  // The low byte of an extended code is the primary one; `node:sqlite` has it as errcode, libsql as rawCode.
  return Number(errcode ?? rawCode ?? 0) & 0xff;
}

/** Whether an error of either SQLite driver says that the file is damaged, or is none. */
export function isDamage(error: unknown): boolean {
  return error instanceof DamagedDatabaseError || DAMAGED.has(sqliteCodeOf(error));
}
