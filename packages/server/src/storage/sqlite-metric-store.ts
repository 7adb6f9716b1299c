import { createHash } from 'node:crypto';
import type { AttributesJson, MetricList, MetricPointList, MetricValue } from '@tta/obs-protocol';
import { fitting } from './list-cursor.ts';
import { parseInstrumentCursor, parsePointCursor, toCursor } from './metric-cursor.ts';
import { pruneMetrics } from './metric-pruner.ts';
import { addMetricBytes, INSTRUMENT_SIZE, pointSize, SERIES_SIZE } from './metric-size.ts';
import { toInstrument, toPoint, type ParseAttributes } from './metric-rows.ts';
import type { InstrumentQuery, MetricLimits, MetricStore, PointQuery } from './metric-store.ts';
import type { MetricGroup, ReceivedMetric, ReceivedPoint } from '../otlp/metric-batch.ts';
import { serviceNameOf } from './origins.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqlRow, SqlValue } from './sqlite-driver.ts';
import { number, storable, text } from './sqlite-rows.ts';

const NS_PER_MS = 1_000_000n;

const IDENTITY = `instrument.name, kind, unit, temporality, is_monotonic, instrument.service_name,
    scope.name AS scope_name, scope.version AS scope_version`;

const POINT = `${IDENTITY}, series_id, CAST(time_ns AS TEXT) AS time_text, CAST(start_ns AS TEXT) AS start_text,
    content, flags, data, exemplars, series.attributes, resource.attributes AS resource_attributes`;
const SIZE = `coalesce(octet_length(data), 0) + coalesce(octet_length(exemplars), 0)
    + octet_length(series.attributes) + octet_length(resource.attributes) + octet_length(content) AS bytes`;

/** Keeps metrics in the file of the traces. Every method does its work at once, as the store of traces. */
export class SqliteMetricStore implements MetricStore {
  readonly #connection: SqliteConnection;
  readonly #now: () => number;
  /** Points that were stored since the last step of removal. */
  #cameIn = 0;
  /** What the rows that the request at hand has added take. */
  #addedBytes = 0;

  /** @param now - Milliseconds since the Unix epoch. */
  constructor(connection: SqliteConnection, now: () => number = Date.now) {
    this.#connection = connection;
    this.#now = now;
  }

  async write(groups: readonly MetricGroup[]): Promise<void> {
    this.#connection.transaction(() => this.apply(groups));
  }

