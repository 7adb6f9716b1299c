import { diag } from '@opentelemetry/api';
import { MetricReader } from '@opentelemetry/sdk-metrics';
import { prometheusFamilies } from './prometheus-families.ts';
import { prometheusText } from './prometheus-text.ts';

/** Collects when it is asked to, as text for Prometheus: cumulative, with the buckets that instruments advise. */
export class PrometheusReader extends MetricReader {
  readonly #reported = new Set<string>();

  /**
   * The metrics in Prometheus's text format 0.0.4.
   *
   * @throws What an observable's callback throws.
   */
  async text(): Promise<string> {
    const { resourceMetrics, errors } = await this.collect();
    if (errors.length > 0) throw errors[0];
    const { resource } = resourceMetrics;
    if (resource.asyncAttributesPending) await resource.waitForAsyncAttributes?.();
    return prometheusText(prometheusFamilies(resourceMetrics, (metric) => this.#reportConflict(metric)));
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }

  #reportConflict(metric: string): void {
    if (this.#reported.has(metric)) return;
    this.#reported.add(metric);
    diag.warn(
      `Prometheus does not get ${metric}: a metric of another kind has the same name there. Rename one.`,
    );
  }
}
