import { isPaymentCard } from './redaction/payment-cards.ts';
import type { SecretKeyRule } from './redaction/secret-key.ts';

/** Deeper, longer and more than any line that is read; what lies beyond is named, not printed. */
const deepest = 8;
const mostEntries = 200;
const mostValues = 2_000;
const mostCharacters = 262_144;
const longestText = 32_768;

/** What is kept out of a copy. */
interface Censor {
  text(text: string): string;
  readonly isSecretKey: SecretKeyRule;
}

interface Copy {
  readonly censor: Censor | undefined;
  readonly above: object[];
  valuesLeft: number;
  charactersLeft: number;
}

/**
 * A copy of a log field that is safe to print as JSON: errors with name, message, stack and cause, big
 * integers as digits, no cycles, bounded depth, width and size, and without what the censor takes out. Never throws.
 */
export function fieldValue(value: unknown, censor?: Censor): unknown {
  return plain(value, { censor, above: [], valuesLeft: mostValues, charactersLeft: mostCharacters });
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
  if (copy.charactersLeft <= 0) return '[Cut]';
  const shown = copy.censor === undefined ? shortened(text) : copy.censor.text(text);
  copy.charactersLeft -= shown.length;
  return shown;
}

function shortened(text: string): string {
  if (text.length <= longestText) return text;
  return `${text.slice(0, longestText)}… (${text.length - longestText} more characters)`;
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
  const { toJSON } = value as { toJSON?: unknown };
  // Bytes say nothing to a reader, and may spell a secret.
  if (ArrayBuffer.isView(value)) return `[${value.constructor.name} of ${value.byteLength} bytes]`;
  if (typeof toJSON === 'function') return plain((toJSON as () => unknown).call(value), copy);
  if (isKind(value, 'String')) return plainText(String.prototype.valueOf.call(value), copy);
  if (value instanceof Map) return copiedMap(value, copy);
  if (value instanceof Set) return copiedList([...value], copy);
  const result = {};
  const hidden = namedSecret(value, copy);
  for (const key of firstKeys(value)) {
    if (!addEntry(result, key, value, copy, key === 'value' ? hidden : undefined)) break;
  }
  return result;
}

function copiedError(error: Error, copy: Copy): object {
  const result = {};
  for (const key of ['name', 'message', 'stack', 'cause', 'errors']) addEntry(result, key, error, copy);
  for (const key of firstKeys(error)) {
    if (!Object.hasOwn(result, key) && !addEntry(result, key, error, copy)) break;
  }
  return result;
}

function firstKeys(value: object): readonly string[] {
  const keys = Object.keys(value);
  return keys.length > mostEntries ? keys.slice(0, mostEntries) : keys;
}

function copiedMap(map: ReadonlyMap<unknown, unknown>, copy: Copy): object {
  const result = {};
  let left = mostEntries;
  for (const [key, item] of map) {
    if (left-- <= 0) break;
    const name = String(key);
    if (!addEntry(result, name, { [name]: item }, copy)) break;
  }
  return result;
}

function copiedList(list: readonly unknown[], copy: Copy): unknown[] {
  const result: unknown[] = [];
  const hasPairs = copy.censor !== undefined && isHeaderList(list);
  for (let index = 0; index < list.length && index < mostEntries && copy.valuesLeft > 0; index++) {
    copy.valuesLeft--;
    const kind = copy.censor && kindBefore(list, index, hasPairs && index % 2 === 1, copy.censor);
    result.push(kind === undefined ? plain(list[index], copy) : hide(list[index], kind, copy));
  }
  return result;
}

/** The value of a pair such as `['cookie', 'x']` or `['--password', 'x']` is named by what stands before it. */
function kindBefore(
  list: readonly unknown[],
  index: number,
  isPair: boolean,
  censor: Censor,
): string | undefined {
  const name = index === 0 ? undefined : list[index - 1];
  if (typeof name !== 'string' || !(isPair || name.startsWith('-'))) return undefined;
  return censor.isSecretKey(name);
}

/** One pair, or pairs of headers as Node gives them: `['Host', 'x', 'Cookie', 'y']`. */
function isHeaderList(list: readonly unknown[]): boolean {
  if (list.length === 2) return true;
  return list.length % 2 === 0 && list.slice(0, mostEntries).some((item, at) => at % 2 === 0 && isHost(item));
}

function isHost(item: unknown): boolean {
  return typeof item === 'string' && item.toLowerCase() === 'host';
}

/** What `{ name: 'password', value: 'x' }` hides. */
function namedSecret(value: object, { censor }: Copy): string | undefined {
  if (censor === undefined || !('value' in value)) return undefined;
  const { name, key } = value as { name?: unknown; key?: unknown };
  const named = typeof name === 'string' ? name : key;
  return typeof named === 'string' ? censor.isSecretKey(named) : undefined;
}

/** Adds what `source` has under a key; `false` once nothing more is taken. */
function addEntry(result: object, key: string, source: object, copy: Copy, hidden?: string): boolean {
  const { censor } = copy;
  let item: unknown;
  try {
    item = (source as Record<string, unknown>)[key];
  } catch {
    item = '[Unreadable]';
  }
  if (item === undefined) return true;
  if (copy.valuesLeft-- <= 0) return false;
  const kind = hidden ?? censor?.isSecretKey(key);
  const shown = kind === undefined ? plain(item, copy) : hide(item, kind, copy);
  const name = censor === undefined ? key : freeName(result, key, censor.text(key));
  if (name === '__proto__') Object.defineProperty(result, name, { value: shown, enumerable: true });
  else (result as Record<string, unknown>)[name] = shown;
  return true;
}

/** Two keys with secrets in them may be the same without. */
function freeName(result: object, key: string, name: string): string {
  if (name === key) return name;
  let free = name;
  for (let more = 2; Object.hasOwn(result, free); more++) free = `${name} (${more})`;
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
  return value instanceof Error || isKind(value, 'Error');
}

function isKind(value: unknown, kind: 'Error' | 'String'): boolean {
  return Object.prototype.toString.call(value) === `[object ${kind}]`;
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
