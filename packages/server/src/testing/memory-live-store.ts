import { setImmediate } from 'node:timers/promises';
import type { LiveChange, TraceSummary } from '@tta/obs-protocol';
import { matchesQuery, type QueryNode } from '@tta/obs-protocol/query';
import type { LiveStore } from '../http/live-batch.ts';

export interface MemoryTrace {
  readonly summary: TraceSummary;
  readonly logs: readonly string[];
  /** 0 without log records. */
  readonly logsSeq: number;
}

/** Traces of one span and their log records in memory: the newest change of each, as stores keep them. */
export class MemoryLiveStore implements LiveStore {
  readonly traces = new Map<string, MemoryTrace>();
  seq = 0;
  /** What was asked of it. */
  readonly asked: { readonly traceIds: readonly string[]; readonly queryCount: number }[] = [];

  write(traceId: string, fields: Pick<TraceSummary, 'name' | 'status'>): LiveChange {
    const seq = ++this.seq;
    const summary: TraceSummary = {
      traceId,
      serviceName: 'shop',
      startTimeMs: 0,
      durationMs: 1,
      spanCount: 1,
      errorCount: fields.status === 'error' ? 1 : 0,
      hasRoot: true,
      isPartial: false,
      isPinned: false,
      sessionId: null,
      userId: null,
      usage: null,
      seq,
      ...fields,
    };
    const { logs = [], logsSeq = 0 } = this.traces.get(traceId) ?? {};
    this.traces.set(traceId, { summary, logs, logsSeq });
    return { type: 'trace', seq, trace: summary };
  }

  /** `undefined` when there is no such trace. */
  log(traceId: string, body: string): LiveChange | undefined {
    const trace = this.traces.get(traceId);
    if (trace === undefined) return undefined;
    const seq = ++this.seq;
    this.traces.set(traceId, { ...trace, logs: [...trace.logs, body], logsSeq: seq });
    return { type: 'logs', seq, traceId };
  }

  remove(traceId: string): void {
    this.traces.delete(traceId);
  }

  found(traceId: string, query: QueryNode | undefined): boolean {
    const trace = this.traces.get(traceId);
    if (trace === undefined) return false;
    const { name, status } = trace.summary;
    const text = [name, ...trace.logs].join('\n');
    const span = { fields: { name, status }, text, attributes: {}, resource: {} };
    return matchesQuery(query, { fields: { trace: traceId }, spans: [span] }, 0);
  }

  async newestSeq(): Promise<number> {
    return this.#answer(() => this.seq);
  }

  async changesAfter(after: number, limit: number): Promise<readonly LiveChange[]> {
    return this.#answer(() =>
      [...this.traces.values()]
        .flatMap(({ summary, logsSeq }): LiveChange[] => [
          { type: 'trace', seq: summary.seq, trace: summary },
          { type: 'logs', seq: logsSeq, traceId: summary.traceId },
        ])
        .filter(({ seq }) => seq > after)
        .sort((left, right) => left.seq - right.seq)
        .slice(0, limit),
    );
  }

  async summaries(traceIds: readonly string[]): Promise<readonly TraceSummary[]> {
    return this.#answer(() => traceIds.flatMap((traceId) => this.traces.get(traceId)?.summary ?? []));
  }

  async matching(
    traceIds: readonly string[],
    queries: readonly QueryNode[],
  ): Promise<readonly (readonly boolean[])[]> {
    this.asked.push({ traceIds, queryCount: queries.length });
    return this.#answer(() => queries.map((query) => traceIds.map((traceId) => this.found(traceId, query))));
  }

  /** On the way there and back, others write. */
  async #answer<Value>(read: () => Value): Promise<Value> {
    await setImmediate();
    const value = read();
    await setImmediate();
    return value;
  }
}
