import type { InstrumentedPrimitive } from '@tta/obs-instrumentation';
import type { SagaOptions } from './saga.ts';
import type { SagaStep as Step } from './saga-step.ts';

/**
 * The output of each step is the input of the next.
 *
 * The longest first: where a step was tried as options before, its functions have lost the type of their input.
 */
export interface SagaSignatures {
  <A, B, C, D, E, F, G, H, I>(
    a: Step<A, B>,
    b: Step<B, C>,
    c: Step<C, D>,
    d: Step<D, E>,
    e: Step<E, F>,
    f: Step<F, G>,
    g: Step<G, H>,
    h: Step<H, I>,
    options?: SagaOptions,
  ): InstrumentedPrimitive<A, I, never>;
  <A, B, C, D, E, F, G, H>(
    a: Step<A, B>,
    b: Step<B, C>,
    c: Step<C, D>,
    d: Step<D, E>,
    e: Step<E, F>,
    f: Step<F, G>,
    g: Step<G, H>,
    options?: SagaOptions,
  ): InstrumentedPrimitive<A, H, never>;
  <A, B, C, D, E, F, G>(
    a: Step<A, B>,
    b: Step<B, C>,
    c: Step<C, D>,
    d: Step<D, E>,
    e: Step<E, F>,
    f: Step<F, G>,
    options?: SagaOptions,
  ): InstrumentedPrimitive<A, G, never>;
  <A, B, C, D, E, F>(
    a: Step<A, B>,
    b: Step<B, C>,
    c: Step<C, D>,
    d: Step<D, E>,
    e: Step<E, F>,
    options?: SagaOptions,
  ): InstrumentedPrimitive<A, F, never>;
  <A, B, C, D, E>(
    a: Step<A, B>,
    b: Step<B, C>,
    c: Step<C, D>,
    d: Step<D, E>,
    options?: SagaOptions,
  ): InstrumentedPrimitive<A, E, never>;
  <A, B, C, D>(
    a: Step<A, B>,
    b: Step<B, C>,
    c: Step<C, D>,
    options?: SagaOptions,
  ): InstrumentedPrimitive<A, D, never>;
  <A, B, C>(a: Step<A, B>, b: Step<B, C>, options?: SagaOptions): InstrumentedPrimitive<A, C, never>;
  <A, B>(a: Step<A, B>, options?: SagaOptions): InstrumentedPrimitive<A, B, never>;
}
