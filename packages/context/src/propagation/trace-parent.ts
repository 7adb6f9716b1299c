import type { SpanContext } from '@opentelemetry/api';
import { endOfRun, hexDigit, skipOws, trimOwsEnd } from './header-grammar.ts';

/** What a `traceparent` says: the trace, the span that called, and its flags. */
export type TraceParent = Pick<SpanContext, 'traceId' | 'spanId' | 'traceFlags'>;

/** Sampled and random-trace-id; the other bits have no meaning yet and are sent as 0. */
const knownFlags = 0b11;
/** `00-<32 digits>-<16 digits>-<2 digits>` */
const length = 55;
const dash = 0x2d;
const zero = 0x30;

/**
 * Reads a `traceparent` header (W3C Trace Context level 2, 3.2).
 *
 * Version `00` has exactly 55 characters; of a later version the fields that `00` knows are read and the
 * rest is left alone. Version `ff`, upper case and ids of nothing but zeros are refused, and so is a comma,
 * which joins the values of two headers. Spaces and tabs around the value are no part of it.
 */
export function parseTraceParent(header: string): TraceParent | undefined {
  const start = skipOws(header, 0, header.length);
  const end = trimOwsEnd(header, start, header.length);
  const value = end - start === header.length ? header : header.slice(start, end);
  if (value.length < length || !isVersion(value)) return undefined;
  if (!isId(value, 3, 35) || !isId(value, 36, 52)) return undefined;
  if (!isHex(value, 53, 55)) return undefined;
  return {
    traceId: value.slice(3, 35),
    spanId: value.slice(36, 52),
    // Only the last digit carries known flags.
    traceFlags: Number.parseInt(value.charAt(54), 16) & knownFlags,
  };
}

/**
 * Writes a `traceparent` header of version `00`.
 *
 * @returns `undefined` when an id is not of lower case hexadecimal digits or nothing but zeros.
 */
export function formatTraceParent({ traceId, spanId, traceFlags }: TraceParent): string | undefined {
  if (traceId.length !== 32 || !isId(traceId, 0, 32)) return undefined;
  if (spanId.length !== 16 || !isId(spanId, 0, 16)) return undefined;
  return `00-${traceId}-${spanId}-0${traceFlags & knownFlags}`;
}

/** Whether the version, the dashes and what follows the flags are as the version wants them. */
function isVersion(value: string): boolean {
  if (!isHex(value, 0, 2) || value.startsWith('ff')) return false;
  if (value.charCodeAt(2) !== dash || value.charCodeAt(35) !== dash || value.charCodeAt(52) !== dash) {
    return false;
  }
  if (value.length === length) return true;
  return !value.startsWith('00') && value.charCodeAt(length) === dash && !value.includes(',');
}

const isHex = (text: string, start: number, end: number): boolean =>
  endOfRun(hexDigit, text, start, end) === end;

function isId(text: string, start: number, end: number): boolean {
  if (!isHex(text, start, end)) return false;
  for (let index = start; index < end; index++) if (text.charCodeAt(index) !== zero) return true;
  return false;
}
