import { isBinary, jsonText } from './json-text.ts';

/** So many characters are measured exactly, which takes a millisecond. */
const exactCharacters = 1_048_576;

/** Bytes of a text, in UTF-8, or of binary data; `undefined` for all else. Of a text beyond a million characters: at least. */
export function flatSize(value: unknown): number | undefined {
  if (typeof value === 'string') return textSize(value);
  return typeof value === 'object' && value !== null && isBinary(value) ? value.byteLength : undefined;
}

function textSize(text: string): number {
  const beyond = text.length - exactCharacters;
  // Every further character has a byte at least.
  return beyond <= 0 ? Buffer.byteLength(text) : Buffer.byteLength(text.slice(0, exactCharacters)) + beyond;
}

/** Bytes of a value's JSON in UTF-8, binary data counted as it is; of one too large to be looked at whole: at least. */
export function jsonSize(value: unknown): number {
  const { text, binaryBytes } = jsonText(value, exactCharacters);
  return Buffer.byteLength(text) + binaryBytes;
}
