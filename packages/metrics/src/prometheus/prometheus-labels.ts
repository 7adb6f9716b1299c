import type { Attributes } from '@opentelemetry/api';
import { plainName } from './plain-name.ts';

/** Labels as Prometheus takes them, and which series of a metric they stand for. */
export interface SeriesLabels {
  /** Valid and different names in order, with texts that are not empty. */
  readonly labels: Attributes;
  /** The same for label sets that Prometheus does not tell apart. */
  readonly identity: string;
}

/**
 * Makes labels for Prometheus out of attributes. Names that come to the same one share it, their values in a row,
 * as OpenTelemetry's rules for Prometheus say. To Prometheus, the value 200 is the text `200`, and a label without
 * text is none.
 *
 * What it has worked out for a label set is remembered as long as the SDK keeps the set: thousands of them are the
 * same at every scrape.
 */
export class PrometheusLabels {
  readonly #known = new WeakMap<Attributes, SeriesLabels>();
  readonly #knownOfHistograms = new WeakMap<Attributes, SeriesLabels>();

  of(attributes: Attributes, isHistogram = false): SeriesLabels {
    const known = isHistogram ? this.#knownOfHistograms : this.#known;
    let series = known.get(attributes);
    if (series === undefined) known.set(attributes, (series = seriesOf(attributes, isHistogram)));
    return series;
  }
}

function seriesOf(attributes: Attributes, isHistogram: boolean): SeriesLabels {
  const texts = new Map<string, string>();
  for (const key of Object.keys(attributes).sort()) {
    const text = textOf(attributes[key]);
    if (text === '') continue;
    const plain = labelName(key);
    // The buckets of a histogram have this label; the prefix is the one that Prometheus gives in such cases.
    const name = isHistogram && plain === 'le' ? 'exported_le' : plain;
    const earlier = texts.get(name);
    texts.set(name, earlier === undefined ? text : `${earlier};${text}`);
  }
  const entries = [...texts].sort(([one], [other]) => (one < other ? -1 : 1));
  return { labels: Object.fromEntries(entries), identity: JSON.stringify(entries) };
}

function labelName(key: string): string {
  const name = plainName(key);
  return /^[A-Za-z_]/.test(name) ? name : `_${name}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
