import type { AttributeJson } from '@tta/obs-protocol';

/** What is nested deeper is left out; OpenTelemetry's own limit for attribute values. */
const DEPTH_LIMIT = 64;
/** Values that one attribute may become. */
const VALUE_LIMIT = 100_000;
/** Texts that are longer are not looked into: to parse them takes longer than an answer may. */
const LONGEST_JSON = 8 * 1024 * 1024;

/** Stands where something was left out. */
const LEFT_OUT = '…';

export type JsonObject = Readonly<Record<string, AttributeJson>>;

export function isObject(value: AttributeJson | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: AttributeJson | undefined): value is readonly AttributeJson[] {
  return Array.isArray(value);
}

/** An own member that is there and not `null`; never one of the prototype's. */
export function member(object: JsonObject, name: string): AttributeJson | undefined {
  return Object.hasOwn(object, name) ? (object[name] ?? undefined) : undefined;
}

export function textMember(object: JsonObject, name: string): string | null {
  const value = member(object, name);
  return typeof value === 'string' ? value : null;
}

/** What a text says that is a JSON object or list; every other value as it is. */
export function parsedJson(value: AttributeJson): AttributeJson {
  if (typeof value !== 'string' || value.length > LONGEST_JSON || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as AttributeJson;
  } catch {
    return value;
  }
}

/** The same value with all that is too deep or too much left out, so that whoever walks it ends. */
export function boundedJson(value: AttributeJson): AttributeJson {
  let left = VALUE_LIMIT;
  const copy = (one: AttributeJson, depth: number): AttributeJson => {
    if (typeof one !== 'object' || one === null) return one;
    if (depth >= DEPTH_LIMIT) return LEFT_OUT;
    const entries: [string, AttributeJson][] = [];
    for (const key of Object.keys(one)) {
      if (--left < 0) {
        entries.push([LEFT_OUT, LEFT_OUT]);
        break;
      }
      entries.push([key, copy((one as JsonObject)[key] ?? null, depth + 1)]);
    }
    return isList(one) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
  };
  return copy(value, 0);
}
