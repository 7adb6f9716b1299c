import { diag } from '@opentelemetry/api';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MetricReader } from '@opentelemetry/sdk-metrics';
import { firstLine } from './first-line.ts';
import { prometheusFamilies } from './prometheus-families.ts';
import { PrometheusLabels } from './prometheus-labels.ts';

/** Collects when it is asked to, as text for Prometheus: cumulative, with the buckets that instruments advise. */
export class PrometheusReader extends MetricReader {
  readonly #serializer = new PrometheusSerializer(undefined, false, undefined, false, true);
  readonly #labels = new PrometheusLabels();
  readonly #reportedConflicts = new Set<string>();
  #reportedErrors = '';

  /**
   * The metrics in Prometheus's text format 0.0.4, without times: Prometheus takes the time of the scrape. What an
   * observable fails to tell is left out and reported through the OpenTelemetry API's `diag`.
   *
   * @throws What an observable's callback throws, when there is no metric but those that fail.
   */
  async text(): Promise<string> {
    const { resourceMetrics, errors } = await this.collect();
    if (errors.length > 0 && resourceMetrics.scopeMetrics.length === 0) throw errors[0];
    this.#reportErrors(errors);
    const { resource } = resourceMetrics;
    if (resource.asyncAttributesPending) await resource.waitForAsyncAttributes?.();
    const families = prometheusFamilies(resourceMetrics, this.#labels, (metric) =>
      this.#reportConflict(metric),
    );
    const text = this.#serializer.serialize(families);
    return text.endsWith('\n') ? text : `${text}\n`;
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }

  /** Once, until all is well again or something else fails. */
  #reportErrors(errors: readonly unknown[]): void {
    const problems = [...new Set(errors.map(firstLine))].join('; ');
    if (problems !== '' && problems !== this.#reportedErrors) {
      diag.error(`Prometheus does not get all metrics: ${problems}`);
    }
    this.#reportedErrors = problems;
  }

  #reportConflict(metric: string): void {
    if (this.#reportedConflicts.has(metric)) return;
    this.#reportedConflicts.add(metric);
    diag.warn(
      `Prometheus does not get ${metric}: a metric of another kind has the same name there. Rename one.`,
    );
  }
}
