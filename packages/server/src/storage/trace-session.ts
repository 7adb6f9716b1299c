import type { AiSpan } from '@tta/obs-protocol';
import type { SqlRow } from './sqlite-driver.ts';
import { storable, textOrNull } from './sqlite-rows.ts';

/** Whose run a trace is: each is told by its earliest span that tells one, whatever the order in which they arrive. */
export interface TraceSession {
  readonly sessionId: string | null;
  readonly sessionNs: bigint | null;
  readonly userId: string | null;
  readonly userNs: bigint | null;
}

export const NO_SESSION: TraceSession = { sessionId: null, sessionNs: null, userId: null, userNs: null };

/** Longer ones are no ids. */
const LONGEST_ID = 1_024;

/** Takes over what a span says, if it is the earliest that says it. */
export function noteSession(
  trace: { session: TraceSession },
  startNs: bigint,
  { sessionId, userId }: Pick<AiSpan, 'sessionId' | 'userId'>,
): void {
  const { session } = trace;
  const session_ = told(session.sessionId, session.sessionNs, sessionId, startNs);
  const user = told(session.userId, session.userNs, userId, startNs);
  if (session_ === undefined && user === undefined) return;
  trace.session = {
    ...session,
    ...(session_ !== undefined && { sessionId: session_, sessionNs: startNs }),
    ...(user !== undefined && { userId: user, userNs: startNs }),
  };
}

/** The id that takes the place of the known one; of two spans that began together the lesser id, so that order is of no account. */
function told(
  known: string | null,
  knownNs: bigint | null,
  id: string | null,
  startNs: bigint,
): string | undefined {
  if (id === null || id === '') return undefined;
  const stored = storable(id.slice(0, LONGEST_ID));
  if (known === null || knownNs === null || startNs < knownNs) return stored;
  return startNs === knownNs && stored < known ? stored : undefined;
}

/** @param row - Of `trace_session`, with its times as text; or of a trace that has none. */
export function toTraceSession(row: SqlRow): TraceSession {
  const time = (column: string): bigint | null => {
    const ns = textOrNull(row, column);
    return ns === null ? null : BigInt(ns);
  };
  return {
    sessionId: textOrNull(row, 'session_id'),
    sessionNs: time('session_text'),
    userId: textOrNull(row, 'user_id'),
    userNs: time('user_text'),
  };
}
