import type { AiSpan } from '@tta/obs-protocol';
import type { SpanBatch } from '../otlp/span-batch.ts';
import { ownCostUsd, PrimitiveSums } from './primitive-sums.ts';
import { MINUTE_S } from './roll-up-periods.ts';
import type { NewSpan } from './span-rows.ts';

/** Executions of one primitive that arrived together and ended within one minute. */
export class ExecutionGroup {
  readonly span: NewSpan;
  readonly endMinute: number;
  readonly sums = new PrimitiveSums();
  firstMs: number;
  lastMs: number;

  constructor(span: NewSpan, endMinute: number, endMs: number) {
    this.span = span;
    this.endMinute = endMinute;
    this.firstMs = endMs;
    this.lastMs = endMs;
  }

  get calls(): number {
    return this.sums.calls;
  }
}

/** By what is the same in one request: most of what comes in together is of few primitives. */
export function groupsOf(
  spans: readonly NewSpan[],
  aiSpans: ReadonlyMap<number, AiSpan>,
): readonly ExecutionGroup[] {
  const groups = new Map<SpanBatch, Map<string, ExecutionGroup>>();
  for (const span of spans) {
    const { spanKey, batch, index } = span;
    const type = batch.primitiveType[index]!;
    // Steps, and spans of other instrumentations, are no executions of a primitive.
    if (type === -1) continue;
    const endNs = batch.endNs[index]!;
    const endMs = Number(endNs / 1_000_000n);
    const endMinute = Math.floor(endMs / (MINUTE_S * 1e3));
    const name = batch.label[index] === -1 ? batch.name[index]! : batch.label[index]!;
    const ofBatch = groups.get(batch) ?? new Map<string, ExecutionGroup>();
    groups.set(batch, ofBatch);
    const key = `${type} ${name} ${batch.resource[index]} ${endMinute}`;
    const group = ofBatch.get(key) ?? new ExecutionGroup(span, endMinute, endMs);
    ofBatch.set(key, group);
    const status = batch.strings[batch.status[index]!];
    const durationMs = Math.max(0, Number(endNs - batch.startNs[index]!)) / 1e6;
    group.sums.add(durationMs, status === 'error' || status === 'timeout', ownCostUsd(aiSpans.get(spanKey)));
    group.firstMs = Math.min(group.firstMs, endMs);
    group.lastMs = Math.max(group.lastMs, endMs);
  }
  return [...groups.values()].flatMap((ofBatch) => [...ofBatch.values()]);
}
