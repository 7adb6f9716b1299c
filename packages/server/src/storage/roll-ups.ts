import type {
  AiSpan,
  PrimitiveName,
  PrimitiveStats,
  PrimitiveStatsList,
  VersionName,
} from '@tta/obs-protocol';
import { groupsOf, type ExecutionGroup } from './execution-groups.ts';
import { PrimitiveSums, SUM_COLUMNS } from './primitive-sums.ts';
import { PrimitiveVersions, type CodeVersion } from './primitive-versions.ts';
import { HOUR_S, isSummedUp, keptSince, MINUTE_S, periodOf, PERIODS, startOf } from './roll-up-periods.ts';
import type { NewSpan } from './span-rows.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqlRow, SqlValue } from './sqlite-driver.ts';
import { number, storable, text } from './sqlite-rows.ts';
import type { StatisticsQuery } from './statistics-store.ts';

/** Names of one version of a service in one period; further ones are counted together. */
const MOST_NAMES = 500;
/** Rows of one period: names of all versions of all services. */
const MOST_ROWS = 2_000;
/** Rows of one period that count further names of a version together; beyond that everything is counted together. */
const MOST_TOGETHER = 500;
/** What counts further names, or services, together. */
export const OTHER = '_other';
const NAME_LENGTH = 200;
/** Rows that are not read again when more of their spans come in. */
const CACHED_ROWS = 5_000;

const KEY_COLUMNS = [
  'period_s',
  'start_s',
  'service_name',
  'service_version',
  'revision',
  'primitive_type',
  'name',
] as const;
const VERSION_KEY = KEY_COLUMNS.slice(0, -2);
const COLUMNS = [...KEY_COLUMNS, ...SUM_COLUMNS];
const VERSION_COLUMNS = { version: 'service_version', revision: 'revision' } as const;

/** What a row is the sum of, in the order of the columns. */
interface RollUpKey {
  readonly periodS: number;
  readonly startS: number;
  readonly serviceName: string;
  readonly serviceVersion: string;
  readonly revision: string;
  readonly primitiveType: string;
  readonly name: string;
}

/** A primitive with the sums over its executions. */
export interface NamedSums extends PrimitiveName {
  readonly sums: PrimitiveSums;
}

export interface PrimitiveSumsList {
  /** From there on is counted. */
  readonly sinceMs: number;
  readonly items: readonly NamedSums[];
}

/** Sums up executions of primitives by minute and hour. Changes only within transactions. */
export class RollUps {
  readonly versions: PrimitiveVersions;
  readonly #connection: SqliteConnection;
  readonly #now: () => number;
  /** By key as text. */
  readonly #rows = new Map<string, { readonly key: RollUpKey; readonly sums: PrimitiveSums }>();
  /** How many rows there are of a period, and of a version in it, those that are not stored yet included. */
  readonly #counts = new Map<string, number>();

