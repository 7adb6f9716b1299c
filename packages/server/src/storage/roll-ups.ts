import type { PrimitiveStats, PrimitiveStatsList } from '@tta/obs-protocol';
import { DurationHistogram } from '../statistics/duration-histogram.ts';
import type { SpanBatch } from '../otlp/span-batch.ts';
import { isSummedUp, keptSince, MINUTE_S, periodOf, PERIODS, startOf } from './roll-up-periods.ts';
import type { NewSpan } from './span-rows.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqlRow, SqlValue } from './sqlite-driver.ts';
import { bytes, number, storable, text } from './sqlite-rows.ts';
import type { StatisticsQuery } from './statistics-store.ts';

/** Names of one period; further ones are counted together. */
const MOST_NAMES = 500;
const OTHER = '_other';
const NAME_LENGTH = 200;
/** Rows that are not read again when more of their spans come in. */
const CACHED_ROWS = 5_000;
const CACHED_VERSIONS = 1_000;

/** What a row is the sum of. */
interface RollUpKey {
  readonly periodS: number;
  readonly startS: number;
  readonly serviceName: string;
  readonly serviceVersion: string;
  readonly primitiveType: string;
  readonly name: string;
}

class Sums {
  calls = 0;
  errors = 0;
  totalMs = 0;
  maxMs = 0;
  readonly durations = new DurationHistogram();

  add(durationMs: number, isFailed: boolean): void {
    this.calls++;
    if (isFailed) this.errors++;
    this.totalMs += durationMs;
    this.maxMs = Math.max(this.maxMs, durationMs);
    this.durations.add(durationMs);
  }

  merge(other: Sums): void {
    this.calls += other.calls;
    this.errors += other.errors;
    this.totalMs += other.totalMs;
    this.maxMs = Math.max(this.maxMs, other.maxMs);
    this.durations.merge(other.durations);
  }
}

/** Executions of one primitive that arrived together and ended within one minute. */
interface Group {
  readonly span: NewSpan;
  readonly endMinute: number;
  readonly sums: Sums;
}

/** Sums up executions of primitives by minute and hour. Changes only within transactions. */
export class RollUps {
  readonly #connection: SqliteConnection;
  readonly #now: () => number;
  /** By key as text. */
  readonly #rows = new Map<string, { readonly key: RollUpKey; readonly sums: Sums }>();
  /** By the attributes of the resource. */
  readonly #versions = new Map<string, string>();

