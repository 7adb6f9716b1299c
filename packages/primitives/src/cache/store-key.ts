import { hash } from 'node:crypto';

/** Longer keys are cut. */
const longestKey = 200;
/** Characters of a cut key that are kept as they are. */
const keptCharacters = 180;
/** Hexadecimal digits of the hash in a cut key: 128 bits. It is longer than any key that is not cut, so none equals it. */
const cutKeyDigits = 32;
/** Hexadecimal digits of a hash that telemetry shows: 64 bits. */
const shownDigits = 16;

/** Stands for a text where the text itself must not, or is too long: it is the same in all processes. */
export function hashOf(text: string): string {
  return sha256(text).slice(0, shownDigits);
}

/** A key of bounded length: of a long one its beginning and a hash of the whole. */
export function boundedKey(key: string): string {
  return key.length <= longestKey ? key : key.slice(0, keptCharacters) + sha256(key).slice(0, cutKeyDigits);
}

/**
 * What the keys of one cache begin with in a store that it may share with others: caches of different names never
 * answer each other's calls.
 */
export function keyPrefix(cacheName: string): string {
  return `cache:${encodeURIComponent(cacheName)}:`;
}

function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}
