import { bytesOf } from '../testing/otlp-protobuf.ts';
import type { FuzzInput } from './fuzz-input.ts';

const EMPTY = Buffer.alloc(0);
const many = (part: Buffer, byteCount: number): Buffer =>
  Buffer.concat(Array<Buffer>(Math.ceil(byteCount / part.length)).fill(part));
/** A request of spans, log records or metrics: the fields around them have the same numbers. */
const withItems = (items: Buffer): Buffer => bytesOf(1, bytesOf(2, items));

/** Thousands of attributes, and then thousands of parts without any. What has them is field 1 of its owner. */
const LARGE_OWNER = Buffer.concat([
  ...Array.from({ length: 10_000 }, (_, index) =>
    // A resource has its attributes in field 1, a scope in field 3.
    bytesOf(1, Buffer.concat([1, 3].map((field) => bytesOf(field, bytesOf(1, Buffer.from(`key ${index}`)))))),
  ),
  many(bytesOf(1, EMPTY), 40_000),
]);

/** Inputs that once did what no input may do, by what that was. What the fuzzer finds is added here. */
export const REGRESSIONS: Readonly<Record<string, FuzzInput>> = {
  'a megabyte of empty spans took half a minute': {
    signal: 'traces',
    encoding: 'protobuf',
    bytes: withItems(many(bytesOf(2, EMPTY), 1_000_000)),
  },
  'a megabyte of numbers for spans took half a minute': {
    signal: 'traces',
    encoding: 'json',
    bytes: Buffer.from(`{"resourceSpans":[{"scopeSpans":[{"spans":[${'1,'.repeat(500_000)}1]}]}]}`),
  },
  'log records with a time that cannot be stored took seconds': {
    signal: 'logs',
    encoding: 'protobuf',
    bytes: withItems(
      many(bytesOf(2, Buffer.concat([Buffer.from([0x09]), Buffer.alloc(8, 0xff)])), 1_000_000),
    ),
  },
  'eight megabytes of empty resources filled the memory': {
    signal: 'traces',
    encoding: 'protobuf',
    bytes: many(bytesOf(1, EMPTY), 8_000_002),
  },
  'a large resource was written once for each of its scopes': {
    signal: 'traces',
    encoding: 'json',
    bytes: Buffer.from(
      JSON.stringify({
        resourceSpans: [
          {
            resource: { attributes: [{ key: 'large', value: { stringValue: 'x'.repeat(500_000) } }] },
            scopeSpans: Array.from({ length: 4_000 }, () => ({
              spans: [{ traceId: '1'.repeat(32), spanId: '2'.repeat(16) }],
            })),
          },
        ],
      }),
    ),
  },
  ...Object.fromEntries(
    (['traces', 'logs', 'metrics'] as const).map((signal) => [
      `a large scope and resource of ${signal} were written once for each of their parts`,
      {
        signal,
        encoding: 'protobuf' as const,
        bytes: bytesOf(1, Buffer.concat([LARGE_OWNER, bytesOf(2, LARGE_OWNER)])),
      },
    ]),
  ),
  'the message of a key of a megabyte was a megabyte': {
    signal: 'logs',
    encoding: 'json',
    bytes: Buffer.from(
      JSON.stringify({
        resourceLogs: [{ resource: { attributes: [{ key: 'k'.repeat(1_000_000), value: 5 }] } }],
      }),
    ),
  },
};
