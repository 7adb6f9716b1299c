import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { messageLine } from './message-line.ts';
import type { SendOutcome } from './sender.ts';
import type { Signal } from './signal.ts';

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
 * @param signal - What was sent.
 * @param secrets - What its message may not show.
 */
export function takenOutcome(
  answer: Uint8Array,
  encoding: AnswerEncoding | undefined,
  signal: Signal,
  secrets: readonly string[],
): SendOutcome {
  const { rejectedCount, errorMessage } = readPartialSuccess(answer, encoding, signal) ?? {};
  const rejected = Math.trunc(Number(rejectedCount));
  return {
    kind: 'taken',
    rejected: rejected > 0 ? rejected : 0,
    message:
      typeof errorMessage === 'string' && errorMessage ? messageLine(errorMessage, secrets) : undefined,
  };
}

/** What JSON calls the number of what was not taken. */
const rejectedNames = {
  traces: 'rejectedSpans',
  metrics: 'rejectedDataPoints',
  logs: 'rejectedLogRecords',
} as const satisfies Record<Signal, string>;

interface PartialSuccess {
  /** In JSON a decimal string or a number. */
  readonly rejectedCount?: unknown;
  readonly errorMessage?: unknown;
}

function readPartialSuccess(
  answer: Uint8Array,
  encoding: AnswerEncoding | undefined,
  signal: Signal,
): PartialSuccess | undefined {
  try {
    if (encoding === 'protobuf') {
      // In protobuf the answers of the three signals differ in nothing but the names of their fields.
      const { rejectedSpans, errorMessage } =
        ProtobufTraceSerializer.deserializeResponse(answer).partialSuccess ?? {};
      return { rejectedCount: rejectedSpans, errorMessage };
    }
    if (encoding === undefined) return undefined;
    const { partialSuccess } = JSON.parse(new TextDecoder().decode(answer)) as {
      readonly partialSuccess?: Readonly<Record<string, unknown>>;
    };
    return {
      rejectedCount: partialSuccess?.[rejectedNames[signal]],
      errorMessage: partialSuccess?.['errorMessage'],
    };
  } catch {
    return undefined;
  }
}
