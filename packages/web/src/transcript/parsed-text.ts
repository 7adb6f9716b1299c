import type { AttributeJson } from '@tta/obs-protocol';

/** Longer ones take a while to read. */
const LONGEST = 1_000_000;

/** What a text says that is a JSON object or list; every other value as it is. */
export function parsedText(value: AttributeJson): AttributeJson {
  if (typeof value !== 'string' || value.length > LONGEST || !/^\s{0,8}[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as AttributeJson;
  } catch {
    return value;
  }
}