  /**
   * What {@link write} does, within a transaction that the caller has opened.
   *
   * @returns how many points were stored.
   */
  apply(groups: readonly MetricGroup[]): number {
    const receivedMs = this.#now();
    let stored = 0;
    this.#addedBytes = 0;
    for (const { resource, scope, items } of groups) {
      const resourceId = this.#connection.origins.resourceId(resource);
      const scopeId = this.#connection.origins.scopeId(scope);
      const serviceName = storable(serviceNameOf(resource));
      for (const metric of items) {
        const instrumentId = this.#instrumentId(metric, serviceName, scopeId);
        for (const point of metric.points) {
          const seriesId = this.#seriesId(instrumentId, resourceId, point.attributes, receivedMs);
          stored += this.#insert(seriesId, point, receivedMs);
        }
      }
    }
    addMetricBytes(this.#connection, this.#addedBytes);
    this.#cameIn += stored;
    return stored;
  }

  async list({ limit, cursor }: InstrumentQuery): Promise<MetricList> {
    const after = cursor === undefined ? [] : parseInstrumentCursor(cursor);
    const rows = this.#connection
      .sql(
        `SELECT instrument.id, description, metadata, ${IDENTITY},
           (SELECT count(*) FROM metric_series WHERE instrument_id = instrument.id) AS series_count,
           (SELECT sum(point_count) FROM metric_series WHERE instrument_id = instrument.id) AS point_count,
           (SELECT CAST(max((SELECT max(time_ns) FROM metric_point WHERE series_id = metric_series.id)) AS TEXT)
              FROM metric_series WHERE instrument_id = instrument.id) AS newest_text
         FROM (SELECT * FROM metric_instrument ${cursor === undefined ? '' : 'WHERE (name, id) > (?, ?)'}
               ORDER BY name, id LIMIT ?) AS instrument
           JOIN scope ON scope.id = scope_id
         ORDER BY instrument.name, instrument.id`,
      )
      .all(...after, limit + 1);
    const parse = remembered();
    return pageOf(
      rows,
      limit,
      (row) => toInstrument(row, parse),
      (row) => toCursor([text(row, 'name'), number(row, 'id')]),
    );
  }

  async points({ name, serviceName, sinceMs = 0, limit, cursor }: PointQuery): Promise<MetricPointList> {
    const values: SqlValue[] = [storable(name)];
    let where = 'name = ?';
    if (serviceName !== undefined) {
      where += ' AND service_name = ?';
      values.push(storable(serviceName));
    }
    // The plus keeps SQLite from finding the series by an index: it would have to sort all of their points.
    where = `+instrument_id IN (SELECT id FROM metric_instrument WHERE ${where}) AND time_ns >= ?`;
    values.push(BigInt(sinceMs) * NS_PER_MS);
    if (cursor !== undefined) {
      const [seriesId, timeNs, startNs, content] = parsePointCursor(cursor);
      where += ' AND series.id >= ? AND (series.id > ? OR (time_ns, start_ns, content) > (?, ?, ?))';
      values.push(seriesId, seriesId, BigInt(timeNs), BigInt(startNs), content);
    }
    const rest = `FROM metric_series AS series
        CROSS JOIN metric_instrument AS instrument ON instrument.id = instrument_id
        CROSS JOIN scope ON scope.id = scope_id
        CROSS JOIN resource ON resource.id = resource_id
        CROSS JOIN metric_point ON series_id = series.id
      WHERE ${where} ORDER BY series.id, time_ns, start_ns, content LIMIT ?`;
    const sizes = this.#connection.sql(`SELECT ${SIZE} ${rest}`).all(...values, limit);
    const count = fitting(sizes.map((row) => number(row, 'bytes')));
    const parse = remembered();
    return pageOf(
      this.#connection.sql(`SELECT ${POINT} ${rest}`).all(...values, count + 1),
      count,
      (row) => toPoint(row, parse),
      (row) =>
        toCursor([
          number(row, 'series_id'),
          text(row, 'time_text'),
          text(row, 'start_text'),
          row['content'] as string | number,
        ]),
    );
  }

  async counts(): Promise<{ readonly metricSeriesCount: number; readonly dataPointCount: number }> {
    const row = this.#connection
      .sql('SELECT count(*) AS series, coalesce(sum(point_count), 0) AS points FROM metric_series')
      .get();
    return { metricSeriesCount: Number(row?.['series']), dataPointCount: Number(row?.['points']) };
  }

  async prune(limits: MetricLimits): Promise<boolean> {
    const cameIn = this.#cameIn;
    this.#cameIn = 0;
    return this.#connection.transaction(() => pruneMetrics(this.#connection, limits, cameIn));
  }

  /** The row of an instrument, made when there is none, with what was last said about it. */
  #instrumentId(metric: ReceivedMetric, serviceName: string, scopeId: number): number {
    const identity = [
      storable(metric.name),
      serviceName,
      scopeId,
      metric.kind,
      storable(metric.unit),
      metric.temporality ?? '',
      metric.isMonotonic ? 1 : 0,
    ] as const;
    const description = storable(metric.description);
    const metadata = JSON.stringify(metric.metadata);
    const found = this.#connection
      .sql(
        `SELECT id, description, metadata, ${INSTRUMENT_SIZE} AS bytes FROM metric_instrument WHERE name = ? AND service_name = ?
           AND scope_id = ? AND kind = ? AND unit = ? AND temporality = ? AND is_monotonic = ?`,
      )
      .get(...identity);
    if (found === undefined) {
      const made = this.#connection
        .sql(
          `INSERT INTO metric_instrument (name, service_name, scope_id, kind, unit, temporality, is_monotonic,
             description, metadata) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id, ${INSTRUMENT_SIZE} AS bytes`,
        )
        .get(...identity, description, metadata)!;
      this.#addedBytes += number(made, 'bytes');
      return number(made, 'id');
    }
    const id = number(found, 'id');
    if (found['description'] !== description || found['metadata'] !== metadata) {
      const updated = this.#connection
        .sql(
          `UPDATE metric_instrument SET description = ?, metadata = ? WHERE id = ? RETURNING ${INSTRUMENT_SIZE} AS bytes`,
        )
        .get(description, metadata, id)!;
      this.#addedBytes += number(updated, 'bytes') - number(found, 'bytes');
    }
    return id;
  }

