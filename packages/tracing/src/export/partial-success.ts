import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { messageLine } from './message-line.ts';
import type { SendOutcome } from './sender.ts';

/**
 * The longest body of an answer that is read. OTLP recommends 4 MiB; what it says fits into much less, and a
 * destination that is broken or hostile costs the program little at each attempt.
 */
export const largestAnswerBytes = 64 * 1024;

/** The two encodings of an OTLP answer. */
export type AnswerEncoding = 'json' | 'protobuf';

/**
 * What became of a request that was answered with success: all of it was taken, except for what
 * `partial_success` names (OTLP specification, "Partial Success"). An answer that cannot be read takes back
 * nothing of the success.
 *
 * @param secrets - What its message may not show.
 */
export function takenOutcome(
  answer: Uint8Array,
  encoding: AnswerEncoding | undefined,
  secrets: readonly string[],
): SendOutcome {
  const { rejectedSpans, errorMessage } = readPartialSuccess(answer, encoding) ?? {};
  const rejected = Math.trunc(Number(rejectedSpans));
  return {
    kind: 'taken',
    rejected: rejected > 0 ? rejected : 0,
    message:
      typeof errorMessage === 'string' && errorMessage ? messageLine(errorMessage, secrets) : undefined,
  };
}

interface PartialSuccess {
  /** In JSON a decimal string or a number. */
  readonly rejectedSpans?: unknown;
  readonly errorMessage?: unknown;
}

function readPartialSuccess(
  answer: Uint8Array,
  encoding: AnswerEncoding | undefined,
): PartialSuccess | null | undefined {
  try {
    if (encoding === 'protobuf') return ProtobufTraceSerializer.deserializeResponse(answer).partialSuccess;
    if (encoding === 'json')
      return (JSON.parse(new TextDecoder().decode(answer)) as { partialSuccess?: PartialSuccess | null })
        .partialSuccess;
    return undefined;
  } catch {
    return undefined;
  }
}
