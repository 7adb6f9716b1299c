import { describe, expect, it } from '@jest/globals';
import { grpcMessage, grpcStatusMessage, grpcTimeoutMs, readGrpcMessage } from './grpc-message.ts';

describe('readGrpcMessage', () => {
  it('reads what grpcMessage writes', () => {
    const bytes = Buffer.from('a message');
    expect(readGrpcMessage(grpcMessage(bytes))).toEqual({ isCompressed: false, bytes });
    expect(grpcMessage(Buffer.alloc(0x1_02_03)).subarray(0, 5)).toEqual(Buffer.from([0, 0, 1, 2, 3]));
  });

  it('knows that a message is compressed', () => {
    expect(readGrpcMessage(Buffer.from([1, 0, 0, 0, 1, 7]))).toEqual({
      isCompressed: true,
      bytes: Buffer.from([7]),
    });
  });

  it.each([
    ['nothing', [], 'The call holds no message.'],
    ['half a prefix', [0, 0, 0, 0], 'The call holds no message.'],
    ['an unknown flag', [2, 0, 0, 0, 0], 'The flag of the message is 2: it must be 0 or 1.'],
    ['too little', [0, 0, 0, 0, 2, 7], 'The message should have 2 bytes; 1 were sent.'],
    ['too much', [0, 0, 0, 0, 0, 7], 'The message should have 0 bytes; 1 were sent.'],
    ['a length of 4 GiB', [0, 255, 255, 255, 255], 'The message should have 4294967295 bytes; 0 were sent.'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readGrpcMessage(Buffer.from(bytes))).toThrow(
      expect.objectContaining({ status: 400, message }),
    );
  });
});

describe('grpcTimeoutMs', () => {
  it.each([
    ['1H', 3_600_000],
    ['2M', 120_000],
    ['10S', 10_000],
    ['250m', 250],
    ['1500u', 1.5],
    ['99999999n', 99_999_999 * 1e-6],
    ['0S', 0],
    ['', undefined],
    ['10', undefined],
    ['S', undefined],
    ['-1S', undefined],
    ['123456789S', undefined],
    ['1s', undefined],
  ])('reads %j as %s', (text, timeoutMs) => {
    expect(grpcTimeoutMs(text)).toBe(timeoutMs);
  });
});

describe('grpcStatusMessage', () => {
  it('encodes all but printable ASCII', () => {
    expect(grpcStatusMessage('100 % größer\n~')).toBe('100 %25 gr%C3%B6%C3%9Fer%0A~');
  });

  it('tells no more of a long text than clients take as headers', () => {
    expect(grpcStatusMessage('a'.repeat(500))).toBe('a'.repeat(500));
    expect(grpcStatusMessage('a'.repeat(501))).toBe(`${'a'.repeat(500)}%E2%80%A6`);
    expect(grpcStatusMessage('€'.repeat(16_000)).length).toBeLessThan(5_000);
  });
});
