import { DecodeError, TooManyValuesError } from './decode-error.ts';

/** Four structures wrap each level of a nested attribute value, of which 64 are allowed. */
const DEPTH_LIMIT = 512;
/** A body of the largest size that says something has about six million. */
const TOKEN_LIMIT = 8_000_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Refuses JSON that would become many times its size in memory, before anything is made of it: the parser
 * itself has no limits.
 *
 * @throws DecodeError when it is nested too deeply, TooManyValuesError when it holds too many values.
 */
export function checkJsonSize(bytes: Uint8Array): void {
  let depth = 0;
  let tokens = 0;
  let inString = false;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index];
    if (inString) {
      if (byte === BACKSLASH) index++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) {
      inString = true;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (++depth > DEPTH_LIMIT)
        throw new DecodeError(`the body is nested deeper than ${DEPTH_LIMIT} levels`);
      tokens++;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth--;
    } else if (byte === COMMA) {
      tokens++;
    }
  }
  if (tokens > TOKEN_LIMIT) throw new TooManyValuesError(TOKEN_LIMIT);
}
