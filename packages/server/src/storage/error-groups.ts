import type { ErrorGroup, ErrorGroupList } from '@tta/obs-protocol';
import { errorFingerprint } from '../statistics/error-fingerprint.ts';
import { FailedSpans, type FailedSpan } from './failed-spans.ts';
import { InvalidCursorError } from './list-cursor.ts';
import { HOUR_S, isSummedUp, keptSince, startOf } from './roll-up-periods.ts';
import type { NewSpan } from './span-rows.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqlRow, SqlValue } from './sqlite-driver.ts';
import { number, storable, text, textOrNull } from './sqlite-rows.ts';
import type { ErrorQuery } from './statistics-store.ts';

/** Groups that are known: beyond that, those that have not happened for longest are forgotten. */
const MOST_GROUPS = 10_000;
/** Groups of one service in one hour; further ones are counted together. */
const MOST_OF_SERVICE = 500;
const OTHER = '_other';
const MESSAGE_LENGTH = 1_000;
const NAME_LENGTH = 200;
/** A group tells of the newest of its failures. */
const TAKE_NEWEST = ['message', 'category', 'span_name', 'trace_id', 'span_id']
  .map(
    (column) =>
      `${column} = CASE WHEN excluded.last_ns >= last_ns THEN excluded.${column} ELSE ${column} END`,
  )
  .join();

/** Failures of one fingerprint that came in together and ended within one hour. */
interface Arrived {
  readonly fingerprint: string;
  readonly startS: number;
  readonly serviceName: string;
  count: number;
  firstNs: bigint;
  lastNs: bigint;
  newest: FailedSpan;
}

/** Groups failures by what they have in common, and counts them by the hour. Changes only within transactions. */
export class ErrorGroups {
  readonly #connection: SqliteConnection;
  readonly #failedSpans: FailedSpans;
  readonly #now: () => number;

  /** @param now - Milliseconds since the Unix epoch. */
  constructor(connection: SqliteConnection, now: () => number) {
    this.#connection = connection;
    this.#failedSpans = new FailedSpans(connection);
    this.#now = now;
  }

  /** @param spans - Of one commit, each once; all have their rows. */
  add(spans: readonly NewSpan[]): void {
    const arrived = new Map<string, Arrived>();
    const nowMs = this.#now();
    for (const failed of this.#failedSpans.arisen(spans)) {
      const { batch, index } = failed.span;
      const endNs = batch.endNs[index]!;
      const startS = startOf(Number(endNs / 1_000_000_000n), HOUR_S);
      if (!isSummedUp(startS, HOUR_S, nowMs)) continue;
      const serviceName = shortened(batch.resources[batch.resource[index]!]!.serviceName, NAME_LENGTH);
      const fingerprint = errorFingerprint({ ...failed, serviceName, spanName: nameOf(failed) });
      const key = `${startS} ${fingerprint}`;
      const group = arrived.get(key);
      if (group === undefined) {
        const times = { firstNs: endNs, lastNs: endNs };
        arrived.set(key, { fingerprint, startS, serviceName, count: 1, ...times, newest: failed });
        continue;
      }
      group.count++;
      if (endNs < group.firstNs) group.firstNs = endNs;
      if (endNs >= group.lastNs) [group.lastNs, group.newest] = [endNs, failed];
    }
    let isNew = false;
    for (const group of arrived.values()) isNew = this.#save(group) || isNew;
    if (isNew) this.#limit();
  }

