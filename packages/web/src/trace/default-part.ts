import type { TraceDocument } from '@tta/obs-protocol';
import type { TracePart } from '../route.ts';

/** What a trace shows first: the transcript where an agent ran or all of it is a call of a model, else the waterfall. */
export function defaultPart({ spans: { ai, parentIndex } }: TraceDocument): TracePart {
  const isConversation = ai.span.some((span, at) => {
    const operation = ai.operation[at];
    return operation === 'agent' || (parentIndex[span] === -1 && operation !== 'tool');
  });
  return isConversation ? 'transcript' : 'waterfall';
}
