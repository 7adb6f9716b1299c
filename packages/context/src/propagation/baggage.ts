import {
  type Baggage,
  type BaggageEntry,
  baggageEntryMetadataFromString,
  propagation,
} from '@opentelemetry/api';
import { baggageOctet, endOfMember, endOfRun, skipOws, tokenChar, trimOwsEnd } from './header-grammar.ts';

/** As many members as everybody has to forward; more may not arrive. */
const maxMembers = 64;
/** The same for the length of the header. */
const maxBytes = 8192;

/**
 * Reads a `baggage` header; several are joined with commas (W3C Baggage, 3.2).
 *
 * A malformed member is left out alone. Of a key that occurs twice the last value counts. Percent-encoded
 * bytes that are no UTF-8 become U+FFFD. Of more than 64 members or 8192 bytes the first ones are kept.
 * Properties become the metadata of an entry, as `k=v;k`.
 *
 * @returns `undefined` when no member is left.
 */
export function parseBaggage(header: string): Baggage | undefined {
  const entries = new Map<string, BaggageEntry>();
  let bytes = -1;
  for (let start = 0; start < header.length && entries.size < maxMembers;) {
    const end = endOfMember(header, start);
    const from = skipOws(header, start, end);
    const to = trimOwsEnd(header, from, end);
    bytes += to - from + 1;
    if (bytes > maxBytes) break;
    readMember(header, from, to, entries);
    start = end + 1;
  }
  return entries.size === 0 ? undefined : baggageOf(entries);
}

/**
 * Writes a `baggage` header (W3C Baggage, 3.2).
 *
 * What cannot be written as the specification wants it, because its key is no token or its metadata no
 * list of properties, is left out alone. Beyond 64 members or 8192 bytes whole members are left out, from
 * the first that does not fit to the end.
 *
 * @param keys - The keys that may be written. @defaultValue all
 * @returns `undefined` when there is nothing to write.
 */
export function formatBaggage(baggage: Baggage, keys?: ReadonlySet<string>): string | undefined {
  let header = '';
  let count = 0;
  for (const [key, entry] of baggage.getAllEntries()) {
    if (keys && !keys.has(key)) continue;
    const member = writeMember(key, entry);
    if (member === undefined) continue;
    const longer = header === '' ? member : `${header},${member}`;
    // What is written is ASCII, so a character is a byte.
    if (++count > maxMembers || longer.length > maxBytes) break;
    header = longer;
  }
  return header || undefined;
}

/** `key = value ; property ; property`, with optional white space around each. */
function readMember(header: string, start: number, end: number, entries: Map<string, BaggageEntry>): void {
  const semicolon = header.indexOf(';', start);
  const pairEnd = semicolon === -1 || semicolon > end ? end : semicolon;
  const keyEnd = endOfRun(tokenChar, header, start, pairEnd);
  const equals = skipOws(header, keyEnd, pairEnd);
  if (keyEnd === start || header[equals] !== '=') return;
  const valueStart = skipOws(header, equals + 1, pairEnd);
  const valueEnd = trimOwsEnd(header, valueStart, pairEnd);
  if (endOfRun(baggageOctet, header, valueStart, valueEnd) < valueEnd) return;
  const value = decode(header.slice(valueStart, valueEnd));
  const key = header.slice(start, keyEnd);
  if (pairEnd === end) {
    entries.set(key, { value });
    return;
  }
  const properties = readProperties(header.slice(pairEnd + 1, end));
  if (properties === undefined) return;
  entries.set(key, { value, metadata: baggageEntryMetadataFromString(properties) });
}

/** Properties without the white space around them; `undefined` when one is malformed. */
function readProperties(text: string): string | undefined {
  const properties: string[] = [];
  for (const property of text.split(';')) {
    const start = skipOws(property, 0, property.length);
    const end = trimOwsEnd(property, start, property.length);
    const keyEnd = endOfRun(tokenChar, property, start, end);
    if (keyEnd === start) return undefined;
    const key = property.slice(start, keyEnd);
    if (keyEnd === end) {
      properties.push(key);
      continue;
    }
    const equals = skipOws(property, keyEnd, end);
    const valueStart = skipOws(property, equals + 1, end);
    if (property[equals] !== '=' || endOfRun(baggageOctet, property, valueStart, end) < end) return undefined;
    properties.push(`${key}=${property.slice(valueStart, end)}`);
  }
  return properties.join(';');
}

function writeMember(key: string, { value, metadata }: BaggageEntry): string | undefined {
  if (key === '' || endOfRun(tokenChar, key, 0, key.length) < key.length) return undefined;
  if (typeof value !== 'string') return undefined;
  const pair = `${key}=${encode(value)}`;
  const text = metadata?.toString() ?? '';
  if (text === '') return pair;
  const properties = readProperties(text);
  return properties === undefined ? undefined : `${pair};${properties}`;
}

function encode(value: string): string {
  if (endOfRun(baggageOctet, value, 0, value.length) === value.length && !value.includes('%')) return value;
  return value
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .replace(/[^\x21\x23\x24\x26-\x2B\x2D-\x3A\x3C-\x5B\x5D-\x7E]+/g, encodeURIComponent);
}

function decode(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return decodeLeniently(value);
  }
}

/** For what is no UTF-8: U+FFFD in its place. A percent sign without two digits stands for itself. */
function decodeLeniently(value: string): string {
  const bytes: number[] = [];
  for (let index = 0; index < value.length; index++) {
    const digits = /^%([\da-f]{2})/i.exec(value.slice(index, index + 3))?.[1];
    bytes.push(digits === undefined ? value.charCodeAt(index) : Number.parseInt(digits, 16));
    if (digits !== undefined) index += 2;
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
}

/** Objects put keys that look like numbers first, so these are added one by one. */
function baggageOf(entries: ReadonlyMap<string, BaggageEntry>): Baggage {
  // Without a prototype, so that `__proto__` is a key like any other.
  const record: Record<string, BaggageEntry> = Object.create(null) as Record<string, BaggageEntry>;
  let isOrdered = true;
  for (const [key, entry] of entries) {
    record[key] = entry;
    isOrdered &&= !/^\d/.test(key);
  }
  if (isOrdered) return propagation.createBaggage(record);
  let baggage = propagation.createBaggage();
  for (const [key, entry] of entries) baggage = baggage.setEntry(key, entry);
  return baggage;
}
