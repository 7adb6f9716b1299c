import type { Parameter } from './operation.ts';

/** The last millisecond that nanoseconds in 64 bits reach: in the year 2262. */
const LATEST_MS = 9_223_372_036_854;

export const limit: Parameter = {
  name: 'limit',
  description: 'How many items are answered at most.',
  schema: { type: 'integer', minimum: 1, maximum: 500, default: 50 },
};

/** Of a list that is answered page by page. */
export const paging: readonly Parameter[] = [
  limit,
  {
    name: 'cursor',
    description: '`nextCursor` of the page before. Without it, the first page is answered.',
    schema: { type: 'string' },
  },
];

export const traceQuery: Parameter = {
  name: 'query',
  description: 'In the query language of traces, such as `status:error duration:>2s`. By default all traces.',
  schema: { type: 'string' },
};

export const traceId: Parameter = {
  name: 'traceId',
  description: 'Only of this trace.',
  schema: { type: 'string', pattern: '^[0-9a-fA-F]{32}$' },
};

export const spanIds: Parameter = {
  name: 'spanId',
  description: 'Only of these spans.',
  schema: { type: 'array', items: { type: 'string', pattern: '^[0-9a-fA-F]{16}$' }, maxItems: 10 },
};

export const minSeverity: Parameter = {
  name: 'minSeverity',
  description:
    'Only records of this severity number of OpenTelemetry or a higher one: 9 is info, 17 is error.',
  schema: { type: 'integer', minimum: 1, maximum: 24 },
};

export const service: Parameter = {
  name: 'service',
  description: 'Only of the service of this name.',
  schema: { type: 'string' },
};

export const sinceMs: Parameter = {
  name: 'sinceMs',
  description: 'The earliest time, in milliseconds since the Unix epoch.',
  schema: { type: 'integer', minimum: 0, maximum: LATEST_MS },
};

/**
 * A window of time.
 *
 * @param length - How long it is unless told otherwise, in words.
 */
export function timeWindow(length: string): readonly Parameter[] {
  return [
    {
      ...sinceMs,
      description: `Beginning, in milliseconds since the Unix epoch. By default ${length} before the end.`,
    },
    {
      ...sinceMs,
      name: 'untilMs',
      description: 'End, in milliseconds since the Unix epoch, after the beginning. By default now.',
    },
  ];
}
