import type { Attributes } from '@opentelemetry/api';
import { DataPointType } from '@opentelemetry/sdk-metrics';
import { plainName } from './plain-name.ts';

/**
 * Labels as Prometheus takes them: every name valid, no two alike. Names that come to the same one share it, their
 * values in a row, as OpenTelemetry's rules for Prometheus say.
 *
 * What it has worked out for a label set is remembered as long as the SDK keeps the set: thousands of them are the
 * same at every scrape.
 */
export class PrometheusLabels {
  readonly #names = new Map<string, string>();
  readonly #namesOfHistograms = new Map<string, string>();
  readonly #known = new WeakMap<Attributes, Attributes>();
  readonly #knownOfHistograms = new WeakMap<Attributes, Attributes>();

  /** The label set itself where there is nothing to mend. */
  of(attributes: Attributes, type?: DataPointType): Attributes {
    const isHistogram = type === DataPointType.HISTOGRAM;
    const known = isHistogram ? this.#knownOfHistograms : this.#known;
    let labels = known.get(attributes);
    if (labels === undefined) known.set(attributes, (labels = this.#mended(attributes, isHistogram)));
    return labels;
  }

  #mended(attributes: Attributes, isHistogram: boolean): Attributes {
    const keys = Object.keys(attributes);
    const names = keys.map((key) => this.#nameOf(key, isHistogram));
    const areDistinct = new Set(names).size === keys.length;
    // The exporter comes to these names by itself.
    if (areDistinct && keys.every((key, index) => plainName(key) === names[index])) return attributes;
    if (!areDistinct) keys.sort();
    // Without a prototype: a label may well be called `constructor`.
    const labels = Object.create(null) as Attributes;
    for (const key of keys) {
      const name = this.#nameOf(key, isHistogram);
      const value = attributes[key];
      const earlier = labels[name];
      labels[name] = earlier === undefined ? value : `${textOf(earlier)};${textOf(value)}`;
    }
    return labels;
  }

  #nameOf(key: string, isHistogram: boolean): string {
    const names = isHistogram ? this.#namesOfHistograms : this.#names;
    let name = names.get(key);
    if (name === undefined) names.set(key, (name = labelName(key, isHistogram)));
    return name;
  }
}

function labelName(key: string, isHistogram: boolean): string {
  const name = plainName(key);
  // The buckets of a histogram have this label; the prefix is the one that Prometheus gives in such cases.
  if (name === 'le' && isHistogram) return 'exported_le';
  return /^[A-Za-z_]/.test(name) ? name : `_${name}`;
}

function textOf(value: Attributes[string]): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
