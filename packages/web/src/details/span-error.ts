import type { AttributesJson, SpanDetail, SpanEventJson } from '@tta/obs-protocol';

/** What went wrong in a span, gathered from its attributes, its status and the exceptions it recorded. */
export interface SpanError {
  readonly message: string;
  readonly type?: string;
  readonly category?: string;
  readonly code?: string;
  /** Whether trying again may help. */
  readonly isRecoverable?: boolean;
  /** What caused it, the nearest first. */
  readonly causes: readonly ErrorCause[];
  readonly stack?: string;
  /** Exceptions that it recorded before the last one: what it got over, or went wrong first. */
  readonly earlier: readonly ErrorCause[];
}

export interface ErrorCause {
  readonly type?: string;
  readonly message: string;
  readonly stack?: string;
}

/** The error of a failed span; `undefined` when it did not fail. */
export function spanErrorOf(detail: SpanDetail): SpanError | undefined {
  if (detail.status !== 'error' && detail.status !== 'timeout') return undefined;
  const exceptions = detail.events.filter((event) => event.name === 'exception');
  const exception = exceptions.at(-1)?.attributes ?? {};
  const own = detail.attributes;
  const message =
    text(own, 'error.message') ??
    text(exception, 'exception.message') ??
    detail.statusMessage ??
    'No message was recorded.';
  const recoverable = own['error.recoverable'];
  return {
    message,
    ...told('type', text(own, 'error.type') ?? text(exception, 'exception.type')),
    ...told('category', text(own, 'error.category')),
    ...told('code', text(own, 'error.code')),
    ...(typeof recoverable === 'boolean' && { isRecoverable: recoverable }),
    causes: causesOf(own),
    ...told('stack', text(exception, 'exception.stacktrace')),
    earlier: exceptions.slice(0, -1).map(exceptionOf),
  };
}

/** The exceptions of a span that did not fail: what it got over. */
export function survivedExceptions(detail: SpanDetail): readonly ErrorCause[] {
  if (detail.status === 'error' || detail.status === 'timeout') return [];
  return detail.events.filter((event) => event.name === 'exception').map(exceptionOf);
}

/** A category in words: `rate limit`. */
export function categoryText(category: string): string {
  return category.replaceAll('_', ' ');
}

function exceptionOf({ attributes }: SpanEventJson): ErrorCause {
  return {
    ...told('type', text(attributes, 'exception.type')),
    message: text(attributes, 'exception.message') ?? 'No message was recorded.',
    ...told('stack', text(attributes, 'exception.stacktrace')),
  };
}

/** Each cause is one text, `ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:80`. */
function causesOf(attributes: AttributesJson): readonly ErrorCause[] {
  const listed = attributes['error.causes'];
  if (!Array.isArray(listed)) return [];
  return listed
    .filter((cause): cause is string => typeof cause === 'string')
    .map((cause) => {
      const [, type, message] = /^([\w$.-]{1,100}): (.*)$/s.exec(cause) ?? [];
      return type === undefined || message === undefined ? { message: cause } : { type, message };
    });
}

function told<Key extends string>(key: Key, value: string | undefined): { readonly [K in Key]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]?: string });
}

function text(attributes: AttributesJson, key: string): string | undefined {
  const value = attributes[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
