import { isWorkflowContext } from '@tta/obs-context';
import type { SecretKeyRule } from '@tta/obs-context/secrets';
import { isPaymentCard } from './redaction/payment-cards.ts';
import {
  isPairs,
  isTokenList,
  keyLines,
  kindOfItem,
  type NeighbourRule,
  neighbourRule,
} from './secret-neighbours.ts';

/** Deeper, longer and more than any line that is read; what lies beyond is counted, not printed. */
const deepest = 8;
const mostEntries = 200;
const mostValues = 2_000;
const mostCharacters = 262_144;
/** Of the names of all objects: to list those of one takes time also where few are shown. */
const mostKeys = 200_000;
/** So many fields are searched for errors, and for names of what stands beside them. */
const mostLooked = 2_000;
const longestText = 32_768;
const longestKey = 256;
/** So much behind a cut is looked at, for a secret that begins before it; the longest are passwords in URLs. */
const lookAhead = 4_096;

/** What is kept out of a copy. */
interface Censor {
  text(text: string): string;
  readonly isSecretKey: SecretKeyRule;
}

interface Copy {
  readonly censor: Censor | undefined;
  readonly above: object[];
  /** Of the field at hand. */
  valuesLeft: number;
  charactersLeft: number;
  /** Of all fields together. */
  keysLeft: number;
}

/**
 * A copy of log fields, or of any value, that is safe to print as JSON: errors with name, message, stack and cause,
 * big integers as digits, no cycles, bounded depth, width and size, and without what the censor takes out. Where
 * there is too much, errors among the fields come first, and no field takes what the others need. Streams, binary data
 * and contexts of runs are named, not read. Getters and `toJSON` are called once. Never throws.
 *
 * @param characters - Of all texts together; less of them takes less time.
 */
export function fieldValue(value: unknown, censor?: Censor, characters = mostCharacters): unknown {
  const charactersLeft = Math.min(characters, mostCharacters);
  return plain(value, { censor, above: [], valuesLeft: mostValues, charactersLeft, keysLeft: mostKeys });
}

function plain(value: unknown, copy: Copy): unknown {
  switch (typeof value) {
    case 'string':
      return plainText(value, copy);
    case 'number':
      return plainNumber(value, copy);
    case 'bigint':
    case 'symbol':
      return plainText(String(value), copy);
    case 'function':
      return '[Function]';
    case 'object':
      return value === null ? null : plainObject(value, copy);
    default:
      return value;
  }
}

function plainText(text: string, copy: Copy): string {
  const most = copy.charactersLeft;
  if (most <= 0) return '[Cut]';
  copy.charactersLeft -= Math.min(text.length, most, longestText);
  return cleanText(text, most, copy.censor);
}

function cleanText(text: string, most: number, censor: Censor | undefined): string {
  if (censor === undefined) return cut(text, text, Math.min(most, longestText));
  // A censor cuts long texts itself.
  if (text.length <= most || most >= longestText) return censor.text(text);
  const shown = Math.min(most, longestText - lookAhead);
  const seen = text.slice(0, shown + lookAhead);
  const clean = censor.text(seen);
  // Where secrets became shorter, half a secret at the end of what was seen moves up.
  const sure = seen.length === text.length ? clean.length : Math.max(0, clean.length - lookAhead);
  return cut(clean, text, Math.min(shown, sure));
}

/** A text that is not too long for a line, with all that is in it. */
export function shortText(text: string): string {
  return cut(text, text, longestText);
}

function cut(clean: string, text: string, most: number): string {
  if (clean.length <= most) return clean;
  return `${clean.slice(0, most)}… (${Math.max(1, text.length - most)} more characters)`;
}

function plainNumber(value: number, { censor }: Copy): unknown {
  // JSON has no word for them and would say null.
  if (!Number.isFinite(value)) return String(value);
  const isCard =
    censor !== undefined && value >= 1e12 && Number.isSafeInteger(value) && isPaymentCard(String(value));
  return isCard ? redacted('payment-card') : value;
}

function plainObject(value: object, copy: Copy): unknown {
  const { above } = copy;
  if (above.includes(value)) return '[Circular]';
  if (above.length >= deepest) return '[Deep]';
  above.push(value);
  try {
    return copiedObject(value, copy);
  } catch {
    return '[Unreadable]';
  } finally {
    above.pop();
  }
}

