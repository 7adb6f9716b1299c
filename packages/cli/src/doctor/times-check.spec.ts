import { describe, expect, it } from '@jest/globals';
import { EPOCH_MS, evidenceOf, type ToldSpan } from '../../test/stored-spans.ts';
import { checkTimes } from './times-check.ts';

const span: ToldSpan = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), startMs: 0, endMs: 10 };
const second = { ...span, spanId: '3'.repeat(16) };

describe('checkTimes', () => {
  it('finds what ends in the future', () => {
    const [finding] = checkTimes(evidenceOf([span], { nowMs: EPOCH_MS - 60_000 }));
    expect(finding!.what).toBe(
      'The clock of "shop" (process 7 on ada) is ahead of the one here by 1 min 00 s or more.',
    );
    expect(checkTimes(evidenceOf([span], { nowMs: EPOCH_MS - 3_000 }))).toEqual([]);
  });

  it('finds a program that has ended before it was started', () => {
    const program = { pid: 7, startMs: EPOCH_MS + 60_000, endMs: EPOCH_MS + 70_000 };
    const [finding] = checkTimes(evidenceOf([span, second], { program }));
    expect(finding!.what).toContain('is behind the one here by 1 min 00 s or more.');
  });

  it('says nothing of what another process has sent while a program ran, or of one belated span', () => {
    const program = { pid: 8, startMs: EPOCH_MS + 60_000, endMs: EPOCH_MS + 70_000 };
    expect(checkTimes(evidenceOf([span, second], { program }))).toEqual([]);
    expect(checkTimes(evidenceOf([span], { program: { ...program, pid: 7 } }))).toEqual([]);
  });

  it('finds times in other units', () => {
    const [finding] = checkTimes(
      evidenceOf([{ ...span, startMs: -EPOCH_MS + 1_763_700, endMs: -EPOCH_MS + 1_763_800 }]),
    );
    expect(finding!.what).toBe(
      'Spans of "shop" (process 7 on ada) begin at 1970-01-01T00:29:23.700Z: their times are not in nanoseconds since 1970.',
    );
  });
});
