/** OTLP/HTTP. What it takes is described by OpenTelemetry, which is referred to. */
const definitions =
  'https://github.com/open-telemetry/opentelemetry-proto/tree/main/opentelemetry/proto/collector';

const signals = [
  { path: '/v1/traces', id: 'exportTraces', noun: 'spans', service: 'trace', message: 'Trace' },
  { path: '/v1/logs', id: 'exportLogs', noun: 'log records', service: 'logs', message: 'Logs' },
  { path: '/v1/metrics', id: 'exportMetrics', noun: 'data points', service: 'metrics', message: 'Metrics' },
];

const problems = {
  400: 'The body cannot be decoded.',
  401: 'The service asks for a token that was not shown.',
  403: '`Host` or `Origin` is not of this machine.',
  408: 'The body came too slowly.',
  413: 'The body is larger than 64 MiB, or has more in it than is taken at once.',
  415: '`Content-Type` or `Content-Encoding` is not taken.',
  500: 'It can never be stored.',
  503: 'It may be stored later: send it again after `Retry-After`.',
};

export const otlpPaths = Object.fromEntries(
  signals.map(({ path, id, noun, service, message }) => [
    path,
    {
      post: {
        operationId: id,
        tags: ['OTLP'],
        summary: `Stores ${noun}`,
        description: 'Plain or with `Content-Encoding: gzip`. 200 is answered after the commit.',
        externalDocs: {
          description: `Export${message}ServiceRequest`,
          url: `${definitions}/${service}/v1/${service}_service.proto`,
        },
        requestBody: { required: true, content: inBothEncodings({ type: 'object' }) },
        responses: {
          200: {
            description: `Export${message}ServiceResponse: what was left out, and what the sender should know.`,
            content: inBothEncodings({ $ref: '#/components/schemas/OtlpExportAnswer' }),
          },
          ...Object.fromEntries(
            Object.keys(problems).map((status) => [
              status,
              { $ref: `#/components/responses/otlp-${status}` },
            ]),
          ),
        },
      },
    },
  ]),
);

export const otlpResponses = Object.fromEntries(
  Object.entries(problems).map(([status, description]) => [
    `otlp-${status}`,
    { description, content: inBothEncodings({ $ref: '#/components/schemas/OtlpStatus' }) },
  ]),
);

const count = { type: 'string', description: 'A number in decimal, as JSON has 64 bits in protobuf.' };

export const otlpSchemas = {
  OtlpExportAnswer: {
    description: 'Empty when everything was taken and nothing is to be said.',
    type: 'object',
    properties: {
      partialSuccess: {
        type: 'object',
        properties: {
          rejectedSpans: count,
          rejectedLogRecords: count,
          rejectedDataPoints: count,
          errorMessage: { type: 'string', description: 'Why, or what to know of what was taken.' },
        },
        required: ['errorMessage'],
      },
    },
  },
  OtlpStatus: {
    description: '`google.rpc.Status`, in the encoding of the request.',
    type: 'object',
    properties: {
      code: { type: 'number', description: 'A code of gRPC.' },
      message: { type: 'string' },
    },
    required: ['code', 'message'],
  },
};

/** In protobuf it has the same fields. */
function inBothEncodings(schema) {
  return { 'application/json': { schema }, 'application/x-protobuf': {} };
}
