import {
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { Context, Span } from '@opentelemetry/api';
