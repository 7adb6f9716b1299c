import type { Operation } from './operation.ts';
import { traceQuery } from './parameters.ts';
import { queryOperations } from './query-operations.ts';
import { recordOperations } from './record-operations.ts';
import { statisticsOperations } from './statistics-operations.ts';
import { traceOperations } from './trace-operations.ts';

/** All of the REST interface: what is written here is answered, and what is answered is written here. */
export const operations: readonly Operation[] = [
  ...traceOperations,
  ...queryOperations,
  ...recordOperations,
  ...statisticsOperations,
  {
    method: 'get',
    path: '/health',
    id: 'getHealth',
    tag: 'Service',
    summary: 'Whether the service works, what it holds and what it refused',
    query: [],
    answers: { 200: 'Health', 503: 'Health' },
  },
  {
    method: 'get',
    path: '/api/openapi.json',
    id: 'getOpenApiDocument',
    tag: 'Service',
    summary: 'This document',
    query: [],
    answers: { 200: null },
  },
  {
    method: 'get',
    path: '/ws/traces',
    id: 'followTraces',
    tag: 'Service',
    summary: 'Every change of a trace or of its logs, over a WebSocket',
    description:
      'Each message from the service is a text frame with a `LiveMessage`; messages of the client are not read. ' +
      'A client that does not read what it is sent is cut off with code 1013, and resumes with `after`.',
    query: [
      traceQuery,
      {
        name: 'after',
        description: '`seq` of the last message that the client has seen: what came after it is sent first.',
        schema: { type: 'integer', minimum: 0, maximum: 999_999_999_999_999 },
      },
    ],
    answers: { 101: null },
    problems: { 426: 'This is no request for a WebSocket.' },
  },
];
