/** SQLite's primary result codes for a file that is no sound database: https://sqlite.org/rescode.html */
const DAMAGED: ReadonlySet<number> = new Set([11, 26]);

/** What SQLite does not find out by itself, or what another thread has found out. */
export class DamagedDatabaseError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DamagedDatabaseError';
  }
}

/** Whether an error of either SQLite driver says that the file is damaged, or is none. */
export function isDamage(error: unknown): boolean {
  if (error instanceof DamagedDatabaseError) return true;
  if (typeof error !== 'object' || error === null) return false;
  const { errcode, rawCode } = error as { readonly errcode?: unknown; readonly rawCode?: unknown };
  // The low byte of an extended code is the primary one; `node:sqlite` has it as errcode, libsql as rawCode.
  return DAMAGED.has(Number(errcode ?? rawCode ?? 0) & 0xff);
}
