import type { AttributesJson, ExecutionStatus } from '../../trace.ts';

/** A span as its program sent it, with the names of the newest conventions. */
export interface SampleSpan {
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  /** OTLP: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  /** Milliseconds since the Unix epoch. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly status: ExecutionStatus;
  readonly attributes: AttributesJson;
  readonly resource: AttributesJson;
  /** Name of the instrumentation scope. */
  readonly scope: string;
  /** Bodies of the log records of the span. */
  readonly logs: readonly string[];
}

export interface SampleTrace {
  /** What questions call it. */
  readonly title: string;
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  readonly isPinned: boolean;
  /** Parents first. */
  readonly spans: readonly SampleSpan[];
}

/** When the questions are asked: 2026-11-21T12:00:00Z. */
export const sampleNowMs = Date.UTC(2026, 10, 21, 12);

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What a sample says of a span; its steps begin with it, one after the other. */
interface Written {
  readonly kind?: 'server' | 'client' | 'producer' | 'consumer';
  readonly ms: number;
  readonly status?: ExecutionStatus;
  readonly service?: string;
  /** Of the service. */
  readonly version?: string;
  readonly attributes?: AttributesJson;
  readonly resource?: AttributesJson;
  readonly scope?: string;
  readonly logs?: readonly string[];
  readonly steps?: Readonly<Record<string, Written>>;
  /** A parent that never arrives. */
  readonly hasLostParent?: boolean;
}

const kinds = { server: 2, client: 3, producer: 4, consumer: 5 } as const;

