/** For each byte 1 where a character of the class has it. */
export type ByteClass = Uint8Array;

/** @param pattern - Of a single character; bytes from 0x80 on are looked at as Latin-1. */
export function byteClass(pattern: RegExp): ByteClass {
  return Uint8Array.from({ length: 256 }, (_, code) => (pattern.test(String.fromCharCode(code)) ? 1 : 0));
}

/** Whether the byte there is of the class; there is none before and behind the buffer. */
export function isOf(members: ByteClass, buffer: Buffer, at: number): boolean {
  return at >= 0 && at < buffer.length && members[buffer[at]!] === 1;
}

/** Where the bytes of the class end that stand from `start` on. */
export function runEnd(buffer: Buffer, start: number, members: ByteClass): number {
  let end = start;
  while (end < buffer.length && members[buffer[end]!] === 1) end++;
  return end;
}
