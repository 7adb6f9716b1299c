import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api';
import { BaggagePropagator, type BaggagePropagatorOptions } from './baggage-propagator.ts';
import { TraceContextPropagator } from './trace-context-propagator.ts';

/**
 * Propagates spans and baggage as the W3C specifies it: {@link TraceContextPropagator} and
 * {@link BaggagePropagator} in one.
 *
 * @example
 * ```ts
 * propagation.setGlobalPropagator(new W3CPropagator({ baggageKeys: ['tenant'] }));
 * ```
 */
export class W3CPropagator implements TextMapPropagator {
  readonly #traceContext = new TraceContextPropagator();
  readonly #baggage: BaggagePropagator;

  constructor(options: BaggagePropagatorOptions = {}) {
    this.#baggage = new BaggagePropagator(options);
  }

  inject<T>(context: Context, carrier: T, setter: TextMapSetter<T>): void {
    this.#traceContext.inject(context, carrier, setter);
    this.#baggage.inject(context, carrier, setter);
  }

  extract<T>(context: Context, carrier: T, getter: TextMapGetter<T>): Context {
    return this.#baggage.extract(this.#traceContext.extract(context, carrier, getter), carrier, getter);
  }

  fields(): string[] {
    return [...this.#traceContext.fields(), ...this.#baggage.fields()];
  }
}