/** Each of these stands once, with the name of its root. */
const written: Readonly<Record<string, readonly [agoMs: number, rootName: string, root: Written]>> = {
  'health check': [
    MINUTE,
    'GET /health',
    {
      kind: 'server',
      ms: 3,
      service: 'api',
      version: '1.4.0',
      attributes: { 'http.response.status_code': 200 },
    },
  ],
  checkout: [
    5 * MINUTE,
    'POST /checkout',
    {
      kind: 'server',
      ms: 850,
      service: 'api',
      version: '1.4.0',
      attributes: { 'http.response.status_code': 200, 'user.id': 'u-17', 'request.id': 'r-1' },
      steps: {
        'primitive.sequential.execute': {
          ms: 800,
          attributes: { 'primitive.type': 'sequential', 'primitive.name': 'checkout' },
          steps: {
            'primitive.sequential.step_0': { ms: 100, attributes: { 'step.name': 'reserve stock' } },
            'primitive.sequential.step_1': {
              ms: 500,
              attributes: { 'step.name': 'pay' },
              steps: { 'POST /payments': { kind: 'client', ms: 400, service: 'payments', version: '2.0.1' } },
            },
          },
        },
      },
    },
  ],
  'checkout declined': [
    10 * MINUTE,
    'POST /checkout',
    {
      kind: 'server',
      ms: 1200,
      status: 'error',
      service: 'api',
      version: '1.4.0',
      attributes: { 'http.response.status_code': 500, 'user.id': 'u-42', 'error.type': 'CardDeclined' },
      steps: {
        'POST /payments': {
          kind: 'client',
          ms: 700,
          status: 'error',
          service: 'payments',
          version: '2.0.1',
          attributes: {
            'error.type': 'CardDeclined',
            'error.category': 'permanent',
            'error.message': 'card declined: insufficient funds',
            'correlation.id': 'c-9',
          },
        },
      },
    },
  ],
  'slow orders': [
    12 * MINUTE,
    'GET /orders',
    {
      kind: 'server',
      ms: 3100,
      service: 'api',
      version: '1.4.0',
      attributes: { 'http.response.status_code': 200, 'tag.team': 'core' },
      steps: {
        'SELECT orders': {
          kind: 'client',
          ms: 2900,
          service: 'api',
          attributes: {
            'db.system.name': 'postgresql',
            'db.query.text': 'select * from orders where open',
            'db.response.returned_rows': 12_000,
          },
        },
      },
    },
  ],
  'job without its beginning': [
    15 * MINUTE,
    'process job',
    { ms: 90, service: 'worker', hasLostParent: true, attributes: { 'messaging.retried': true } },
  ],
  'fetch that was retried': [
    20 * MINUTE,
    'primitive.retry.execute',
    {
      ms: 2500,
      service: 'crawler',
      attributes: { 'primitive.type': 'retry', 'primitive.name': 'fetch page' },
      steps: {
        'primitive.retry.attempt_1': {
          ms: 1000,
          status: 'error',
          attributes: {
            'error.type': 'Error',
            'error.category': 'network',
            'error.message': 'connect ECONNREFUSED 127.0.0.1:80',
          },
        },
        'primitive.retry.attempt_2': {
          ms: 1000,
          status: 'error',
          attributes: {
            'error.type': 'Error',
            'error.category': 'network',
            'error.message': 'read ECONNRESET',
          },
        },
        'primitive.retry.attempt_3': { ms: 200 },
      },
    },
  ],
  'fetch that gave up': [
    30 * MINUTE,
    'primitive.retry.execute',
    {
      ms: 9000,
      status: 'error',
      service: 'crawler',
      attributes: {
        'primitive.type': 'retry',
        'primitive.name': 'fetch page',
        'error.type': 'RetryExhaustedError',
        'error.code': 'OBS_ERR_RETRY_EXHAUSTED',
        'error.category': 'rate_limit',
      },
      steps: {
        'primitive.retry.attempt_1': {
          ms: 2000,
          status: 'error',
          attributes: { 'error.category': 'rate_limit', 'error.message': '429 Too Many Requests' },
        },
        'primitive.retry.attempt_2': {
          ms: 2000,
          status: 'error',
          attributes: { 'error.category': 'rate_limit', 'error.message': '429 Too Many Requests' },
        },
      },
    },
  ],
  'answer that took too long': [
    40 * MINUTE,
    'primitive.timeout.execute',
    {
      ms: 8000,
      status: 'timeout',
      service: 'support-bot',
      attributes: {
        'primitive.type': 'timeout',
        'primitive.name': 'ask large model',
        'error.code': 'OBS_ERR_TIMEOUT',
        'error.category': 'timeout',
      },
      steps: {
        'primitive.lambda.execute': {
          ms: 8000,
          status: 'cancelled',
          attributes: { 'primitive.type': 'lambda' },
        },
      },
    },
  ],
  'chat that was cancelled': [
    65 * MINUTE,
    'invoke_agent writer',
    {
      ms: 300,
      status: 'cancelled',
      service: 'support-bot',
      attributes: {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.agent.name': 'writer',
        'session.id': 's-1',
        'user.id': 'u-17',
      },
    },
  ],
  'support chat': [
    2 * HOUR,
    'primitive.agent.execute',
    {
      ms: 12_000,
      service: 'support-bot',
      attributes: {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.agent.name': 'helper',
        'workflow.name': 'support',
        'session.id': 's-1',
        'user.id': 'u-17',
      },
      steps: {
        'chat gpt-4o': {
          kind: 'client',
          ms: 4000,
          attributes: {
            'gen_ai.operation.name': 'chat',
            'gen_ai.provider.name': 'openai',
            'gen_ai.request.model': 'gpt-4o',
            'gen_ai.response.model': 'gpt-4o-2026-08-06',
            'gen_ai.usage.input_tokens': 1200,
            'gen_ai.usage.output_tokens': 300,
            'gen_ai.response.finish_reasons': ['tool_call'],
            'cost.usd': 0.012,
          },
        },
        'execute_tool search': {
          ms: 200,
          attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search' },
          logs: ['found 3 articles about refunds'],
        },
        'chat gpt-4o again': {
          kind: 'client',
          ms: 5000,
          attributes: {
            'gen_ai.operation.name': 'chat',
            'gen_ai.provider.name': 'openai',
            'gen_ai.request.model': 'gpt-4o',
            'gen_ai.usage.input_tokens': 1500,
            'gen_ai.usage.output_tokens': 200,
            'gen_ai.response.finish_reasons': ['stop'],
            'cost.usd': 0.02,
          },
        },
      },
    },
  ],
  'expensive research': [
    3 * HOUR,
    'primitive.parallel.execute',
    {
      ms: 95_000,
      service: 'researcher',
      attributes: {
        'primitive.type': 'parallel',
        'primitive.name': 'read sources',
        'workflow.name': 'research',
        'session.id': 's-3',
      },
      steps: {
        'chat claude-sonnet-4-5': {
          kind: 'client',
          ms: 90_000,
          attributes: {
            'gen_ai.operation.name': 'chat',
            'gen_ai.provider.name': 'anthropic',
            'gen_ai.request.model': 'claude-sonnet-4-5',
            'gen_ai.usage.input_tokens': 120_000,
            'gen_ai.usage.output_tokens': 8000,
            'gen_ai.usage.cache_read.input_tokens': 100_000,
            'gen_ai.usage.cache_write.input_tokens': 10_000,
            'gen_ai.usage.reasoning.output_tokens': 5000,
            'gen_ai.response.finish_reasons': ['stop'],
            'cost.usd': 0.48,
          },
        },
      },
    },
  ],
  'answer that was cut off': [
    4 * HOUR,
    'chat gpt-4o-mini',
    {
      kind: 'client',
      ms: 20_000,
      service: 'support-bot',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-4o-mini',
        'gen_ai.usage.input_tokens': 200,
        'gen_ai.usage.output_tokens': 4096,
        'gen_ai.response.finish_reasons': ['length'],
        'gen_ai.response.time_to_first_chunk': 4.2,
        'cost.usd': 0.003,
      },
    },
  ],
  'model without a price': [
    5 * HOUR,
    'chat house-model:7b',
    {
      kind: 'client',
      ms: 700,
      service: 'lab',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'acme',
        'gen_ai.request.model': 'house-model:7b',
        'gen_ai.usage.input_tokens': 500,
        'gen_ai.usage.output_tokens': 100,
      },
    },
  ],
  'quote from the cache': [
    6 * HOUR,
    'primitive.cache.execute',
    {
      ms: 1,
      service: 'quotes',
      attributes: { 'primitive.type': 'cache', 'primitive.name': 'quotes', 'cache.outcome': 'hit' },
    },
  ],
  'quote that was looked up': [
    6 * HOUR + 10 * MINUTE,
    'primitive.cache.execute',
    {
      ms: 320,
      service: 'quotes',
      attributes: { 'primitive.type': 'cache', 'primitive.name': 'quotes', 'cache.outcome': 'miss' },
      steps: { 'primitive.lambda.execute': { ms: 300, attributes: { 'primitive.type': 'lambda' } } },
    },
  ],
  'second choice': [
    7 * HOUR,
    'primitive.fallback.execute',
    {
      ms: 3000,
      service: 'support-bot',
      attributes: { 'primitive.type': 'fallback', 'primitive.name': 'answer' },
      steps: {
        'chat gpt-4o': {
          kind: 'client',
          ms: 500,
          status: 'error',
          attributes: {
            'gen_ai.operation.name': 'chat',
            'gen_ai.provider.name': 'openai',
            'gen_ai.request.model': 'gpt-4o',
            'error.type': 'RateLimitError',
            'error.category': 'rate_limit',
            'error.message': 'Rate limit reached for gpt-4o',
          },
        },
        'chat claude-haiku-4-5': {
          kind: 'client',
          ms: 2000,
          attributes: {
            'gen_ai.operation.name': 'chat',
            'gen_ai.provider.name': 'anthropic',
            'gen_ai.request.model': 'claude-haiku-4-5',
            'gen_ai.usage.input_tokens': 300,
            'gen_ai.usage.output_tokens': 100,
            'cost.usd': 0.001,
          },
        },
      },
    },
  ],
  'tool that may not': [
    8 * HOUR,
    'invoke_agent helper',
    {
      ms: 6000,
      service: 'support-bot',
      attributes: {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.agent.name': 'helper',
        'gen_ai.conversation.id': 's-2',
      },
      steps: {
        'chat gpt-4o': {
          kind: 'client',
          ms: 2000,
          attributes: {
            'gen_ai.operation.name': 'chat',
            'gen_ai.provider.name': 'openai',
            'gen_ai.request.model': 'gpt-4o',
            'gen_ai.usage.input_tokens': 800,
            'gen_ai.usage.output_tokens': 50,
            'cost.usd': 0.06,
          },
        },
        'execute_tool delete_file': {
          ms: 20,
          status: 'error',
          attributes: {
            'gen_ai.operation.name': 'execute_tool',
            'gen_ai.tool.name': 'delete_file',
            'error.type': 'PermissionDenied',
            'error.category': 'auth',
            'error.message': 'delete_file is not allowed here',
          },
        },
      },
    },
  ],
  'chain of another library': [
    9 * HOUR,
    'RunnableSequence',
    {
      ms: 400,
      service: 'lab',
      scope: '@arizeai/openinference-instrumentation-langchain',
      attributes: {
        'openinference.span.kind': 'CHAIN',
        'session.id': 's-4',
        'tag.tags': ['beta', 'nightly'],
      },
    },
  ],
  Überweisung: [
    24 * HOUR + MINUTE,
    'Überweisung prüfen',
    {
      ms: 40,
      service: 'büro',
      attributes: {
        'primitive.name': 'say "hi", *now*',
        'weird key:x': 'a..b',
        path: String.raw`C:\new`,
        languages: ['de', 'en'],
      },
      logs: ['Zahlung über 100 Euro bestätigt'],
    },
  ],
  'release that waits': [
    26 * HOUR,
    'primitive.approval.execute',
    {
      ms: 50,
      status: 'suspended',
      service: 'ops-bot',
      attributes: { 'primitive.type': 'approval', 'primitive.name': 'release', 'workflow.name': 'release' },
    },
  ],
  'nightly import': [
    30 * HOUR,
    'orders process',
    {
      kind: 'consumer',
      ms: 2.25 * HOUR,
      service: 'importer',
      resource: { 'vcs.ref.head.name': 'main', 'host.name': 'build-7' },
      steps: {
        'primitive.foreach.execute': {
          ms: 2.2 * HOUR,
          attributes: { 'primitive.type': 'foreach', 'foreach.items': 3 },
          steps: {
            'primitive.foreach.item_0': { ms: 0.7 * HOUR },
            'primitive.foreach.item_1': { ms: 0.7 * HOUR },
            'primitive.foreach.item_2': { ms: 0.8 * HOUR },
          },
        },
        'orders publish': { kind: 'producer', ms: 10 },
      },
    },
  ],
  'checkout of the last release': [
    48 * HOUR,
    'POST /checkout',
    {
      kind: 'server',
      ms: 700,
      status: 'error',
      service: 'api',
      version: '1.3.0',
      resource: { 'vcs.ref.head.name': 'feature/pay' },
      attributes: {
        'http.response.status_code': 503,
        'error.type': '503',
        'error.category': 'transient',
        'error.message': 'payments are out of service',
      },
    },
  ],
};

