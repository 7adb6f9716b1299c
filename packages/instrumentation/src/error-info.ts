import type { Attributes } from '@opentelemetry/api';
import {
  attributeNames as names,
  type Clock,
  classifyError,
  type ErrorCategory,
  isObsError,
  type Severity,
} from '@tta/obs-context';

/** What is known about a failure beside the error itself, which is never written into. */
export interface ErrorInfo {
  readonly category: ErrorCategory;
  readonly severity: Severity;
  /** Whether trying again later may succeed. */
  readonly recoverable: boolean;
  /** `OBS_ERR_*` of our own errors, else the error's string `code`. */
  readonly code: string | undefined;
  /** The error's code or name. */
  readonly type: string;
  readonly message: string;
  /** How long the other side asked to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** From the root to the execution that failed: `['review', 'step_1 parse', 'attempt_2 read']`. */
  readonly path: readonly string[];
  readonly traceId: string | undefined;
  /** Of the span on which the failure arose. */
  readonly spanId: string | undefined;
}

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

/** @internal */
export function createErrorInfo(
  error: unknown,
  clock: Clock,
  place: Pick<ErrorInfo, 'path' | 'traceId' | 'spanId'>,
): ErrorInfo {
  const { category, severity, recoverable, retryAfterMs } = classifyError(error, clock);
  const code = codeOf(error);
  return {
    category,
    severity,
    recoverable,
    code,
    type: code ?? nameOf(error),
    message: messageOf(error),
    retryAfterMs,
    ...place,
  };
}

/** @internal */
export function errorAttributes(info: ErrorInfo): Attributes {
  const attributes: Attributes = {
    [names.errorType]: info.type,
    [names.errorMessage]: info.message,
    [names.errorCategory]: info.category,
    [names.errorSeverity]: info.severity,
    [names.errorRecoverable]: info.recoverable,
  };
  if (info.code !== undefined) attributes[names.errorCode] = info.code;
  return attributes;
}

function codeOf(error: unknown): string | undefined {
  if (isObsError(error)) return error.code;
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && code !== '' ? code : undefined;
}

function nameOf(error: unknown): string {
  if (error instanceof Error) return error.name || 'Error';
  return error === null ? 'null' : typeof error;
}

/** @internal */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  try {
    return String(error);
  } catch {
    return 'an object that cannot be printed';
  }
}
