import { errorGroupListShape } from './error-group-shape.ts';
import type { ErrorGroupList } from './error-group.ts';
import { metricsSummaryShape, metricsTimeSeriesShape } from './overview-shape.ts';
import type { MetricsSummary, MetricsTimeSeries } from './overview.ts';
import { serviceMapShape } from './service-map-shape.ts';
import type { ServiceMap } from './service-map.ts';
import { sessionListShape, usageReportShape } from './usage-shape.ts';
import type { SessionList, UsageReport } from './usage.ts';

/** True for the answer of `GET /api/metrics/summary`. Like all guards: never throws, allows fields it does not know. */
export function isMetricsSummary(value: unknown): value is MetricsSummary {
  return metricsSummaryShape(value);
}

/** True for the answer of `GET /api/metrics/timeseries`; its arrays are of one length. */
export function isMetricsTimeSeries(value: unknown): value is MetricsTimeSeries {
  return metricsTimeSeriesShape(value);
}

/** True for the answer of `GET /api/errors`. */
export function isErrorGroupList(value: unknown): value is ErrorGroupList {
  return errorGroupListShape(value);
}

/** True for the answer of `GET /api/services/map`; each of its edges ends at its nodes. */
export function isServiceMap(value: unknown): value is ServiceMap {
  return serviceMapShape(value);
}

/** True for the answer of `GET /api/llm/usage`. */
export function isUsageReport(value: unknown): value is UsageReport {
  return usageReportShape(value);
}

/** True for the answer of `GET /api/sessions`. */
export function isSessionList(value: unknown): value is SessionList {
  return sessionListShape(value);
}
