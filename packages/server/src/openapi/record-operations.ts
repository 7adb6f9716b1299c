import type { Operation } from './operation.ts';
import { minSeverity, paging, service, sinceMs, spanIds, traceId } from './parameters.ts';
import { NO_TRACE } from './trace-operations.ts';

const LARGE = 'A page of large records has fewer than `limit`.';

/** Log records and metrics as they were received. */
export const recordOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/traces/{traceId}/logs',
    id: 'listLogsOfTrace',
    tag: 'Logs',
    summary: 'What was logged in a trace, in order of time',
    description: LARGE,
    query: [spanIds, minSeverity, ...paging],
    answers: { 200: 'LogList' },
    problems: { 404: NO_TRACE },
  },
  {
    method: 'get',
    path: '/api/logs',
    id: 'listLogs',
    tag: 'Logs',
    summary: 'All log records, newest first',
    description: LARGE,
    query: [traceId, minSeverity, ...paging],
    answers: { 200: 'LogList' },
  },
  {
    method: 'get',
    path: '/api/metrics',
    id: 'listMetrics',
    tag: 'Metrics',
    summary: 'The metrics of all services by name',
    query: paging,
    answers: { 200: 'MetricList' },
  },
  {
    method: 'get',
    path: '/api/metrics/points',
    id: 'listMetricPoints',
    tag: 'Metrics',
    summary: 'The data points of a metric, one series after the other',
    query: [
      {
        name: 'name',
        description: 'Name of the metric.',
        schema: { type: 'string' },
        isRequired: true,
      },
      service,
      sinceMs,
      ...paging,
    ],
    answers: { 200: 'MetricPointList' },
  },
];
