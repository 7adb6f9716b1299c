import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { protobufFields } from './protobuf-fields.ts';
import { decodeRpcStatus, parseRpcStatus } from './rpc-status.ts';

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

function bytesField(number: number, bytes: string | readonly number[]): number[] {
  const content = [...Buffer.from(bytes as string)];
  return [...varint(number * 8 + 2), ...varint(content.length), ...content];
}

const numberField = (number: number, value: number): number[] => [...varint(number * 8), ...varint(value)];
const detail = (type: string, value: readonly number[]): number[] =>
  bytesField(3, [...bytesField(1, `type.googleapis.com/${type}`), ...bytesField(2, value)]);
const decode = (bytes: readonly number[]) => decodeRpcStatus(Uint8Array.from(bytes));

describe('decodeRpcStatus', () => {
  it('reads the message', () => {
    const bytes = [...numberField(1, 8), ...bytesField(2, 'zu viel: 日本')];
    expect(decode(bytes)).toEqual({ message: 'zu viel: 日本', retryAfterMs: undefined });
  });

  it.each([
    ['seconds and nanoseconds', bytesField(1, [...numberField(1, 3), ...numberField(2, 250_000_000)]), 3_250],
    ['nanoseconds alone', bytesField(1, numberField(2, 1)), 1],
    ['more than five minutes', bytesField(1, numberField(1, 86_400)), 300_000],
    ['zero', bytesField(1, []), 0],
    ['no delay', [], 0],
  ])('reads RetryInfo with %s', (_name, info, expected) => {
    const bytes = [...detail('google.rpc.DebugInfo', []), ...detail('google.rpc.RetryInfo', info)];
    expect(decode(bytes)).toEqual({ message: '', retryAfterMs: expected });
  });

  it('reads RetryInfo whose value is left out as no delay', () => {
    const bytes = bytesField(3, bytesField(1, 'type.googleapis.com/google.rpc.RetryInfo'));
    expect(decode(bytes)).toEqual({ message: '', retryAfterMs: 0 });
  });

  it('heeds the first sixteen details alone', () => {
    const other = detail('google.rpc.DebugInfo', []);
    const info = detail('google.rpc.RetryInfo', bytesField(1, numberField(1, 3)));
    const after = (others: number) => [...Array.from({ length: others }, () => other).flat(), ...info];
    expect(decode(after(15))?.retryAfterMs).toBe(3_000);
    expect(decode([...after(16), ...bytesField(2, 'busy')])).toEqual({
      message: 'busy',
      retryAfterMs: undefined,
    });
  });

  it('asks for no delay that is no number', () => {
    const endless = [8, ...Array.from({ length: 200 }, () => 0x80), 1];
    expect(decode(detail('google.rpc.RetryInfo', bytesField(1, endless)))).toBeUndefined();
  });

  it('passes over fields that it does not know', () => {
    const unknown = [...numberField(9, 2 ** 40), 0x59, 1, 2, 3, 4, 5, 6, 7, 8, 0x65, 1, 2, 3, 4];
    expect(decode([...unknown, ...bytesField(2, 'busy'), ...unknown])?.message).toBe('busy');
  });

  it.each([
    ['a varint that does not end', [0x80, 0x80]],
    ['a varint of eleven bytes', [8, ...Array.from({ length: 10 }, () => 0x80), 1]],
    ['a text that is cut short', [0x12, 0x05, 0x61]],
    ['a group', [0x0b]],
  ])('finds no status in %s', (_name, bytes) => {
    expect(decode(bytes)).toBeUndefined();
  });

  it('neither throws nor hangs on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const status = decodeRpcStatus(bytes);
        expect(typeof (status?.message ?? '')).toBe('string');
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('protobufFields', () => {
  it('gives back what was written', () => {
    const value = fc.oneof(fc.nat({ max: 2 ** 53 - 1 }), fc.uint8Array({ maxLength: 300 }));
    const field = fc.record({ number: fc.integer({ min: 1, max: 2 ** 20 }), value });
    fc.assert(
      fc.property(fc.array(field, { maxLength: 10 }), (fields) => {
        const bytes = fields.flatMap(({ number, value }) =>
          typeof value === 'number' ? numberField(number, value) : bytesField(number, [...value]),
        );
        expect([...protobufFields(Uint8Array.from(bytes))]).toEqual(fields);
      }),
    );
  });
});

describe('parseRpcStatus', () => {
  it.each([
    ['{"code":3,"message":"no such tenant"}', 'no such tenant'],
    ['{"message":7}', undefined],
    ['{}', undefined],
    ['null', undefined],
    ['', undefined],
    ['<html>', undefined],
  ])('reads %s', (json, message) => {
    expect(parseRpcStatus(json)?.message).toBe(message);
  });
});
