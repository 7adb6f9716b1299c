import { createHash } from 'node:crypto';
import { messagePattern } from './message-pattern.ts';
import { stackFrames } from './stack-frames.ts';

const HEX_DIGITS = 16;
const NAME_LENGTH = 200;

/** What is known of a failure. */
export interface Failure {
  readonly serviceName: string;
  /** Type or code of the error. */
  readonly type: string | null;
  readonly message: string | null;
  readonly stack: string | null;
  /** The span in which it arose. */
  readonly spanName: string;
}

/**
 * Tells failures apart by what has most likely another cause: service, type, kind of message, and where in the program they
 * arose; without a stack that can be read, in which span.
 *
 * @returns 16 lower-case hex digits, the same from one start of the service to the next.
 */
export function errorFingerprint({ serviceName, type, message, stack, spanName }: Failure): string {
  const frames = stack === null ? [] : stackFrames(stack);
  const place = frames.length > 0 ? frames : [messagePattern(spanName).slice(0, NAME_LENGTH)];
  const text = JSON.stringify([serviceName, type, messagePattern(message ?? ''), frames.length > 0, place]);
  return createHash('sha256').update(text).digest('hex').slice(0, HEX_DIGITS);
}
