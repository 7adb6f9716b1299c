import type { Attributes } from '@opentelemetry/api';

/** Stands for all label sets beyond a metric's limit; the name is the metrics SDK specification's. */
export const overflowLabels: Attributes = { 'otel.metric.overflow': true };

export function isOverflow(labels: Attributes): boolean {
  return labels['otel.metric.overflow'] === true;
}

/**
 * Decides under which labels a measurement of one metric is counted. It is open until the metric has as many
 * label sets as it may; from then on new ones are counted as {@link overflowLabels}.
 */
export class LabelGate {
  #known: ReadonlySet<string> | undefined;

  /** Lets none but these label sets through from now on. */
  close(known: Iterable<Attributes>): void {
    this.#known ??= new Set(Array.from(known, identityOf));
  }

  admit(labels: Attributes | undefined): Attributes | undefined {
    if (!this.#known || this.#known.has(identityOf(labels ?? {}))) return labels;
    return overflowLabels;
  }
}

/** The same for the same labels in any order. */
export function identityOf(labels: Attributes): string {
  return JSON.stringify(
    Object.keys(labels)
      .sort()
      .map((name) => [name, labels[name]]),
  );
}
