/** Bytes of UTF-8 that one text may have; what is beyond is left out, and the text says so. */
export const TEXT_BYTES = 1024 * 1024;
/** Of bytes, which become base64. */
const BINARY_BYTES = (TEXT_BYTES / 4) * 3;

/** A word that would be cut through is left out where it is no longer: half a secret is not known by its form. */
const WORD_BYTES = 4 * 1024;
const DELIMITERS: ReadonlySet<number> = new Set(Buffer.from(`"'\`,;()[]{}<>`));
const SPACE = 0x20;

/** A text that may be of any length. */
export function limitedText(text: string): string {
  // A character takes up to three bytes.
  if (text.length * 3 <= TEXT_BYTES || Buffer.byteLength(text) <= TEXT_BYTES) return text;
  return cut(Buffer.from(text));
}

/** The text of bytes of UTF-8. */
export function textOf(source: Buffer, start: number, end: number): string {
  return end - start <= TEXT_BYTES ? source.toString('utf8', start, end) : cut(source.subarray(start, end));
}

/** Base64 of bytes. */
export function base64Of(source: Buffer, start: number, end: number): string {
  if (end - start <= BINARY_BYTES) return source.toString('base64', start, end);
  const kept = start + BINARY_BYTES;
  return `${source.toString('base64', start, kept)}${mark(end - kept)}`;
}

function cut(bytes: Buffer): string {
  let end = TEXT_BYTES;
  while (!isDelimiter(bytes[end - 1]!) && end > TEXT_BYTES - WORD_BYTES) end--;
  if (!isDelimiter(bytes[end - 1]!)) end = beginOfCharacter(bytes, TEXT_BYTES);
  return `${bytes.toString('utf8', 0, end)}${mark(bytes.length - end)}`;
}

function isDelimiter(byte: number): boolean {
  return byte <= SPACE || DELIMITERS.has(byte);
}

function beginOfCharacter(bytes: Buffer, position: number): number {
  let begin = position;
  while ((bytes[begin]! & 0xc0) === 0x80 && begin > position - 3) begin--;
  return begin;
}

function mark(byteCount: number): string {
  return `…[cut: ${byteCount} bytes]`;
}
