import type { Operation } from './operation.ts';
import { paging, service, timeWindow } from './parameters.ts';

const lastHour = timeWindow('an hour');
const lastDay = timeWindow('24 hours');

/** Sums over what came in. */
export const statisticsOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/metrics/summary',
    id: 'summarizeRuns',
    tag: 'Statistics',
    summary: 'How runs did in a window of time',
    query: [...lastHour, service],
    answers: { 200: 'MetricsSummary' },
  },
  {
    method: 'get',
    path: '/api/metrics/timeseries',
    id: 'chartRuns',
    tag: 'Statistics',
    summary: 'How runs did in the steps of a window of time',
    query: [
      ...lastHour,
      service,
      {
        name: 'points',
        description: 'How many steps the window has at most.',
        schema: { type: 'integer', minimum: 1, maximum: 500, default: 60 },
      },
    ],
    answers: { 200: 'MetricsTimeSeries' },
  },
  {
    method: 'get',
    path: '/api/primitives/stats',
    id: 'listPrimitiveStats',
    tag: 'Statistics',
    summary: 'Calls, errors and percentiles of each primitive',
    query: [...lastHour, service],
    answers: { 200: 'PrimitiveStatsList' },
  },
  {
    method: 'get',
    path: '/api/primitives/versions',
    id: 'listPrimitiveVersions',
    tag: 'Statistics',
    summary: 'The versions of services of which primitives have run',
    query: [service],
    answers: { 200: 'PrimitiveVersionList' },
  },
  {
    method: 'get',
    path: '/api/primitives/comparison',
    id: 'comparePrimitives',
    tag: 'Statistics',
    summary: 'Which primitives became slower, dearer or more error-prone from one version to another',
    query: [
      {
        name: 'baseline',
        description:
          'The version that the other is compared with: `service.version`, or 7 digits of a commit or more.',
        schema: { type: 'string' },
        isRequired: true,
      },
      {
        name: 'candidate',
        description: 'The other one. By default the one that ran last besides the baseline.',
        schema: { type: 'string' },
      },
      ...timeWindow('7 days'),
      service,
    ],
    answers: { 200: 'PrimitiveComparison' },
    problems: { 404: 'No such version has run.' },
  },
  {
    method: 'get',
    path: '/api/llm/usage',
    id: 'reportUsage',
    tag: 'Statistics',
    summary: 'Tokens and costs of calls of models, by model, provider, service or day',
    query: [
      ...lastDay,
      service,
      {
        name: 'by',
        description: 'What it is told by.',
        schema: { type: 'string', enum: ['model', 'provider', 'service', 'day'], default: 'model' },
      },
      {
        name: 'utcOffset',
        description: 'How many minutes before midnight in UTC a day begins.',
        schema: { type: 'integer', minimum: -840, maximum: 840, default: 0 },
      },
    ],
    answers: { 200: 'UsageReport' },
  },
  {
    method: 'get',
    path: '/api/sessions',
    id: 'listSessions',
    tag: 'Statistics',
    summary: 'Sessions and conversations, those with the newest end first',
    query: paging,
    answers: { 200: 'SessionList' },
  },
  {
    method: 'get',
    path: '/api/errors',
    id: 'listErrors',
    tag: 'Statistics',
    summary: 'Failures that have one cause, the most frequent first',
    query: [...lastDay, service, ...paging],
    answers: { 200: 'ErrorGroupList' },
  },
  {
    method: 'get',
    path: '/api/services/map',
    id: 'mapServices',
    tag: 'Statistics',
    summary: 'Which services called which others',
    query: lastHour,
    answers: { 200: 'ServiceMap' },
  },
];
