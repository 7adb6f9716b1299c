import type { AiSpanColumns, SpanColumns } from '@tta/obs-protocol';
import { exactCount, formatCount } from '../format/count.ts';
import { costSources, formatCost } from '../format/usd.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import { rowUsage } from './row-usage.ts';

/** What a row and all below it used, as it is shown. */
export interface RowFigures {
  /** `1204→350`; empty without tokens. */
  readonly tokens: string;
  /** `42 % cached`: the share of the input that providers had in their caches; empty where that is nothing. */
  readonly cached: string;
  /** `$0.0022`, `≈ $0.0005` for an estimate; empty where nothing was to be paid for. */
  readonly cost: string;
  /** It is the sum of what is below the row. */
  readonly isSum: boolean;
  /** All of it in words, with whose word the cost is. */
  readonly words: string;
}

/** `undefined` for a row that used nothing. */
export function rowFigures(tree: SpanTree, row: number): RowFigures | undefined {
  if (tree.spans.ai.span.length === 0) return undefined;
  const usage = rowUsage(tree);
  const input = usage.inputTokens[row] as number;
  const output = usage.outputTokens[row] as number;
  const cached = usage.cachedTokens[row] as number;
  const costs = {
    reportedUsd: usage.reportedUsd[row] as number,
    estimatedUsd: usage.estimatedUsd[row] as number,
    unpricedCount: usage.unpricedCount[row] as number,
  };
  const cost = formatCost(costs);
  const tokens = input + output === 0 ? '' : `${formatCount(input)}→${formatCount(output)}`;
  if (tokens === '' && cost === '') return undefined;
  const share = input > 0 ? cached / input : 0;
  const isSum = usage.isOwn[row] === 0;
  const words = [
    ...(tokens === '' ? [] : [`${exactCount(input)} tokens in`, `${exactCount(output)} out`]),
    ...(cached > 0 ? [`${exactCount(cached)} of them from the provider's cache`] : []),
    ...(cost === '' ? [] : [costSources(costs)]),
  ].join(', ');
  return {
    tokens,
    cached: share < 0.005 ? '' : `${Math.round(100 * share)} % cached`,
    cost,
    isSum,
    words: isSum ? `${words}, in all below` : words,
  };
}

/** The model of a call, the tool or the agent; `undefined` where the row's label says it. */
export function calledName({ ai }: SpanColumns, place: number, label: string): string | undefined {
  const name = nameIn(ai, place) ?? undefined;
  // `chat gpt-5.1` says enough of `gpt-5.1-2025-11-13`.
  const isTold =
    name === undefined || label.includes(name) || label.split(' ').some((word) => isNameOf(word, name));
  return isTold ? undefined : name;
}

function isNameOf(word: string, name: string): boolean {
  return word.length > 3 && name.startsWith(`${word}-`);
}

/** The model of a tool or an agent is that of the rows around it. */
function nameIn(ai: AiSpanColumns, place: number): string | null | undefined {
  switch (ai.operation[place]) {
    case 'tool':
      return ai.tool[place];
    case 'agent':
      return ai.agent[place];
    default:
      return ai.model[place];
  }
}
