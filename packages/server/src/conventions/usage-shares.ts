import type { AiSpan, AiTokens } from '@tta/obs-protocol';
import { type SpanForest, spanForest } from './span-forest.ts';

/** A span as sums need it. Those of no AI program stand here as well, for what they hold. */
export interface UsageSpan {
  readonly spanId: string;
  readonly parentSpanId: string | null;
  /** As `normalizeSpan` has it; `null` for other spans. */
  readonly ai: CountedSpan | null;
}

/** What sums need of a span of an AI program. */
export type CountedSpan = Pick<AiSpan, 'operation' | 'convention' | 'tokens' | 'cost'>;

/** What a span adds to the sums of its trace. */
export interface UsageShare {
  /** Of the span, in the list that was given. */
  readonly index: number;
  readonly tokens: AiTokens | null;
  readonly reportedUsd: number | null;
  readonly estimatedUsd: number | null;
  /** Its tokens have no price, and nobody around it says what they cost. */
  readonly isUnpriced: boolean;
  /** It is a call of a model, and not one told of again by a span around it. */
  readonly isCall: boolean;
}

/** Sums over a trace, in US dollars and tokens. A kind of tokens that no span tells is 0. */
export interface UsageSums {
  readonly tokens: Readonly<Record<keyof AiTokens, number>>;
  readonly reportedUsd: number;
  readonly estimatedUsd: number;
  /** Spans whose tokens nobody priced. */
  readonly unpricedCount: number;
  readonly callCount: number;
}

/** A call of a model: it tells of all in it but what the tools call that are run inside of it. */
const CALLS: ReadonlySet<string> = new Set(['inference', 'embeddings', 'rerank']);

/**
 * Which spans of one trace count, and for what, so that nothing counts twice: of spans within each other those of the
 * innermost calls that tell anything, and agents and workflows only where nothing in them does. Of an execution of ours
 * the cost is its own and always counts; it stands also for the foreign spans in it, up to the next tool.
 *
 * Takes any list: parents may be missing, and even lead in circles.
 */
export function usageShares(spans: readonly UsageSpan[]): readonly UsageShare[] {
  const forest = spanForest(spans);
  const tokens = innermost(spans, forest, hasTokens);
  const reports = innermost(spans, forest, isCostTold, isOurs);
  const cover = covered(spans, forest, reports);
  const calls = innermost(spans, forest, ({ operation }) => CALLS.has(operation));
  const shares: UsageShare[] = [];
  for (const [index, { ai }] of spans.entries()) {
    if (ai === null) continue;
    const { cost } = ai;
    const isPaid = cover.byOurs[index] === true && !isOurs(ai);
    const isCounted = tokens.counted[index] === true;
    const isReported = reports.counted[index] === true && !isPaid;
    const isOpen = isCounted && !isPaid && cover.byReport[index] !== true && reports.inside[index] !== true;
    const share = {
      index,
      tokens: isCounted ? ai.tokens : null,
      reportedUsd: isReported && cost?.source === 'reported' ? cost.usd : null,
      estimatedUsd:
        cost?.source === 'estimated' && (cost.by === 'sender' ? isReported : isOpen) ? cost.usd : null,
      isUnpriced: isOpen && cost?.source === 'unpriced',
      isCall: calls.counted[index] === true,
    };
    const hasCost = share.reportedUsd !== null || share.estimatedUsd !== null;
    if (share.tokens !== null || hasCost || share.isCall) shares.push(share);
  }
  return shares;
}

type Flags = readonly (boolean | undefined)[];
type IsTrue = (ai: CountedSpan) => boolean;

interface Innermost {
  readonly counted: Flags;
  /** Something that is counted lies in it, of calls as far as the next tool. */
  readonly inside: Flags;
}

/** Of spans that tell the same, the innermost. */
function innermost(
  spans: readonly UsageSpan[],
  { parents, inwardsFirst }: SpanForest,
  tells: IsTrue,
  isOwn: IsTrue = () => false,
): Innermost {
  const counted: boolean[] = [];
  const inside: boolean[] = [];
  const anyIn: boolean[] = [];
  const nearIn: boolean[] = [];
  for (const index of inwardsFirst) {
    const ai = spans[index]?.ai ?? null;
    const any = anyIn[index] === true;
    const near = nearIn[index] === true;
    const isCovered = ai !== null && CALLS.has(ai.operation) ? near : any;
    const isCounted = ai !== null && tells(ai) && (isOwn(ai) || !isCovered);
    counted[index] = isCounted;
    inside[index] = isCovered;
    const parent = parents[index] ?? -1;
    if (parent === -1) continue;
    if (any || isCounted) anyIn[parent] = true;
    if ((near || isCounted) && ai?.operation !== 'tool') nearIn[parent] = true;
  }
  return { counted, inside };
}

/** Whose cost stands for a span: that of an execution of ours around it, or what a foreign span around it reports. */
function covered(
  spans: readonly UsageSpan[],
  { parents, inwardsFirst }: SpanForest,
  reports: Innermost,
): { readonly byOurs: Flags; readonly byReport: Flags } {
  const byOurs: boolean[] = [];
  const byCall: boolean[] = [];
  const byAll: boolean[] = [];
  const byReport: boolean[] = [];
  for (const index of [...inwardsFirst].reverse()) {
    const parent = parents[index] ?? -1;
    const around = parent === -1 ? null : (spans[parent]?.ai ?? null);
    const isReport = parent !== -1 && reports.counted[parent] === true && around !== null;
    const isTool = around?.operation === 'tool';
    byOurs[index] = (isReport && isOurs(around)) || (byOurs[parent] === true && !isTool);
    const isForeign = isReport && !isOurs(around);
    // A call reports for itself; an agent for all, as it counts only where nothing in it reports.
    byCall[index] = (isForeign && CALLS.has(around.operation)) || (byCall[parent] === true && !isTool);
    byAll[index] = (isForeign && !CALLS.has(around.operation)) || byAll[parent] === true;
    byReport[index] = byAll[index] || byCall[index];
  }
  return { byOurs, byReport };
}

/** By its source, be it what was charged or its own estimate. */
function isCostTold({ cost }: CountedSpan): boolean {
  return cost?.source === 'reported' || (cost?.source === 'estimated' && cost.by === 'sender');
}

function hasTokens({ tokens }: CountedSpan): boolean {
  return tokens !== null && (tokens.input ?? 0) + (tokens.output ?? 0) > 0;
}

function isOurs({ convention }: CountedSpan): boolean {
  return convention === 'tta-primitives';
}

/** Adds up what {@link usageShares} says. */
export function sumUsage(shares: readonly UsageShare[]): UsageSums {
  const tokens = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
  let reportedUsd = 0;
  let estimatedUsd = 0;
  let unpricedCount = 0;
  let callCount = 0;
  for (const share of shares) {
    for (const kind of Object.keys(tokens) as (keyof AiTokens)[]) tokens[kind] += share.tokens?.[kind] ?? 0;
    reportedUsd += share.reportedUsd ?? 0;
    estimatedUsd += share.estimatedUsd ?? 0;
    if (share.isUnpriced) unpricedCount++;
    if (share.isCall) callCount++;
  }
  return { tokens, reportedUsd, estimatedUsd, unpricedCount, callCount };
}
