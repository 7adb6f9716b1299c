import {
  type Context,
  isSpanContextValid,
  propagation,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api';
import type { Carrier } from './carrier.ts';
import { httpHeaders, type HttpHeaders } from './http-headers.ts';
import { warn } from './propagation-field.ts';

/**
 * Writes what a context propagates to a message that is about to be sent.
 *
 * The propagator that is registered decides what that is; with none registered it is nothing. Of its fields,
 * what the target holds of another context is taken out: baggage always, the fields of a trace when this
 * context has one. Without a span a child that is given a copy of the environment goes on in the trace of its
 * parent. Never throws: what cannot be written is left out.
 *
 * @param target - Where to write.
 * @param carrier - How to write there. @defaultValue {@link httpHeaders}
 * @param propagator - Takes the place of the one that is registered.
 * @returns The target.
 *
 * @example
 * ```ts
 * await fetch(url, { headers: inject(context.active(), new Headers()) });
 * spawn('tool', { env: inject(context.active(), { ...process.env }, environment) });
 * ```
 */
export function inject<T extends HttpHeaders>(
  context: Context,
  target: T,
  carrier?: undefined,
  propagator?: TextMapPropagator,
): T;
export function inject<S, T extends S>(
  context: Context,
  target: T,
  carrier: Carrier<S>,
  propagator?: TextMapPropagator,
): T;
export function inject<T>(
  context: Context,
  target: T,
  carrier: Carrier<T> = httpHeaders as Carrier<unknown>,
  propagator: TextMapPropagator = propagation,
): T {
  const fields = new Map<string, string>();
  attempt(() => propagator.inject(context, fields, mapSetter));
  attempt(() => {
    const stale = staleFields(context, propagator.fields(), fields);
    for (const field of stale) attempt(() => carrier.remove(target, field));
  });
  for (const [field, value] of fields) attempt(() => carrier.set(target, field, value));
  return target;
}

const mapSetter: TextMapSetter<Map<string, string>> = {
  set: (map, field, value) => void map.set(field, value),
};

/**
 * Half of one context beside half of another would be wrong, and baggage may have arrived that must not leave.
 * Without a span to send, the trace that the target has already stays.
 */
function staleFields(
  context: Context,
  known: readonly string[],
  written: ReadonlyMap<string, string>,
): string[] {
  const span = trace.getSpanContext(context);
  const hasTrace = span !== undefined && isSpanContextValid(span);
  return known.filter((field) => !written.has(field) && (hasTrace || field === 'baggage'));
}

function attempt(action: () => void): void {
  try {
    action();
  } catch (error) {
    warn('the context could not be injected', error);
  }
}

/**
 * Reads what a message that arrived carries.
 *
 * @param source - What to read from.
 * @param carrier - How to read there. @defaultValue {@link httpHeaders}
 * @param propagator - Takes the place of the one that is registered.
 * @returns The context with what was read in it, or the context itself where that is nothing. Never throws.
 *
 * @example
 * ```ts
 * context.with(extract(context.active(), request.headers), () => handle(request));
 * ```
 */
export function extract(
  context: Context,
  source: HttpHeaders,
  carrier?: undefined,
  propagator?: TextMapPropagator,
): Context;
export function extract<T>(
  context: Context,
  source: T,
  carrier: Carrier<T>,
  propagator?: TextMapPropagator,
): Context;
export function extract<T>(
  context: Context,
  source: T,
  carrier: Carrier<T> = httpHeaders as Carrier<unknown>,
  propagator: TextMapPropagator = propagation,
): Context {
  try {
    return propagator.extract(context, source, carrier);
  } catch (error) {
    warn('nothing could be extracted', error);
    return context;
  }
}
