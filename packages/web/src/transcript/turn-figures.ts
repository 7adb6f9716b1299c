import type { AiCost, AiSpanColumns } from '@tta/obs-protocol';
import { exactCount, formatCount } from '../format/count.ts';
import { inUnit } from '../format/duration.ts';
import type { DurationUnit } from '../format/duration.ts';
import { formatPercent } from '../format/percent.ts';
import { formatUsd } from '../format/usd.ts';
import type { ContextStep } from './context-growth.ts';
import type { TranscriptRow } from './transcript-rows.ts';

/** A number in the head of a turn. */
export interface Figure {
  readonly name: 'growth' | 'tokens' | 'cached' | 'cost' | 'first';
  /** Empty where it is not told. */
  readonly text: string;
  /** What it is, in full. */
  readonly title: string;
}

/** What a turn used, as far as its source tells. */
export function turnFigures(
  ai: AiSpanColumns,
  { at, ai: said, isCounted }: Pick<TranscriptRow, 'at' | 'ai' | 'isCounted'>,
  step: ContextStep | undefined,
  unit: DurationUnit,
): readonly Figure[] {
  const input = ai.inputTokens[at] ?? null;
  const output = ai.outputTokens[at] ?? null;
  const cached = ai.cacheReadTokens[at] ?? null;
  const first = ai.timeToFirstChunkMs[at] ?? null;
  return [
    growth(step?.added),
    {
      name: 'tokens',
      text: input === null && output === null ? '' : `${side(input)} → ${side(output)}`,
      title: tokensTitle(input, output, said?.tokens?.reasoning ?? null, isCounted),
    },
    {
      name: 'cached',
      text:
        cached === null || input === null || input === 0 || cached === 0 ? '' : formatPercent(cached / input),
      title: cachedTitle(cached, said?.tokens?.cacheWrite ?? null),
    },
    {
      name: 'cost',
      text: costText(ai.costSource[at] ?? null, ai.costUsd[at] ?? null, isCounted),
      title: costTitle(said?.cost ?? null, isCounted),
    },
    {
      name: 'first',
      text: first === null ? '' : inUnit(first, unit),
      title: 'from the request to the first chunk of the answer',
    },
  ];
}

/** Why a model ended, where that is worth a word: the end of an answer, or calls that stand below, are not. */
export function finishText({ ai, callsTools }: Pick<TranscriptRow, 'ai' | 'callsTools'>): string {
  const told = (ai?.finishReasons ?? []).filter(
    (reason) => reason !== 'stop' && !(reason === 'tool_call' && callsTools),
  );
  return [...new Set(told)].map((reason) => FINISHES[reason] ?? reason).join(', ');
}

const FINISHES: Readonly<Record<string, string>> = {
  length: 'cut: length',
  content_filter: 'filtered',
  tool_call: 'calls tools',
};

function growth(added: number | undefined): Figure {
  if (added === undefined) return { name: 'growth', text: '', title: '' };
  const sign = added < 0 ? '−' : '+';
  const title =
    added < 0
      ? `${exactCount(-added)} tokens less in the context than the turn before: it was compacted`
      : `${exactCount(added)} tokens more in the context than the turn before`;
  return { name: 'growth', text: `${sign}${formatCount(Math.abs(added))}`, title };
}

function side(count: number | null): string {
  return count === null ? '?' : formatCount(count);
}

function tokensTitle(
  input: number | null,
  output: number | null,
  reasoning: number | null,
  counts: boolean,
): string {
  const parts = [
    input === null ? 'input not told' : `${exactCount(input)} tokens in`,
    output === null ? 'output not told' : `${exactCount(output)} out`,
    ...(reasoning === null || reasoning === 0 ? [] : [`${exactCount(reasoning)} of them to reason`]),
    ...(counts ? [] : ['counted within']),
  ];
  return parts.join(', ');
}

function cachedTitle(cached: number | null, written: number | null): string {
  const read = `${exactCount(cached ?? 0)} tokens of the input came from the cache`;
  return written === null || written === 0 ? read : `${read}, ${exactCount(written)} were written to it`;
}

function costText(source: string | null, usd: number | null, counts: boolean): string {
  if (source === 'unpriced') return 'unpriced';
  if (source === null || usd === null) return '';
  const text = `${source === 'estimated' ? '≈ ' : ''}${formatUsd(usd)}`;
  return counts ? text : `(${text})`;
}

function costTitle(cost: AiCost | null, counts: boolean): string {
  const within = counts ? '' : ', counted within';
  switch (cost?.source) {
    case 'reported':
      return `reported by the sender${within}`;
    case 'estimated':
      return `estimated by the ${cost.by}${cost.priceTable === null ? '' : `, ${cost.priceTable}`}${within}`;
    case 'unpriced':
      return 'there are tokens, and no price is known for them';
    default:
      return '';
  }
}
