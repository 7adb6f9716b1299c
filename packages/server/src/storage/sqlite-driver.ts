import type { createRequire as CreateRequire } from 'node:module';

export type SqlValue = string | number | bigint | Uint8Array | null;
export type SqlRow = Readonly<Record<string, unknown>>;

export interface SqlStatement {
  /** Runs the statement and returns how many rows it changed. */
  run(...values: SqlValue[]): number;
  get(...values: SqlValue[]): SqlRow | undefined;
  all(...values: SqlValue[]): SqlRow[];
}

export interface SqlDatabase {
  exec(sql: string): void;
  prepare(sql: string): SqlStatement;
  close(): void;
}

/** What `node:sqlite` and libsql have in common. */
interface NativeStatement {
  run(...values: unknown[]): { readonly changes: number | bigint };
  get(...values: unknown[]): unknown;
  all(...values: unknown[]): unknown[];
}

interface NativeDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): NativeStatement;
  close(): unknown;
}

type NativeConstructor = new (path: string) => NativeDatabase;

/** Opens a file with the SQLite that Node has (22.13 and newer), else with libsql. */
export type OpenSqlite = (path: string) => SqlDatabase;

export async function loadSqlite(): Promise<OpenSqlite> {
  const { createRequire, isBuiltin } = await import('node:module');
  if (!isBuiltin('node:sqlite')) return libsql(createRequire);
  return builtIn(await importQuietly('node:sqlite'));
}

function builtIn(module: { readonly DatabaseSync: NativeConstructor }): OpenSqlite {
  return (path) => adapt(new module.DatabaseSync(path), (values) => values);
}

/** libsql takes a bare array as the list of values; a bare `Buffer` as only value would abort the process. */
function libsql(createRequire: typeof CreateRequire): OpenSqlite {
  const Database = createRequire(import.meta.url)('libsql') as NativeConstructor;
  return (path) => adapt(new Database(path), (values) => (values.length === 0 ? [] : [values]));
}

function adapt(database: NativeDatabase, pack: (values: SqlValue[]) => unknown[]): SqlDatabase {
  return {
    exec: (sql) => void database.exec(sql),
    prepare: (sql) => {
      const statement = database.prepare(sql);
      return {
        run: (...values) => Number(statement.run(...pack(values)).changes),
        get: (...values) => statement.get(...pack(values)) as SqlRow | undefined,
        all: (...values) => statement.all(...pack(values)) as SqlRow[],
      };
    },
    close: () => void database.close(),
  };
}

/** Node 22 and 24 announce their SQLite as experimental on stderr, which says nothing to our user. */
async function importQuietly(name: string): Promise<{ readonly DatabaseSync: NativeConstructor }> {
  const original = process.emitWarning;
  process.emitWarning = (warning: string | Error, ...rest: never[]) => {
    if (!String(warning).includes('SQLite')) original.call(process, warning, ...rest);
  };
  try {
    return (await import(name)) as { readonly DatabaseSync: NativeConstructor };
  } finally {
    process.emitWarning = original;
  }
}
