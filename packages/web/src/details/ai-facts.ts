import type { AiCost, AiSpan, AiTokens } from '@tta/obs-protocol';
import { exactCount } from '../format/count.ts';
import { formatDuration } from '../format/duration.ts';
import { formatPercent } from '../format/percent.ts';
import { formatUsd } from '../format/usd.ts';

/** A thing that is known of a span, in words. */
export interface Fact {
  readonly name: string;
  readonly text: string;
  /** What there is to be said about it. */
  readonly note?: string;
}

/** What a span of an AI program did, what it used and what it cost. */
export function aiFacts(ai: AiSpan): readonly Fact[] {
  const { operation, operationName, requestModel, responseModel, tokens, cost } = ai;
  const facts: (Fact | undefined)[] = [
    {
      name: 'Operation',
      text: operation,
      ...(operationName !== null && operationName !== operation && { note: operationName }),
    },
    fact('Provider', ai.provider),
    fact('Model', responseModel ?? requestModel, modelNote(requestModel, responseModel)),
    ...(tokens === null ? [] : tokenFacts(tokens, repeatsTokens(ai))),
    ...(cost === null ? [] : [costFact(cost)]),
    fact('Finished', ai.finishReasons.length === 0 ? null : ai.finishReasons.join(', ')),
    fact(
      'First chunk',
      ai.timeToFirstChunkMs === null ? null : `after ${formatDuration(ai.timeToFirstChunkMs)}`,
    ),
    fact('Tool', ai.toolName, ai.toolDescription ?? undefined),
    fact('Call', ai.toolCallId),
    fact('Agent', ai.agentName),
    fact('Workflow', ai.workflowName),
    fact('Session', ai.sessionId),
    fact('User', ai.userId),
    fact('Tags', ai.tags.length === 0 ? null : ai.tags.join(', ')),
  ];
  return facts.filter((one) => one !== undefined);
}

/** Agents, workflows and steps tell again what was used within them. */
function repeatsTokens({ operation }: AiSpan): boolean {
  return operation === 'agent' || operation === 'workflow' || operation === 'step';
}

function modelNote(asked: string | null, answered: string | null): string | undefined {
  if (answered === null) return 'asked for; which one answered is not told';
  return asked === null || asked === answered ? undefined : `asked for ${asked}`;
}

function tokenFacts(tokens: AiTokens, isRepeated: boolean): readonly (Fact | undefined)[] {
  const { input, output, cacheRead, cacheWrite, reasoning } = tokens;
  const cached = [
    part(cacheRead, input, 'read from the cache'),
    part(cacheWrite, input, 'written to the cache'),
  ];
  return [
    tokenFact('Tokens in', input, cached, isRepeated),
    tokenFact('Tokens out', output, [part(reasoning, output, 'for reasoning')], isRepeated),
  ];
}

function tokenFact(
  name: string,
  count: number | null,
  parts: readonly (string | undefined)[],
  isRepeated: boolean,
): Fact | undefined {
  const said = parts.filter((note) => note !== undefined);
  if (count === null && said.length === 0) return undefined;
  const notes = isRepeated ? [...said, 'of the calls within it'] : said;
  return fact(name, count === null ? 'not told' : exactCount(count), notes.join(', ') || undefined);
}

function part(count: number | null, all: number | null, what: string): string | undefined {
  if (count === null || count === 0) return undefined;
  const share = all === null || all <= 0 ? '' : ` (${formatPercent(count / all)})`;
  return `${exactCount(count)} ${what}${share}`;
}

function costFact(cost: AiCost): Fact {
  switch (cost.source) {
    case 'reported':
      return { name: 'Cost', text: formatUsd(cost.usd), note: 'reported by the source' };
    case 'estimated': {
      const table = cost.priceTable === null ? 'a table of prices' : `the price table ${cost.priceTable}`;
      const by = cost.by === 'sender' ? 'the program' : 'this service';
      return { name: 'Cost', text: `≈ ${formatUsd(cost.usd)}`, note: `estimated by ${by} with ${table}` };
    }
    case 'unpriced':
      return { name: 'Cost', text: 'unpriced', note: 'there are tokens, and no price is known for them' };
  }
}

function fact(name: string, text: string | null, note?: string): Fact | undefined {
  return text === null ? undefined : { name, text, ...(note !== undefined && { note }) };
}
