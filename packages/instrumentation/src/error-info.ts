import type { Attributes } from '@opentelemetry/api';
import {
  attributeNames as names,
  type Clock,
  classifyError,
  type ErrorCategory,
  type Severity,
} from '@tta/obs-context';
import { capped, whole } from './capped-text.ts';
import { causesOf, read } from './error-causes.ts';

/** What an error names as its cause, or as one of the errors that it stands for. */
export interface ErrorCause {
  /** Its code or name, cut to 256 characters. */
  readonly type: string;
  /** Cut to 1024 characters. */
  readonly message: string;
}

/** What is known about a failure beside the error itself, which is never written into. */
export interface ErrorInfo {
  readonly category: ErrorCategory;
  readonly severity: Severity;
  /** Whether trying again later may succeed. */
  readonly recoverable: boolean;
  /** `OBS_ERR_*` of our own errors, else the error's string `code`, cut to 256 characters. */
  readonly code: string | undefined;
  /** The error's code or name, cut to 256 characters. */
  readonly type: string;
  /** What the error says, cut to 8192 characters with a note of how many more there were; the error has it whole. */
  readonly message: string;
  /** What caused it, the nearest first, as far as errors name their causes; 8 at most. */
  readonly causes: readonly ErrorCause[];
  /** How long the other side asked to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** From the root to the execution that failed: `['review', 'step_1 parse', 'attempt_2 read']`. */
  readonly path: readonly string[];
  readonly traceId: string | undefined;
  /** Of the span on which the failure arose. */
  readonly spanId: string | undefined;
}

/** Characters of a message that telemetry takes: it is on every span up to the root, and on log lines. */
const messageLimit = 8192;
/** Characters of a stack, so that the frames have room below such a message. */
const stackLimit = 4 * messageLimit;
/** Of what a cause says; there may be several. */
const causeMessageLimit = 1024;
/** Characters of a code or a name; it is a metric label as well. */
const nameLimit = 256;

const known = new WeakMap<object, ErrorInfo>();

/**
 * What a run kept about an error that it threw: category, path and trace id. Of an error object that
 * was thrown more than once, the latest; `tryExecute` tells that of one run.
 *
 * @returns `undefined` when no run threw this error, or it is no object.
 */
export function describeError(error: unknown): ErrorInfo | undefined {
  return typeof error === 'object' && error !== null ? known.get(error) : undefined;
}

/** @internal */
export function rememberError(error: unknown, info: ErrorInfo): void {
  if (typeof error === 'object' && error !== null) known.set(error, info);
}

/** What is known of an error that arose at a place, as `tryExecute` tells it. Nothing is kept of it. */
export function createErrorInfo(
  error: unknown,
  clock: Clock,
  place: Pick<ErrorInfo, 'path' | 'traceId' | 'spanId'>,
): ErrorInfo {
  const { category, severity, recoverable, retryAfterMs } = classifyError(error, clock);
  const code = codeOf(error);
  const causes = causesOf(error).map((cause) => ({
    type: typeOf(cause),
    message: capped(messageOf(cause), causeMessageLimit),
  }));
  return {
    category,
    severity,
    recoverable,
    code,
    type: typeOf(error),
    message: capped(messageOf(error), messageLimit),
    causes,
    retryAfterMs,
    ...place,
  };
}

/** @internal */
export function errorAttributes(info: ErrorInfo): Attributes {
  const attributes: Attributes = {
    ...briefErrorAttributes(info),
    [names.errorSeverity]: info.severity,
    [names.errorRecoverable]: info.recoverable,
  };
  if (info.code !== undefined) attributes[names.errorCode] = info.code;
  return attributes;
}

/** What went wrong, without what follows from it. @internal */
export function briefErrorAttributes({ type, message, category, causes }: ErrorInfo): Attributes {
  const attributes: Attributes = {
    [names.errorType]: type,
    [names.errorMessage]: message,
    [names.errorCategory]: category,
  };
  if (causes.length > 0) attributes[names.errorCauses] = causes.map((one) => `${one.type}: ${one.message}`);
  return attributes;
}

function typeOf(error: unknown): string {
  return codeOf(error) ?? capped(nameOf(error), nameLimit);
}

function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' ? read(() => textAt(error, 'code'), undefined) : undefined;
  return code === undefined ? undefined : capped(code, nameLimit);
}

function nameOf(error: unknown): string {
  const name = read(() => (error instanceof Error ? error.name || 'Error' : undefined), undefined);
  return typeof name === 'string' ? name : error === null ? 'null' : typeof error;
}

/**
 * What a thrown value says, whatever it is: its message, else its code, or the name of its class. What it holds is not
 * printed: it may be large, or bytes. Never throws.
 */
export function messageOf(error: unknown): string {
  return read(
    () => said(error instanceof Error ? (error.message as unknown) : error),
    'an object that cannot be printed',
  );
}

function said(thrown: unknown): string {
  if (typeof thrown === 'function') return `[function ${thrown.name}]`;
  if (typeof thrown !== 'object' || thrown === null) return String(thrown);
  return textAt(thrown, 'message') ?? textAt(thrown, 'code') ?? `[object ${thrown.constructor.name}]`;
}

function textAt(thrown: object | null, key: 'message' | 'code'): string | undefined {
  const text: unknown = thrown && (thrown as { message?: unknown; code?: unknown })[key];
  return typeof text === 'string' && text !== '' ? text : undefined;
}

/** Where an error arose, then where what caused it did. @internal */
export function stackOf(error: unknown): string | undefined {
  const own = ownStackOf(error);
  if (own === undefined) return undefined;
  let stack = own;
  for (const cause of causesOf(error)) {
    if (stack.length >= stackLimit) break;
    stack += `\nCaused by: ${capped(ownStackOf(cause, causeMessageLimit) ?? messageOf(cause), messageLimit)}`;
  }
  return stack;
}

/** @param most - Characters of the message at its head. */
function ownStackOf(error: unknown, most = messageLimit): string | undefined {
  const stack = read(() => (error instanceof Error ? error.stack : undefined), undefined);
  if (typeof stack !== 'string') return undefined;
  if (stack.length <= most) return stack;
  // Cut as a whole it would lose its frames to the message at its head.
  const message = messageOf(error);
  return capped(whole(stack.replace(message, () => capped(message, most))), stackLimit);
}
