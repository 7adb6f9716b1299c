import { hostname } from 'node:os';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { context, propagation } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

/**
 * A provider as programs have it: its exporter and its processor read `OTEL_*`.
 *
 * @param {string} serviceName
 * @param {{ attributes?: Record<string, string>, spanLimits?: object }} [options]
 */
export function setUp(serviceName, { attributes = {}, spanLimits = {} } = {}) {
  return new NodeTracerProvider({
    resource: defaultResource().merge(
      resourceFromAttributes({
        'service.name': serviceName,
        'host.name': hostname(),
        'process.pid': process.pid,
        ...attributes,
      }),
    ),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
    spanLimits,
  });
}

export function keepContext() {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
}

/** Moves the clock of this process before a span is made. */
export function moveClock(offsetMs) {
  const { now } = Date;
  Date.now = () => now() + offsetMs;
}

/** @param {number} ms */
export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