function copiedObject(value: object, copy: Copy): unknown {
  if (isErrorLike(value)) return copiedError(value, copy);
  if (Array.isArray(value)) return copiedList(value, copy);
  // Most objects are plain, and need no further look.
  if (Object.getPrototypeOf(value) !== Object.prototype) {
    // Bytes say nothing to a reader, and may spell a secret.
    if (isBinary(value)) return `[${value.constructor.name} of ${value.byteLength} bytes]`;
    // What it holds is the program's to read, and its internals hold what nobody has read yet.
    if (isStream(value)) return '[Stream]';
    if (isWorkflowContext(value)) return '[WorkflowContext]';
  }
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') {
    const json: unknown = (toJSON as () => unknown).call(value);
    if (json !== value) return plain(json, copy);
  }
  if (value instanceof Map) return copiedPairs(value, copy);
  if (value instanceof Set) return copiedList(firstOf(value), copy, value.size);
  switch (Object.prototype.toString.call(value)) {
    case '[object String]':
      return plainText(String.prototype.valueOf.call(value), copy);
    case '[object RegExp]':
      return plainText(RegExp.prototype.toString.call(value), copy);
    case '[object Headers]':
    case '[object URLSearchParams]':
      return copiedPairs(new Set(value as Iterable<readonly [string, string]>), copy);
    default: {
      if (copy.keysLeft <= 0) return '[Cut]';
      const keys = keysOf(value, copy);
      return copy.above.length === 1 ? copiedFields(value, keys, copy) : addKeys({}, keys, value, copy);
    }
  }
}

function isBinary(value: object): value is ArrayBufferView | ArrayBuffer | SharedArrayBuffer {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof SharedArrayBuffer;
}

/** Whether a value gives or takes what it has over time, or gives it once. */
function isStream(value: object): boolean {
  if (Symbol.asyncIterator in value || (Symbol.iterator in value && 'next' in value)) return true;
  return 'getWriter' in value || ('pipe' in value && 'on' in value);
}

function firstOf(items: Iterable<unknown>): readonly unknown[] {
  const first: unknown[] = [];
  for (const item of items) {
    if (first.length >= mostEntries) break;
    first.push(item);
  }
  return first;
}

function keysOf(value: object, copy: Copy): readonly string[] {
  const keys = Object.keys(value);
  copy.keysLeft -= keys.length;
  return keys;
}

/** What a line was given. Its errors are copied first: they are what it is read for. */
function copiedFields(fields: object, keys: readonly string[], copy: Copy): object {
  const result = {};
  const looked = firstKeys(keys);
  const items = looked.map((key) => read(fields, key));
  const beside = rulesBeside(fields, keys, copy);
  const errors = earlyErrors(looked, items, copy);
  let fieldsLeft = Math.min(keys.length, mostEntries) - errors.size;
  let untaken = keys.length - looked.length;
  let at = 0;
  for (const key of looked) {
    const item = items[at++];
    if (errors.has(key)) addEntry(result, key, errors.get(key), copy);
    else if (fieldsLeft <= 0 || isSpent(copy)) untaken++;
    else {
      if (item !== undefined)
        addEntry(result, key, inShare(key, item, copy, fieldsLeft, beside?.(key, item)), copy);
      fieldsLeft--;
    }
  }
  sayMore(result, untaken);
  return result;
}

function earlyErrors(
  keys: readonly string[],
  items: readonly unknown[],
  copy: Copy,
): ReadonlyMap<string, unknown> {
  let found: number[] | undefined;
  for (let at = 0; at < items.length; at++) {
    const item = items[at];
    if (typeof item !== 'object' || item === null || !isErrorLike(item)) continue;
    found ??= [];
    if (found.push(at) >= mostEntries) break;
  }
  if (found === undefined) return noErrors;
  const errors = new Map<string, unknown>();
  for (const at of found) {
    const key = keys[at] ?? '';
    // All other fields together have as much as one error.
    errors.set(key, inShare(key, items[at], copy, found.length - errors.size + 1));
  }
  return errors;
}

const noErrors: ReadonlyMap<string, unknown> = new Map();

/** Copies a field into its share of what is left; what it does not need is for those behind it. */
function inShare(key: string, item: unknown, copy: Copy, fieldsLeft: number, hidden?: string): unknown {
  const { valuesLeft, charactersLeft } = copy;
  const values = (copy.valuesLeft = Math.ceil(valuesLeft / fieldsLeft));
  const characters = (copy.charactersLeft = Math.ceil(charactersLeft / fieldsLeft));
  const shown = entryValue(key, item, copy, hidden);
  copy.valuesLeft += valuesLeft - values;
  copy.charactersLeft += charactersLeft - characters;
  return shown;
}

const keysOfErrors: readonly string[] = ['name', 'message', 'stack', 'cause', 'errors'];

function copiedError(error: Error, copy: Copy): object {
  const result = addKeys({}, keysOfErrors, error, copy);
  if (copy.keysLeft <= 0) return result;
  const others = keysOf(error, copy).filter((key) => !keysOfErrors.includes(key));
  return others.length > 0 ? addKeys(result, others, error, copy) : result;
}

