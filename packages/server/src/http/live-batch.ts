import type { LiveChange, LiveMessage, TraceSummary } from '@tta/obs-protocol';
import type { QueryNode } from '@tta/obs-protocol/query';
import type { TraceStore } from '../storage/trace-store.ts';
import type { LiveClient } from './live-client.ts';

/** What live connections ask of a store. */
export type LiveStore = Pick<TraceStore, 'newestSeq' | 'changesAfter' | 'matching' | 'summaries'>;

/** A message as it is sent. */
export function encodeMessage(message: LiveMessage): Buffer {
  return Buffer.from(JSON.stringify(message));
}

/** Some changes, and what the queries of some clients say of them. */
export class LiveBatch {
  readonly #changes: readonly LiveChange[];
  /** Ids of the traces that a query finds, by its text. */
  readonly #found: ReadonlyMap<string, ReadonlySet<string>>;
  /** Of traces that may be found now because of their log records. */
  readonly #summaries: ReadonlyMap<string, TraceSummary>;
  readonly #encoded = new Map<string, Buffer>();

  private constructor(
    changes: readonly LiveChange[],
    found: ReadonlyMap<string, ReadonlySet<string>>,
    summaries: readonly TraceSummary[],
  ) {
    this.#changes = changes;
    this.#found = found;
    this.#summaries = new Map(summaries.map((trace) => [trace.traceId, trace]));
  }

  /** Asks the store each query once. */
  static async ask(
    store: LiveStore,
    changes: readonly LiveChange[],
    clients: readonly LiveClient[],
  ): Promise<LiveBatch> {
    const found = await findTraces(store, changes, clients);
    const logged = changes.flatMap((change) => (change.type === 'logs' ? [change.traceId] : []));
    const unheard = logged.filter((traceId) =>
      clients.some(
        ({ query, known }) =>
          query !== undefined && found.get(query.text)!.has(traceId) && !known.has(traceId),
      ),
    );
    return new LiveBatch(changes, found, unheard.length === 0 ? [] : await store.summaries(unheard));
  }

  /** Tells one of the clients what it has not been told yet, as far as it is ready. False when it has to go on later. */
  tell(client: LiveClient): boolean {
    for (const change of this.#changes) {
      if (change.seq <= client.seq) continue;
      if (!client.isReady) return false;
      const message = this.#messageOf(change, client);
      if (message !== undefined && !client.send(this.#encode(message))) return false;
      client.seq = change.seq;
    }
    return true;
  }

  /** `undefined` when the change does not concern the client. */
  #messageOf(change: LiveChange, { query, known }: LiveClient): LiveChange | undefined {
    if (query === undefined) return change;
    const { seq } = change;
    const traceId = traceIdOf(change);
    if (!this.#found.get(query.text)!.has(traceId)) {
      if (!known.mayHave(traceId)) return undefined;
      known.delete(traceId);
      return { type: 'unmatched', seq, traceId };
    }
    if (change.type === 'logs') {
      if (known.has(traceId)) return change;
      const trace = this.#summaries.get(traceId);
      // Gone, or changed since: then its own change tells it.
      if (trace === undefined || trace.seq > seq) return undefined;
      known.add(traceId);
      return { type: 'trace', seq, trace };
    }
    known.add(traceId);
    return change;
  }

  /** Each message is made once, however many clients get it. */
  #encode(message: LiveChange): Buffer {
    const key = `${message.type} ${message.seq}`;
    let encoded = this.#encoded.get(key);
    if (encoded === undefined) this.#encoded.set(key, (encoded = encodeMessage(message)));
    return encoded;
  }
}

async function findTraces(
  store: LiveStore,
  changes: readonly LiveChange[],
  clients: readonly LiveClient[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const queries = new Map<string, QueryNode>();
  for (const { query } of clients) if (query !== undefined) queries.set(query.text, query.root);
  if (queries.size === 0 || changes.length === 0) {
    return new Map([...queries.keys()].map((text) => [text, new Set()]));
  }
  const traceIds = [...new Set(changes.map(traceIdOf))];
  const answers = await store.matching(traceIds, [...queries.values()]);
  return new Map(
    [...queries.keys()].map((text, query) => [
      text,
      new Set(traceIds.filter((_, trace) => answers[query]![trace])),
    ]),
  );
}

function traceIdOf(change: LiveChange): string {
  return change.type === 'trace' ? change.trace.traceId : change.traceId;
}
