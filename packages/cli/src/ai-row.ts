import type { AiOperation, SpanColumns } from '@tta/obs-protocol';
import { formatCount, formatTokens, formatUsd } from './format-usage.ts';
import { safeText } from './safe-text.ts';

/** What a row of the tree says of a span of an AI program. Empty texts: not told. */
export interface AiRow {
  readonly operation: AiOperation;
  /** The kind in the words of the tree: `llm` for a call of a model; `null` where that says nothing. */
  readonly kind: string | null;
  /** The model, tool or agent, where the title does not say it. */
  readonly name: string;
  /** `1204→350`; in parentheses where spans within tell it again. */
  readonly tokens: string;
  /** Part of the input that the provider had in its cache. */
  readonly cached: string;
  /** `≈ ` before an estimate, `unpriced` where there is no price. */
  readonly cost: string;
  /** Why a model stopped. */
  readonly finishReasons: readonly string[];
}

/** The spans of AI programs by their index. */
export function aiRows({ ai, name, label }: SpanColumns): ReadonlyMap<number, AiRow> {
  const rows = new Map<number, AiRow>();
  for (const [at, span] of ai.span.entries()) {
    const operation = ai.operation[at]!;
    const title = label[span] ?? name[span] ?? '';
    const told = nameOf(operation, { model: ai.model[at], tool: ai.tool[at], agent: ai.agent[at] });
    const cached = ai.cacheReadTokens[at] ?? 0;
    rows.set(span, {
      operation,
      kind: kindOf(operation),
      name: title.includes(told) ? '' : safeText(told),
      tokens: counted(
        tokensText(ai.inputTokens[at] ?? null, ai.outputTokens[at] ?? null),
        ai.countsTokens[at]!,
      ),
      cached: cached > 0 && ai.countsTokens[at] === true ? `${formatCount(cached)} cached` : '',
      cost: costText(ai, at),
      finishReasons: ai.finishReasons[at]!,
    });
  }
  return rows;
}

function kindOf(operation: AiOperation): string | null {
  if (operation === 'inference') return 'llm';
  return operation === 'step' || operation === 'other' ? null : operation;
}

/** What is called: a tool's model or agent is that of the rows around it. */
function nameOf(
  operation: AiOperation,
  names: Readonly<Record<'model' | 'tool' | 'agent', string | null | undefined>>,
): string {
  if (operation === 'tool') return names.tool ?? '';
  return (operation === 'agent' ? names.agent : names.model) ?? '';
}

function tokensText(input: number | null, output: number | null): string {
  return input === null && output === null ? '' : formatTokens(input, output);
}

function costText(ai: SpanColumns['ai'], at: number): string {
  const source = ai.costSource[at] ?? null;
  const usd = ai.costUsd[at] ?? null;
  // Whether the lack of a price counts goes with the tokens that have none.
  if (source === 'unpriced') return ai.countsTokens[at] === true ? 'unpriced' : '';
  if (usd === null || source === null) return '';
  return counted(`${source === 'estimated' ? '≈ ' : ''}${formatUsd(usd)}`, ai.countsCost[at]!);
}

/** What does not count in the sums repeats what is told elsewhere. */
function counted(text: string, counts: boolean): string {
  return text === '' || counts ? text : `(${text})`;
}