function addKeys(result: object, keys: readonly string[], source: object, copy: Copy): object {
  const beside = rulesBeside(source, keys, copy);
  let at = 0;
  for (; at < keys.length && at < mostEntries && !isSpent(copy); at++) {
    const key = keys[at] ?? '';
    const item = read(source, key);
    if (item !== undefined) addEntry(result, key, entryValue(key, item, copy, beside?.(key, item)), copy);
  }
  sayMore(result, keys.length - at);
  return result;
}

function rulesBeside(source: object, keys: readonly string[], { censor }: Copy): NeighbourRule | undefined {
  if (censor === undefined) return undefined;
  return neighbourRule(source, firstKeys(keys), censor.isSecretKey);
}

function firstKeys(keys: readonly string[]): readonly string[] {
  return keys.length > mostLooked ? keys.slice(0, mostLooked) : keys;
}

interface Pairs extends Iterable<readonly [unknown, unknown]> {
  readonly size: number;
}

function copiedPairs(pairs: Pairs, copy: Copy): object {
  const result = {};
  let taken = 0;
  for (const [key, item] of pairs) {
    if (taken >= mostEntries || isSpent(copy)) break;
    taken++;
    const name = String(key);
    addEntry(result, name, entryValue(name, item, copy), copy);
  }
  sayMore(result, pairs.size - taken);
  return result;
}

/** @param length - Of what the list is the beginning of, where it is one. */
function copiedList(list: readonly unknown[], copy: Copy, length = list.length): unknown[] {
  const { censor } = copy;
  const result: unknown[] = [];
  const hasPairs = censor !== undefined && isPairs(list);
  const key = censor && keyLines(list);
  let index = 0;
  for (; index < list.length && index < mostEntries && !isSpent(copy); index++) {
    copy.valuesLeft--;
    const isKeyLine = key !== undefined && index >= key.from && index < key.to;
    const kind = isKeyLine ? 'private-key' : censor && kindOfItem(list, index, hasPairs, censor.isSecretKey);
    result.push(kind === undefined ? plain(list[index], copy) : hide(list[index], kind, copy));
  }
  if (index < length) result.push(`… ${length - index} more`);
  return result;
}

function isSpent({ valuesLeft, charactersLeft }: Copy): boolean {
  return valuesLeft <= 0 || charactersLeft <= 0;
}

function sayMore(result: object, untaken: number): void {
  if (untaken > 0) (result as Record<string, unknown>)['…'] = `${untaken} more`;
}

function read(source: object, key: string): unknown {
  try {
    return (source as Record<string, unknown>)[key];
  } catch {
    return '[Unreadable]';
  }
}

function entryValue(key: string, item: unknown, copy: Copy, hidden?: string): unknown {
  copy.valuesLeft--;
  const { censor } = copy;
  let kind = hidden ?? censor?.isSecretKey(key);
  if (kind === undefined && censor !== undefined && isTokenList(key, item)) kind = 'token';
  return kind === undefined ? plain(item, copy) : hide(item, kind, copy);
}

function addEntry(result: object, key: string, shown: unknown, copy: Copy): void {
  copy.charactersLeft -= Math.min(key.length, longestKey + lookAhead);
  const name = freeName(result, cleanText(key, longestKey, copy.censor));
  if (name === '__proto__') Object.defineProperty(result, name, { value: shown, enumerable: true });
  else (result as Record<string, unknown>)[name] = shown;
}

/** Two keys may be the same when cut, without their secrets, or as texts. */
function freeName(result: object, name: string): string {
  if (!Object.hasOwn(result, name)) return name;
  let free = `${name} (2)`;
  for (let next = 3; Object.hasOwn(result, free); next++) free = `${name} (${next})`;
  return free;
}

/** Whether there is a secret, and whether it is empty, may be read; what it is may not. */
function hide(value: unknown, kind: string, copy: Copy): unknown {
  if (value === null || value === '' || typeof value === 'boolean' || typeof value === 'function')
    return plain(value, copy);
  return isRedacted(value) ? value : redacted(kind);
}

function redacted(kind: string): string {
  return `[redacted:${kind}]`;
}

function isRedacted(value: unknown): boolean {
  return typeof value === 'string' && /^\[redacted:[a-z\d-]+\]$/.test(value);
}

/** Also an error of another realm, where `instanceof` fails. */
export function isErrorLike(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

/** Names of the fields that say that something failed: an error in it, or a field called `error` or `err`. Never throws. */
export function errorFields(fields: Readonly<Record<string, unknown>>): readonly string[] {
  let names: string[] | undefined;
  try {
    for (const key of Object.keys(fields)) {
      const value = fields[key];
      const isNamed =
        (key === 'error' || key === 'err') && value !== undefined && value !== null && value !== false;
      if (isNamed || (typeof value === 'object' && isErrorLike(value))) (names ??= []).push(key);
    }
  } catch {
    // What cannot be read is no error either.
  }
  return names ?? noNames;
}

const noNames: readonly string[] = [];