const pinned: readonly string[] = ['release that waits', 'checkout of the last release'];

/** Traces of all sorts, newest first. */
export const sampleTraces: readonly SampleTrace[] = Object.entries(written).map(
  ([title, [agoMs, rootName, root]], index) => {
    const number = String(index + 1).padStart(2, '0');
    const spans: SampleSpan[] = [];
    const add = (name: string, span: Written, parent: SampleSpan | null, startMs: number): void => {
      const sample: SampleSpan = {
        spanId: `${number}${String(spans.length + 1).padStart(14, '0')}`,
        parentSpanId: parent?.spanId ?? (span.hasLostParent ? 'ffffffffffffffff' : null),
        name,
        kind: span.kind === undefined ? 1 : kinds[span.kind],
        startMs,
        durationMs: span.ms,
        status: span.status ?? 'success',
        attributes: span.attributes ?? {},
        resource: resourceOf(span, parent),
        scope: span.scope ?? 'tta.primitives',
        logs: span.logs ?? [],
      };
      spans.push(sample);
      let stepStartMs = startMs;
      for (const [stepName, step] of Object.entries(span.steps ?? {})) {
        add(stepName, step, sample, stepStartMs);
        stepStartMs += step.ms;
      }
    };
    add(rootName, root, null, sampleNowMs - agoMs);
    return { title, traceId: number.padStart(32, 'a'), isPinned: pinned.includes(title), spans };
  },
);

/** Steps are of the service of their parent unless they name their own. */
function resourceOf({ service, version, resource }: Written, parent: SampleSpan | null): AttributesJson {
  if (service === undefined && parent !== null) return parent.resource;
  return {
    'service.name': service ?? 'unknown_service',
    ...(version !== undefined && { 'service.version': version }),
    ...resource,
  };
}
