import type { AttributesJson, SpanDetail } from '@tta/obs-protocol';

/** What went wrong in a span, gathered from its attributes, its status and the exception it recorded. */
export interface SpanError {
  readonly message: string;
  readonly type?: string;
  readonly category?: string;
  readonly code?: string;
  readonly stack?: string;
}

/** The error of a failed span; `undefined` when it did not fail. */
export function spanErrorOf(detail: SpanDetail): SpanError | undefined {
  if (detail.status !== 'error' && detail.status !== 'timeout') return undefined;
  const exception = detail.events.findLast((event) => event.name === 'exception')?.attributes ?? {};
  const own = detail.attributes;
  const message =
    text(own, 'error.message') ??
    text(exception, 'exception.message') ??
    detail.statusMessage ??
    'No message was recorded.';
  const type = text(own, 'error.type') ?? text(exception, 'exception.type');
  const category = text(own, 'error.category');
  const code = text(own, 'error.code');
  const stack = text(exception, 'exception.stacktrace');
  return {
    message,
    ...(type !== undefined && { type }),
    ...(category !== undefined && { category }),
    ...(code !== undefined && { code }),
    ...(stack !== undefined && { stack }),
  };
}

function text(attributes: AttributesJson, key: string): string | undefined {
  const value = attributes[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
