import { attributeNames as names, genAiNames } from '@tta/obs-context';
import { countText } from '../drawing/count-text.ts';
import { type Conditions, requireConditions } from './requirement.ts';
import { spanForest } from '../drawing/span-forest.ts';
import { durationText } from '../drawing/span-text.ts';
import { type Markup, traceTrees } from '../drawing/trace-text.ts';
import type { Trace, TraceSpan } from '../trace.ts';
import { nothingRan, type Verdict, verdict } from './verdict.ts';

/** What a trace may use. At least one limit has to be given. */
export interface TraceLimits {
  /** Milliseconds from the first start to the last end. What has not ended stays within no time. */
  readonly ms?: number;
  /** US dollars, summed over the spans' `cost.usd`. */
  readonly usd?: number;
  /** Tokens in and out, summed over the spans' `gen_ai.usage.input_tokens` and `gen_ai.usage.output_tokens`. */
  readonly tokens?: number;
}

interface Resource {
  /** What each span used, without what is inside it. */
  readonly bySpan: ReadonlyMap<TraceSpan, number>;
  readonly total: number;
  readonly text: (amount: number) => string;
}

const resources: Readonly<Record<keyof TraceLimits, (trace: Trace) => Resource>> = {
  ms: (trace) => ({ bySpan: ownTimes(trace), total: elapsed(trace), text: durationText }),
  usd: (trace) => summed(trace, usdText, [names.costUsd]),
  tokens: (trace) =>
    summed(trace, (amount) => countText(amount, 'token'), [
      genAiNames.usageInputTokens,
      genAiNames.usageOutputTokens,
    ]),
};
const kinds = Object.keys(resources) as readonly (keyof TraceLimits)[];
const isLimit = (value: unknown): boolean => typeof value === 'number' && value >= 0;
const limit = [isLimit, 'a number, 0 or more'] as const;
const conditions: Conditions<keyof TraceLimits> = { ms: limit, usd: limit, tokens: limit };

/** Own times that are a smaller part of the whole are not noted. */
const leastNotedRatio = 0.05;

/** Whether a trace used no more than it may. */
export function checkStayWithin(trace: Trace, limits: TraceLimits): Verdict {
  const call = { matcher: 'toStayWithin', expected: [limits] };
  requireConditions(call.matcher, limits, conditions);
  const open = limits.ms === undefined ? 0 : trace.spans.filter(({ endMs }) => endMs === undefined).length;
  const used = kinds.flatMap((kind) => {
    const most = limits[kind];
    return most === undefined ? [] : [{ most, ...resources[kind](trace) }];
  });
  const exceeded = used.filter(({ total, most }) => total > most);
  const pass = exceeded.length === 0 && open === 0;
  const isEmpty = trace.spans.length === 0;
  const found = (): string => {
    if (isEmpty) return nothingRan;
    const amounts = used.map(
      ({ total, most, text }) => `${text(total)} of ${text(most)}${total > most ? ' (too much)' : ''}`,
    );
    const unknown = open > 0 ? `, and ${countText(open, 'span has', 'spans have')} not ended` : '';
    return `It used ${amounts.join(', ')}${unknown}.`;
  };
  const markup = (span: TraceSpan): Markup | undefined => {
    const notes = exceeded.flatMap(({ bySpan, total, text }) => {
      const amount = bySpan.get(span) ?? 0;
      return amount > total * leastNotedRatio ? [`used ${text(amount)} itself`] : [];
    });
    const isLargest = exceeded.some(({ bySpan }) => largest(bySpan) === span);
    const isOpen = open > 0 && span.endMs === undefined;
    if (isOpen) return { mark: 'different', notes: [...notes, 'it has not ended'] };
    return isLargest ? { mark: 'different', notes } : { notes };
  };
  return verdict(pass, call, found, () => traceTrees(trace, markup), isEmpty);
}

function summed({ spans }: Trace, text: Resource['text'], attributes: readonly string[]): Resource {
  const bySpan = new Map<TraceSpan, number>();
  let total = 0;
  for (const span of spans) {
    let amount = 0;
    for (const name of attributes) {
      const value = span.attributes[name];
      if (typeof value === 'number') amount += value;
    }
    bySpan.set(span, amount);
    total += amount;
  }
  // Sums of decimal fractions are a little off: nine digits of a dollar are more than anybody pays.
  return { bySpan, total: Number(total.toFixed(9)), text };
}

function elapsed({ spans }: Trace): number {
  const ends = spans.flatMap(({ endMs }) => endMs ?? []);
  if (ends.length === 0) return 0;
  const start = spans.reduce((least, { startMs }) => Math.min(least, startMs), Number.POSITIVE_INFINITY);
  const end = ends.reduce((most, endMs) => Math.max(most, endMs), Number.NEGATIVE_INFINITY);
  return Number((end - start).toFixed(3));
}

/** How long each span ran while none inside it did. */
function ownTimes({ spans }: Trace): ReadonlyMap<TraceSpan, number> {
  const times = new Map<TraceSpan, number>();
  const waiting = [...spanForest(spans)];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    let own = 0;
    let until = node.span.startMs;
    for (const child of node.children) {
      own += Math.max(0, child.span.startMs - until);
      until = Math.max(until, child.span.endMs ?? child.span.startMs);
      waiting.push(child);
    }
    times.set(node.span, own + Math.max(0, (node.span.endMs ?? until) - until));
  }
  return times;
}

function largest(bySpan: ReadonlyMap<TraceSpan, number>): TraceSpan | undefined {
  let found: TraceSpan | undefined;
  for (const [span, amount] of bySpan) if (amount > (found ? (bySpan.get(found) ?? 0) : 0)) found = span;
  return found;
}

/** As many digits as it takes, and at least those of a price: `$0.0125`, `$0.30`. */
function usdText(usd: number): string {
  return `$${usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 9, useGrouping: false })}`;
}
