import type { AiUsage, UsageGroup, UsageReport } from '@tta/obs-protocol';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqlRow } from './sqlite-driver.ts';
import { number, storable, text } from './sqlite-rows.ts';
import type { UsageQuery } from './statistics-store.ts';
import { ADD_USAGE, addUsage, NO_USAGE, toUsage, USAGE_COLUMNS, usageValues } from './usage-columns.ts';

const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;
const KEPT_S = 90 * DAY_S;
/** Clocks may be ahead of ours by so much. */
const AHEAD_S = HOUR_S;
const NAME_LENGTH = 200;
/** Models, with their providers and services, of one hour; further ones are counted together. */
const MOST_NAMES = 500;
const REMEMBERED_HOURS = 1_000;
const OTHER = '_other';

interface UsageKey {
  readonly startS: number;
  readonly serviceName: string;
  readonly provider: string;
  readonly model: string;
}

interface Change {
  readonly key: UsageKey;
  readonly before: AiUsage;
  readonly after: AiUsage;
}

/** What a sum is told by. */
export interface UsageSource {
  /** When the span ended, in seconds since the Unix epoch. */
  readonly endS: number;
  readonly serviceName: string;
  readonly provider: string | null;
  /** The one that answered, else the one that was asked for. */
  readonly model: string | null;
}

/** Sums up what calls of models used, by hour, service, provider and model. Changes only within transactions. */
export class UsageRollUps {
  readonly #connection: SqliteConnection;
  readonly #now: () => number;
  /** By key as text, until they are saved. */
  readonly #changes = new Map<string, Change>();
  /** How many rows some hours have. */
  readonly #rows = new Map<number, number>();

  constructor(connection: SqliteConnection, now: () => number) {
    this.#connection = connection;
    this.#now = now;
    connection.onRollback(() => {
      this.#changes.clear();
      this.#rows.clear();
    });
  }

  /** What a span counts for has changed. */
  change({ endS, serviceName, provider, model }: UsageSource, before: AiUsage, after: AiUsage): void {
    const startS = Math.floor(endS / HOUR_S) * HOUR_S;
    const nowS = this.#now() / 1000;
    // Times that cannot be true, and those that are long over.
    if (startS > nowS + AHEAD_S || startS < nowS - KEPT_S) return;
    const key = {
      startS,
      serviceName: shortened(serviceName),
      provider: shortened(provider ?? ''),
      model: shortened(model ?? ''),
    };
    const name = Object.values(key).join('\0');
    const known = this.#changes.get(name) ?? { key, before: NO_USAGE, after: NO_USAGE };
    this.#changes.set(name, {
      key,
      before: addUsage(known.before, before),
      after: addUsage(known.after, after),
    });
  }

  /** Writes what has changed. */
  save(): void {
    for (const { key, before, after } of this.#changes.values()) {
      const { startS, serviceName, provider, model } = this.#isRoomFor(key)
        ? key
        : { startS: key.startS, serviceName: OTHER, provider: OTHER, model: OTHER };
      const [gone, come] = [usageValues(before), usageValues(after)];
      this.#connection
        .sql(
          `INSERT INTO usage_roll_up (start_s, service_name, provider, model, ${USAGE_COLUMNS.join()})
           VALUES (?, ?, ?, ?, ${USAGE_COLUMNS.map(() => '?').join()})
           ON CONFLICT DO UPDATE SET ${ADD_USAGE}`,
        )
        .run(startS, serviceName, provider, model, ...come.map((value, index) => value - gone[index]!));
    }
    this.#changes.clear();
  }

  /** Removes what is older than it is kept. */
  prune(): void {
    this.#connection
      .sql('DELETE FROM usage_roll_up WHERE start_s < ?')
      .run(Math.floor(this.#now() / 1000 - KEPT_S));
  }

  report({ sinceMs, untilMs, by, serviceName, utcOffsetMinutes }: UsageQuery): UsageReport {
    const startS = Math.floor(sinceMs / 1000 / HOUR_S) * HOUR_S;
    const rows = this.#connection
      .sql('SELECT * FROM usage_roll_up WHERE start_s >= ? AND start_s < ?')
      .all(startS, Math.ceil(untilMs / 1000));
    let total = NO_USAGE;
    const groups = new Map<string, UsageGroup>();
    for (const row of rows) {
      if (serviceName !== undefined && text(row, 'service_name') !== serviceName) continue;
      const usage = toUsage(row);
      total = addUsage(total, usage);
      const { key, provider } = groupOf(row, by, utcOffsetMinutes);
      const name = JSON.stringify([key, provider]);
      groups.set(name, { ...addUsage(groups.get(name) ?? NO_USAGE, usage), key, provider });
    }
    return { sinceMs: startS * 1000, untilMs, by, total, items: sorted([...groups.values()], by) };
  }

  /** Notes the row of a key that has none yet, as far as there may be more of its hour. */
  #isRoomFor({ startS, serviceName, provider, model }: UsageKey): boolean {
    const stored = this.#connection.sql(
      'SELECT 1 FROM usage_roll_up WHERE start_s = ? AND service_name = ? AND provider = ? AND model = ?',
    );
    if (stored.get(startS, serviceName, provider, model) !== undefined) return true;
    const count = this.#rowsOf(startS);
    if (count >= MOST_NAMES) return false;
    this.#rows.set(startS, count + 1);
    return true;
  }

  #rowsOf(startS: number): number {
    const known = this.#rows.get(startS);
    if (known !== undefined) return known;
    if (this.#rows.size >= REMEMBERED_HOURS) this.#rows.clear();
    const count = this.#connection.sql('SELECT count(*) AS rows FROM usage_roll_up WHERE start_s = ?');
    return number(count.get(startS)!, 'rows');
  }
}

function shortened(name: string): string {
  return storable(name).slice(0, NAME_LENGTH);
}

function groupOf(
  row: SqlRow,
  by: UsageQuery['by'],
  utcOffsetMinutes: number,
): Pick<UsageGroup, 'key' | 'provider'> {
  const provider = text(row, 'provider') || null;
  switch (by) {
    case 'model':
      return { key: text(row, 'model') || null, provider };
    case 'provider':
      return { key: provider, provider };
    case 'service':
      return { key: text(row, 'service_name'), provider: null };
    case 'day': {
      const localMs = (number(row, 'start_s') + utcOffsetMinutes * 60) * 1000;
      return { key: new Date(localMs).toISOString().slice(0, 10), provider: null };
    }
  }
}

function sorted(groups: readonly UsageGroup[], by: UsageQuery['by']): readonly UsageGroup[] {
  const dollars = ({ reportedUsd, estimatedUsd }: AiUsage): number => reportedUsd + estimatedUsd;
  const tokens = ({ inputTokens, outputTokens }: AiUsage): number => inputTokens + outputTokens;
  return groups.toSorted((one, other) =>
    by === 'day'
      ? (one.key ?? '').localeCompare(other.key ?? '')
      : dollars(other) - dollars(one) || tokens(other) - tokens(one) || other.calls - one.calls,
  );
}
