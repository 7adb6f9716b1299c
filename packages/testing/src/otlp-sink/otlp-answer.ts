import { InvalidOptionError } from '@tta/obs-context';
import { codeOf, type GrpcCode, isGrpcCode, statusOf } from './rpc-code.ts';
import type { OtlpRequest, OtlpSignal } from './otlp-signal.ts';

/** What is said instead of taking a request. Over the other protocol it is what Google's API guide puts beside it. */
export type OtlpFailure = (
  | { /** Of HTTP, 400 to 599. */ readonly status: number }
  | { /** Of gRPC, by its name. */ readonly code: GrpcCode }
) & {
  /** When to try again, in whole seconds: the header `Retry-After`, or `RetryInfo` of gRPC. */
  readonly retryAfterS?: number;
  /** What went wrong, as the exporter is told. */
  readonly message?: string;
};

/** Says that some was not taken. The trace has it all the same, for OTLP does not say which. */
export interface OtlpPartialSuccess {
  /** How many spans, data points or log records; 0 with a message is a warning. */
  readonly rejected: number;
  readonly message?: string;
}

/**
 * How a request is answered:
 * - `accept`: taken, and so said;
 * - `lose`: said to be taken, but not in the trace;
 * - `hang`: not at all, until the exporter gives up;
 * - or a failure, or a partial success.
 */
export type OtlpAnswer = 'accept' | 'lose' | 'hang' | OtlpFailure | OtlpPartialSuccess;

export interface OtlpAnswerOptions {
  /** How many requests; those that follow are accepted. @defaultValue all */
  readonly times?: number;
  /** Requests of the others are answered as before. @defaultValue all signals */
  readonly signal?: OtlpSignal;
  /** How long the answer takes, in milliseconds. @defaultValue 0 */
  readonly afterMs?: number;
}

/** For answers that depend on what comes: on its content, or on how many have come. */
export type ChooseAnswer = (request: OtlpRequest) => OtlpAnswer;

interface Rule {
  readonly answer: OtlpAnswer | ChooseAnswer;
  readonly afterMs: number;
  left: number;
}

export interface ChosenAnswer {
  readonly answer: OtlpAnswer;
  readonly afterMs: number;
}

const accept: ChosenAnswer = { answer: 'accept', afterMs: 0 };

/** How requests are to be answered. */
export class AnswerPlan {
  readonly #rules = new Map<OtlpSignal, Rule>();

  set(answer: OtlpAnswer | ChooseAnswer, options: OtlpAnswerOptions): void {
    const { times = Number.POSITIVE_INFINITY, signal, afterMs = 0 } = options;
    if (typeof answer !== 'function') checkAnswer(answer);
    if (times !== Number.POSITIVE_INFINITY) checkCount('times', times, 1);
    checkCount('afterMs', afterMs, 0);
    const rule: Rule = { answer, afterMs, left: times };
    for (const each of signal ? [signal] : (['traces', 'metrics', 'logs'] as const))
      this.#rules.set(each, rule);
  }

  next(request: OtlpRequest): ChosenAnswer {
    const rule = this.#rules.get(request.signal);
    if (!rule || rule.left === 0) return accept;
    rule.left--;
    if (typeof rule.answer !== 'function') return { answer: rule.answer, afterMs: rule.afterMs };
    const answer = rule.answer(request);
    checkAnswer(answer);
    return { answer, afterMs: rule.afterMs };
  }

  clear(): void {
    this.#rules.clear();
  }
}

/** What a failure is over each protocol. */
export function failureOf(failure: OtlpFailure): { status: number; code: number } {
  if ('code' in failure) return { status: statusOf(failure.code), code: codeOf(failure.code) };
  return { status: failure.status, code: codeOf(failure.status) };
}

export function isFailure(answer: Exclude<OtlpAnswer, string>): answer is OtlpFailure {
  return 'status' in answer || 'code' in answer;
}

function checkAnswer(answer: OtlpAnswer): void {
  if (answer === 'accept' || answer === 'lose' || answer === 'hang') return;
  const wrong = (what: string): InvalidOptionError =>
    new InvalidOptionError(`${what}: the sink cannot answer ${JSON.stringify(answer)}`);
  if (typeof answer !== 'object' || answer === null)
    throw wrong("use 'accept', 'lose', 'hang', { status }, { code } or { rejected }");
  if (answer.message !== undefined && typeof answer.message !== 'string')
    throw wrong('message has to be a text');
  if (!isFailure(answer)) return checkCount('rejected', answer.rejected, 0);
  if ('code' in answer && !isGrpcCode(answer.code)) throw wrong('code has to be a name like UNAVAILABLE');
  if (
    'status' in answer &&
    !(Number.isInteger(answer.status) && answer.status >= 400 && answer.status <= 599)
  )
    throw wrong('status has to be a whole number from 400 to 599');
  if (answer.retryAfterS !== undefined) checkCount('retryAfterS', answer.retryAfterS, 0);
}

function checkCount(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new InvalidOptionError(
    `${name} of the sink's answer is ${value}; it has to be a whole number from ${least}`,
  );
}
