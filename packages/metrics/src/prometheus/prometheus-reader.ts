import { diag } from '@opentelemetry/api';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MetricReader } from '@opentelemetry/sdk-metrics';
import { prometheusFamilies } from './prometheus-families.ts';
import { PrometheusLabels } from './prometheus-labels.ts';

/** Collects when it is asked to, as text for Prometheus: cumulative, with the buckets that instruments advise. */
export class PrometheusReader extends MetricReader {
  readonly #serializer = new PrometheusSerializer(undefined, false, undefined, false, true);
  readonly #labels = new PrometheusLabels();
  readonly #reported = new Set<string>();

  /**
   * The metrics in Prometheus's text format 0.0.4, without times: Prometheus takes the time of the scrape.
   *
   * @throws What an observable's callback throws.
   */
  async text(): Promise<string> {
    const { resourceMetrics, errors } = await this.collect();
    if (errors.length > 0) throw errors[0];
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

  #reportConflict(metric: string): void {
    if (this.#reported.has(metric)) return;
    this.#reported.add(metric);
    diag.warn(
      `Prometheus does not get ${metric}: a metric of another kind has the same name there. Rename one.`,
    );
  }
}