  /** Removes what is older than it is kept. */
  prune(): void {
    const sinceS = keptSince(HOUR_S, this.#now());
    this.#connection.sql('DELETE FROM error_count WHERE start_s < ?').run(sinceS);
    this.#connection.sql('DELETE FROM error_group WHERE last_ns < ?').run(BigInt(sinceS) * 1_000_000_000n);
  }

  /** The most frequent first. @throws InvalidCursorError when the cursor is not one of ours. */
  list({ sinceMs, untilMs, serviceName, limit, cursor }: ErrorQuery): ErrorGroupList {
    const rows = this.#connection
      .sql(
        `WITH counted AS (
           SELECT fingerprint, sum(errors) AS errors FROM error_count
           WHERE start_s >= ? AND start_s < ? AND service_name = coalesce(?, service_name) GROUP BY fingerprint)
         SELECT fingerprint, service_name, type, message, category, span_name, trace_id, span_id, errors,
           first_ns / 1e6 AS first_ms, last_ns / 1e6 AS last_ms, CAST(last_ns AS TEXT) AS last_text
         FROM counted JOIN error_group USING (fingerprint)
         WHERE (errors, last_ns, fingerprint) < (?, ?, ?)
         ORDER BY errors DESC, last_ns DESC, fingerprint DESC LIMIT ?`,
      )
      .all(
        startOf(sinceMs / 1000, HOUR_S),
        Math.ceil(untilMs / 1000),
        serviceName ?? null,
        ...(cursor === undefined ? BEFORE_ALL : parseCursor(cursor)),
        limit + 1,
      );
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    return {
      items: page.map(toGroup),
      nextCursor:
        last === undefined
          ? null
          : `${number(last, 'errors')}-${text(last, 'last_text')}-${text(last, 'fingerprint')}`,
    };
  }

  /** @returns whether it is the first of its hour. */
  #save(group: Arrived): boolean {
    const isKnown = this.#isKnown(group);
    if (isKnown || this.#hasRoom(group)) this.#write(group, toldOf(group.newest));
    else {
      const serviceName = this.#isFull(group.startS) ? OTHER : group.serviceName;
      const failure = { serviceName, type: OTHER, message: null, stack: null, spanName: OTHER };
      const told = { ...toldOf(group.newest), type: OTHER, message: null, category: null };
      this.#write({ ...group, serviceName, fingerprint: errorFingerprint(failure) }, told);
    }
    return !isKnown;
  }

  #write({ fingerprint, startS, serviceName, count, firstNs, lastNs, newest }: Arrived, told: Told): void {
    const { batch, index, trace } = newest.span;
    this.#connection
      .sql(
        `INSERT INTO error_group VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET ${TAKE_NEWEST}, first_ns = min(first_ns, excluded.first_ns),
           last_ns = max(last_ns, excluded.last_ns)`,
      )
      .run(
        fingerprint,
        serviceName,
        told.type,
        told.message,
        told.category,
        told.spanName,
        firstNs,
        lastNs,
        trace.traceId,
        batch.strings[batch.spanId[index]!]!,
      );
    this.#connection
      .sql(
        `INSERT INTO error_count VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET errors = errors + excluded.errors`,
      )
      .run(startS, serviceName, fingerprint, count);
  }

  #isKnown({ startS, serviceName, fingerprint }: Arrived): boolean {
    const stored = this.#connection.sql(
      'SELECT 1 FROM error_count WHERE start_s = ? AND service_name = ? AND fingerprint = ?',
    );
    return stored.get(startS, serviceName, fingerprint) !== undefined;
  }

  #hasRoom({ startS, serviceName }: Arrived): boolean {
    const row = this.#connection
      .sql('SELECT count(*) AS groups FROM error_count WHERE start_s = ? AND service_name = ?')
      .get(startS, serviceName)!;
    return number(row, 'groups') < MOST_OF_SERVICE && !this.#isFull(startS);
  }

  /** Whether an hour has as many groups as are known at all. */
  #isFull(startS: number): boolean {
    const row = this.#connection
      .sql('SELECT count(*) AS groups FROM error_count WHERE start_s = ?')
      .get(startS)!;
    return number(row, 'groups') >= MOST_GROUPS;
  }

  #limit(): void {
    const { groups } = this.#connection.sql('SELECT count(*) AS groups FROM error_group').get()!;
    if (Number(groups) <= MOST_GROUPS) return;
    this.#connection
      .sql(
        `DELETE FROM error_group WHERE fingerprint IN (
           SELECT fingerprint FROM error_group ORDER BY last_ns, fingerprint LIMIT ?)`,
      )
      .run(Number(groups) - MOST_GROUPS);
  }
}

/** What a group says of itself. */
type Told = Pick<ErrorGroup, 'type' | 'message' | 'category' | 'spanName'>;

function toldOf(failed: FailedSpan): Told {
  const name = (value: string | null) => (value === null ? null : shortened(value, NAME_LENGTH));
  return {
    type: name(failed.type),
    message: failed.message === null ? null : shortened(failed.message, MESSAGE_LENGTH),
    category: name(failed.category),
    spanName: shortened(nameOf(failed), NAME_LENGTH),
  };
}

function nameOf({ span: { batch, index } }: FailedSpan): string {
  return batch.strings[batch.name[index]!]!;
}

function shortened(value: string, length: number): string {
  return storable(value.slice(0, length));
}

/** More than anything that is counted. */
const BEFORE_ALL = [2n ** 63n - 1n, 0n, ''] as const;

function parseCursor(cursor: string): readonly SqlValue[] {
  const match = /^(\d{1,15})-(\d{1,19})-([0-9a-f]{16})$/.exec(cursor);
  if (match === null || BigInt(match[2]!) >= 2n ** 63n) throw new InvalidCursorError();
  return [BigInt(match[1]!), BigInt(match[2]!), match[3]!];
}

function toGroup(row: SqlRow): ErrorGroup {
  return {
    fingerprint: text(row, 'fingerprint'),
    serviceName: text(row, 'service_name'),
    type: textOrNull(row, 'type'),
    message: textOrNull(row, 'message'),
    category: textOrNull(row, 'category'),
    spanName: text(row, 'span_name'),
    count: number(row, 'errors'),
    firstTimeMs: number(row, 'first_ms'),
    lastTimeMs: number(row, 'last_ms'),
    traceId: text(row, 'trace_id'),
    spanId: text(row, 'span_id'),
  };
}
