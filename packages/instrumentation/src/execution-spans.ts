import {
  type Attributes,
  type Context,
  type Exception,
  type HrTime,
  isSpanContextValid,
  type Link,
  type Span,
  type SpanContext,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import {
  attributeNames as names,
  previousStepLink,
  primitiveSpanName,
  type ProcessUse,
} from '@tta/obs-context';
import { errorAttributes, stackOf } from './error-info.ts';
import { executionContext } from './execution-context.ts';
import { type ExecutionEnd, type Failure, type StreamEnd, toMicrosecond } from './execution-end.ts';
import type { Execution } from './execution.ts';
import type { CallEdge, EdgeLabel } from './run-scope.ts';
import { toolCallOf } from './tool-call.ts';

/**
 * Opens the spans of an execution: that of the step which leads to it, where steps have spans of their
 * own, and its own, which is current while its body runs.
 */
export function openSpans(execution: Execution, tracer: Tracer, around: Context, stepSpans: boolean): void {
  const { run, unit, edge, parent } = execution;
  const startTime = toHrTime(run.epochMs(execution.startedAt));
  let parentContext = around;
  let attributes: Attributes = run.attributes ? { ...unit.attributes, ...run.attributes } : unit.attributes;
  let links = previousLinks(execution);
  if (edge && edge !== 'inner' && parent) {
    const step = run.attributes
      ? { ...run.attributes, ...stepAttributes(execution, edge) }
      : stepAttributes(execution, edge);
    if (stepSpans && !isCall(edge)) {
      const name = primitiveSpanName(parent.unit.type, edge);
      execution.stepSpan = tracer.startSpan(name, { attributes: step, startTime, links }, parentContext);
      execution.edgeContext = placeOf(execution.stepSpan);
      parentContext = trace.setSpan(parentContext, execution.stepSpan);
      links = [];
    } else {
      attributes = { ...attributes, ...step, [names.stepEdge]: edge };
    }
  }
  if (unit.tool) attributes = { ...attributes, ...toolCallOf(execution) };
  execution.span = tracer.startSpan(
    unit.spanName,
    { kind: unit.kind, attributes, startTime, links },
    parentContext,
  );
  execution.spanContext = placeOf(execution.span);
  execution.edgeContext ??= execution.spanContext;
  execution.otelContext = executionContext(trace.setSpan(parentContext, execution.span), execution);
}

/** Where a span is in its trace; a tracer that records nothing makes spans that are nowhere. */
function placeOf(span: Span): SpanContext | undefined {
  const spanContext = span.spanContext();
  return isSpanContextValid(spanContext) ? spanContext : undefined;
}

/** Ends the spans of an execution. The exception is recorded on the span where it arose, and nowhere else. */
export function closeSpans(execution: Execution, end: ExecutionEnd): void {
  const { span, stepSpan, run } = execution;
  if (!span && !stepSpan) return;
  const endTime = toHrTime(run.epochMs(end.endedAt));
  try {
    if (span) closeSpan(span, end, endTime, true);
  } finally {
    if (stepSpan) closeSpan(stepSpan, end, endTime, false);
  }
}

/** @param isOwn - Whether it is the span of the execution itself, not that of the step which led to it. */
function closeSpan(span: Span, end: ExecutionEnd, endTime: HrTime, isOwn: boolean): void {
  try {
    if (span.isRecording()) {
      if (isOwn && end.processUse) describeUse(span, end.processUse);
      if (isOwn && end.stream) describeStream(span, end.stream);
      describeEnd(span, end, endTime, isOwn);
    }
  } finally {
    span.end(endTime);
  }
}

/** On one span alone: on that of the step as well, every sum over a trace would be twice what was used. */
function describeUse(span: Span, { cpuMs, heapDeltaBytes, concurrent }: ProcessUse): void {
  span.setAttributes({
    [names.executionCpuMs]: toMicrosecond(cpuMs),
    [names.executionHeapDeltaBytes]: heapDeltaBytes,
    [names.executionConcurrent]: concurrent,
  });
}

function describeStream(span: Span, { chunks, timeToFirstChunkMs }: StreamEnd): void {
  span.setAttributes({
    [names.streamChunks]: chunks,
    [names.streamTimeToFirstChunkMs]: toMicrosecond(timeToFirstChunkMs),
  });
}

function describeEnd(span: Span, end: ExecutionEnd, endTime: HrTime, isOwn: boolean): void {
  const { status, failure } = end;
  span.setAttribute(names.executionStatus, status);
  span.setAttribute(names.executionDurationMs, toMicrosecond(end.durationMs));
  if (end.abandoned) span.setAttribute(names.executionAbandoned, true);
  if (!failure) return;
  span.setAttributes(errorAttributes(failure.info));
  if (status === 'cancelled') return;
  span.setStatus({ code: SpanStatusCode.ERROR, message: failure.info.message });
  if (isOwn && failure.arose) span.recordException(toException(failure), endTime);
}

/** OpenTelemetry's exact form of time: a number would be taken for a time since start when it is small. */
export function toHrTime(epochMs: number): HrTime {
  const seconds = Math.floor(epochMs / 1000);
  return [seconds, Math.round((epochMs - seconds * 1000) * 1e6)];
}

/** A call is one span: see {@link CallEdge}. */
function isCall(edge: EdgeLabel): edge is CallEdge {
  return edge === 'model' || edge === 'approval' || edge.startsWith('tool_');
}

function stepAttributes(execution: Execution, edge: string): Attributes {
  const { unit, options } = execution;
  const attributes: Attributes = {
    [names.stepName]: unit.name === edge ? unit.type : unit.name,
    [names.stepPrimitiveType]: unit.type,
  };
  if (options?.index !== undefined) attributes[names.stepIndex] = options.index;
  if (options?.total !== undefined) attributes[names.stepTotalSteps] = options.total;
  return options?.attributes ? { ...attributes, ...options.attributes } : attributes;
}

function previousLinks(execution: Execution): Link[] {
  const previous = execution.options?.follows ? execution.parent?.previousStep?.spanContext : undefined;
  return previous ? [{ context: previous, attributes: { [names.linkType]: previousStepLink } }] : [];
}

/** Read here, not by the SDK: getters of a foreign error may throw. */
function toException({ error, info }: Failure): Exception {
  const stack = stackOf(error);
  return { name: info.type, message: info.message, ...(stack === undefined ? {} : { stack }) };
}
