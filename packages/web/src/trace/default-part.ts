import type { TraceDocument } from '@tta/obs-protocol';
import type { TracePart } from '../route.ts';

/** What a trace shows first: the transcript of an agent's run, else the waterfall. */
export function defaultPart({ spans }: TraceDocument): TracePart {
  return spans.ai.operation.includes('agent') ? 'transcript' : 'waterfall';
}
