import type { TracingOptions } from '@tta/obs-tracing';

export type SpanProcessor = NonNullable<TracingOptions['spanProcessors']>[number];
export type Span = Parameters<SpanProcessor['onStart']>[0];
export type ReadableSpan = Parameters<SpanProcessor['onEnd']>[0];
