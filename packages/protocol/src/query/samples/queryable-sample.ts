import type { AiOperation } from '../../ai-span.ts';
import type { AttributeJson } from '../../trace.ts';
import type { QueryableSpan, QueryableTrace, QueryFieldValue } from '../match-query.ts';
import type { SampleSpan, SampleTrace } from './sample-traces.ts';

/** By OTLP's numbers. */
const kindNames = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];

/** Of the two conventions of the samples. */
const operations: Readonly<Record<string, AiOperation>> = {
  chat: 'inference',
  execute_tool: 'tool',
  invoke_agent: 'agent',
  CHAIN: 'step',
};

/**
 * What a query may ask of a sample, as the service should find it out from what was sent; written down apart from the
 * service, so that one proves the other.
 */
export function queryableSample({ traceId, isPinned, spans }: SampleTrace): QueryableTrace {
  const root = spans.find(({ parentSpanId }) => parentSpanId === null);
  const [first] = spans;
  const head = root ?? first!;
  const failed = spans.filter(({ status }) => status === 'error' || status === 'timeout');
  const startMs = Math.min(...spans.map((span) => span.startMs));
  const costs = spans.flatMap(({ attributes }) => numberOf(attributes['cost.usd']) ?? []);
  const tokens = spans.flatMap((span) => tokensOf(span) ?? []);
  return {
    fields: {
      trace: traceId,
      'trace.status': root ? root.status : failed.length > 0 ? 'error' : 'success',
      'trace.name':
        textOf(head.attributes['workflow.name']) ?? textOf(head.attributes['primitive.name']) ?? head.name,
      'trace.service': textOf(head.resource['service.name']) ?? '',
      'trace.duration': Math.max(...spans.map((span) => span.startMs + span.durationMs)) - startMs,
      'trace.time': startMs,
      'trace.spans': spans.length,
      'trace.errors': failed.length,
      ...(costs.length > 0 && { 'trace.cost': sum(costs) }),
      ...(tokens.length > 0 && { 'trace.tokens': sum(tokens) }),
      'trace.pinned': String(isPinned),
    },
    spans: spans.map((span) => queryableSpan(span, spans)),
  };
}

function queryableSpan(span: SampleSpan, spans: readonly SampleSpan[]): QueryableSpan {
  const { attributes, resource } = span;
  const one = (...keys: readonly string[]): QueryFieldValue | undefined =>
    keys.map((key) => textOf(attributes[key])).find((value) => value !== undefined);
  const several = (...keys: readonly string[]): readonly string[] =>
    keys.flatMap((key) => [attributes[key] ?? []].flat()).map(String);
  const ttftS = numberOf(attributes['gen_ai.response.time_to_first_chunk']);
  const attempts = spans.filter(
    ({ parentSpanId, name }) => parentSpanId === span.spanId && name.startsWith('primitive.retry.attempt_'),
  ).length;
  const cost = numberOf(attributes['cost.usd']);
  const tokens = tokensOf(span);
  const operation = textOf(attributes['gen_ai.operation.name'] ?? attributes['openinference.span.kind']);
  return {
    fields: known({
      status: span.status,
      name: span.name,
      service: textOf(resource['service.name']),
      duration: span.durationMs,
      time: span.startMs,
      primitive: one('primitive.type'),
      label: one('primitive.name', 'step.name'),
      attempts: attempts === 0 ? undefined : attempts,
      cache: one('cache.outcome'),
      kind: kindNames[span.kind],
      error: several('error.type', 'error.code'),
      message: one('error.message'),
      category: one('error.category'),
      operation: operations[operation ?? ''],
      model: several('gen_ai.request.model', 'gen_ai.response.model'),
      provider: one('gen_ai.provider.name'),
      cost,
      'cost.source': cost !== undefined ? 'reported' : tokens !== undefined ? 'unpriced' : undefined,
      tokens,
      'tokens.in': numberOf(attributes['gen_ai.usage.input_tokens']),
      'tokens.out': numberOf(attributes['gen_ai.usage.output_tokens']),
      'tokens.cache_read': numberOf(attributes['gen_ai.usage.cache_read.input_tokens']),
      'tokens.cache_write': numberOf(attributes['gen_ai.usage.cache_write.input_tokens']),
      'tokens.reasoning': numberOf(attributes['gen_ai.usage.reasoning.output_tokens']),
      ttft: ttftS === undefined ? undefined : ttftS * 1000,
      finish: several('gen_ai.response.finish_reasons'),
      tool: one('gen_ai.tool.name'),
      agent: one('gen_ai.agent.name'),
      workflow: one('workflow.name'),
      session: one('session.id', 'gen_ai.conversation.id'),
      user: one('user.id'),
      tag: several('tag.tags'),
      request: one('request.id'),
      correlation: one('correlation.id'),
      version: textOf(resource['service.version']),
      span: span.spanId,
      parent: span.parentSpanId ?? undefined,
    }),
    text: [span.name, ...Object.values(attributes).flat(), ...span.logs]
      .filter((value) => typeof value === 'string')
      .join('\n'),
    attributes,
    resource,
  };
}

function tokensOf({ attributes }: SampleSpan): number | undefined {
  const tokens = ['gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens'].flatMap(
    (key) => numberOf(attributes[key]) ?? [],
  );
  return tokens.length === 0 ? undefined : sum(tokens);
}

function known(
  fields: Readonly<Record<keyof QueryableSpan['fields'], QueryFieldValue | undefined>>,
): QueryableSpan['fields'] {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function numberOf(value: AttributeJson | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function textOf(value: AttributeJson | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