  constructor(connection: SqliteConnection, now: () => number) {
    this.#connection = connection;
    this.#now = now;
    connection.onRollback(() => this.#rows.clear());
  }

  /** @param spans - Each once. */
  add(spans: readonly NewSpan[]): void {
    if (this.#rows.size > CACHED_ROWS) this.#rows.clear();
    const nowMs = this.#now();
    const changed = new Set<string>();
    for (const group of groupsOf(spans)) {
      for (const periodS of PERIODS) {
        const startS = startOf(group.endMinute * MINUTE_S, periodS);
        if (!isSummedUp(startS, periodS, nowMs)) continue;
        changed.add(this.#addTo(this.#keyOf(group, periodS, startS), group.sums));
      }
    }
    for (const text of changed) this.#save(this.#rows.get(text)!);
  }

  /** Removes what is older than it is kept. */
  prune(): void {
    for (const periodS of PERIODS) {
      this.#connection
        .sql('DELETE FROM roll_up WHERE period_s = ? AND start_s < ?')
        .run(periodS, keptSince(periodS, this.#now()));
    }
  }

  /** Of all primitives, those with the most time in them first. */
  stats({ sinceMs, untilMs, serviceName }: StatisticsQuery): PrimitiveStatsList {
    const periodS = periodOf({ sinceMs, untilMs }, this.#now());
    const startS = startOf(sinceMs / 1000, periodS);
    const found = new Map<string, { readonly row: SqlRow; readonly sums: Sums }>();
    const rows = this.#connection
      .sql(
        `SELECT service_name, primitive_type, name, calls, errors, total_ms, max_ms, durations FROM roll_up
         WHERE period_s = ? AND start_s >= ? AND start_s < ?`,
      )
      .all(periodS, startS, Math.ceil(untilMs / 1000));
    for (const row of rows) {
      if (serviceName !== undefined && row['service_name'] !== serviceName) continue;
      const key = JSON.stringify([row['service_name'], row['primitive_type'], row['name']]);
      const known = found.get(key) ?? { row, sums: new Sums() };
      known.sums.merge(sumsOf(row));
      found.set(key, known);
    }
    const items = Array.from(found.values(), ({ row, sums }) => toStats(row, sums));
    return {
      sinceMs: startS * 1000,
      untilMs,
      items: items.sort((one, other) => other.totalMs - one.totalMs),
    };
  }

  /** @returns the key of the row as text. */
  #addTo(key: RollUpKey, sums: Sums): string {
    const text = Object.values(key).join('\0');
    let row = this.#rows.get(text);
    if (row === undefined) {
      const stored = this.#read(key);
      if (stored === undefined && key.name !== OTHER && this.#isFull(key)) {
        return this.#addTo({ ...key, name: OTHER }, sums);
      }
      row = { key, sums: stored ?? new Sums() };
      this.#rows.set(text, row);
    }
    row.sums.merge(sums);
    return text;
  }

  #keyOf({ span: { batch, index } }: Group, periodS: number, startS: number): RollUpKey {
    const label = batch.label[index]!;
    const { serviceName, attributes } = batch.resources[batch.resource[index]!]!;
    return {
      periodS,
      startS,
      serviceName: shortened(serviceName),
      serviceVersion: this.#versionOf(attributes),
      primitiveType: shortened(batch.strings[batch.primitiveType[index]!]!),
      name: shortened(batch.strings[label === -1 ? batch.name[index]! : label]!),
    };
  }

  #versionOf(attributes: string): string {
    let version = this.#versions.get(attributes);
    if (version === undefined) {
      const value = (JSON.parse(attributes) as Record<string, unknown>)['service.version'];
      version = typeof value === 'string' ? shortened(value) : '';
      if (this.#versions.size >= CACHED_VERSIONS) this.#versions.clear();
      this.#versions.set(attributes, version);
    }
    return version;
  }

  #read(key: RollUpKey): Sums | undefined {
    const row = this.#connection
      .sql(
        `SELECT calls, errors, total_ms, max_ms, durations FROM roll_up WHERE period_s = ? AND start_s = ?
           AND service_name = ? AND service_version = ? AND primitive_type = ? AND name = ?`,
      )
      .get(...valuesOf(key));
    return row === undefined ? undefined : sumsOf(row);
  }

  #save({ key, sums }: { readonly key: RollUpKey; readonly sums: Sums }): void {
    this.#connection
      .sql('INSERT OR REPLACE INTO roll_up VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(...valuesOf(key), sums.calls, sums.errors, sums.totalMs, sums.maxMs, sums.durations.encode());
  }

  /** Counts rows of this commit as well, which are not stored yet. */
  #isFull({ periodS, startS }: RollUpKey): boolean {
    const { names } = this.#connection
      .sql('SELECT count(*) AS names FROM roll_up WHERE period_s = ? AND start_s = ?')
      .get(periodS, startS)!;
    if (Number(names) >= MOST_NAMES) return true;
    let open = 0;
    for (const { key } of this.#rows.values()) if (key.periodS === periodS && key.startS === startS) open++;
    return open >= MOST_NAMES;
  }
}

/** By what is the same in one request: most of what comes in together is of few primitives. */
function groupsOf(spans: readonly NewSpan[]): Iterable<Group> {
  const groups = new Map<SpanBatch, Map<string, Group>>();
  for (const span of spans) {
    const { batch, index } = span;
    const type = batch.primitiveType[index]!;
    // Steps, and spans of other instrumentations, are no executions of a primitive.
    if (type === -1) continue;
    const endMinute = Math.floor(Number(batch.endNs[index]!) / (MINUTE_S * 1e9));
    const name = batch.label[index] === -1 ? batch.name[index]! : batch.label[index]!;
    const ofBatch = groups.get(batch) ?? new Map<string, Group>();
    groups.set(batch, ofBatch);
    const key = `${type} ${name} ${batch.resource[index]} ${endMinute}`;
    const group = ofBatch.get(key) ?? { span, endMinute, sums: new Sums() };
    ofBatch.set(key, group);
    const status = batch.strings[batch.status[index]!];
    const durationMs = Math.max(0, Number(batch.endNs[index]! - batch.startNs[index]!)) / 1e6;
    group.sums.add(durationMs, status === 'error' || status === 'timeout');
  }
  return [...groups.values()].flatMap((ofBatch) => [...ofBatch.values()]);
}

/** @param row - Of `roll_up`. */
function sumsOf(row: SqlRow): Sums {
  const sums = new Sums();
  sums.calls = number(row, 'calls');
  sums.errors = number(row, 'errors');
  sums.totalMs = number(row, 'total_ms');
  sums.maxMs = number(row, 'max_ms');
  sums.durations.merge(DurationHistogram.decode(bytes(row, 'durations')));
  return sums;
}

function valuesOf(key: RollUpKey): readonly SqlValue[] {
  return [key.periodS, key.startS, key.serviceName, key.serviceVersion, key.primitiveType, key.name];
}

function shortened(name: string): string {
  return storable(name).slice(0, NAME_LENGTH);
}

function toStats(row: SqlRow, { calls, errors, totalMs, maxMs, durations }: Sums): PrimitiveStats {
  // A percentile is a guess, and the longest is known.
  const percentile = (part: number) => Math.min(durations.percentile(part)!, maxMs);
  return {
    serviceName: text(row, 'service_name'),
    primitiveType: text(row, 'primitive_type'),
    name: text(row, 'name'),
    calls,
    errors,
    totalMs,
    p50Ms: percentile(0.5),
    p95Ms: percentile(0.95),
    p99Ms: percentile(0.99),
    maxMs,
  };
}