  /** The row of a series, made when there is none. */
  #seriesId(
    instrumentId: number,
    resourceId: number,
    attributes: AttributesJson,
    receivedMs: number,
  ): number {
    const identity = [instrumentId, resourceId, sortedJson(attributes)] as const;
    const found = this.#connection
      .sql('SELECT id FROM metric_series WHERE instrument_id = ? AND resource_id = ? AND attributes = ?')
      .get(...identity);
    if (found !== undefined) return number(found, 'id');
    const made = this.#connection
      .sql(
        `INSERT INTO metric_series (instrument_id, resource_id, attributes, point_count, first_received_ms,
           last_received_ms) VALUES (?, ?, ?, 0, ?, ?) RETURNING id, ${SERIES_SIZE} AS bytes`,
      )
      .get(...identity, receivedMs, receivedMs)!;
    this.#addedBytes += number(made, 'bytes');
    return number(made, 'id');
  }

  /** Inserts a point that is not stored yet; says how many that were, 1 or 0. */
  #insert(seriesId: number, point: ReceivedPoint, receivedMs: number): number {
    const exemplars = point.exemplars.length === 0 ? null : JSON.stringify(point.exemplars);
    const [content, data] = contentOf(point.value);
    const stored = this.#connection
      .sql(
        `INSERT INTO metric_point (series_id, time_ns, start_ns, content, received_ms, flags, data, exemplars)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      )
      .run(
        seriesId,
        point.timeUnixNano || BigInt(receivedMs) * NS_PER_MS,
        point.startTimeUnixNano,
        content,
        receivedMs,
        point.flags,
        data,
        exemplars,
      );
    if (stored === 0) return 0;
    this.#addedBytes += pointSize(data, exemplars);
    this.#connection
      .sql('UPDATE metric_series SET point_count = point_count + 1, last_received_ms = ? WHERE id = ?')
      .run(receivedMs, seriesId);
    return 1;
  }
}

/** Attributes are a set: the order in which a sender names them makes no other series. */
function sortedJson(attributes: AttributesJson): string {
  const entries = Object.entries(attributes);
  return JSON.stringify(entries.length < 2 ? attributes : Object.fromEntries(entries.sort(byKey)));
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** What tells a value from others of its series and time, and what a number has no room for. */
function contentOf(value: MetricValue): readonly [content: string | number, data: string | null] {
  if (value === null) return ['', null];
  if (typeof value !== 'object') return [value, null];
  const data = JSON.stringify(value);
  return [createHash('sha256').update(data).digest('hex').slice(0, 16), data];
}

/** A page of up to `limit` items out of rows that were asked for with a limit of one more. */
function pageOf<Item>(
  rows: readonly SqlRow[],
  limit: number,
  toItem: (row: SqlRow) => Item,
  cursorOf: (row: SqlRow) => string,
): { readonly items: readonly Item[]; readonly nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(toItem),
    nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null,
  };
}

/** Points of one series have one resource and one set of attributes: they are parsed once for all of them. */
function remembered(): ParseAttributes {
  const known = new Map<string, AttributesJson>();
  return (json) => {
    let attributes = known.get(json);
    if (attributes === undefined) known.set(json, (attributes = JSON.parse(json) as AttributesJson));
    return attributes;
  };
}
