/** Bytes of a number with 64 bits. */
const longestVarint = 10;

/** A field of a protobuf message: a number for a varint, else the bytes of the value. */
export interface ProtobufField {
  readonly number: number;
  readonly value: number | Uint8Array;
}

/**
 * The fields of a protobuf message in the order they stand there (Protocol Buffers, "Encoding"). Enough for the
 * small messages that describe an error; numbers beyond 2^53 lose their last digits.
 *
 * @throws RangeError when the message is cut short or is none.
 */
export function* protobufFields(bytes: Uint8Array): Generator<ProtobufField> {
  let at = 0;
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new RangeError('the message is cut short');
    at += length;
    return bytes.subarray(at - length, at);
  };
  const varint = (): number => {
    let value = 0;
    for (let length = 0; length < longestVarint; length++) {
      const [byte = 0] = take(1);
      value += (byte & 0x7f) * 128 ** length;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a number does not end');
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    if (tag % 8 === 0) yield { number, value: varint() };
    else if (tag % 8 === 1) yield { number, value: take(8) };
    else if (tag % 8 === 2) yield { number, value: take(varint()) };
    else if (tag % 8 === 5) yield { number, value: take(4) };
    else throw new RangeError('the message holds a field of no known type');
  }
}