  constructor(connection: SqliteConnection, now: () => number) {
    this.versions = new PrimitiveVersions(connection, now);
    this.#connection = connection;
    this.#now = now;
    connection.onRollback(() => this.#forget());
  }

  /**
   * @param spans - Each once.
   * @param aiSpans - Those of AI programs among them, by their keys.
   */
  add(spans: readonly NewSpan[], aiSpans: ReadonlyMap<number, AiSpan>): void {
    if (this.#rows.size > CACHED_ROWS) this.#forget();
    const nowMs = this.#now();
    const changed = new Set<string>();
    for (const group of groupsOf(spans, aiSpans)) {
      for (const periodS of PERIODS) {
        const startS = startOf(group.endMinute * MINUTE_S, periodS);
        if (!isSummedUp(startS, periodS, nowMs)) continue;
        const key = this.#keyOf(group, periodS, startS);
        changed.add(this.#addTo(key, group.sums));
        if (periodS === HOUR_S) this.versions.add(key.serviceName, codeOf(key), group);
      }
    }
    for (const text of changed) this.#save(this.#rows.get(text)!);
    this.versions.save();
  }

  /** Removes what is older than it is kept. */
  prune(): void {
    for (const periodS of PERIODS) {
      this.#connection
        .sql('DELETE FROM roll_up WHERE period_s = ? AND start_s < ?')
        .run(periodS, keptSince(periodS, this.#now()));
    }
    this.versions.prune();
  }

  /** Of all primitives, those with the most time in them first. */
  stats(query: StatisticsQuery): PrimitiveStatsList {
    const { sinceMs, items } = this.sums(query);
    return { sinceMs, untilMs: query.untilMs, items: items.map(toStats) };
  }

  /**
   * What there is of a window, from the beginning of the minute or hour that it begins in; primitives with the most time in
   * them first.
   *
   * @param of - The version that counts; by default all do.
   */
  sums({ sinceMs, untilMs, serviceName }: StatisticsQuery, of?: VersionName): PrimitiveSumsList {
    const periodS = periodOf({ sinceMs, untilMs }, this.#now());
    const startS = startOf(sinceMs / 1000, periodS);
    const condition = of === undefined ? '? IS NULL' : `${VERSION_COLUMNS[of.by]} = ?`;
    const rows = this.#connection
      .sql(
        `SELECT service_name, primitive_type, name, ${SUM_COLUMNS.join()} FROM roll_up
         WHERE period_s = ? AND start_s >= ? AND start_s < ? AND ${condition}`,
      )
      .all(periodS, startS, Math.ceil(untilMs / 1000), of?.name ?? null);
    const found = new Map<string, NamedSums>();
    for (const row of rows) {
      if (serviceName !== undefined && row['service_name'] !== serviceName) continue;
      const key = [row['service_name'], row['primitive_type'], row['name']].join('\0');
      const known = found.get(key);
      if (known === undefined) found.set(key, toNamedSums(row));
      else known.sums.addRow(row);
    }
    const items = [...found.values()].sort((one, other) => other.sums.totalMs - one.sums.totalMs);
    return { sinceMs: startS * 1000, items };
  }

  /** @returns the key of the row as text. */
  #addTo(key: RollUpKey, sums: PrimitiveSums): string {
    const text = textOf(key);
    let row = this.#rows.get(text);
    if (row === undefined) {
      const stored = this.#read(key);
      if (stored === undefined) {
        const together = this.#togetherFor(key);
        if (together !== undefined) return this.#addTo(together, sums);
        this.#countOne(key);
      }
      row = { key, sums: stored ?? new PrimitiveSums() };
      this.#rows.set(text, row);
    }
    row.sums.merge(sums);
    return text;
  }

  #keyOf({ span: { batch, index } }: ExecutionGroup, periodS: number, startS: number): RollUpKey {
    const label = batch.label[index]!;
    const { serviceName, attributes } = batch.resources[batch.resource[index]!]!;
    const { version, revision } = this.versions.codeOf(attributes);
    return {
      periodS,
      startS,
      serviceName: shortened(serviceName),
      serviceVersion: version,
      revision,
      primitiveType: shortened(batch.strings[batch.primitiveType[index]!]!),
      name: shortened(batch.strings[label === -1 ? batch.name[index]! : label]!),
    };
  }

  #read(key: RollUpKey): PrimitiveSums | undefined {
    const row = this.#connection
      .sql(
        `SELECT ${SUM_COLUMNS.join()} FROM roll_up
         WHERE ${KEY_COLUMNS.map((column) => `${column} = ?`).join(' AND ')}`,
      )
      .get(...Object.values<SqlValue>({ ...key }));
    return row === undefined ? undefined : PrimitiveSums.of(row);
  }

  #save({ key, sums }: { readonly key: RollUpKey; readonly sums: PrimitiveSums }): void {
    this.#connection
      .sql(`INSERT OR REPLACE INTO roll_up (${COLUMNS.join()}) VALUES (${COLUMNS.map(() => '?').join()})`)
      .run(...Object.values<SqlValue>({ ...key }), ...sums.values);
  }

  /** What counts it together with others; `undefined` where there is room for a row of its own. */
  #togetherFor(key: RollUpKey): RollUpKey | undefined {
    const [period, version] = countedBy(key);
    const rows = this.#count(period, 'period_s = ? AND start_s = ?', key.periodS, key.startS);
    if (key.name !== OTHER) {
      const ofVersion = VERSION_KEY.map((column) => `${column} = ?`).join(' AND ');
      const { periodS, startS, serviceName, serviceVersion, revision } = key;
      const names = () =>
        this.#count(version, ofVersion, periodS, startS, serviceName, serviceVersion, revision);
      return rows >= MOST_ROWS || names() >= MOST_NAMES ? { ...key, name: OTHER } : undefined;
    }
    const others = othersOf(key);
    return rows >= MOST_ROWS + MOST_TOGETHER && textOf(key) !== textOf(others) ? others : undefined;
  }

  #count(counted: string, condition: string, ...values: readonly SqlValue[]): number {
    let count = this.#counts.get(counted);
    if (count === undefined) {
      const stored = this.#connection.sql(`SELECT count(*) AS n FROM roll_up WHERE ${condition}`);
      count = number(stored.get(...values)!, 'n');
      this.#counts.set(counted, count);
    }
    return count;
  }

  #countOne(key: RollUpKey): void {
    for (const counted of countedBy(key)) {
      const count = this.#counts.get(counted);
      if (count !== undefined) this.#counts.set(counted, count + 1);
    }
  }

  #forget(): void {
    this.#rows.clear();
    this.#counts.clear();
  }
}

function textOf(key: RollUpKey): string {
  return Object.values(key).join('\0');
}

/** What counts all together that there is no room for. */
function othersOf({ periodS, startS }: RollUpKey): RollUpKey {
  const code = { serviceVersion: '', revision: '' };
  return { periodS, startS, serviceName: OTHER, ...code, primitiveType: OTHER, name: OTHER };
}

function codeOf({ serviceVersion, revision }: RollUpKey): CodeVersion {
  return { version: serviceVersion, revision };
}

function countedBy(key: RollUpKey): readonly [period: string, version: string] {
  const period = `${key.periodS} ${key.startS}`;
  return [period, [period, key.serviceName, key.serviceVersion, key.revision].join('\0')];
}

function shortened(name: string): string {
  return storable(name).slice(0, NAME_LENGTH);
}

function toNamedSums(row: SqlRow): NamedSums {
  return {
    serviceName: text(row, 'service_name'),
    primitiveType: text(row, 'primitive_type'),
    name: text(row, 'name'),
    sums: PrimitiveSums.of(row),
  };
}

function toStats({ sums, ...primitive }: NamedSums): PrimitiveStats {
  const { calls, errors, totalMs, maxMs } = sums;
  return {
    ...primitive,
    calls,
    errors,
    totalMs,
    p50Ms: sums.percentile(0.5),
    p95Ms: sums.percentile(0.95),
    p99Ms: sums.percentile(0.99),
    maxMs,
  };
}
