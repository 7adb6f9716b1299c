import { type Baggage, type BaggageEntry, baggageEntryMetadataFromString } from '@opentelemetry/api';
import { baggageOctet, endOfMember, endOfRun, skipOws, tokenChar, trimOwsEnd } from './header-grammar.ts';
import { warn } from './propagation-field.ts';
import { ReceivedBaggage } from './received-baggage.ts';

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
  let asWritten = true;
  for (let start = 0; start < header.length && entries.size < maxMembers;) {
    const end = endOfMember(header, start);
    const from = skipOws(header, start, end);
    const to = trimOwsEnd(header, from, end);
    bytes += to - from + 1;
    if (bytes > maxBytes) break;
    const member = readMember(header, from, to);
    asWritten &&= member !== undefined && member.asWritten && !entries.has(member.key);
    if (member !== undefined) entries.set(member.key, member.entry);
    start = end + 1;
  }
  if (entries.size === 0) return undefined;
  return new ReceivedBaggage(entries, asWritten && bytes === header.length ? header : undefined);
}

/**
 * Writes a `baggage` header (W3C Baggage, 3.2).
 *
 * What cannot be written as the specification wants it, because its key is no token, its metadata no list of
 * properties or reading it throws, is left out alone. Beyond 64 members or 8192 bytes whole members are left out, from
 * the first that does not fit to the end.
 *
 * @param keys - The keys that may be written. @defaultValue all
 * @returns `undefined` when there is nothing to write.
 */
export function formatBaggage(baggage: Baggage, keys?: ReadonlySet<string>): string | undefined {
  if (!keys && baggage instanceof ReceivedBaggage && baggage.header !== undefined) return baggage.header;
  let header = '';
  let count = 0;
  for (const [key, entry] of baggage.getAllEntries()) {
    if (keys && !keys.has(key)) continue;
    const member = tryWriteMember(key, entry);
    if (member === undefined) continue;
    const longer = header === '' ? member : `${header},${member}`;
    // What is written is ASCII, so a character is a byte.
    if (++count > maxMembers || longer.length > maxBytes) break;
    header = longer;
  }
  return header || undefined;
}

interface Member {
  readonly key: string;
  readonly entry: BaggageEntry;
  /** Whether it stands there as it would be written. */
  readonly asWritten: boolean;
}

/** `key = value ; property ; property`, with optional white space around each. */
function readMember(header: string, start: number, end: number): Member | undefined {
  const keyEnd = endOfRun(tokenChar, header, start, end);
  const equals = skipOws(header, keyEnd, end);
  if (keyEnd === start || header[equals] !== '=') return undefined;
  const valueStart = skipOws(header, equals + 1, end);
  const valueEnd = endOfRun(baggageOctet, header, valueStart, end);
  const pairEnd = skipOws(header, valueEnd, end);
  const key = header.slice(start, keyEnd);
  const encoded = header.slice(valueStart, valueEnd);
  const decoded = decode(encoded);
  const value = decoded ?? decodeLeniently(encoded);
  const isExact = decoded !== undefined;

  const length = key.length + 1 + encoded.length;
  if (pairEnd === end) return { key, entry: { value }, asWritten: isExact && length === end - start };
  const properties = header[pairEnd] === ';' ? readProperties(header.slice(pairEnd + 1, end)) : undefined;
  if (properties === undefined) return undefined;
  return {
    key,
    entry: { value, metadata: baggageEntryMetadataFromString(properties) },
    asWritten: isExact && length + 1 + properties.length === end - start,
  };
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

/** Entries come from the program, and their metadata has a method of its own. */
function tryWriteMember(key: string, entry: BaggageEntry): string | undefined {
  try {
    return writeMember(key, entry);
  } catch (error) {
    warn('an entry of baggage could not be written', error);
    return undefined;
  }
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

/** `undefined` for what is no UTF-8. */
function decode(value: string): string | undefined {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

/** With U+FFFD for what is no UTF-8. A percent sign without two digits stands for itself. */
function decodeLeniently(value: string): string {
  const bytes: number[] = [];
  for (let index = 0; index < value.length; index++) {
    const digits = /^%([\da-f]{2})/i.exec(value.slice(index, index + 3))?.[1];
    bytes.push(digits === undefined ? value.charCodeAt(index) : Number.parseInt(digits, 16));
    if (digits !== undefined) index += 2;
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
}
