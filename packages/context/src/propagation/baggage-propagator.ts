import {
  type Context,
  propagation,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
} from '@opentelemetry/api';
import { formatBaggage, parseBaggage } from './baggage.ts';
import { isSuppressed, readField, warn } from './propagation-field.ts';

/** Options of {@link BaggagePropagator}. */
export interface BaggagePropagatorOptions {
  /**
   * The keys that leave the process; everything that arrives is read.
   *
   * Baggage reaches whoever is called, also third parties. Name what they may know.
   *
   * @defaultValue all
   */
  readonly baggageKeys?: readonly string[] | undefined;
}

/**
 * Propagates the baggage of a context as `baggage` (W3C Baggage). Nothing is injected while tracing is
 * suppressed. Neither method throws.
 */
export class BaggagePropagator implements TextMapPropagator {
  readonly #keys: ReadonlySet<string> | undefined;

  constructor({ baggageKeys }: BaggagePropagatorOptions = {}) {
    this.#keys = baggageKeys && new Set(baggageKeys);
  }

  inject<T>(context: Context, carrier: T, setter: TextMapSetter<T>): void {
    try {
      const baggage = propagation.getBaggage(context);
      if (baggage === undefined || isSuppressed(context)) return;
      const header = formatBaggage(baggage, this.#keys);
      if (header !== undefined) setter.set(carrier, 'baggage', header);
    } catch (error) {
      warn('baggage could not be written to its carrier', error);
    }
  }

  extract<T>(context: Context, carrier: T, getter: TextMapGetter<T>): Context {
    const baggage = parseBaggage(readField(getter, carrier, 'baggage') ?? '');
    return baggage === undefined ? context : propagation.setBaggage(context, baggage);
  }

  fields(): string[] {
    return ['baggage'];
  }
}
